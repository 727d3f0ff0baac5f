"""sources_test.py GARNER SOURCE - each file in sources.md is fetched once from
a real server, and what it leaves in the database is what the page says."""
import base64
import http.server
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading

GARNER, SOURCE = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
PAGE = (SOURCE / "docs" / "sources.md").read_text()
STEP = re.compile(r"(?ms)^(?:```yaml\n((?:(?!^```).)*)^```\n)?"
                  r"```sql\n((?:(?!^```).)*)^```\n"
                  r"```json\n((?:(?!^```).)*)^```$")
PRICES = b'{"data":[{"symbol":"ABC","price":7.5},{"symbol":"XYZ","price":12}]}'
STOCK = b'[{"item":"nut","count":40},{"item":null,"count":7}]'
ITEMS = (b'{"items":[1,2],"next":"?page=2"}', b'{"items":[3,4],"next":"?page=3"}',
         b'{"items":[5]}')
RATES = (b"<h1>Rates of the day</h1><table id=rates><tr><th>Currency<th>Rate"
         b"<tr><td>EUR<td>1.25<tr><td>GBP<td>1.41</table>")


class Server(http.server.BaseHTTPRequestHandler):
    asked = {}

    def send(self, status, body, content_type="text/plain", *headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.partition("?")[0]
        Server.asked[path] = Server.asked.get(path, 0) + 1
        if path == "/robots.txt":
            self.send(200, b"User-agent: *\nDisallow: /private/\n")
        elif path == "/prices.json":
            self.send(200, PRICES, "application/json", ("ETag", '"1"'))
        elif path == "/stock.json":
            self.send(200, STOCK, "application/json")
        elif path == "/rates.html":
            self.send(200, RATES, "text/html")
        elif path == "/items":
            self.send(200, ITEMS[int(self.path[-1]) - 1], "application/json")
        elif path == "/quote":
            self.send(200, b"{}", "application/json")
        elif path == "/shaky":
            self.send(503 if Server.asked[path] < 3 else 200, b"shaky")
        elif path == "/login":
            login = base64.b64encode(b"me:secret").decode()
            good = self.headers.get("Authorization") == f"Basic {login}"
            self.send(200 if good else 401, b"hello me" if good else b"who?")
        else:
            self.send(404, b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        who = self.headers.get("X-Request-For")
        self.send(200, b"POST " + self.headers["Content-Type"].encode()
                  + b" " + body + (f" for {who}".encode() if who else b""))

    def log_message(self, *args):
        pass


steps = STEP.findall(PAGE)
assert len(steps) >= 9 and len(steps) == PAGE.count("```sql"), len(steps)
assert len([y for y, _, _ in steps if y]) == PAGE.count("```yaml")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
BASE = f"http://127.0.0.1:{server.server_port}"
env = {name: value for name, value in os.environ.items()
       if not name.lower().endswith("_proxy")}
env["PASSWORD"] = "secret"


def run(*args, folder):
    return subprocess.run([GARNER, *args], capture_output=True, text=True,
                          env=env, cwd=folder, check=False)


def make_watchlist(path):
    db = sqlite3.connect(path)
    with db:
        db.execute("create table watchlist (symbol text, active)")
        db.execute("insert into watchlist values ('ABC', 1), ('OLD', 0), ('XYZ', 1)")
    db.close()


with tempfile.TemporaryDirectory() as folder:
    for yaml, sql, rows in steps:
        if yaml:
            for left in pathlib.Path(folder).glob("my.db*"):
                left.unlink()
            if "watchlist" in yaml:
                make_watchlist(pathlib.Path(folder, "my.db"))
            pathlib.Path(folder, "garner.yaml").write_text(
                yaml.replace("https://example.org", BASE))
            result = run("run", "--once", "-c", "garner.yaml", folder=folder)
            assert result.returncode in (0, 1, 4), (yaml, result.stderr)
        result = run("query", "my.db", sql, "--nl", folder=folder)
        assert result.stdout == rows, (sql, result.stdout, rows, result.stderr)
server.shutdown()
