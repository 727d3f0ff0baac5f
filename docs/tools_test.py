"""tools_test.py GARNER SOURCE PAGE LEAST COMMAND... - the examples in PAGE, in
their order: each command prints what it says there. There are LEAST of them, and
a section on each COMMAND."""
import functools
import http.server
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

GARNER = pathlib.Path(sys.argv[1])
PAGE = pathlib.Path(sys.argv[2], "docs", sys.argv[3]).read_text()
THERE = "localhost:8000"
FILE = re.compile(r"(?ms)`([\w.]+)`:\n\n```\w+\n(.*?)^```$")
CONSOLE = re.compile(r"(?ms)^```console\n(.*?)^```$")


class Server(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def commands(block):
    """The lines behind "$ ", each with those that go on behind "> ", and with
    what is printed below it."""
    for part in re.split(r"(?m)^\$ ", block)[1:]:
        command, _, output = part.partition("\n")
        while output.startswith("> "):
            more, _, output = output[2:].partition("\n")
            command += "\n" + more
        yield command, output


with tempfile.TemporaryDirectory(prefix="garner-tools-") as folder:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Server, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"127.0.0.1:{server.server_port}"
    env = {name: value for name, value in os.environ.items()
           if not name.lower().endswith("_proxy") and not name.startswith("GARNER_")}
    env.update(PATH=f"{GARNER.resolve().parent}:{env['PATH']}", LC_ALL="C.UTF-8")
    files = FILE.findall(PAGE)
    assert len(files) >= 3, files
    for name, text in files:
        pathlib.Path(folder, name).write_text(text.replace(THERE, here))
    count = 0
    for block in CONSOLE.findall(PAGE):
        for command, output in commands(block):
            result = subprocess.run(command.replace(THERE, here), shell=True, cwd=folder, env=env, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    check=False)
            assert result.stdout == output, \
                f"{command}\nprints\n{result.stdout}\nnot\n{output}"
            count += 1
    assert count >= int(sys.argv[4]), count
    server.shutdown()
for command in sys.argv[5:]:
    assert re.search(rf"(?m)^## .*garner {command}", PAGE), f"{command} has no section"
