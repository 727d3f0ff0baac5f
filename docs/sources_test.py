"""sources_test.py GARNER SOURCE - each file in sources.md is fetched once from
real servers (one of Python's, nginx, httpbin, proxies), or what is below it is
run, and what it leaves in the database is what the page says."""
import base64
import contextlib
import http.server
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading

GARNER, SOURCE = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.path.insert(0, str(SOURCE / "tests"))
# pylint: disable=wrong-import-position
from support.program import LIMIT, clean_environment, wait_until
from support.servers import Httpbin, Nginx, Proxy

PAGE = (SOURCE / "docs" / "sources.md").read_text()
STEP = re.compile(r"(?ms)^(?:```yaml\n((?:(?!^```).)*)^```\n)?"
                  r"(?:```sh\n((?:(?!^```).)*)^```\n)?"
                  r"```sql\n((?:(?!^```).)*)^```\n"
                  r"```json\n((?:(?!^```).)*)^```$")
PRICES = b'{"data":[{"symbol":"ABC","price":7.5},{"symbol":"XYZ","price":12}]}'
STOCK = b'[{"item":"nut","count":40},{"item":null,"count":7}]'
ITEMS = (b'{"items":[1,2],"next":"?page=2"}', b'{"items":[3,4],"next":"?page=3"}',
         b'{"items":[5]}')
RATES = (b"<h1>Rates of the day</h1><table id=rates><tr><th>Currency<th>Rate"
         b"<tr><td>EUR<td>1.25<tr><td>GBP<td>1.41</table>")


# What a shop says: its basket, which is not to be followed, adds to it.
SHOP = {
    "": b"<title>Shop</title><a href=nut>N</a> <a href=/shop/more>M</a>"
        b" <a href=basket>B</a> <a href=/private/x>P</a> <a href=/elsewhere>E</a>",
    "more": b"<a href=/shop/>back</a> <a href='screw'>S</a> <a href=nut#top>N</a>",
    "nut": b"<body><h1>Nut</h1><p class=price>0.20</p><a href=./>Shop</a>",
    "screw": b"<body><h1>Screw</h1><p class=price>0.35</p>",
}


class Server(http.server.BaseHTTPRequestHandler):
    asked = {}
    hooks = []  # what was posted to it
    elsewhere = ""

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
        elif path.startswith("/shop/"):
            page = SHOP.get(path[len("/shop/"):])
            self.send(200 if page else 404, page or b"", "text/html")
        elif path == "/moved":
            self.send(302, b"", "text/plain", ("Location", "/prices.json"))
        elif path == "/elsewhere":
            self.send(302, b"", "text/plain",
                      ("Location", f"{Server.elsewhere}/get"))
        elif path == "/out-of-order":
            self.send(503, b"")
        elif path == "/login":
            login = base64.b64encode(b"me:secret").decode()
            good = self.headers.get("Authorization") == f"Basic {login}"
            self.send(200 if good else 401, b"hello me" if good else b"who?")
        else:
            self.send(404, b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/hook/"):
            Server.hooks.append((self.path, json.loads(body)))
        who = self.headers.get("X-Request-For")
        self.send(200, b"POST " + self.headers["Content-Type"].encode()
                  + b" " + body + (f" for {who}".encode() if who else b""))

    def log_message(self, *args):
        pass


steps = STEP.findall(PAGE)
assert len(steps) >= 20 and len(steps) == PAGE.count("```sql"), len(steps)
assert len([y for y, *_ in steps if y]) == PAGE.count("```yaml")
assert len([s for _, s, *_ in steps if s]) == PAGE.count("```sh")
ENV = clean_environment(PASSWORD="secret", TOKEN="s3cr3t-t0ken")
ENV["PATH"] = f"{os.path.dirname(GARNER)}:{ENV['PATH']}"


def run(*args, folder):
    return subprocess.run([GARNER, *args], capture_output=True, text=True,
                          env=ENV, cwd=folder, check=False, timeout=LIMIT)


def start_servers(stack):
    """Starts all of them; gives what stands for their addresses on the page."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    made = {}
    for name, make in (("nginx", Nginx), ("httpbin", Httpbin),
                       ("proxy", lambda: Proxy("tinyproxy")),
                       ("socks", lambda: Proxy("microsocks", "me", "secret"))):
        made[name] = make()
        stack.callback(made[name].stop)
    Server.elsewhere = made["httpbin"].url.replace("127.0.0.1", "localhost")
    return made["nginx"], made["proxy"], made["socks"], {
        "https://example.org": f"http://127.0.0.1:{server.server_port}",
        "https://login.example.org": made["httpbin"].url,
        "https://inside.example.org": made["nginx"].tls_url,
        "https://bank.example.org": made["nginx"].client_url,
        "http://proxy.example.org:3128": f"http://127.0.0.1:{made['proxy'].port}",
        "gate.example.org:1080": f"127.0.0.1:{made['socks'].port}",
        "new.example.org:8080": f"new.example.org:{made['nginx'].ports[0]}",
        "192.0.2.7": "127.0.0.1",
    }


def make_tables(path, base):
    """Those that sources take their values and URLs from."""
    db = sqlite3.connect(path)
    with db:
        db.execute("create table watchlist (symbol text, active)")
        db.execute("insert into watchlist values ('ABC', 1), ('OLD', 0), ('XYZ', 1)")
        db.execute("create table shop (url text)")
        db.executemany("insert into shop values (?)",
                       [(f"{base}/shop/nut",), (f"{base}/shop/screw",)])
    db.close()


def fetch(yaml, commands, folder):
    """Runs the file once, or what is written below it, or until its hooks have."""
    if commands:
        subprocess.run(["sh", "-c", commands], cwd=folder, env=ENV, check=False,
                       capture_output=True, timeout=LIMIT)
        return
    if "stale:" in yaml:  # however slow this machine is, there was a run before
        pathlib.Path(folder, "once.yaml").write_text(
            yaml.replace("max_age: 500ms", "max_age: 1h"))
    file = "once.yaml" if "stale:" in yaml else "garner.yaml"
    result = run("run", "--once", "-c", file, folder=folder)
    assert result.returncode in (0, 1, 4), (yaml, result.stderr)
    if "stale:" not in yaml:
        return
    with subprocess.Popen([GARNER, "run", "-c", "garner.yaml"], cwd=folder, env=ENV,
                          stderr=subprocess.PIPE) as running:
        try:
            wait_until(lambda: run(
                "query", "my.db", "select count(*) from garner_outbox where done > 0",
                "--raw", folder=folder).stdout.strip() == "1", "a hook to be told")
        finally:
            running.terminate()
            said = running.communicate()[1]
        assert b"s3cr3t" not in said, said


with contextlib.ExitStack() as all_servers, tempfile.TemporaryDirectory() as place:
    nginx, proxy, socks, names = start_servers(all_servers)
    for page_name, file in ("company-ca.pem", "ca.pem"), ("client.pem",) * 2, \
                           ("client.key",) * 2:
        pathlib.Path(place, page_name).write_bytes((nginx.folder / file).read_bytes())
    pathlib.Path(place, "urls.txt").write_text("".join(
        f"{names['https://example.org']}/shop/{name}\n" for name in ("nut", "screw")))
    for text, commands, sql, rows in steps:
        if text:
            for left in pathlib.Path(place).glob("my.db*"):
                left.unlink()
            if "sql: select symbol" in text or "sql: select url" in text:
                make_tables(pathlib.Path(place, "my.db"), names["https://example.org"])
            for name, real in names.items():
                text = text.replace(name, real)
            pathlib.Path(place, "garner.yaml").write_text(text)
            fetch(text, commands, place)
        answer = run("query", "my.db", sql, "--nl", folder=place)
        told = answer.stdout
        for name, real in names.items():
            told = told.replace(real, name) if real.startswith("http") else told
        assert told == rows, (sql, told, rows, answer.stderr)
    assert pathlib.Path(place, "saved/stations-all.json").read_bytes() == PRICES
    assert "/prices.json" in proxy.said() and "client" in socks.said()
    [(hook_path, message)] = Server.hooks
    assert hook_path == "/hook/s3cr3t-t0ken", hook_path
    assert message["event"] == "change" and message["source"] == "prices", message
    assert "/shop/basket" not in Server.asked and "/private/x" not in Server.asked
    assert Server.asked["/robots.txt"] >= 1
