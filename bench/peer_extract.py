"""peer_extract.py KIND FILE [DB] - a body, or several with a NUL behind each,
that are in memory become a list of tuples: json and csv four fields of each item,
parsel and lxml the five cells of each row of a table, feedparser five fields of
each entry. With DB they become rows of a table in that new database, in one
transaction, instead. Prints their number, the milliseconds of processor time, and
0. KIND file: the records of a CSV file, as csv reads them, into DB."""
import csv
import io
import json
import sqlite3
import sys
import time


def by_json(text):
    return [(item["id"], item["name"], item["price"], item["stock"]) for item in json.loads(text)]


def by_csv(text):
    records = csv.reader(io.StringIO(text, newline=""))
    next(records)
    return [(cells[0], cells[1], cells[2], cells[3]) for cells in records]


def by_parsel(text):
    rows = parsel.Selector(text=text).css("table#rates tr:has(td)")
    return [tuple(row.css(f"td:nth-child({n})::text").get() for n in range(1, 6)) for row in rows]


def by_lxml(text):
    rows = lxml.html.document_fromstring(text).xpath("//table[@id='rates']//tr[td]")
    return [tuple(row.xpath(f"string(td[{n}])") for n in range(1, 6)) for row in rows]


def by_feedparser(text):
    return [(entry.get("id"), entry.get("link"), entry.get("title"), entry.get("published"),
             entry.get("summary")) for entry in feedparser.parse(text).entries]


def store(db, rows):
    """How many there were."""
    first = next(rows)
    marks = ", ".join("?" * len(first))
    db.execute(f"create table row ({', '.join(f'c{i}' for i in range(len(first)))})")
    db.execute(f"insert into row values ({marks})", first)
    return 1 + db.executemany(f"insert into row values ({marks})", rows).rowcount


kind, path, *names = sys.argv[1:]
if kind == "parsel":
    import parsel
elif kind == "lxml":
    import lxml.html
elif kind == "feedparser":
    import feedparser
make = {"json": by_json, "csv": by_csv, "parsel": by_parsel, "lxml": by_lxml,
        "feedparser": by_feedparser}.get(kind)
with open(path, encoding="utf-8", newline="") as file:
    whole = file.read() if make else ""
    texts = [text for text in whole.split("\0") if text]
    del whole
    start = time.process_time()
    if names:
        database = sqlite3.connect(names[0])
        with database:
            if make:
                count = store(database, (row for text in texts for row in make(text)))
            else:
                records = csv.reader(file)
                next(records)
                count = store(database, records)
        database.close()
    else:
        count = sum(len(rows) for rows in [make(text) for text in texts])
print(count, round((time.process_time() - start) * 1000, 1), 0)
