"""readers: rows read per second, quiet and beside a writer that is held back."""
import json

from . import kit

TITLE = "Readers beside a writer"
READERS = (1, 4)


def measure(setting, done, mode, readers, seconds):
    db = setting.fresh("readers.db")
    ran = kit.Process(setting, [setting.program("bench/readers"), mode, "-d", db,
                                "-t", readers, "-s", seconds]).finish(300).well()
    done.setdefault((mode, readers), []).append(json.loads(ran.output()))
    setting.fresh("readers.db")


def middle(outcomes, field):
    return kit.median(one[field] for one in outcomes)


def kept(done, readers):
    """What is kept of the quiet rate: neighbours in time are compared."""
    return kit.median(beside["rate"] / quiet["rate"] for beside, quiet in
                      zip(done["beside", readers], done["quiet", readers]))


def run(setting, report):
    seconds = setting.seconds(3, 0.2)
    done = {}
    for _ in range(setting.rounds):
        measure(setting, done, "writer", 1, seconds)
        for readers in READERS:
            for mode in ("quiet", "beside"):
                measure(setting, done, mode, readers, seconds)
    alone = done["writer", 1]
    report.say(f"Each reader asks for 20 rows by an index, over and over, {seconds} s long, on "
               f"20,000 rows; the writer is held to 10,000 rows/s, 100 rows a batch, each batch "
               f"synced to the disk. Medians of {setting.rounds} rounds. Without readers a batch "
               f"takes {kit.number(middle(alone, 'write_p50_us') / 1e3)} ms, p99 "
               f"{kit.number(middle(alone, 'write_p99_us') / 1e3)} ms.")
    report.table(["readers", "quiet: rows/s", "p99 of a query ms", "beside: rows/s",
                  "p99 of a query ms", "beside / quiet", "written rows/s", "a batch ms", "p99"],
                 [[readers, kit.number(middle(done["quiet", readers], "rate")),
                   kit.number(middle(done["quiet", readers], "p99_us") / 1e3),
                   kit.number(middle(done["beside", readers], "rate")),
                   kit.number(middle(done["beside", readers], "p99_us") / 1e3),
                   kit.times(kept(done, readers)),
                   kit.number(middle(done["beside", readers], "write_rate")),
                   kit.number(middle(done["beside", readers], "write_p50_us") / 1e3),
                   kit.number(middle(done["beside", readers], "write_p99_us") / 1e3)]
                  for readers in READERS])
    if not setting.smoke:
        report.ask("4 readers beside a writer of 10,000 rows/s, of their quiet rate",
                   kept(done, 4), ">=", 0.9, " ×")
        report.ask("the writer beside 4 readers, rows/s",
                   middle(done["beside", 4], "write_rate"), ">=", 9900)
