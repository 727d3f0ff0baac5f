"""conditional: what asking for another version alone saves: 304 beside 200."""
from . import collector, fetch, kit, servers

TITLE = "Conditional requests"


def measure(setting, url, conditional, seconds):
    """Fetches a second, processor time for 1,000, and how many of each status."""
    config = collector.configure(setting, url, fetch.SOURCES, "1ms",
                                 "" if conditional else "    conditional: false\n")
    ran = collector.Collector(setting, config, ["--for", f"{seconds}s", "--parallel", fetch.AT_ONCE],
                              kit.CLIENT_CORE)
    ran.finish(seconds + 60, collector.Collector.look).well()
    counts = dict(kit.query(ran.db, "select status, count(*) from garner_run where missed = 0 "
                                    "group by status"))
    stored = sum(counts.values())
    return {"rate": stored / seconds, "per_1000": ran.processor / stored * 1e3, "counts": counts}


def run(setting, report):
    seconds = setting.seconds(10)
    new, same, other = [], [], []
    with servers.Nginx(setting) as nginx:
        for _ in range(setting.rounds):
            same.append(measure(setting, nginx.url("file"), False, seconds))
            other.append(measure(setting, nginx.url("each"), True, seconds))
            new.append(measure(setting, nginx.url("file"), True, seconds))
    counts = new[-1]["counts"]
    if counts.get(304, 0) < sum(counts.values()) / 2:
        raise RuntimeError(f"hardly a 304 among {counts}")
    report.say(f"nginx serves 1 KiB on core {kit.SERVER_CORE}; garner asks for it {fetch.AT_ONCE} at a "
               f"time, on core {kit.CLIENT_CORE}, and stores each run (FULL). A file with ETag and "
               f"Last-Modified, of which all answers but the first ones of each source are 304; the same "
               f"with `conditional: false`; and a document that differs in each reply. Medians of "
               f"{setting.rounds} rounds of {seconds} s, in turns.")
    report.table(["answers", "fetches/s", "CPU s per 1,000"], [
        [label, kit.number(kit.median(r["rate"] for r in results)),
         f"{kit.median(r['per_1000'] for r in results):.4f}"]
        for label, results in (("304", new), ("200, the same again", same), ("200, another one", other))])
    if not setting.smoke:
        # With conditional requests, a 200 is another document.
        report.ask("rate of 304s: beside 200s with another document",
                   kit.median(a["rate"] / b["rate"] for a, b in zip(new, other)), ">=", 1.2, " ×")
