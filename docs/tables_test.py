"""tables_test.py GARNER RECORDS - the queries in tables.md run, on a database
that garner and the example of records have just made, and its lists of columns
are those of the tables."""
import http.server
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

GARNER, RECORDS = sys.argv[1:3]
PAGE = (pathlib.Path(__file__).resolve().parent / "tables.md").read_text()
NAMES = ("garner_run", "garner_source", "garner_body", "garner_quarantine",
         "garner_frontier",
         "garner_outbox", "garner_collection",
         "garner_record", "garner_record_body")


def wait_for_missed(database):
    """Until the collector that is at it has missed a due time."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        told = garner("status", "--live", database)
        if told.returncode == 0 and json.loads(told.stdout)["totals"]["missed_overlap"]:
            return


class Server(http.server.BaseHTTPRequestHandler):
    asked = {"/good": 0, "/bad": 0}
    database = None
    news = threading.Condition()

    def do_GET(self):
        with self.news:
            self.asked[self.path] += 1
            first = self.path == "/bad" and self.asked[self.path] == 1
            self.news.notify_all()
        if first:  # missed due times are told of in garner_run, too
            wait_for_missed(self.database)
        body = b'{"text": "' + b"x" * 500 + b'"}'
        self.send_response(200 if self.path == "/good" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def environment():
    return {name: value for name, value in os.environ.items()
            if not name.lower().endswith("_proxy")}


def garner(*args):
    return subprocess.run([GARNER, *args], capture_output=True, text=True,
                          check=False, env=environment())


def garner_until(ready, *args):
    """Stops it by hand once ready() holds, which news of the server may change."""
    with subprocess.Popen([GARNER, *args], stderr=subprocess.PIPE, text=True,
                          env=environment()) as process:
        with Server.news:
            came = Server.news.wait_for(ready, timeout=40)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert came and process.returncode in (0, 1, 130), (process.returncode, said)


def collect(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    database = Server.database = os.path.join(folder, "my.db")
    garner_until(lambda: min(Server.asked.values()) >= 4, "run", base + "/good",
                 base + "/bad", "--every", "100ms", "--db", database, "--into",
                 "mine", "--sql", "select :source as source, :fetched_at as at,"
                 " :body->>'$.text' as text")
    file = pathlib.Path(folder, "my.yaml")
    file.write_text(f"garner: 1\nstore: {database}\nsources: {{ refused: {{ url:"
                    f" {base}/good, max_age: 1d, expect: {{ match: price }} }} }}\n")
    result = garner("run", "--config", str(file))
    assert result.returncode == 4, result.stderr
    server.shutdown()
    server.server_close()
    subprocess.run([RECORDS, database], stdout=subprocess.DEVNULL, check=True)
    return database, base + "/good"


def check_columns(database):
    with sqlite3.connect(database) as connection:
        for name in NAMES:
            section = re.search(rf"(?ms)^## {name}\n(.*?)^## ", PAGE)[1]
            told = re.findall(r"(?m)^\| `(\w+)` \| (\w+) \|", section)
            found = connection.execute(
                "select name, lower(type) from pragma_table_info(?)", (name,))
            assert told == found.fetchall(), name
    connection.close()


def check_queries(database, source):
    queries = re.findall(r"(?ms)^```sql\n(.*?)^```$", PAGE)
    assert len(queries) >= 10, len(queries)
    for sql in queries:
        given = {"name": source, "id": "1"}
        flags = [flag for name, value in given.items() if f":{name}" in sql
                 for flag in ("-p", f"{name}={value}")]
        if sql.startswith(("delete", "update")):
            flags.append("--write")
        result = garner("query", database, *flags, sql)
        assert result.returncode == 0, (sql, result.stderr)
        assert result.stdout.strip() or "--write" in flags, sql
        if "body_of" not in sql and "unzstd" not in sql and "regexp" not in sql:
            connection = sqlite3.connect(database)
            connection.execute(sql, given)
            connection.close()


def check_trace(database):
    """Each row of one's own finds its run."""
    sql, = re.findall(r"(?ms)^```sql\n(select mine.*?)^```$", PAGE)
    with sqlite3.connect(database) as connection:
        rows, = connection.execute("select count(*) from mine").fetchone()
        missed, = connection.execute(
            "select count(*) from garner_run where missed > 0").fetchone()
        assert rows > 0 and missed > 0, (rows, missed)
        assert len(connection.execute(sql).fetchall()) == rows
    connection.close()


def check_body(database):
    result = garner("query", database, "--raw",
                    "select body_of(id) from garner_body where id = 1")
    assert result.stdout.startswith('{"text": "xxx'), result
    with sqlite3.connect(database) as connection:
        codec, = connection.execute(
            "select codec from garner_body where id = 1").fetchone()
    connection.close()
    assert codec == "zstd", codec


with tempfile.TemporaryDirectory() as place:
    path, name_of_source = collect(place)
    check_columns(path)
    check_body(path)
    check_trace(path)
    check_queries(path, name_of_source)
