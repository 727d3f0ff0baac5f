"""extract: rows of a body by SQL, and by Python's json and csv, in turns."""
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


def compare(setting, kind, path, sql):
    """Rows; the medians of both sides; that of their ratios."""
    ours, peers = [], []
    for _ in range(setting.rounds):
        rows, milliseconds, _ = line(kit.Process(
            setting, [setting.program("bench/extract"), path, 1, sql]))
        ours.append(milliseconds)
        there, milliseconds, _ = line(kit.Process(
            setting, ["python3", kit.BENCH / "peer_extract.py", kind, path]))
        peers.append(milliseconds)
        if rows != there:
            raise RuntimeError(f"{kind}: {rows} rows, Python has {there}")
    ratio = kit.median(theirs / own for own, theirs in zip(ours, peers))
    return rows, kit.median(ours), kit.median(peers), ratio


def run(setting, report):
    array, table = setting.fresh("array.json"), setting.fresh("table.csv")
    write_json(array, setting.size(50000, 500))
    write_csv(table, setting.size(100 << 20, 1 << 14))
    json_rows, *json_times, json_ratio = compare(setting, "json", array, JSON)
    csv_rows, *csv_times, csv_ratio = compare(setting, "csv", table, CSV)
    memory = line(kit.Process(setting, [setting.program("bench/extract"), table, 1, FEW]))[2]
    report.say("Four fields of each item, in memory on both sides: `json_rows` and `->>` beside "
               "json.loads, `csv_each` and `->>` beside csv.reader. Milliseconds of processor time. The "
               "memory is what a SELECT of few of the rows takes beside the body.")
    report.table(["what", "rows", "garner, ms", "Python, ms", "ratio"], [
        ["a JSON array", json_rows, *map(kit.number, json_times), kit.times(json_ratio)],
        ["CSV", csv_rows, *map(kit.number, csv_times), kit.times(csv_ratio)]])
    report.say(f"CSV, few rows: {kit.number(memory / 1024)} MiB beside the body.")
    if setting.smoke:
        return
    report.ask("JSON array: beside Python's json", json_ratio, ">=", 1, " ×")
    report.ask("CSV: beside Python's csv", csv_ratio, ">=", 1.5, " ×")
    report.ask("CSV, few rows: memory beside the body", memory / 1024, "<=", 32, " MiB")
