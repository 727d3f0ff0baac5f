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
    return {"rate": stored / seconds, "per_1000": ran.processor / stored * 1e3,
            "kernel": ran.kernel / stored * 1e3, "counts": counts}


# (answers, document, with conditional requests)
CASES = (("304, 1 KiB", "file", True), ("200, the same again, 1 KiB", "file", False),
         ("200, another one, 1 KiB", "each", True),
         ("304, 20 KiB", "large", True), ("200, the same again, 20 KiB", "large", False))


def of_each(results, label, key):
    return [result[key] for result in results[label]]


def ratio(results, one, other, key="rate"):
    return kit.median(a / b for a, b in zip(of_each(results, one, key),
                                            of_each(results, other, key)))


def run(setting, report):
    seconds = setting.seconds(10)
    found = {label: [] for label, _, _ in CASES}
    with servers.Nginx(setting) as nginx:
        for _ in range(setting.rounds):
            for label, name, conditional in CASES:
                found[label].append(measure(setting, nginx.url(name), conditional, seconds))
    for label, _, _ in CASES:
        counts = found[label][-1]["counts"]
        if label.startswith("304") and counts.get(304, 0) < sum(counts.values()) / 2:
            raise RuntimeError(f"hardly a 304 among {counts}")
    report.say(f"nginx serves documents on core {kit.SERVER_CORE}; garner asks for them {fetch.AT_ONCE} at a "
               f"time, on core {kit.CLIENT_CORE}, and stores each run (FULL). A file with ETag and "
               f"Last-Modified, of which all answers but the first ones of each source are 304; the same "
               f"with `conditional: false`; and a document that differs in each reply. The processor time "
               f"is garner's alone, the kernel's part of it what it spends in sockets and files. Medians of "
               f"{setting.rounds} rounds of {seconds} s, in turns.")
    report.table(["answers", "fetches/s", "CPU s per 1,000", "of that the kernel's"], [
        [label, kit.number(kit.median(of_each(found, label, "rate"))),
         f"{kit.median(of_each(found, label, 'per_1000')):.4f}",
         f"{kit.median(of_each(found, label, 'kernel')):.4f}"] for label in found])
    if not setting.smoke:
        # With conditional requests, a 200 is another document.
        for what, new, old in (
                ("another document", "304, 1 KiB", "200, another one, 1 KiB"),
                ("the same document, 20 KiB", "304, 20 KiB", "200, the same again, 20 KiB")):
            report.ask(f"rate of 304s: of 200s with {what}", ratio(found, new, old), ">=", 1.2, " ×")
            report.ask(f"processor time of 200s with {what}: of 304s",
                       ratio(found, old, new, "per_1000"), ">=", 1.2, " ×")
