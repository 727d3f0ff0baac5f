"""trouble: how late the others are while one host hangs, one is slow, one fails."""
from . import collector, kit, servers

TITLE = "Hosts in trouble"
EACH = 10  # sources of each of these hosts
TROUBLE = ("hangs", "slow", "fails")


def configure(setting, urls, count, timeout):
    """Sources of the hosts in trouble, and others; each due every second."""
    path = setting.folder / "sources.yaml"
    path.write_text(f"garner: 1\ndefaults: {{ schedule: {{ every: 1s }}, timeout: {timeout}s }}\n"
                    "sources:\n" + "".join(
        f"  {kind}{i:04}: {{ url: \"{url}?{i}\" }}\n"
        for kind, url in urls.items() for i in range(count if kind == "well" else EACH)))
    return path


def lateness_ms(ran, kind):
    """(fetches, failed, missed, lateness of each) of the sources of a kind."""
    rows = kit.query(
        ran.db, "select r.late_us / 1000.0, r.failure, r.missed from garner_run r "
        "join garner_source s on s.id = r.source where s.name glob ?", (kind + "[0-9]*",))
    fetches = [row for row in rows if not row[2]]
    return (len(fetches), sum(row[1] is not None for row in fetches), sum(row[2] for row in rows),
            [row[0] for row in fetches if row[0] is not None])


def run(setting, report):
    seconds, timeout = setting.seconds(20, 2), setting.seconds(5)
    count = setting.size(1000, 20)
    with servers.Nginx(setting) as nginx, servers.Slow(setting, 3600000) as hung, \
            servers.Slow(setting, 700) as slow:
        config = configure(setting, {
            "well": nginx.url("same"), "hangs": hung.url("h"), "slow": slow.url("s"),
            "fails": f"http://127.0.0.1:{kit.free_port()}/f"}, count, timeout)
        ran = collector.Collector(setting, config, ["--for", f"{seconds}s"])
        ran.finish(seconds + 90, collector.Collector.look)
        if ran.code != 1:  # it says that sources failed last
            ran.well()
    found = {kind: lateness_ms(ran, kind) for kind in ("well", *TROUBLE)}
    report.say(f"{count:,} sources of nginx, each due every second for {seconds} s, beside {EACH} of a "
               f"host that never answers (they time out after {timeout} s), {EACH} of one that takes "
               f"0.7 s, and {EACH} of one that refuses connections. Lateness is start after due in ms.")
    report.table(["sources", "fetches", "failed", "missed", "late p50 / p99 / max"], [
        [kind, f"{fetches:,}", failed, missed,
         f"{kit.quantile(late, .5):.2f} / {kit.quantile(late, .99):.2f} / {max(late):.1f}"
         if late else "–"]
        for kind, (fetches, failed, missed, late) in found.items()])
    fetches, failed, missed, late = found["well"]
    if setting.smoke:
        return
    report.ask("the others: lateness p99", kit.quantile(late, .99), "<=", 15, " ms")
    report.ask("the others: failed", failed, "==", 0)
    report.ask("the others: missed", missed, "==", 0)
