"""schedule: is all that is due started, and how late."""
from . import collector, kit, servers

TITLE = "Schedules"
# (sources, every, seconds watched)
CASES = ((1000, "1s", 20), (10000, "10s", 40), (10000, "1s", 20))
SMOKE = ((20, "200ms", 2),)


def measure(setting, nginx, count, every, seconds):
    config = collector.configure(setting, nginx.url("same"), count, every)
    ran = collector.Collector(setting, config, ["--for", f"{seconds}s"])
    ran.finish(seconds + 60, collector.Collector.look).well()
    started, failed, missed = ran.runs()
    late = ran.lateness_ms()
    return {"started": started, "missed": missed, "failed": failed,
            "p50": kit.quantile(late, 0.5), "p99": kit.quantile(late, 0.99), "max": late[-1],
            "core": 100 * ran.processor / ran.seconds, "mib": ran.peak_kib / 1024}


def run(setting, report):
    cases = SMOKE if setting.smoke else CASES
    report.say(f"nginx on core {kit.SERVER_CORE} serves 1 KiB of JSON; every fetch is stored, "
               f"FULL. Phases are spread over the interval, as by default. Lateness is start "
               f"after due in ms. All of it is read from the database afterwards: due times are "
               f"either fetches or recorded as missed.")
    rows, done = [], {}
    with servers.Nginx(setting) as nginx:
        for count, every, seconds in cases:
            done[count, every] = it = measure(setting, nginx, count, every, seconds)
            rows.append([f"{count:,} each {every}", seconds, f"{it['started']:,}", it["missed"], it["failed"],
                         f"{it['p50']:.2f} / {it['p99']:.2f} / {it['max']:.1f}",
                         f"{it['core']:.0f} %", kit.number(it["mib"])])
    report.table(["sources", "s", "fetched", "missed", "failed",
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
