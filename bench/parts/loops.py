"""loops: the same sources on one event loop and on several."""
from . import collector, fetch, kit, servers

TITLE = "Several event loops"
COUNTS = (1, 2)
# Enough that each loop has some of them.
HOSTS = 16


def measure(setting, nginx, loops, seconds):
    """Fetches a second, and processor time for 1,000."""
    path = setting.folder / "sources.yaml"
    path.write_text("garner: 1\nsources:\n" + "".join(
        f"  s{i:05}:\n    url: http://127.0.0.{i % HOSTS + 1}:{nginx.port}/each?{i}\n"
        f"    schedule: {{ every: 1ms }}\n" for i in range(fetch.SOURCES)))
    ran = collector.Collector(setting, path, ["--for", f"{seconds}s", "--parallel",
                                              fetch.AT_ONCE * 2, "--loops", loops])
    ran.finish(seconds + 60, collector.Collector.look).well()
    stored, failed, _ = ran.runs()
    return {"rate": stored / seconds, "per_1000": ran.processor / stored * 1e3, "failed": failed,
            "mib": ran.peak_kib / 1024}


def run(setting, report):
    seconds = setting.seconds(10)
    results = {loops: [] for loops in COUNTS}
    with servers.Nginx(setting, HOSTS) as nginx:
        for _ in range(setting.rounds):
            for loops in COUNTS:
                results[loops].append(measure(setting, nginx, loops, seconds))
    report.say(f"{fetch.SOURCES} sources of {HOSTS} hosts, each of whose replies differs, {fetch.AT_ONCE * 2} "
               f"at a time, stored durably (FULL). garner may use all cores, of which nginx has core "
               f"{kit.SERVER_CORE}, too: with two of them a second loop mostly takes from nginx what it "
               f"needs. Medians of {setting.rounds} rounds of {seconds} s, in turns. Fetches that failed: "
               f"{sum(r['failed'] for rounds in results.values() for r in rounds)}.")
    report.table(["loops", "fetches/s", "of one", "CPU s per 1,000", "peak MiB"], [
        [str(loops), kit.number(kit.median(r["rate"] for r in results[loops])),
         kit.times(kit.median(a["rate"] / b["rate"] for a, b in zip(results[loops], results[1]))),
         f"{kit.median(r['per_1000'] for r in results[loops]):.4f}",
         kit.number(max(r["mib"] for r in results[loops]))] for loops in COUNTS])
