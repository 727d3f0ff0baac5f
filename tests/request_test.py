"""Requests in full, from files of garner's, against real servers: who asks, what
is sent, and by which way."""
import json
import subprocess
import unittest
import urllib.parse

from support.program import (Case, clean_environment, count_runs, garner, one, query,
                             wait_until)
from support.servers import Httpbin, Misbehaving, Nginx, Proxy, reply


class Requests(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)

    def fetch(self, source, code=0, name="a", **more):
        """Fetches a source, a dict, once by a file; gives the body's text of
        the last run, and keeps what was said in self.said."""
        file = self.write("garner.yaml", json.dumps(
            {"garner": 1, "store": "data.db", "sources": {name: source}}))
        result = garner("run", "-c", file, "--once", cwd=self.folder, **more)
        self.said = result.stdout + result.stderr
        self.assert_code(result, code)
        return self.body()

    def body(self):
        result = garner("query", self.db, "--raw",
                        "select iif(b.codec = 'zstd', unzstd(b.data), b.data)"
                        " from garner_run r join garner_body b on b.id = r.body"
                        " order by r.id desc limit 1")
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def error(self):
        return one(self.db, "select error from garner_run order by id desc limit 1")

    def many(self, sources, **more):
        """Fetches them over and over in one process, each four times at least;
        gives what became of it: (name, status) of all runs."""
        for source in sources.values():
            source["schedule"] = "20ms"
        file = self.write("garner.yaml", json.dumps(
            {"garner": 1, "store": "data.db", "sources": sources}))
        running = self.start("run", "-c", file, **more)
        counts = ("select count(*) from (select source from garner_run"
                  " where missed = 0 group by source having count(*) >= 4)")
        wait_until(lambda: running.alive() and count_runs(self.db) > 0
                   and one(self.db, counts) == len(sources), "four runs of each")
        self.assertIn(running.stop(), (0, 1), running.output)  # 1: some failed
        return set(query(self.db, "select distinct s.name, r.status from garner_run r"
                                  " join garner_source s on s.id = r.source"
                                  " where missed = 0"))

    def get(self, *args, code=0, **more):
        result = garner("get", *args, **more)
        self.assertEqual(result.returncode, code, result.stderr)
        self.said = result.stderr
        return result.stdout

    def assert_untold(self, secret):
        """It is neither in what was said nor anywhere in the database."""
        self.assertNotIn(secret, self.said)
        for path in self.folder.glob("data.db*"):
            self.assertNotIn(secret.encode(), path.read_bytes(), path)


class Bodies(Requests):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.httpbin = Httpbin()
        cls.addClassCleanup(cls.httpbin.stop)

    def test_json(self):
        echo = json.loads(self.fetch({
            "url": self.httpbin.url + "/anything",
            "json": {"text": "a\"b", "list": ["1", True, None]}}))
        self.assertEqual(echo["method"], "POST")
        self.assertEqual(echo["headers"]["Content-Type"], "application/json")
        self.assertEqual(echo["headers"]["Accept"], "application/json")
        self.assertEqual(echo["json"], {"text": "a\"b", "list": ["1", True, None]})

    def test_form(self):
        echo = json.loads(self.fetch({
            "url": self.httpbin.url + "/anything", "method": "PUT",
            "form": {"a b": "c&d=\u00e4+", "n": ["1", "2"]}}))
        self.assertEqual(echo["method"], "PUT")
        self.assertEqual(echo["form"], {"a b": "c&d=\u00e4+", "n": ["1", "2"]})

    def test_data_in_the_url(self):
        echo = json.loads(self.get("-G", "-d", "a=1", "--data-urlencode", "b=x y&z",
                                   self.httpbin.url + "/anything?c=3#d"))
        self.assertEqual(echo["args"], {"a": "1", "b": "x y&z", "c": "3"})
        self.assertEqual(echo["method"], "GET")

    def test_basic(self):
        url = self.httpbin.url + "/basic-auth/me/hushhush"
        self.fetch({"url": url, "auth": {"basic": {
            "user": "me", "password": "hushhush"}}})
        self.fetch({"url": url, "auth": {"basic": {
            "user": "me", "password": "other"}}}, code=1)
        self.assertEqual(self.get("-u", "me:hushhush", url)[:1], "{")

    def test_digest(self):
        """Several in one process, by different logins: none spoils another's."""
        sources = {}
        for user in "me", "you":
            for algorithm in "MD5", "SHA-256":
                sources[f"{user} {algorithm}"] = {
                    "url": f"{self.httpbin.url}/digest-auth/auth/{user}/hushhush/{algorithm}",
                    "auth": {"digest": {"user": user, "password": "${env:WORD}"}}}
        self.assertEqual(self.many(sources, env=clean_environment(WORD="hushhush")),
                         {(name, 200) for name in sources})
        url = self.httpbin.url + "/digest-auth/auth/me/hushhush"
        self.assertIn("true", self.get("--digest", "-u", "me:hushhush", url))
        self.get("-f", "-u", "me:hushhush", url, code=22)

    def test_bearer(self):
        url = self.httpbin.url + "/bearer"
        told = json.loads(self.get("--oauth2-bearer", "hushhush", url))
        self.assertEqual(told["token"], "hushhush")
        self.fetch({"url": url}, code=1)

    def test_secrets_of_a_login_are_not_told(self):
        (self.folder / "cred").mkdir()
        (self.folder / "cred" / "word").write_text("hush/hush\n")
        env = clean_environment(CREDENTIALS_DIRECTORY=str(self.folder / "cred"))
        for auth in ({"basic": {"user": "me", "password": "${cred:word}"}},
                     {"bearer": "${cred:word}"},
                     {"digest": {"user": "me", "password": "hush/hush"}}):
            # A server that sends us elsewhere with what it was told.
            self.fetch({"url": self.nginx.url + "/moved-with?key=hush%2Fhush", "auth": auth},
                       env=env)
            self.assert_untold("hush/hush")
            self.assert_untold("hush%2Fhush")
            self.fetch({"url": self.nginx.url + "/missing", "auth": auth}, code=1,
                       env=env)
            self.assert_untold("hush/hush")


    def test_an_answer_that_repeats_a_secret(self):
        """What is wrong with it is told with an excerpt of it."""
        secret = "s3cr3t+value(of/the/service)"
        env = clean_environment(SECRET=secret)

        def echo(sock, request, server, far=0):
            told = [line for line in request.decode().split("\r\n") if line.startswith("X: ")]
            sock.sendall(reply(f'{{"{"n" * far}told": "{told[0][3:]}", "padding": "{"x" * 40}"}}'))

        long = "p" * 45
        server = Misbehaving({
            "/": echo, "/far": lambda sock, request, server: echo(sock, request, server, 25),
            "/robots.txt": lambda sock, request, server: sock.sendall(
                reply(f"User-agent: *\nDisallow: /{long}{secret}$\nDisallow: /*{secret}\n"))})
        self.addCleanup(server.stop)
        for more, word in (
                ({"expect": {"match": "rows"}}, "expect"),
                ({"url": server.url + "/far", "expect": {"match": "rows"}}, "expect"),
                ({"expect": {"not_match": "padding"}}, "expect"),
                ({"expect": {"not_match": "told"}}, "expect"),
                ({"rows": {"table": "t", "sql": "select regex_get('a', :body->>'$.told' || '(') a"}},
                 "sql"),
                ({"rows": {"table": "t", "sql": "select * from json_rows(:body || '!')"}}, "sql"),
                ({"rows": {"table": "t", "sql": "select * from html_each(:body, :body)"}}, "sql"),
                ({"rows": {"table": "t", "sql": "select key, value from json_each(:body)",
                           "expect": {"unique": "key", "min_rows": 3}}}, "expect"),
                ({"url": f"{server.url}/?{secret}", "robots": "obey"}, "robots"),
                ({"url": f"{server.url}/{long}{secret}", "robots": "obey"}, "robots")):
            with self.subTest(more):
                self.fetch({"url": server.url + "/", "headers": {"X": "${env:SECRET}"}, **more},
                           code=4 if word == "expect" else 1, env=env)
                self.assertEqual(one(self.db, "select failure from garner_run order by id desc"
                                              " limit 1"), word)
                tried = "" if word == "robots" else garner(
                    "test", "a", "-c", "garner.yaml", cwd=self.folder, env=env).stderr
                for text in self.said, self.error(), tried:
                    for piece in secret[:6], secret[-6:], secret[10:16]:
                        self.assertNotIn(piece, text)


class Elsewhere(Requests):
    """What a redirect to another host takes along, and whether it may."""

    def away(self, path="/told"):
        """A URL that leads from 127.0.0.1 to localhost."""
        to = f"http://localhost:{self.nginx.ports[0]}{path}"
        return f"{self.nginx.url}/away?to={to}", to

    def test_a_login_stays_at_home(self):
        url, _ = self.away()
        for more in ({"auth": {"basic": {"user": "me", "password": "hushhush"}}},
                     {"auth": {"bearer": "hushhush"}},
                     {"headers": {"Authorization": "hushhush"}},
                     {"cookies": {"send": {"a": "hushhush"}}}):
            told = self.fetch({"url": self.nginx.url + "/told", **more})
            self.assertNotEqual(told, "|", more)
            told = self.fetch({"url": url, **more})
            self.assertEqual(told, "|", more)

    def test_redirects_may_be_kept_to_one_host(self):
        url, _ = self.away()
        self.assertEqual(self.fetch({"url": url, "redirects": {"hosts": "any"}}), "|")
        self.fetch({"url": url, "redirects": {"hosts": "same"}}, code=1)
        self.assertIn("redirected to another host, localhost, which", self.error())
        self.assertEqual(one(self.db, "select failure from garner_run order by id desc"
                                      " limit 1"), "redirect")
        self.assertIn("same", self.fetch({"url": self.nginx.url + "/moved",
                                          "redirects": {"max": 1, "hosts": "same"}}))
        self.fetch({"url": self.nginx.url + "/moved", "redirects": {"max": 0}})
        self.assertEqual(one(self.db, "select status from garner_run order by id desc"
                                      " limit 1"), 302)
        self.fetch({"url": self.nginx.url + "/to-file", "redirects": {"hosts": "same"}},
                   code=1)
        self.assertIn("file", self.error())


class Certificates(Requests):
    def tls(self, **more):
        return {"url": self.nginx.client_url + "/",
                "tls": {"ca_file": str(self.nginx.ca), **more}}

    def test_a_client_shows_its_certificate(self):
        folder = self.nginx.folder
        client, key = str(folder / "client.pem"), str(folder / "client.key")
        self.fetch(self.tls(), code=1)
        self.assertEqual(one(self.db, "select status from garner_run"), 400)
        self.assertIn("CN=client", self.fetch(self.tls(cert=client, key=key)))
        self.assertIn("CN=client", self.fetch(self.tls(
            cert=client, key=str(folder / "locked.key"), key_password="hush")))
        self.fetch(self.tls(cert=client, key=str(folder / "locked.key"),
                            key_password="wronghush"), code=1)
        self.assertEqual(one(self.db, "select failure from garner_run order by id desc"
                                      " limit 1"), "tls")
        self.assert_untold("wronghush")
        self.assertIn("CN=client", self.get("--cacert", self.nginx.ca, "-E", client,
                                            "--cert-key", key, self.nginx.client_url))
        both = self.write("both.pem", (folder / "client.pem").read_text()
                          + (folder / "client.key").read_text())
        self.assertIn("CN=client", self.fetch(self.tls(cert=str(both))))

    def test_each_source_has_its_own_connections(self):
        """Who shows a certificate shares no connection with who does not."""
        folder = self.nginx.folder
        mine = {"cert": str(folder / "client.pem"), "key": str(folder / "client.key")}
        both = self.many({"with": self.tls(**mine), "without": self.tls(),
                          "one": {**self.tls(**mine), "http": "1.1"}})
        self.assertEqual(both, {("one", 200), ("with", 200), ("without", 400)})

    def test_the_least_version(self):
        source = {"url": self.nginx.old_tls_url + "/",
                  "tls": {"ca_file": str(self.nginx.ca), "min": "1.2"}}
        self.assertEqual(self.fetch(source), "TLSv1.2")
        source["tls"]["min"] = "1.3"
        self.fetch(source, code=1)
        self.assertEqual(one(self.db, "select failure from garner_run order by id desc"
                                      " limit 1"), "tls")


class Cookies(Requests):
    def test_they_come_back_where_they_belong(self):
        kept = {"cookies": True}
        self.assertEqual(self.fetch({"url": self.nginx.url + "/set?a=one", **kept}), "")
        self.assertEqual(self.fetch({"url": self.nginx.url + "/set?a=two", **kept}), "a=one")
        self.assertEqual(self.fetch({"url": self.nginx.url + "/told", **kept}), "|a=two")
        # Not on another host, even by a redirect, nor from another source.
        to = f"http://localhost:{self.nginx.ports[0]}/told"
        self.assertEqual(
            self.fetch({"url": f"{self.nginx.url}/away?to={to}", **kept}), "|")
        self.assertEqual(self.fetch({"url": self.nginx.url + "/told", **kept}, name="b"), "|")
        self.assertEqual(self.fetch({"url": self.nginx.url + "/told", **kept}), "|a=two")

    def test_both_kinds_are_one_header(self):
        scripts = {"/": lambda sock, request, server: sock.sendall(reply(
            str(request.lower().count(b"\r\ncookie:")) + " "
            + request.split(b"ookie: ")[1].split(b"\r")[0].decode(),
            headers=["Set-Cookie: b=2"]))}
        server = Misbehaving(scripts)
        self.addCleanup(server.stop)
        source = {"url": server.url + "/",
                  "cookies": {"keep": True, "send": {"a": "hushhush"}}}
        self.assertEqual(self.fetch(source), "1 a=hushhush")
        number, told = self.fetch(source).split(" ", 1)
        self.assertEqual((number, set(told.split("; "))), ("1", {"a=hushhush", "b=2"}))

    def test_curls_files(self):
        jar = self.folder / "jar"
        self.get("-c", jar, self.nginx.url + "/set?a=one")
        self.assertEqual(self.get("-b", jar, self.nginx.url + "/told"), "|a=one")
        self.assertEqual(self.get("-b", "c=d", self.nginx.url + "/told"), "|c=d")
        # curl reads what we write, and we what it writes.
        self.assertEqual(subprocess.run(
            ["curl", "-s", "--noproxy", "*", "-b", jar, "-c", jar,
             self.nginx.url + "/set?a=two"], capture_output=True, check=True).stdout,
            b"a=one")
        self.assertEqual(self.get("-b", jar, self.nginx.url + "/told"), "|a=two")
        # One URL after another, as in a browser.
        self.assertEqual(self.get("-c", jar, self.nginx.url + "/set?a=three",
                                  self.nginx.url + "/told"), "|a=three")
        self.get("-c", jar, "--db", self.db, self.nginx.url + "/told", code=2)

    def test_none_is_for_a_public_suffix(self):
        """A shop in co.uk sets no cookie for all of co.uk, but for its domain."""
        server = Misbehaving({"/": lambda sock, request, server: sock.sendall(reply(
            "x", headers=["Set-Cookie: bad=1; Domain=co.uk",
                          "Set-Cookie: good=1; Domain=shop.co.uk"]))})
        self.addCleanup(server.stop)
        port = server.server.server_address[1]
        self.fetch({"url": f"http://www.shop.co.uk:{port}/", "cookies": True,
                    "resolve": {f"www.shop.co.uk:{port}": "127.0.0.1"}})
        jar = one(self.db, "select cookies from garner_source")
        self.assertIn("good", jar)
        self.assertNotIn("bad", jar)

    def test_a_run_of_many_fetches_keeps_them(self):
        """In one process, with others between: no handle mixes them up."""
        sources = {f"s{n}": {"url": f"{self.nginx.url}/set?a={n}",
                             "cookies": n % 2 == 0,
                             "rows": {"table": "t", "sql": "select :source as s,"
                                                           " :body as told"}}
                   for n in range(6)}
        self.assertEqual(self.many(sources), {(name, 200) for name in sources})
        self.assertEqual(
            set(query(self.db, "select distinct s, told from t where told <> ''")),
            {(f"s{n}", f"a={n}") for n in (0, 2, 4)})


class Ways(Requests):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.socks = Proxy("microsocks", "me", "hushhush")
        cls.addClassCleanup(cls.socks.stop)
        cls.open_socks = Proxy("microsocks")
        cls.addClassCleanup(cls.open_socks.stop)
        cls.http = Proxy("tinyproxy", "me", "hushhush")
        cls.addClassCleanup(cls.http.stop)

    def test_socks(self):
        for url, proxy in (
                (self.nginx.url, f"socks5://127.0.0.1:{self.open_socks.port}"),
                (self.nginx.url, f"socks5h://me:hushhush@127.0.0.1:{self.socks.port}"),
                (f"http://localhost:{self.nginx.ports[0]}",
                 f"socks5h://me:hushhush@127.0.0.1:{self.socks.port}"),
                (self.nginx.tls_url, f"socks5h://me:hushhush@127.0.0.1:{self.socks.port}")):
            body = self.fetch({"url": url + "/same", "proxy": proxy,
                               "tls": {"ca_file": str(self.nginx.ca)}})
            self.assertIn("same", body)
            self.assert_untold("hushhush")
        self.assertIn("client", self.open_socks.said())
        self.fetch({"url": self.nginx.url + "/same",
                    "proxy": f"socks5h://me:wrongword@127.0.0.1:{self.socks.port}"},
                   code=1)
        self.assertEqual(one(self.db, "select failure from garner_run order by id desc"
                                      " limit 1"), "connect")
        self.assert_untold("wrongword")

    def test_http_proxy(self):
        proxy = f"http://me:hushhush@127.0.0.1:{self.http.port}"
        for url in self.nginx.url, self.nginx.tls_url:
            body = self.fetch({"url": url + "/same", "proxy": proxy,
                               "tls": {"ca_file": str(self.nginx.ca)}})
            self.assertIn("same", body)
            self.assert_untold("hushhush")
        self.assertIn("same", self.get("-x", proxy, self.nginx.url + "/same"))
        wrong = f"http://me:wrongword@127.0.0.1:{self.http.port}"
        self.fetch({"url": self.nginx.tls_url + "/same", "proxy": wrong}, code=1)
        self.assertIn("the proxy wants another user and password", self.error())
        self.assert_untold("wrongword")

    def test_a_name_is_sent_to_an_address(self):
        port = self.nginx.ports[1]
        place = f"localhost:{port}"
        resolve = {f"garner.example:{self.nginx.ports[0]}": "127.0.0.1"}
        self.assertEqual(
            self.fetch({"url": f"http://garner.example:{self.nginx.ports[0]}/host",
                        "resolve": resolve}),
            f"http://garner.example:{self.nginx.ports[0]}")
        self.assertIn("same", self.get(
            "--resolve", f"{place}:127.0.0.1", "--cacert", self.nginx.ca,
            f"https://{place}/same"))
        # The certificate is still that of the name.
        self.fetch({"url": f"https://garner.example:{port}/same",
                    "resolve": {f"garner.example:{port}": "127.0.0.1"},
                    "tls": {"ca_file": str(self.nginx.ca)}}, code=1)
        self.assertEqual(one(self.db, "select failure from garner_run order by id desc"
                                      " limit 1"), "tls")

    def test_it_is_one_sources_way_alone(self):
        """Two sources of one host and port, of which one is led elsewhere."""
        host = f"localhost:{self.nginx.ports[0]}"
        self.assertEqual(self.many({  # nobody listens there
            "led": {"url": f"http://{host}/host", "resolve": {host: "127.0.0.9"}},
            "not": {"url": f"http://{host}/host"}}), {("led", None), ("not", 200)})

    def test_interface_and_ip(self):
        peer = {"url": self.nginx.url + "/peer"}
        self.assertEqual(self.fetch({**peer, "interface": "127.0.0.5"}), "127.0.0.5")
        self.assertEqual(self.fetch(peer), "127.0.0.1")
        self.assertEqual(self.get("--interface", "127.0.0.6", peer["url"]), "127.0.0.6")
        self.fetch({**peer, "interface": "nosuch0"}, code=1)
        self.assertIn("interface", self.error())
        self.assertEqual(self.fetch({**peer, "ip": 4}), "127.0.0.1")
        self.fetch({**peer, "ip": 6}, code=1)
        self.assertEqual(self.get("-4", peer["url"]), "127.0.0.1")

    def test_ip_and_interface_are_one_sources_alone(self):
        url = f"http://localhost:{self.nginx.ports[0]}/peer"
        self.assertEqual(
            self.many({"any": {"url": url}, "four": {"url": url, "ip": 4},
                       "six": {"url": url, "ip": 6},  # where nobody listens
                       "five": {"url": url, "ip": 4, "interface": "127.0.0.5"}}),
            {("any", 200), ("four", 200), ("five", 200), ("six", None)})
        peers = query(self.db, "select distinct s.name, cast(b.data as text)"
                               " from garner_body b join garner_source s"
                               " on s.id = b.source order by 1")
        self.assertEqual(peers, [("any", "127.0.0.1"), ("five", "127.0.0.5"),
                                 ("four", "127.0.0.1")])

    def test_versions_of_http(self):
        """Side by side, too: an HTTP/2 connection is not used for HTTP/1.1."""
        url = self.nginx.tls_url + "/protocol"
        tls = {"ca_file": str(self.nginx.ca)}
        rows = {"table": "t", "sql": "select :source as source, :body as protocol"}
        self.many({"default": {"url": url, "tls": tls, "rows": rows},
                   "two": {"url": url, "tls": tls, "http": "2", "rows": rows},
                   "one": {"url": url, "tls": tls, "http": "1.1", "rows": rows}})
        # The others may use a connection of HTTP/1.1 that is open already.
        self.assertEqual(query(self.db, "select distinct protocol from t"
                                        " where source = 'one'"), [("HTTP/1.1",)])
        self.assertEqual(self.fetch({"url": url, "tls": tls, "http": "2"}), "HTTP/2.0")
        self.assertEqual(self.get("--http1.1", "--cacert", self.nginx.ca, url), "HTTP/1.1")
        self.assertEqual(self.get("--http2", "--cacert", self.nginx.ca, url), "HTTP/2.0")


class Lists(Requests):
    def test_each_value_is_asked_for(self):
        self.fetch({"url": self.nginx.url + "/tick?n={symbol}-{day}",
                    "vars": {"symbol": ["ABC", "X Y"], "day": ["1", "2"]},
                    "rows": {"table": "t", "key": ["symbol", "day"],
                             "sql": "select :symbol as symbol, :day as day,"
                                    " :body->>'$.n' as n"}}, name="ticker")
        self.assertEqual(query(self.db, "select * from t order by 1, 2"),
                         [(s, d, f"{urllib.parse.quote(s)}-{d}") for s in ("ABC", "X Y")
                          for d in "12"])
        self.assertEqual(
            [name for name, in query(self.db, "select name from garner_source order by id")],
            ["ticker[ABC,1]", "ticker[ABC,2]", "ticker[X Y,1]", "ticker[X Y,2]"])


if __name__ == "__main__":
    unittest.main()
