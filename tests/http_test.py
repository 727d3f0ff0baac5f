"""garner against real servers: nginx and httpbin; misbehaving_test.py has those
that do what they should not."""
import gzip
import hashlib
import json
import os
import unittest

from support.program import (Case, clean_environment, count_runs, garner, get_bytes, one,
                             query, wait_until)
from support.servers import (BIG_BYTES, Httpbin, ISO_CODES, Misbehaving, Nginx, dead_port,
                             reply)


class Http(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def get(self, *args, code=0, **more):
        """`garner get`, expecting an exit status; gives the body's bytes."""
        result = garner("get", *args, text=False, **more)
        self.assertEqual(result.returncode, code, result.stderr.decode())
        self.error = result.stderr.decode()
        return result.stdout

    def fetch(self, *args, code=0, env=None):
        """Runs once into the database; gives the last row of garner_run."""
        result = garner("run", *args, "--once", "--db", self.db, env=env)
        self.assert_code(result, code)
        return self.last()

    def last(self):
        columns = ("status", "error", "bytes", "duration_us")
        row = query(self.db, f"select {', '.join(columns)} from garner_run"
                             " order by id desc limit 1")[0]
        return dict(zip(columns, row))

    def body(self):
        """The body of the last run, decoded."""
        result = garner("query", self.db, "--raw",
                        "select body_of(r.body)"
                        " from garner_run r where r.body is not null"
                        " order by r.id desc limit 1", text=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout


class Documents(Http):
    def test_a_document_arrives_as_it_is(self):
        for path in "/json/iso_3166-1.json", "/json/iso_3166-2.json", "/html/lang.html":
            with self.subTest(path):
                whole = self.get(self.nginx.url + path)
                self.assertEqual(whole, get_bytes(self.nginx.url + path))

    def test_a_feed_in_latin_1(self):
        folder = self.nginx.folder / "files"
        feed = ("<?xml version='1.0' encoding='ISO-8859-1'?><rss><channel><item>"
                "<title>Caf\u00e9 \u00a3</title></item></channel></rss>")
        (folder / "feed.xml").write_bytes(feed.encode("latin-1"))
        for sql in ("select title from feed_each(:body)",
                    "select text as title from xml_each(:body, '//item/title')"):
            with self.subTest(sql):
                row = self.get(self.nginx.url + "/files/feed.xml", "--sql", sql)
                self.assertEqual(json.loads(row), {"title": "Caf\u00e9 \u00a3"})

    def test_rows_of_a_real_document(self):
        row = self.fetch(
            self.nginx.url + "/json/iso_3166-1.json", "--into", "country",
            "--key", "alpha_2", "--sql",
            "select value->>'alpha_2' as alpha_2, value->>'name' as name,"
            " cast(value->>'numeric' as integer) as number"
            " from json_each(:body, '$.\"3166-1\"')")
        self.assertEqual(row["status"], 200)
        given = json.loads((ISO_CODES / "iso_3166-1.json").read_text())["3166-1"]
        self.assertEqual(
            query(self.db, "select alpha_2, name, number from country order by 1"),
            sorted((c["alpha_2"], c["name"], int(c["numeric"])) for c in given))

    def test_the_stored_body_is_the_document(self):
        given = (ISO_CODES / "iso_639-3.json").read_bytes()
        row = self.fetch(self.nginx.url + "/json/iso_639-3.json")
        self.assertEqual(row["bytes"], len(given))
        (sha, size, data), = query(
            self.db, "select sha256, size, length(data) from garner_body")
        sha = sha.hex() if isinstance(sha, bytes) else sha
        self.assertEqual((sha, size), (hashlib.sha256(given).hexdigest(), len(given)))
        self.assertLess(data, size / 4, "compressed")

    def test_a_body_that_stays_the_same_is_kept_once(self):
        for _ in range(3):
            self.fetch(self.nginx.url + "/same")
        self.assertEqual(one(self.db, "select count(*) from garner_run"), 3)
        self.assertEqual(one(self.db, "select count(*) from garner_body"), 1)
        self.assertEqual(one(self.db, "select count(distinct body) from garner_run"), 1)

    def test_a_body_that_changes_is_kept_each_time(self):
        for _ in range(3):
            self.fetch(self.nginx.url + "/tick")
        self.assertEqual(one(self.db, "select count(distinct body) from garner_run"), 3)

    def test_it_says_who_it_is(self):
        version = garner("version").stdout.split()[1]
        self.assertEqual(self.get(self.nginx.url + "/agent").decode(),
                         f"garner/{version}")

    def test_redirects(self):
        self.assertEqual(self.get("-L", self.nginx.url + "/moved"),
                         self.get(self.nginx.url + "/same"))
        self.assertEqual(self.fetch(self.nginx.url + "/moved")["status"], 200)

    def test_a_proxy_from_the_environment_is_used(self):
        env = clean_environment(http_proxy=self.nginx.url)
        self.assertIn(b"same", self.get("http://nowhere.invalid/same", env=env))

    def test_a_bad_status_is_a_run_with_its_status(self):
        for path, status in ("/missing", 404), ("/broken", 500):
            row = self.fetch(self.nginx.url + path, code=1)
            self.assertEqual(row["status"], status)
            self.assertIn(str(status), row["error"])

    def test_get_fails_like_curl_when_told(self):
        self.assertEqual(self.get("-f", self.nginx.url + "/missing", code=22), b"")
        self.assertIn("404", self.error)
        self.assertEqual(self.get(self.nginx.url + "/missing"), b"nothing here\n")

    def test_a_big_body_is_whole(self):
        sha = self.nginx.make_big()
        whole = self.get(self.nginx.url + "/files/big")
        self.assertEqual(len(whole), BIG_BYTES)
        self.assertEqual(hashlib.sha256(whole).hexdigest(), sha)
        del whole
        self.fetch(self.nginx.url + "/files/big")
        self.assertEqual(hashlib.sha256(self.body()).hexdigest(), sha)

    def test_a_body_over_the_limit_is_refused(self):
        self.nginx.make_big()
        self.get("--max-filesize", "1M", self.nginx.url + "/files/big", code=1)
        self.assertRegex(self.error, "limit")
        row = self.fetch("--max-filesize", "1M", self.nginx.url + "/files/big", code=1)
        self.assertRegex(row["error"], "limit|too large|larger")
        self.assertEqual(one(self.db, "select count(*) from garner_body"), 0)


def written(request):
    """What a script's request had in its header, by lower-case name."""
    lines = request.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")[1:]
    return {name.lower(): value.strip()
            for name, value in (line.split(":", 1) for line in lines)}


class Conditional(Http):
    """A document of nginx's, changed by hand."""

    ROWS = ("--into", "doc", "--key", "id", "--sql",
            "select 1 as id, :body->>'$.v' as v")

    def setUp(self):
        super().setUp()
        self.path = f"/files/{self.id()}.json"
        self.doc = self.nginx.folder / self.path[1:]
        self.change(1, "2026-01-02")

    def change(self, version, day):
        """Writes it as if on that day: nginx's ETag is made of that."""
        self.doc.write_text(json.dumps({"v": version}))
        seconds = 1767312000 + int(day[-2:]) * 86400
        os.utime(self.doc, (seconds, seconds))

    def rounds(self, *args):
        """Fetches it once; gives the status of each run so far."""
        self.fetch(self.nginx.url + self.path, *self.ROWS, *args)
        return [status for status, in
                query(self.db, "select status from garner_run order by id")]

    def version(self):
        return query(self.db, "select etag, modified, answer_body from garner_source")[0]

    def test_only_what_changed_is_fetched(self):
        self.rounds()
        etag, modified, body = self.version()
        reply = garner("get", "-I", self.nginx.url + self.path).stdout
        self.assertIn(f"{etag}", reply)
        self.assertIn(f"{modified}", reply)
        self.assertEqual(body, 1)
        self.rounds()
        self.assertEqual(self.rounds(), [200, 304, 304])
        self.assertEqual(query(self.db, "select bytes, rows, failure, body from garner_run"
                                        " where status = 304"), [(None, None, None, 1)] * 2)
        self.change(2, "2026-01-03")
        self.assertEqual(self.rounds(), [200, 304, 304, 200])
        self.assertEqual(self.rounds()[-1], 304)
        self.assertEqual(query(self.db, "select v from doc"), [(2,)])
        self.assertEqual(one(self.db, "select count(*) from garner_body"), 2)
        self.assert_sound()

    def test_a_change_back_is_a_change(self):
        self.rounds()
        self.change(2, "2026-01-03")
        self.rounds()
        self.change(1, "2026-01-02")
        self.assertEqual(self.rounds(), [200, 200, 200])
        self.assertEqual(query(self.db, "select v from doc"), [(1,)])

    def test_a_change_within_the_second_is_seen(self):
        """nginx tells such a version by its second and size alone."""
        self.doc.write_text('{"v": 1}')
        first = self.doc.stat()
        self.fetch(self.nginx.url + self.path, *self.ROWS)
        if self.version()[0] is not None:
            self.skipTest("the second was over before the first fetch")
        self.doc.write_text('{"v": 2}')
        os.utime(self.doc, ns=(first.st_atime_ns, first.st_mtime_ns))
        self.fetch(self.nginx.url + self.path, *self.ROWS)
        self.assertEqual(query(self.db, "select v from doc"), [(2,)])

    def test_another_key_or_sql_wants_the_body(self):
        self.rounds()
        self.fetch(self.nginx.url + self.path, "--into", "other", "--sql",
                   "select :body as all_of_it")
        self.assertEqual(one(self.db, "select count(*) from other"), 1)
        self.assertEqual(self.last()["status"], 200)

    def test_whole_when_told(self):
        for _ in range(3):
            statuses = self.rounds("--unconditional")
        self.assertEqual(statuses, [200, 200, 200])
        config = self.write("c.yaml", f"""
garner: 1
sources:
  a: {{ url: "{self.nginx.url}{self.path}", conditional: false }}
  b: {{ url: "{self.nginx.url}{self.path}" }}
""")
        for _ in range(2):
            self.assert_code(garner("run", "-c", config, "--once", "--db", self.db), 0)
        self.assertEqual(query(self.db, "select source, status from garner_log where source"
                                        " in ('a', 'b') order by source, id"),
                         [("a", 200), ("a", 200), ("b", 200), ("b", 304)])

    def test_get_brings_the_whole_answer(self):
        for _ in range(2):
            result = garner("get", self.nginx.url + self.path, "--db", self.db, *self.ROWS)
            self.assert_code(result, 0)
        self.assertEqual(self.last()["status"], 200)

    def test_a_deleted_body_is_fetched_again(self):
        self.rounds()
        self.assert_code(garner("query", self.db, "--write", "delete from garner_body"), 0)
        self.assertEqual(self.rounds(), [200, 200])
        self.assertEqual(self.rounds()[-1], 304)

    def test_over_tls_and_http2(self):
        for _ in range(2):
            self.fetch("--cacert", self.nginx.ca, self.nginx.tls_url + self.path)
        self.assertEqual(self.last()["status"], 304)

    def test_a_running_collector_asks_so_too(self):
        running = self.start("run", self.nginx.url + self.path, "--every", "20ms",
                             *self.ROWS, "--db", self.db)

        def not_modified():
            return running.alive() and count_runs(self.db) and one(
                self.db, "select count(*) from garner_run where status = 304")

        wait_until(lambda: (not_modified() or 0) > 3, "304s")
        self.change(2, "2026-01-03")
        wait_until(lambda: running.alive() and
                   query(self.db, "select v from doc") == [(2,)], "the change")
        self.assertEqual(running.stop(), 0, running.output)
        self.assertEqual(one(self.db, "select count(*) from garner_body"), 2)


class Versions(Http):
    """What servers say of versions, right and wrong."""

    def setUp(self):
        super().setUp()
        self.seen = []
        self.answers = []
        self.server = Misbehaving({"/": self.script})
        self.addCleanup(self.server.stop)

    def script(self, sock, request, server):
        self.seen.append(written(request))
        sock.sendall(self.answers.pop(0))

    def asks(self, *answers, code=0):
        """Fetches once; gives the last request's two headers."""
        self.answers = list(answers)
        self.row = self.fetch(self.server.url + "/", code=code)
        self.assertEqual(self.answers, [])
        return self.seen[-1].get("if-none-match"), self.seen[-1].get("if-modified-since")

    NOTHING_NEW = b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"

    def test_verbatim(self):
        etag, date = 'W/"ab, -;="', "Tuesday, 03-Nov-26 10:00:00 GMT"
        headers = [f"ETag: {etag}", f"Last-Modified: {date}",
                   "Date: Thu, 26 Nov 2026 01:02:03 GMT"]
        self.assertEqual(self.asks(reply("1", headers=headers)), (None, None))
        self.assertEqual(self.asks(self.NOTHING_NEW), (etag, date))
        self.assertEqual(self.row["status"], 304)
        self.assertEqual(self.asks(reply("2")), (etag, date))
        self.assertEqual(self.asks(reply("3")), (None, None))

    def test_what_is_not_to_be_stored(self):
        headers = ['ETag: "a"', "Cache-Control: no-store"]
        for _ in range(2):
            self.assertEqual(self.asks(reply("1", headers=headers)), (None, None))

    def test_a_304_that_nobody_asked_for(self):
        self.asks(self.NOTHING_NEW, code=1)
        self.assertRegex(self.row["error"], "304.*any version")
        self.assertEqual(query(self.db, "select failure, body from garner_run"),
                         [("protocol", None)])

    def test_a_304_about_another_version(self):
        self.asks(reply("1", headers=['ETag: "a"']))
        other = self.NOTHING_NEW.replace(b"\r\n\r\n", b'\r\nETag: "b"\r\n\r\n')
        self.assertEqual(self.asks(other, reply("2", headers=['ETag: "b"'])), (None, None))
        self.assertEqual((self.row["status"], self.body()), (200, b"2"))
        self.assertEqual(one(self.db, "select count(*) from garner_run"), 2)
        self.assertEqual(self.asks(self.NOTHING_NEW)[0], '"b"')

    def test_an_etag_that_is_another_each_time(self):
        for n in range(3):
            asked = self.asks(reply("1", headers=[f'ETag: "{n}"']))
            self.assertEqual(asked[0], f'"{n - 1}"' if n else None)
        self.assertEqual(one(self.db, "select count(*) from garner_body"), 1)

    def test_an_error_in_between(self):
        self.asks(reply("1", headers=['ETag: "a"']))
        self.asks(reply("oh", status="500 Oh", headers=['ETag: "e"']), code=1)
        self.assertEqual(self.asks(self.NOTHING_NEW)[0], '"a"')
        self.assertEqual(self.body(), b"1")

    def test_a_304_with_a_body(self):
        self.asks(reply("1", headers=['ETag: "a"']))
        self.asks(reply("surprise", status="304 Not Modified"))
        self.assertEqual((self.row["status"], self.row["bytes"], self.body()),
                         (304, None, b"1"))


    def test_half_a_gzip_is_no_version(self):
        head = b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Encoding: gzip\r\n'
        packed = gzip.compress(b"hello " * 1000)
        self.asks(head + b"\r\n" + packed[:-9])
        self.assertEqual(self.asks(head + b"Content-Length: %d\r\n\r\n" % len(packed) + packed),
                         (None, None))
        self.assertEqual(self.body(), b"hello " * 1000)
        self.assertEqual(self.asks(self.NOTHING_NEW)[0], '"a"')

    def test_without_a_date_a_version_counts_from_its_receipt(self):
        then = "Tue, 03 Nov 2020 10:00:00 GMT"
        self.asks(reply("1", headers=[f"Last-Modified: {then}"]))
        self.assertEqual(self.asks(self.NOTHING_NEW), (None, then))


class Retries(Http):
    """Servers that fail in passing."""

    def setUp(self):
        super().setUp()
        self.answers = []
        self.count = 0
        self.server = Misbehaving({"/": self.script})
        self.addCleanup(self.server.stop)

    def script(self, sock, request, server):
        self.count += 1
        answer = self.answers.pop(0) if self.answers else reply("1")
        if answer is not None:
            sock.sendall(answer)

    def config(self, retry, schedule=""):
        return self.write("r.yaml", f"""
garner: 1
sources:
  a: {{ url: "{self.server.url}/", retry: {retry} {schedule} }}
""")

    def attempts(self):
        return query(self.db, "select attempt, status, failure from garner_run"
                              " where missed = 0 order by id")

    def test_what_passes_is_tried_again(self):
        self.answers = [reply("oh", status="503 Oh"), None, reply("oh", status="429 Oh")]
        config = self.config("{ times: 3, backoff: 1ms..9ms }")
        self.assert_code(garner("run", "-c", config, "--once", "--db", self.db), 0)
        self.assertEqual(self.attempts(), [(1, 503, "http"), (2, None, "protocol"),
                                           (3, 429, "http"), (4, 200, None)])

    def test_what_stays_is_not(self):
        self.answers = [reply("no", status="404 No")]
        config = self.config("{ times: 3, backoff: 1ms..9ms }")
        self.assert_code(garner("run", "-c", config, "--once", "--db", self.db), 1)
        self.assertEqual(self.attempts(), [(1, 404, "http")])

    def test_in_the_end_it_failed(self):
        self.answers = [reply("oh", status="500 Oh")] * 3
        config = self.config("{ times: 2, backoff: 1ms..9ms }")
        self.assert_code(garner("run", "-c", config, "--once", "--db", self.db), 1)
        self.assertEqual([attempt for attempt, _, _ in self.attempts()], [1, 2, 3])

    def test_the_flag(self):
        self.answers = [reply("oh", status="500 Oh")]
        self.assert_code(garner("run", self.server.url + "/", "--once", "--retry", "1",
                                "--db", self.db), 0)
        self.assertEqual([attempt for attempt, _, _ in self.attempts()], [1, 2])
        self.assert_code(garner("run", self.server.url + "/", "--once", "--retry", "101",
                                "--db", self.db), 2)

    def test_one_left_over_from_before_excuses_no_failure(self):
        config = self.config("{ times: 1, backoff: 1ms }", ", schedule: 20ms")
        self.assert_code(garner("run", "-c", config, "--once", "--db", self.db), 0)
        self.assert_code(garner("query", self.db, "--write",
                                "update garner_source set off_until = 1, tried = 1"), 0)
        self.answers = [reply("oh", status="500 Oh")]
        result = garner("run", "-c", config, "--db", self.db, "--for", "1s")
        self.assertEqual(self.attempts()[:2], [(1, 200, None), (2, 500, "http")])
        self.assert_code(result, 1)

    def test_a_server_that_asks_for_time_gets_it_over_a_kill(self):
        self.answers = [reply("oh", status="503 Oh", headers=["Retry-After: 3000"])]
        config = self.config("0", ", schedule: 20ms")
        running = self.start("run", "-c", config, "--db", self.db)
        wait_until(lambda: running.alive() and count_runs(self.db), "its answer")
        running.kill()
        result = garner("run", "-c", config, "--db", self.db, "--for", "500ms")
        self.assert_code(result, 0)
        self.assertEqual(self.count, 1)
        self.assertGreater(one(self.db, "select sum(missed) from garner_run where error ="
                                        " 'it was put off, as the server had asked"
                                        " (Retry-After)'"), 1)


class Hosts(Http):
    def test_a_dead_host_is_left_alone(self):
        sources = "\n".join(f'  s{n}: {{ url: "http://127.0.0.1:{{port}}/{n}" }}'
                            for n in range(5)).replace("{port}", str(dead_port()))
        config = self.write("h.yaml", f"""
garner: 1
defaults:
  schedule: 20ms
  host: {{ failures: 3 }}
  retry: {{ times: 0, backoff: 1h..2h }}
sources:
{sources}
  alive: {{ url: "{self.nginx.url}/same" }}
""")
        running = self.start("run", "-c", config, "--db", self.db)
        wait_until(lambda: running.alive() and count_runs(self.db) > 50, "the other's runs")
        self.assertEqual(running.stop(), 1, running.output)
        failed = one(self.db, "select count(*) from garner_run where failure = 'connect'")
        self.assertGreaterEqual(failed, 3)
        self.assertLessEqual(failed, 3 + 4)  # some may have been under way
        self.assertRegex(running.output, r"http://127.0.0.1:\d+ failed 3 times in a row")
        self.assertGreater(one(self.db, "select sum(missed) from garner_run where error ="
                                        " 'it was put off, since its host failed too often'"), 9)


class Encrypted(Http):
    def test_the_authority_must_be_known(self):
        self.get(self.nginx.tls_url + "/same", code=1)
        self.assertRegex(self.error, "(?i)certificate")
        self.assertRegex(self.error, "--cacert|ca_file|-k|--insecure")
        row = self.fetch(self.nginx.tls_url + "/same", code=1)
        self.assertRegex(row["error"], "(?i)certificate")

    def test_a_known_authority_is_trusted(self):
        body = self.get("--cacert", self.nginx.ca, self.nginx.tls_url + "/same")
        self.assertEqual(json.loads(body)["name"], "same")

    def test_a_certificate_for_another_name_is_not(self):
        self.get("--cacert", self.nginx.ca, self.nginx.wrong_tls_url, code=1)
        self.assertRegex(self.error, "certificate is for another host.*check the host")

    def test_unless_told_not_to_look(self):
        self.assertIn(b"same", self.get("-k", self.nginx.tls_url + "/same"))

    def test_http2_is_used_where_it_can_be(self):
        self.assertEqual(
            self.get("--cacert", self.nginx.ca, self.nginx.tls_url + "/protocol"),
            b"HTTP/2.0")
        self.assertEqual(self.get(self.nginx.url + "/protocol"), b"HTTP/1.1")

    def test_an_authority_file_that_is_not_there(self):
        self.get("--cacert", self.folder / "none.pem", self.nginx.tls_url, code=2)
        self.assertRegex(self.error, "--cacert: cannot read .*none.pem")
        wrong = self.write("wrong.pem", "this is none")
        self.get("--cacert", wrong, self.nginx.tls_url, code=1)
        self.assertRegex(self.error, r"wrong.pem.*PEM.*\(ca_file, --cacert\)")


class Application(Http):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.httpbin = Httpbin()
        cls.addClassCleanup(cls.httpbin.stop)

    def json(self, path, *args):
        return json.loads(self.get(*args, self.httpbin.url + path))

    def test_compressed_bodies_are_decoded(self):
        for path, word in ("/gzip", "gzipped"), ("/brotli", "brotli"), \
                          ("/deflate", "deflated"):
            with self.subTest(path):
                self.assertTrue(self.json(path)[word])
                self.fetch(self.httpbin.url + path)
                self.assertTrue(json.loads(self.body())[word])

    def test_headers_and_methods(self):
        seen = self.json("/anything", "-H", "X-One: 1", "-A", "me/2", "-X", "PUT",
                         "-d", "a=b")
        self.assertEqual(seen["method"], "PUT")
        self.assertEqual(seen["headers"]["X-One"], "1")
        self.assertEqual(seen["headers"]["User-Agent"], "me/2")
        self.assertEqual(seen["form"], {"a": "b"})

    def test_redirects_of_each_kind(self):
        for path in "/redirect/3", "/relative-redirect/2", "/absolute-redirect/2":
            with self.subTest(path):
                self.assertTrue(self.json(path, "-L")["url"].endswith("/get"))
        self.fetch(self.httpbin.url + "/redirect/11", code=1)

    def test_a_post_that_is_moved_becomes_a_get(self):
        self.assertEqual(self.json("/redirect-to?url=/get&status_code=303", "-L",
                                   "-d", "a=b")["args"], {})

    def test_odd_bodies(self):
        self.assertEqual(len(self.get(self.httpbin.url + "/bytes/1000?seed=1")), 1000)
        self.assertEqual(len(self.get(self.httpbin.url + "/stream-bytes/5000?seed=1")), 5000)
        self.assertEqual(self.get(self.httpbin.url + "/status/204"), b"")
        self.fetch(self.httpbin.url + "/status/204")
        self.assertEqual(self.last()["bytes"], 0)

    def test_a_slow_answer_is_waited_for(self):
        self.assertEqual(self.json("/delay/1", "-m", "30")["args"], {})

    def test_a_slower_one_is_not(self):
        self.get("-m", "0.5", self.httpbin.url + "/delay/10", code=124)
        self.assertIn("within 500ms", self.error)


if __name__ == "__main__":
    unittest.main()
