"""instructions: what a row costs, counted by callgrind, whatever else the machine does."""
import re

from . import kit

TITLE = "Instructions"
WORK = (  # what, program, its words, beside
    ("one thread, each row committed, NORMAL", "bench/store", ["exec", "-n"]),
    ("the same by raw SQLite in C", "bench/raw", ["connections", "-n"]),
    ("one thread, each row synced, FULL", "bench/store", ["exec"]),
    ("the same by raw SQLite in C", "bench/raw", ["connections"]),
    ("16 threads, each row synced, FULL", "bench/store", ["exec", "-t", 16]),
    ("handed over row by row", "bench/store", ["submit"]),
    ("handed over, 64 rows a batch", "bench/store", ["submit", "-b", 64]),
    ("one big transaction by raw SQLite in C", "bench/raw", ["big"]),
    ("read, 20 rows a query", "bench/readers", ["quiet"]),
)
COLLECTED = re.compile(r"Collected : (\d+)")


def count(setting, program, words, each):
    """Of the whole program, with so many rows for each thread."""
    ran = kit.Process(setting, [
        kit.tool("valgrind", "valgrind"), "--tool=callgrind", "--callgrind-out-file=/dev/null",
        program, *words, "-r", each, "-d", setting.fresh("counted.db")]).finish(600).well()
    return int(COLLECTED.search(ran.errors())[1])


def a_row(setting, program, words, rows):
    """The start and the end of the program fall out of the difference."""
    threads = int(words[words.index("-t") + 1]) if "-t" in words else 1
    some, more = (count(setting, program, words, each // threads) for each in (rows, 2 * rows))
    return (more - some) / rows


def run(setting, report):
    rows = setting.size(9600, 640)
    report.say(f"Instructions a row, libraries included, as callgrind counts them: a run with "
               f"{2 * rows:,} rows less one with {rows:,}, by {rows:,}. On the same machine and "
               f"with the same libraries they hardly move, so a change can be compared exactly; "
               f"with many threads, groups form by chance.")
    report.table(["what", "instructions a row"], [
        [what, f"{a_row(setting, setting.program(program), words, rows):,.0f}"]
        for what, program, words in WORK])
