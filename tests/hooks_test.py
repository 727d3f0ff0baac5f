"""Scripts and people are told what happens to a source: from the file to the
command that runs, over kill -9 and over two ways of ending."""
import http.server
import json
import os
import pathlib
import signal
import threading
import unittest

from support.program import Case, garner, one, query, wait_until
from support.servers import Nginx, dead_port

ROUNDS = int(os.environ.get("HOOK_ROUNDS",
                            "40" if os.environ.get("FAULTS") == "full" else "6"))


class Listener(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


class Hooks(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def write(self, text):
        path = pathlib.Path(self.folder, "garner.yaml")
        path.write_text(f"garner: 1\nstore: {self.db}\n{text}")
        return path

    def script(self, name, lines):
        path = pathlib.Path(self.folder, name)
        path.write_text("#!/bin/sh\n" + lines)
        path.chmod(0o755)

    def lines(self, name):
        path = pathlib.Path(self.folder, name)
        return path.read_text().splitlines() if path.exists() else []

    def test_a_script_beside_the_file_gets_the_rows(self):
        self.script("changed", 'pwd >where; cat >rows; echo "$1 $GARNER_EVENT '
                               '$GARNER_SOURCE $GARNER_URL $GARNER_RUN" >told\n')
        path = self.write(f"""
sources:
  prices:
    url: {self.nginx.url}/same
    hooks: {{ change: [./changed, "an argument"] }}
    rows:
      table: prices
      key: name
      sql: select :body->>'$.name' as name, :body->>'$.price' as price
""")
        result = garner("run", "--once", "-c", path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.lines("where"), [os.path.realpath(self.folder)])
        self.assertEqual(self.lines("rows"), ['{"name":"same","price":7}'])
        self.assertEqual(self.lines("told"), [
            f"an argument change prices {self.nginx.url}/same 1"])
        self.assertEqual(garner("run", "--once", "-c", path).returncode, 0)
        self.assertEqual(one(self.db, "select count(*) from garner_outbox"), 1)

    def test_who_fails_three_times_is_told_of_and_who_works_again(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        server.heard = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        text = f"""
notify:
  room: {{ webhook: "http://127.0.0.1:{server.server_port}/${{env:ROOM}}" }}
defaults: {{ alert: {{ to: room, after: 3 }} }}
sources:
  a: {{ url: "URL" }}
"""
        env = {**os.environ, "ROOM": "a-secret-room"}
        bad = text.replace("URL", f"http://127.0.0.1:{dead_port()}/")
        good = text.replace("URL", f"{self.nginx.url}/same")
        for _ in range(4):
            self.assertEqual(garner("run", "--once", "-c", self.write(bad),
                                    env=env).returncode, 1)
        for _ in range(2):
            result = garner("run", "--once", "-c", self.write(good), env=env)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual([path for path, _ in server.heard],
                         ["/a-secret-room"] * 2)
        texts = [message["text"] for _, message in server.heard]
        self.assertRegex(texts[0], r"^a fails: .*3 times in a row, since 20")
        self.assertRegex(texts[1], r"^a works again, after 4 failures since 20")
        self.assertNotIn("a-secret-room", pathlib.Path(self.db).read_bytes()
                         .decode("latin-1"))

    def test_a_hook_that_fails_is_told_and_stops_nothing(self):
        path = self.write(f"""
sources:
  a:
    url: {self.nginx.url}/same
    schedule: 100ms
    hooks: {{ success: {{ run: [sh, -c, "echo oh no; exit 3"] }} }}
""")
        running = self.start("run", "-c", path)
        wait_until(lambda: running.alive() and "the hook for success: exit "
                   "status 3: oh no" in running.output, "the message")
        self.assertEqual(running.stop(), 0, running.output)

    def test_no_secret_is_kept_of_what_a_hook_says(self):
        path = self.write(f"""
notify:
  me: {{ run: [sh, -c, "cat >/dev/null; echo to ${{env:SEC}}; exit 1"] }}
sources:
  a:
    url: {self.nginx.url}/broken
    alert: me
    hooks:
      error: {{ run: [sh, -c, "echo token $TOKEN; exit 3"],
               env: {{ TOKEN: "${{env:SEC}}" }} }}
""")
        result = garner("run", "--once", "-c", path,
                        env={**os.environ, "SEC": "s3cr3t-t0ken"})
        self.assertIn("exit status 3: token ***", result.stderr)
        self.assertIn("exit status 1: to ***", result.stderr)
        self.assertNotIn("s3cr3t-t0ken", result.stderr)
        self.assertEqual(one(self.db, "select output from garner_outbox"
                             " where recipient is null"), "token ***\n")
        self.assertNotIn(b"s3cr3t-t0ken", pathlib.Path(self.db).read_bytes())

    def test_nor_of_its_sources_by_who_is_notified(self):
        text = f"""
notify:
  me: {{ run: [sh, -c, "cat >/dev/null; echo to $SEC and $SEC2; exit 1"], digest: 1ms QUIET }}
defaults: {{ alert: me }}
sources:
  a: {{ url: "{self.nginx.url}/broken", headers: {{ X: "${{env:SEC}}" }} }}
  b: {{ url: "{self.nginx.url}/broken", headers: {{ X: "${{env:SEC2}}" }} }}
"""
        env = {**os.environ, "SEC": "s3cr3t-t0ken", "SEC2": "an0ther-t0ken"}
        said = ""
        for quiet in ", quiet: '00:00-24:00'", "":  # both are told at once
            result = garner("run", "--once", "-c", self.write(text.replace("QUIET", quiet)),
                            env=env)
            said += result.stderr
        self.assertIn("exit status 1: to *** and ***", said)
        for secret in "s3cr3t-t0ken", "an0ther-t0ken":
            self.assertNotIn(secret, said)
            self.assertNotIn(secret.encode(), pathlib.Path(self.db).read_bytes())

    def test_who_is_stale_is_told_with_its_last_run(self):
        text = f"""
sources:
  a:
    url: {self.nginx.url}/broken
    schedule: 50ms
    max_age: 300ms
    hooks:
      stale: [sh, -c, "echo $GARNER_URL $GARNER_STATUS $GARNER_FAILURE; \
              test $GARNER_RUN -gt 0"]
"""
        path = self.write(text.replace("300ms", "1h"))
        garner("run", "--once", "-c", path)  # however slow this machine is
        running = self.start("run", "-c", self.write(text))
        wait_until(lambda: running.alive() and one(
            self.db, "select count(*) from garner_outbox"
            " where done is not null") == 1, "the hook to have run")
        self.assertEqual(running.stop(), 1, running.output)
        self.assertEqual(
            query(self.db, "select outcome, output from garner_outbox"),
            [("exit status 0", f"{self.nginx.url}/broken 500 http\n")])

    def test_none_is_lost_over_kill_9(self):
        path = self.write(f"""
sources:
  a:
    url: {self.nginx.url}/tick
    schedule: 20ms
    hooks: {{ success: [./hook] }}
""")
        self.script("hook", 'echo "$GARNER_RUN" >>told\n')
        for _ in range(ROUNDS):
            told = len(self.lines("told"))
            running = self.start("run", "-c", path)
            wait_until(lambda: running.alive()
                       and len(self.lines("told")) > told + 3, "some hooks")
            running.process.send_signal(signal.SIGKILL)
            running.process.wait()
        waiting = "select count(*) from garner_outbox where done is null"
        # The last one ends by itself, when nothing waits any more.
        wait_until(lambda: garner("run", "--once", "-c", path).returncode == 0
                   and one(self.db, waiting) == 0, "the rest")
        runs = [run for run, in query(self.db, "select id from garner_run"
                                               " where missed = 0")]
        told = [int(line) for line in self.lines("told")]
        self.assertEqual(sorted(set(told)), runs)
        self.assertLessEqual(len(told), len(runs) + ROUNDS)
        self.assertEqual(one(self.db, "pragma integrity_check"), "ok")


if __name__ == "__main__":
    unittest.main()
