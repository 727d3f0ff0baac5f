"""soak: the same load for long; memory must stay flat, the log bounded."""
import os

from . import collector, kit, servers

TITLE = "Soak"
LOG_LIMIT_MIB = 32  # twice the size past which it is checkpointed
GROWTH_LIMIT_MIB = 2


class Watch:
    """One line each so many seconds."""

    def __init__(self, every):
        self.every, self.next, self.lines = every, 0, []

    def __call__(self, ran):
        ran.look()
        elapsed = kit.time.monotonic() - ran.started
        if elapsed < self.next:
            return
        self.next += self.every
        try:
            # stat(2) alone: opening and closing a database's files drops its locks.
            log = os.stat(f"{ran.db}-wal").st_size / 2**20
            size = os.stat(ran.db).st_size / 2**20
        except FileNotFoundError:
            log = size = 0
        self.lines.append((elapsed, ran.resident, log, size))
        print(f"  {elapsed:6.0f} s  {ran.resident:6.1f} MiB resident  {log:6.1f} MiB log  "
              f"{size:8.1f} MiB database", flush=True)


def run(setting, report):
    seconds = round(setting.seconds(setting.minutes * 60, 3))
    count = setting.size(1000, 20)
    watch = Watch(setting.size(10, 1))
    with servers.Nginx(setting) as nginx:
        config = collector.configure(setting, nginx.url("each"), count, "1s")
        ran = collector.Collector(setting, config, ["--for", f"{seconds}s"])
        ran.finish(seconds + 60, watch, every=0.5).well()
    stored, failed, missed = ran.runs()
    # Caches and pools fill for a while, and a stall may need more of them once:
    # what grows for ever grows in the second half, too.
    half = [line for line in watch.lines if line[0] >= seconds / 2] or watch.lines
    middle = max(1, len(half) // 2)
    growth = (kit.median(line[1] for line in half[-middle:])
              - kit.median(line[1] for line in half[:middle]))
    log = max(line[2] for line in watch.lines)
    report.say(f"{count:,} sources each second for {seconds} s, every reply different, FULL. "
               f"{stored:,} fetches stored, {failed} of them failed, {missed} missed; "
               f"{100 * ran.processor / ran.seconds:.0f} % of one core.")
    step = max(1, len(watch.lines) // 12)
    report.table(["s", "resident MiB", "log MiB", "database MiB"],
                 [[f"{at:.0f}", f"{resident:.1f}", f"{wal:.1f}", f"{size:.0f}"]
                  for at, resident, wal, size in watch.lines[::step]])
    if setting.smoke:
        return
    report.ask("resident memory, median of the last quarter less that of the third",
               growth, "<=", GROWTH_LIMIT_MIB, " MiB")
    report.ask("largest write-ahead log", log, "<=", LOG_LIMIT_MIB, " MiB")
    report.ask("missed", missed, "==", 0)
