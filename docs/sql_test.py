"""sql_test.py GARNER SOURCE - each example in sql.md gives what it says there,
and every function of garner's has its place in it."""
import http.server
import os
import pathlib
import re
import subprocess
import sys
import threading

GARNER, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
PAGE = (SOURCE / "docs" / "sql.md").read_text()
TYPES = {"html": "text/html", "json": "application/json", "csv": "text/csv",
         "xml": "application/xml", "text": "text/plain"}
EXAMPLE = re.compile(r"(?ms)^```(\w+)\n((?:(?!^```).)*)^```\n"
                     r"```sql\n((?:(?!^```).)*)^```\n"
                     r"```json\n((?:(?!^```).)*)^```$")


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind, body = EXAMPLES[int(self.path[1:])][:2]
        body = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", TYPES[kind])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def names():
    """The functions that the room registers."""
    for path in sorted((SOURCE / "src" / "extract").glob("*.c")):
        if not path.name.endswith("_test.c"):
            text = path.read_text()
            yield from re.findall(r'\{"(\w+)", -?\d, \w+\}', text)
            yield from re.findall(r'"(\w+_(?:each|rows|table))"', text)


EXAMPLES = EXAMPLE.findall(PAGE)
titles = re.findall(r"(?m)^### (.*)$", PAGE)
for title in titles:
    section = PAGE.partition(f"### {title}\n")[2].partition("\n### ")[0]
    assert EXAMPLE.search(section), f"{title}: no example"
told = set(re.findall(r"(\w+)\(", " ".join(titles)))
# SQLite's own
missing = set(names()) - told - {"json_each", "jsonb_each", "instr", "replace", "trim", "ltrim",
                                 "rtrim"}
assert not missing, f"not in sql.md: {sorted(missing)}"
assert len(EXAMPLES) >= 4

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items()
       if not name.lower().endswith("_proxy")}
for i, (_, _, sql, rows) in enumerate(EXAMPLES):
    result = subprocess.run(
        [GARNER, "get", f"http://127.0.0.1:{server.server_port}/{i}", "--sql", sql],
        capture_output=True, text=True, check=False, env=env)
    assert result.returncode == 0, (sql, result.stderr)
    assert result.stdout == rows, f"{sql}\ngives\n{result.stdout}\nnot\n{rows}"
server.shutdown()
