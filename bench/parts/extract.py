"""extract: rows of JSON and CSV, by SQL and by `garner insert`, beside Python's json
and csv, in memory and into SQLite, in turns."""
import json
import random

from . import kit

TITLE = "Extraction"
FIELDS = ("id", "name", "price", "stock")
JSON = "select {} from json_rows(:body)".format(
    ", ".join(f"value->>'{name}' as {name}" for name in FIELDS))
CSV = "select {} from csv_each(:body)".format(
    ", ".join(f"rec->>'{name}' as {name}" for name in FIELDS))
FEW = CSV + " where rec->>'stock' = '77'"


def items(count):
    chance = random.Random(6)
    for i in range(count):
        yield {"id": i, "name": f"item, {i}", "price": round(chance.random() * 100, 2),
               "stock": chance.randrange(1000), "place": f"row {i % 41}, shelf {i % 7}"}


def write_json(path, count):
    path.write_text(json.dumps(list(items(count)), separators=(",", ":")))


def write_csv(path, size):
    with open(path, "w", encoding="ascii") as out:
        out.write("id,name,price,stock,place\n")
        written = 0
        for item in items(size):
            written += out.write('{id},"{name}",{price},{stock},"{place}"\n'.format(**item))
            if written >= size:
                break


def line(process):
    """Rows, milliseconds and KiB beside the body, of one round."""
    rows, milliseconds, memory = process.finish(600).well().output().split()
    return int(rows), float(milliseconds), int(memory)


def compare(setting, ours, theirs):
    """Rows, the medians of both sides' milliseconds, and that of their ratios. A side
    is a function of a round's new database, which gives its rows and milliseconds."""
    mine, peers = [], []
    for _ in range(setting.rounds):
        rows, milliseconds = ours(setting.fresh("ours.db"))
        mine.append(milliseconds)
        there, milliseconds = theirs(setting.fresh("theirs.db"))
        peers.append(milliseconds)
        if rows != there:
            raise RuntimeError(f"{rows} rows, Python has {there}")
    ratio = kit.median(theirs / own for own, theirs in zip(mine, peers))
    return rows, kit.median(mine), kit.median(peers), ratio


def by_sql(setting, path, sql, stored):
    return lambda db: line(kit.Process(setting, [
        setting.program("bench/extract"), path, sql, *[db] * stored]))[:2]


def by_python(setting, kind, path, stored):
    return lambda db: line(kit.Process(setting, [
        "python3", kit.BENCH / "peer_extract.py", kind, path, *[db] * stored]))[:2]


def by_insert(setting, path, memory):
    """Appends the MiB that garner has resident at most to memory."""
    def insert(db):
        process = kit.Process(setting, [
            setting.program("src/cli/garner"), "insert", "--csv", db, "row", path])
        process.finish(600, each=kit.Process.memory, every=0.05).well()
        memory.append(process.peak_kib / 1024)
        rows = int((process.output() + process.errors()).split(" ")[0].replace(",", ""))
        return rows, process.processor * 1000
    return insert


def run(setting, report):
    array, table = setting.fresh("array.json"), setting.fresh("table.csv")
    write_json(array, setting.size(50000, 500))
    write_csv(table, setting.size(100 << 20, 1 << 14))
    resident = []
    sides = {
        "a JSON array, in memory": (by_sql(setting, array, JSON, False),
                                    by_python(setting, "json", array, False)),
        "a JSON array, into SQLite": (by_sql(setting, array, JSON, True),
                                      by_python(setting, "json", array, True)),
        "CSV, in memory": (by_sql(setting, table, CSV, False),
                           by_python(setting, "csv", table, False)),
        "CSV, a file into SQLite": (by_insert(setting, table, resident),
                                    by_python(setting, "file", table, True)),
    }
    results = {what: compare(setting, *both) for what, both in sides.items()}
    memory = line(kit.Process(setting, [setting.program("bench/extract"), table, FEW]))[2]
    report.say("Four fields of each item: `json_rows` and `->>` beside json.loads, `csv_each` and `->>` "
               "beside csv.reader; and a file with all its fields, by `garner insert` beside "
               "csv.reader and executemany. Milliseconds of processor time. What a SELECT of few of the "
               "rows of the CSV takes is told beside the body, what `garner insert` takes as a whole.")
    report.table(["what", "rows", "garner, ms", "Python, ms", "ratio"], [
        [what, f"{rows:,}", *map(kit.number, times), kit.times(ratio)]
        for what, (rows, *times, ratio) in results.items()])
    report.say(f"CSV, few rows: {kit.number(memory / 1024)} MiB; CSV, `garner insert`: "
               f"{kit.number(kit.median(resident))} MiB.")
    if setting.smoke:
        return
    for what, least in {"a JSON array, in memory": 1, "a JSON array, into SQLite": 1,
                        "CSV, in memory": 1.5, "CSV, a file into SQLite": 1.5}.items():
        report.ask(f"{what}: beside Python's", results[what][3], ">=", least, " ×")
    report.ask("CSV, few rows: memory beside the body", memory / 1024, "<=", 32, " MiB")
    report.ask("CSV, `garner insert`: memory", kit.median(resident), "<=", 32, " MiB")
