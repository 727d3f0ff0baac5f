"""The command line: help, exit statuses, formats, completion, signals."""
import csv
import io
import json
import re
import signal
import subprocess
import time
import unittest

from support.program import (Case, GARNER, LIMIT, clean_environment, count_runs, garner,
                             get_bytes, get_json, one, query, wait_until)
from support.servers import Misbehaving, Nginx, reply

COMMANDS = ("run fetch get crawl query check test replay status why runs log pause resume trigger "
            "reload hosts quarantine export insert upsert backup checkpoint doctor harvest "
            "resize version help completion").split()


class Help(Case):
    def test_each_command_explains_itself(self):
        for command in COMMANDS:
            with self.subTest(command):
                flag = garner(command, "--help")
                self.assert_code(flag, 0)
                self.assertIn(f"garner {command}", flag.stdout)
                self.assertEqual(flag.stderr, "")
                word = garner("help", command)
                self.assertEqual(word.stdout, flag.stdout)
                self.assertLessEqual(max(map(len, flag.stdout.splitlines())), 80)

    def test_the_commands_are_listed(self):
        result = garner("help")
        self.assert_code(result, 0)
        for command in COMMANDS:
            self.assertRegex(result.stdout, rf"(?m)^\s+{command}\b")
        self.assertEqual(garner("--help").stdout, result.stdout)

    def test_no_command_at_all(self):
        result = garner()
        self.assert_code(result, 2)
        self.assertIn("garner", result.stderr)

    def test_version(self):
        result = garner("version")
        self.assert_code(result, 0)
        self.assertRegex(result.stdout, r"^garner \d+\.\d+\.\d+")
        self.assertEqual(garner("--version").stdout, result.stdout)
        self.assertIn("version", json.loads(garner("version", "--json").stdout))

    def test_mistakes_are_named(self):
        for args, says in ((["runn"], "run"), (["run", "--evry", "1s"], "--every"),
                           (["run"], "URL"), (["query"], "DB"),
                           (["run", "http://127.0.0.1/", "--every", "soon"], "soon"),
                           (["get"], "URL"), (["get", "--max-filesize", "big", "u"], "big"),
                           (["completion", "tcsh"], "tcsh")):
            with self.subTest(args):
                result = garner(*args, cwd=self.folder)
                self.assert_code(result, 2)
                self.assertIn(says, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertTrue(result.stderr.startswith("garner"), result.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_the_reader_may_go_away(self):
        result = subprocess.run(
            ["bash", "-c", f"set -o pipefail; '{GARNER}' query :memory: --csv '"
             "with recursive n(i) as (select 1 union all select i + 1 from n"
             " limit 1000000) select i from n' | head -n 1"],
            capture_output=True, text=True, timeout=LIMIT, check=False,
            env=clean_environment())
        self.assertEqual(result.stdout.strip(), "i")
        self.assertEqual(result.stderr, "")


class Formats(Case):
    ROWS = ("select 1 as number, 1.5 as real, 'a,\"b\"' || char(10) || 'c' as text,"
            " null as absent, x'00ff' as bytes union all"
            " select 2, -0.25, 'grün 語', null, x''")

    def run_query(self, *flags):
        result = garner("query", ":memory:", *flags, self.ROWS)
        self.assert_code(result, 0)
        return result.stdout

    def test_csv(self):
        head, first, second = csv.reader(io.StringIO(self.run_query("--csv"), newline=""))
        self.assertEqual(head, ["number", "real", "text", "absent", "bytes"])
        self.assertEqual(first[:4], ["1", "1.5", 'a,"b"\nc', ""])
        self.assertEqual(second[:4], ["2", "-0.25", "grün 語", ""])

    def test_json(self):
        first, second = json.loads(self.run_query("--json"))
        self.assertEqual((first["number"], first["real"], first["text"], first["absent"]),
                         (1, 1.5, 'a,"b"\nc', None))
        self.assertEqual(second["text"], "grün 語")

    def test_lines_of_json(self):
        lines = [json.loads(line) for line in self.run_query("--nl").splitlines()]
        self.assertEqual(lines, json.loads(self.run_query("--json")))

    def test_a_table_for_people(self):
        text = self.run_query("-t")
        self.assertIn("number", text.splitlines()[0])
        self.assertIn("grün 語", text)

    def test_no_rows(self):
        self.assertEqual(json.loads(garner("query", ":memory:", "--json",
                                           "select 1 where 0").stdout), [])
        self.assertEqual(garner("query", ":memory:", "--nl", "select 1 where 0").stdout, "")

    def test_a_query_does_not_write(self):
        query_db = self.folder / "q.db"
        self.assert_code(garner("query", query_db, "select 1"), 3)
        self.assertFalse(query_db.exists(), "nor does it make a database")

    def test_a_query_that_would_write_says_how(self):
        result = garner("query", ":memory:", "create table t (a)")
        self.assert_code(result, 2)
        self.assertIn("--write", result.stderr)
        self.assertNotIn("garner_", result.stderr)

    def test_a_query_that_takes_too_long(self):
        result = garner("query", ":memory:", "--timeout", "20ms", "with recursive n(i) as"
                        " (select 1 union all select i + 1 from n) select count(*) from n")
        self.assert_code(result, 124)
        self.assertIn("--timeout", result.stderr)
        self.assertNotIn("timeout_ms", result.stderr)

    def test_status_is_short_for_people(self):
        nginx = Nginx()
        self.addCleanup(nginx.stop)
        garner("run", nginx.url + "/same", "--db", self.db)
        head = garner("status", self.db).stdout.splitlines()[0].split()
        self.assertEqual(
            head, "source age_s stale_s http ms runs failed missed rows error".split())
        line, = json.loads(garner("status", self.db, "--json").stdout)
        self.assertEqual((line["url"], line["bytes"]), (nginx.url + "/same",
                                                        one(self.db, "select bytes from garner_run")))

    def test_the_body_is_given_back(self):
        nginx = Nginx()
        self.addCleanup(nginx.stop)
        for text in "short", "long " * 1000:
            (nginx.folder / "files" / "x").write_text(text)
            garner("get", nginx.url + "/files/x", "--db", self.db)
            self.assertEqual(garner(
                "query", self.db, "--raw", "select body_of(max(id))"
                " from garner_body").stdout, text)
        self.assertEqual(query(self.db, "select distinct codec from garner_body order by 1"),
                         [("none",), ("zstd",)])

    def test_sql_from_elsewhere_that_is_wrong(self):
        result = garner("query", ":memory:", "selec 1")
        self.assert_code(result, 2)
        self.assertIn("selec", result.stderr)


class Completion(Case):
    def complete(self, *words):
        """What bash offers for the last of words."""
        script = garner("completion", "bash")
        self.assert_code(script, 0)
        name = self.write("garner.bash", script.stdout)
        program = f"""
            source {name}
            COMP_WORDS=({' '.join(f"'{w}'" for w in words)})
            COMP_CWORD={len(words) - 1}
            COMP_LINE="${{COMP_WORDS[*]}}" COMP_POINT=${{#COMP_LINE}}
            entry=$(complete -p garner)
            [[ $entry =~ -F\\ ([^ ]+) ]] && "${{BASH_REMATCH[1]}}" garner \
                "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        result = subprocess.run(["bash", "--norc", "-c", program], capture_output=True,
                                text=True, timeout=LIMIT, cwd=self.folder, check=False)
        self.assertEqual(result.stderr, "")
        return [word.strip() for word in result.stdout.splitlines() if word.strip()]

    def test_commands(self):
        self.assertLessEqual(set(COMMANDS), set(self.complete("garner", "")))
        self.assertEqual(self.complete("garner", "que"), ["query"])

    def test_flags_of_a_command(self):
        self.assertIn("--every", self.complete("garner", "run", "--e"))
        self.assertNotIn("--every", self.complete("garner", "query", "--"))

    def test_the_other_shells_have_theirs(self):
        for shell in "zsh", "fish":
            script = garner("completion", shell)
            self.assert_code(script, 0)
            self.assertIn("every", script.stdout)


class Runs(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def test_one_url_without_a_schedule_is_fetched_once(self):
        result = garner("run", self.nginx.url + "/same", "--db", self.db)
        self.assert_code(result, 0)
        self.assertEqual(count_runs(self.db), 1)

    def test_for_a_time(self):
        start = time.monotonic()
        result = garner("run", self.nginx.url + "/tick", "--every", "100ms",
                        "--for", "1s", "--db", self.db)
        self.assert_code(result, 0)
        self.assertGreaterEqual(time.monotonic() - start, 0.9)
        self.assertGreaterEqual(count_runs(self.db), 1)

    def test_a_failure_that_is_over(self):
        """A job has failed; a service works again."""
        fetches = []

        def fail_once(sock, request, server):
            fetches.append(request)
            sock.sendall(reply("1", status="200 OK" if len(fetches) > 1 else "500 No"))

        server = Misbehaving({"/x": fail_once})
        self.addCleanup(server.stop)
        result = garner("run", server.url + "/x", "--every", "100ms", "--for", "1s",
                        "--db", self.db)
        self.assertEqual(one(self.db, "select count(*) from garner_run"
                                      " where error is not null and missed = 0"), 1)
        self.assertIn("; 1 error,", result.stderr)
        self.assert_code(result, 1)
        fetches.clear()
        before = count_runs(self.db)
        running = self.start("run", server.url + "/x", "--every", "100ms",
                             "--db", self.db)
        wait_until(lambda: running.alive() and count_runs(self.db) > before + 2, "runs")
        self.assertEqual(running.stop(), 0)
        self.assertIn("; 1 error,", running.output)

    def test_a_key_updates_in_place(self):
        for _ in range(2):
            self.assert_code(garner(
                "run", self.nginx.url + "/tick?n=1", "--db", self.db, "--into", "t",
                "--key", "n", "--sql",
                "select :body->>'$.n' as n, :body->>'$.id' as id"), 0)
        self.assertEqual(one(self.db, "select count(*) from t"), 1)

    def test_a_file(self):
        self.write("garner.yaml", f"""garner: 1
store: sqlite:{self.db}
sources:
  ticks:
    url: {self.nginx.url}/tick?n=5
    schedule: {{ every: 50ms }}
    rows:
      table: ticks
      key: [id]
      sql: select :body->>'$.id' as id, :source as source
""")
        self.assert_code(garner("check", "garner.yaml", cwd=self.folder), 0)
        running = self.start("run", "-c", "garner.yaml")
        wait_until(lambda: running.alive() and count_runs(self.db) > 1, "runs")
        self.assertEqual(running.stop(), 0, running.output)
        self.assertGreater(one(self.db, "select count(*) from ticks where source = 'ticks'"), 1)
        status = garner("status", self.db, "--json")
        self.assert_code(status, 0)
        self.assertIn("ticks", status.stdout)

    def test_a_secret_is_nowhere(self):
        (self.folder / "token").write_text("mostsecret\n")
        self.write("garner.yaml", f"""garner: 1
store: {self.db}
sources:
  plain:
    url: {self.nginx.url}/same?key=${{file:token}}
    schedule: 100ms
    rows: {{ table: t, sql: "select :url as url, :final_url as final" }}
  moved:
    url: {self.nginx.url}/moved-with?key={{key}}
    vars: {{ key: "${{env:KEY}}" }}
    schedule: 100ms
    rows: {{ table: t, sql: "select :url as url, :final_url as final" }}
  lost:
    url: {self.nginx.url}/missing/${{file:token}}
    schedule: 100ms
""")
        running = self.start("run", "-c", "garner.yaml", "--listen", "127.0.0.1:0",
                             env=clean_environment(KEY="most+secret/two"))
        found = wait_until(lambda: running.alive() and re.search(
            r"http://127\.0\.0\.1:\d+", running.output), "where it listens")
        wait_until(lambda: get_json(found[0] + "/status.json")["totals"]["stored"] > 5,
                   "runs of each")
        told = get_bytes(found[0] + "/status.json") + get_bytes(found[0] + "/metrics")
        self.assertEqual(running.stop(), 1)
        urls = {url.removeprefix(self.nginx.url) for url, in query(
            self.db, "select url from garner_source union select url from garner_run"
                     " union select url from t union select final from t")}
        self.assertEqual(urls, {"/same?key=***", "/moved-with?key=***", "/missing/***"})
        told += running.output.encode() + b"".join(
            path.read_bytes() for path in self.folder.glob("data.db*"))
        told += garner("status", self.db).stdout.encode()
        self.assertIn(b"/same?key=***", told)
        for secret in b"mostsecret", b"most+secret", b"most%2", b"two":
            self.assertNotIn(secret, told)

    def test_get_into_stores(self):
        result = garner("get", self.nginx.url + "/same", "--db", self.db, "--into", "t",
                        "--sql", "select :body->>'$.name' as name")
        self.assert_code(result, 0)
        self.assertEqual(query(self.db, "select name from t"), [("same",)])

    def test_get_fills_the_url(self):
        result = garner("get", self.nginx.url + "/tick?n={n}", "-p", "n=a b")
        self.assert_code(result, 0)
        self.assertIn("a%20b", result.stdout)
        for wrong in ("{m}", "-p", "n=1"), ("{n}", "-p", "n"):
            result = garner("get", self.nginx.url + "/tick?n=" + wrong[0], *wrong[1:])
            self.assert_code(result, 2)
            self.assertEqual(result.stdout, "")

    def test_closed_standard_files(self):
        def run(closed):
            return subprocess.run(
                ["bash", "-c", f"'{GARNER}' get {self.nginx.url}/same {closed}"],
                capture_output=True, text=True, timeout=LIMIT, check=False,
                env=clean_environment())
        self.assert_code(run("2>&- <&-"), 0)
        result = run(">&-")
        self.assert_code(result, 1)
        self.assertIn("cannot write to standard output", result.stderr)

    def test_a_low_limit_of_open_files(self):
        """It says so, or does its work; it never aborts."""
        url, said = self.nginx.url + "/same", 0
        for files in range(4, 30):
            for args in (["run", url, "--db", self.db], ["get", url],
                         ["query", self.db, "select 1"]):
                with self.subTest(files=files, command=args[0]):
                    result = subprocess.run(
                        ["prlimit", f"--nofile={files}", GARNER, *args],
                        capture_output=True, text=True, timeout=LIMIT, check=False,
                        env=clean_environment())
                    if "shared libraries" in result.stderr or "prlimit" in result.stderr:
                        continue  # not even that many
                    self.assertIn(result.returncode, (0, 1, 3), result.stderr)
                    if result.returncode:
                        self.assertIn("ulimit -n", result.stderr)
                        said += 1
        self.assertEqual(result.returncode, 0)
        self.assertGreater(said, 10)

    def test_get_looks_at_all_urls_first(self):
        result = garner("get", self.nginx.url + "/same", "http://u:secret@h h/")
        self.assert_code(result, 2)
        self.assertEqual(result.stdout, "")
        self.assertIn("http://u:***@h h/: ", result.stderr)

    def test_the_last_words(self):
        result = garner("run", self.nginx.url + "/same", "--db", self.db)
        self.assertIn("1 run and 0 rows", result.stderr)
        self.assertRegex(result.stderr, "look at it: .*garner_log")
        result = garner("run", self.nginx.url + "/missing", "--db", self.db)
        self.assertIn("1 of 1 source failed", result.stderr)
        self.assertIn("; 1 error, 0 missed", result.stderr)
        result = garner("run", self.nginx.url + "/same", "--db", self.db, "--into", "t",
                        "--sql", "select 1 as one where 0")
        self.assertRegex(result.stderr, "look at it: .*garner_log")
        result = garner("run", self.nginx.url + "/same", "--db", self.db, "--into", "t",
                        "--sql", "select 1 as one")
        self.assertIn("1 run and 1 row ", result.stderr)
        self.assertRegex(result.stderr, "look at it: .*from \"t\"")
        result = garner("run", self.nginx.url + "/same", "--db", ":memory:")
        self.assertNotIn("look at it", result.stderr)

    def test_where_to_is_asked(self):
        result = garner("run", self.nginx.url + "/same")
        self.assert_code(result, 2)
        self.assertIn("--db FILE", result.stderr)
        self.assertNotIn("store:", result.stderr)
        self.write("s.yaml", "garner: 1\nsources: { a: { url: http://h/ } }\n")
        result = garner("run", "-c", "s.yaml", cwd=self.folder)
        self.assert_code(result, 2)
        self.assertIn("'store: FILE' to s.yaml", result.stderr)
        result = garner("run", "-c", "s.yaml", "http://h/", cwd=self.folder)
        self.assert_code(result, 2)
        self.assertIn("names of its sources", result.stderr)
        result = garner("run", "-c", "none.yaml", "http://h/", cwd=self.folder)
        self.assert_code(result, 2)
        self.assertIn("cannot open none.yaml", result.stderr)

    def test_log_lines_are_json_when_asked(self):
        result = garner("run", self.nginx.url + "/missing", "--db", self.db,
                        "--log", "json")
        self.assert_code(result, 1)
        lines = [json.loads(line) for line in result.stderr.splitlines()]
        self.assertTrue(lines)
        self.assertIn("404", result.stderr)

    def test_the_door(self):
        running = self.start("run", self.nginx.url + "/tick", "--every", "50ms",
                             "--db", self.db, "--listen", "127.0.0.1:0")
        found = wait_until(lambda: running.alive() and re.search(
            r"http://127\.0\.0\.1:\d+", running.output), "where it listens")
        wait_until(lambda: get_json(found[0] + "/status.json")["totals"]["stored"] > 2,
                   "three stored runs")
        metrics = get_bytes(found[0] + "/metrics").decode()
        self.assertRegex(metrics, r"(?m)^garner_\w+_total(\{[^}]*\})? [0-9.e+]+$")
        get_bytes(found[0] + "/healthz")
        self.assertEqual(running.stop(), 0)

    def test_the_door_opens_to_others_only_with_a_token(self):
        result = garner("run", self.nginx.url + "/same", "--db", self.db,
                        "--listen", "0.0.0.0:0")
        self.assert_code(result, 2)
        self.assertIn("token", result.stderr)

    def test_a_door_that_cannot_be_is_no_fault_of_the_store(self):
        taken = self.nginx.url.removeprefix("http://")
        for flags in ("--listen", taken), ("--listen", "127.0.0.1:0", "--token-file", "no"):
            result = garner("run", self.nginx.url + "/same", "--db", self.db, *flags)
            self.assert_code(result, 2)
            self.assertEqual(count_runs(self.db), 0)


class Signals(Case):
    """A server whose answers wait until the test lets them go."""

    def setUp(self):
        super().setUp()
        self.server = Misbehaving({"/held": self.held})
        self.addCleanup(self.server.stop)
        self.let_go = False

    def held(self, sock, request, server):
        while not self.let_go and not server.done.wait(0.01):
            pass
        sock.sendall(reply('{"n": 1}'))

    def begin(self, *more):
        for said in self.folder.glob("std*.txt"):
            said.unlink()  # by the one before
        running = self.start("run", self.server.url + "/held", "--every", "100ms",
                             "--db", self.db, *more)
        wait_until(lambda: running.alive() and self.server.requests, "a request")
        return running

    @staticmethod
    def wait_for_word(running):
        wait_until(lambda: re.search("(?i)finish|stop|drain", running.output),
                   "word of the end")

    def test_the_first_finishes_what_is_under_way(self):
        for sig in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            with self.subTest(sig):
                self.let_go = False
                self.server.requests.clear()
                before = count_runs(self.db)
                running = self.begin()
                running.process.send_signal(sig)
                self.wait_for_word(running)
                running.alive()
                self.let_go = True
                self.assertEqual(running.wait(), 0, running.output)
                self.assertEqual(count_runs(self.db), before + 1)
        self.assertEqual(one(self.db, "select count(*) from garner_run"
                                      " where status = 200"), 3)

    def test_the_second_ends_at_once(self):
        running = self.begin()
        running.process.send_signal(signal.SIGINT)
        self.wait_for_word(running)  # else it might hear of one alone
        running.process.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(), 130, running.output)
        self.assertEqual(one(self.db, "select failure from garner_run"
                                      " where missed = 0"), "canceled")
        self.assert_sound()

    def test_a_status_line_on_usr1(self):
        running = self.begin()
        running.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: running.alive() and re.search(r"1 (source|fetching)|sources[=: ]+1",
                                                         running.output), "the status")
        self.let_go = True
        self.assertEqual(running.stop(), 0)


if __name__ == "__main__":
    unittest.main()
