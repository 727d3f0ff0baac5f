"""tools_test.py GARNER SOURCE - the examples in tools.md, in their order: each
command prints what it says there."""
import functools
import http.server
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

GARNER, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
PAGE = (SOURCE / "docs" / "tools.md").read_text()
FILE = re.compile(r"(?ms)`([\w.]+)`:\n\n```\w+\n(.*?)^```$")
CONSOLE = re.compile(r"(?ms)^```console\n(.*?)^```$")


class Server(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def commands(block):
    """The lines behind "$ ", each with what is printed below it."""
    for part in re.split(r"(?m)^\$ ", block)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


with tempfile.TemporaryDirectory(prefix="garner-tools-") as folder:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Server, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = {name: value for name, value in os.environ.items()
           if not name.lower().endswith("_proxy") and not name.startswith("GARNER_")}
    env.update(PATH=f"{GARNER.resolve().parent}:{env['PATH']}", LC_ALL="C.UTF-8")
    files = FILE.findall(PAGE)
    assert len(files) >= 4, files
    for name, text in files:
        text = text.replace("localhost:8000", f"127.0.0.1:{server.server_port}")
        pathlib.Path(folder, name).write_text(text)
    count = 0
    for block in CONSOLE.findall(PAGE):
        for command, output in commands(block):
            result = subprocess.run(command, shell=True, cwd=folder, env=env, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    check=False)
            assert result.stdout == output, \
                f"{command}\nprints\n{result.stdout}\nnot\n{output}"
            count += 1
    assert count >= 15, count
    server.shutdown()
for command in "check", "test", "shell", "replay", "export", "insert", "upsert":
    assert re.search(rf"(?m)^## .*garner {command}", PAGE), f"{command} has no section"
