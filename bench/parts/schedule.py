"""schedule: is all that is due started, and how late."""
from . import collector, kit, servers

TITLE = "Schedules"
# (sources, every, seconds watched)
CASES = ((1000, "1s", 20), (10000, "10s", 40), (10000, "1s", 20))
SMOKE = ((20, "200ms", 2),)


def measure(setting, nginx, count, every, seconds):
    config = collector.configure(setting, nginx.url("same"), count, every)
    ran = collector.Collector(setting, config, ["--for", f"{seconds}s"], listen=True)
    ran.finish(seconds + 60, collector.Collector.look).well()
    totals = ran.status["totals"]
    missed = sum(value for name, value in totals.items() if name.startswith("missed"))
    late = ran.status["lateness_us"]
    stored, failed = ran.runs()
    return {"due": totals["due"], "started": totals["started"], "missed": missed,
            "stored": stored, "failed": failed, "p50": late["p50"] / 1e3,
            "p99": late["p99"] / 1e3, "max": late["max"] / 1e3,
            "core": 100 * ran.processor / ran.seconds, "mib": ran.peak_kib / 1024}


def run(setting, report):
    cases = SMOKE if setting.smoke else CASES
    report.say(f"nginx on core {kit.SERVER_CORE} serves 1 KiB of JSON; every fetch is stored, "
               f"FULL. Phases are spread over the interval, as by default. Lateness is start "
               f"after due in ms. due, started, missed and lateness as /status.json told them "
               f"shortly before the end; stored is counted in the database after it.")
    rows, done = [], {}
    with servers.Nginx(setting) as nginx:
        for count, every, seconds in cases:
            done[count, every] = it = measure(setting, nginx, count, every, seconds)
            rows.append([f"{count:,} each {every}", seconds, f"{it['due']:,}",
                         f"{it['started']:,}", it["missed"], f"{it['stored']:,}", it["failed"],
                         f"{it['p50']:.2f} / {it['p99']:.2f} / {it['max']:.1f}",
                         f"{it['core']:.0f} %", kit.number(it["mib"])])
    report.table(["sources", "s", "due", "started", "missed", "stored", "failed",
                  "late p50 / p99 / max", "of one core", "peak MiB"], rows)
    if setting.smoke:
        return
    it = done[1000, "1s"]
    report.ask("1,000 each second: missed", it["missed"], "==", 0)
    report.ask("1,000 each second: lateness p99", it["p99"], "<=", 2, " ms")
    report.ask("1,000 each second: of one core", it["core"], "<=", 20, " %")
    it = done[10000, "1s"]
    report.ask("10,000 each second: missed", it["missed"], "==", 0)
    report.ask("10,000 each second: lateness p99", it["p99"], "<=", 10, " ms")
