"""memory: many sources that wait, and many slow replies at once."""
from . import collector, kit, peermany, servers

TITLE = "Memory"


def registered(setting, count, seconds):
    """Sources due each hour, so that hardly one is fetched."""
    with servers.Nginx(setting) as nginx:
        config = collector.configure(setting, nginx.url("same"), count, "1h")
        ran = collector.Collector(setting, config, ["--for", f"{seconds}s"])
        ran.finish(seconds + 60, collector.Collector.look).well()
    return ran, ran.runs()


def slow(setting, count, wait_ms):
    """All at once, once; the server keeps each waiting. The peers, too."""
    found = {}
    with servers.Slow(setting, wait_ms) as server:
        urls = setting.folder / "urls.txt"
        urls.write_text("".join(f"{server.url('slow')}?{i}\n" for i in range(count)))
        peermany.run(setting, urls, count, count, found)
        config = collector.configure(setting, server.url("slow"), count, None)
        ran = collector.Collector(setting, config, ["--once"])
        ran.finish(wait_ms / 1000 + 60, collector.Collector.look, every=0.05).well()
    return ran, ran.runs(), {label: results[0] for label, results in found.items()}


def run(setting, report):
    count, seconds = setting.size(10000, 50), setting.seconds(20)
    idle, idle_runs = registered(setting, count, seconds)
    replies, wait_ms = setting.size(1000, 20), setting.size(2000, 200)
    busy, (stored, failed, _), peers = slow(setting, replies, wait_ms)
    at_once = f"{replies:,} replies of {wait_ms / 1000:g} s at once"
    report.say("Resident memory in MiB, as /proc/PID/status says it (VmRSS last seen, VmHWM).")
    report.table(["what", "at the end", "peak", "fetches stored", "failed", "seconds"], [
        [f"{count:,} sources, each due hourly", kit.number(idle.resident),
         kit.number(idle.peak_kib / 1024), *idle_runs[:2], kit.number(idle.seconds)],
        [at_once, kit.number(busy.resident), kit.number(busy.peak_kib / 1024), stored, failed,
         kit.number(busy.seconds)],
        *([f"{at_once}: {label}", "–", kit.number(peer["mib"]), replies, 0, kit.number(peer["seconds"])]
          for label, peer in peers.items())])
    if setting.smoke:
        return
    report.ask("10,000 registered sources: resident", idle.resident, "<=", 32, " MiB")
    report.ask("1,000 slow replies at once: peak", busy.peak_kib / 1024, "<=", 60, " MiB")
    for label, peer in peers.items():
        report.ask(f"1,000 slow replies at once: peak, of {label}", busy.peak_kib / 1024 / peer["mib"],
                   "<=", 1, " ×")
    report.ask("1,000 slow replies at once: stored", stored - failed, "==", replies)
