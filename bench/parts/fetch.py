"""fetch: from nginx into the database, 64 at a time, on one core."""
import json
import re
import shutil

from . import collector, kit, servers

TITLE = "Fetch and store"
AT_ONCE = 64
# More sources than fetches at a time, each due at once again: some source is
# always due, so the collector is never short of work.
SOURCES = 256
TARGETS = {"same": (0.25, 0.025), "each": (0.18, 0.034)}


def wrk(setting, url, seconds):
    ran = kit.Process(setting, kit.pinned(kit.CLIENT_CORE, [
        kit.tool("wrk", "wrk"), "-t1", f"-c{AT_ONCE}", f"-d{seconds}s", url])).finish(
            seconds + 30).well()
    requests, took = re.search(r"(\d+) requests in ([\d.]+)s", ran.output()).groups()
    return {"rate": int(requests) / float(took), "per_1000": ran.processor / int(requests) * 1e3}


def garner(setting, url, seconds):
    config = collector.configure(setting, url, SOURCES, "1ms")
    ran = collector.Collector(setting, config, ["--for", f"{seconds}s", "--parallel", AT_ONCE],
                              kit.CLIENT_CORE)
    ran.finish(seconds + 60, collector.Collector.look).well()
    stored, failed, _ = ran.runs()
    return {"rate": stored / seconds, "per_1000": ran.processor / stored * 1e3, "failed": failed,
            "mib": ran.peak_kib / 1024}


def curl(setting, url, seconds):
    folder = setting.fresh("replies")
    folder.mkdir()
    count = int(seconds * 5000)
    ran = kit.Process(setting, kit.pinned(kit.CLIENT_CORE, [
        kit.tool("curl", "curl"), "-q", "--no-progress-meter", "--parallel",
        "--parallel-max", AT_ONCE, f"{url}?[1-{count}]", "-o", folder / "#1"])).finish(120).well()
    stored = sum(1 for _ in folder.iterdir())
    shutil.rmtree(folder)
    return {"rate": stored / ran.seconds, "per_1000": ran.processor / stored * 1e3,
            "mib": None}


def scrapy(setting, url, seconds):
    ran = kit.Process(setting, kit.pinned(kit.CLIENT_CORE, [
        kit.python_with("scrapy", "python3-scrapy"), kit.BENCH / "peer_scrapy.py", url, setting.fresh("scrapy.db"),
        seconds])).finish(seconds + 60, kit.Process.memory).well()
    done = json.loads(ran.output())
    setting.fresh("scrapy.db")
    return {"rate": done["rows"] / done["seconds"],
            "per_1000": done["processor_s"] / done["rows"] * 1e3, "mib": ran.peak_kib / 1024}


def once(report, peer, *args):
    try:
        return peer(*args)
    except kit.Skip as reason:
        report.say(f"Left out: {reason}.")
        return None


def row(label, results, limit):
    rate = kit.median(r["rate"] for r in results)
    per_1000 = kit.median(r["per_1000"] for r in results)
    mib = [r["mib"] for r in results if r.get("mib")]
    return [label, kit.number(rate), kit.times(rate / limit), f"{per_1000:.4f}",
            kit.number(max(mib)) if mib else "–"]


def run(setting, report):
    seconds = setting.seconds(10)
    report.say(f"nginx serves 1 KiB of JSON on core {kit.SERVER_CORE}; each client is pinned with "
               f"all its threads to core {kit.CLIENT_CORE} and keeps {AT_ONCE} requests under way. "
               f"garner stores every reply, durably (FULL); wrk stores nothing: it is the limit. "
               f"Medians of {setting.rounds} rounds of {seconds} s, in turns; curl and Scrapy once.")
    with servers.Nginx(setting) as nginx:
        for name, title in (("same", "The document stays the same"),
                            ("each", "Every reply differs")):
            url = nginx.url(name)
            limits, ours = [], []
            for _ in range(setting.rounds):
                limits.append(wrk(setting, url, seconds))
                ours.append(garner(setting, url, seconds))
            limit = kit.median(r["rate"] for r in limits)
            rows = [row("wrk, storing nothing", limits, limit),
                    row("garner, into SQLite", ours, limit)]
            for label, peer in (("curl --parallel, to files", curl),
                                ("Scrapy, SQLite pipeline", scrapy)):
                done = once(report, peer, setting, url, seconds)
                if done:
                    rows.append(row(label, [done], limit))
            report.say(f"{title}. Fetches that failed: {sum(r['failed'] for r in ours)}.")
            report.table(["client", "fetches/s", "of wrk", "CPU s per 1,000", "peak MiB"], rows)
            if not setting.smoke:
                share, cpu = TARGETS[name]
                ratios = [a["rate"] / b["rate"] for a, b in zip(ours, limits)]
                report.ask(f"{title.lower()}: of wrk", kit.median(ratios), ">=", share, " ×")
                report.ask(f"{title.lower()}: CPU per 1,000",
                           kit.median(r["per_1000"] for r in ours), "<=", cpu, " s")
