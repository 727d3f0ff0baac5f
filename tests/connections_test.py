"""What becomes of a run when names, connections, TLS, HTTP/2 or a proxy fail it:
the other half of misbehaving_test.py."""
import unittest

from h2.errors import ErrorCodes

from support import http2
from support.bad import BROKEN, TELL, Bad, Scripted
from support.http2 import Http2
from support.mischief import OK, Few, kept_alive, leads, says
from support.program import clean_environment, garner
from support.servers import Misbehaving, Nginx, Proxy, dead_port, garbage, hang_up, reply
from support.tls import BadTls


class Connections(Scripted):
    ONE = ", host: { concurrency: 1 }"
    RIGHT = OK + b"Content-Length: 2\r\n\r\nok"

    def two(self, script, keys=""):
        """Two sources, one after the other; gives how often each was asked."""
        self.server.scripts.update({"/a": script, "/b": script})
        self.server.requests.clear()
        self.assertEqual(self.run_file([(name, f'url: "{self.server.url}/{name}"{keys}')
                                        for name in "ab"], self.ONE), 0)
        for name in "ab":
            self.assertEqual(self.rows(name, "status, failure, attempt"), [(200, None, 1)])
        return sorted(sum(f" /{name} " in first for first in self.server.requests)
                      for name in "ab")

    def test_closed_under_a_request_it_is_sent_once_more(self):
        self.assertEqual(self.two(kept_alive(self.RIGHT, None)), [1, 2])

    def test_but_not_one_that_may_not_be_sent_twice(self):
        self.assertEqual(self.two(kept_alive(self.RIGHT, None), ", method: POST"), [1, 1])

    def test_closed_between_requests(self):
        self.assertEqual(self.two(kept_alive(self.RIGHT)), [1, 1])

    def few(self, keep, defaults=""):
        server = Few(2, keep)
        self.addCleanup(server.stop)
        names = [f"s{n}" for n in range(8)]
        self.assertEqual(self.run_file([(name, f'url: "{server.url}/{name}"')
                                        for name in names], defaults), 0)
        for name in names:
            self.assertEqual(self.rows(name), [(200, None)])

    def test_two_at_a_time_the_others_wait(self):
        self.few(keep=False)

    def test_two_at_a_time_that_stay_open(self):
        self.few(keep=True, defaults=", host: { concurrency: 2 }")


class Names(Bad):
    # No resolver takes so long a label, so none is asked.
    NOWHERE = f"http://{'x' * 64}.example/"

    def test_a_name_without_address(self):
        self.failed(self.row_of(self.NOWHERE), None, "resolve",
                    "the host name has no address; check its spelling and the DNS")

    def test_it_is_tried_again(self):
        """One that flaps is flapping_test's: only there the resolver is ours."""
        self.run_file([("bad", f'url: "{self.NOWHERE}", retry: {{ times: 2, '
                        'backoff: 1ms..9ms }')])
        self.assertEqual(self.rows("bad", "failure, attempt"),
                         [("resolve", 1), ("resolve", 2), ("resolve", 3)])


class Tls(Bad):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tls = BadTls()
        cls.addClassCleanup(cls.tls.stop)

    def refused(self, url, error):
        self.failed(self.row_of(url, f', tls: {{ ca_file: "{self.tls.ca}" }}'), None, "tls",
                    error)

    def test_expired(self):
        self.refused(self.tls.expired, "not valid now: .*expired; check this machine's date")

    def test_not_yet_valid(self):
        self.refused(self.tls.early, "not valid now: .*not yet valid; check this machine's")

    def test_self_signed(self):
        self.refused(self.tls.itself, "not trusted: .*self-signed.*; .*name its authority's")

    def test_for_another_host(self):
        self.refused(self.tls.stranger, "for another host: .*; check the host in the URL")

    def test_of_an_old_version(self):
        """Also where the system's OpenSSL would take it, or any certificate will do."""
        lax = self.write("openssl.cnf", "openssl_conf = a\n[a]\nssl_conf = b\n[b]\n"
                         "system_default = c\n[c]\nMinProtocol = TLSv1\n"
                         "CipherString = ALL:@SECLEVEL=0\n")
        for number, (env, tls) in enumerate([
                (clean_environment(), f'ca_file: "{self.tls.ca}"'),
                (clean_environment(OPENSSL_CONF=str(lax)), f'ca_file: "{self.tls.ca}"'),
                (clean_environment(OPENSSL_CONF=str(lax)), "insecure: true")]):
            self.db = self.folder / str(number)
            self.failed(self.row_of(self.tls.old, f", tls: {{ {tls} }}", env=env), None,
                        "tls", "no TLS that is safe, 1.2 or newer; tell its owner")

    def test_none_at_all(self):
        self.refused(self.tls.plain_as_tls, "no TLS connection: .*; check that the server "
                     "speaks https on this port")


class Streams(Bad):
    """HTTP/2."""

    def meet(self, misbehave, requests=1, again=False, **more):
        """The row against a server that misbehaves: only the first time, with
        again. The good source comes after it, or before."""
        def script(connection, stream, server):
            if again and server.requests.count("/bad") > 1:
                return http2.answer(connection, stream, server)
            return misbehave(connection, stream, server)

        server = Http2({"/bad": script, "/next": http2.answer})
        self.addCleanup(server.stop)
        keys = f', tls: {{ ca_file: "{server.ca}" }}, host: {{ concurrency: 1 }}'
        self.run_file([("bad", f'url: "{server.url}/bad"{keys}'),
                       ("next", f'url: "{server.url}/next"{keys}')], **more)
        self.assertEqual(self.rows("next"), [(200, None)])
        self.assertEqual(sorted(server.requests), ["/bad"] * requests + ["/next"])
        columns = ("status", "failure", "error", "bytes", "body")
        return dict(zip(columns, self.rows("bad", ", ".join(f"r.{c}" for c in columns))[-1]))

    def reset(self, code, half=False):
        def misbehave(connection, stream, server):
            if half:
                http2.head(connection, stream, 10)
                connection.send_data(stream, b"hello")
            connection.reset_stream(stream, code)
        return misbehave

    def test_a_stream_that_is_reset(self):
        self.failed(self.meet(self.reset(ErrorCodes.INTERNAL_ERROR)), None, "protocol",
                    BROKEN + "HTTP/2 stream .* INTERNAL_ERROR .err 2." + TELL)

    def test_a_stream_that_is_reset_in_the_middle(self):
        self.failed(self.meet(self.reset(ErrorCodes.CANCEL, half=True)), (None, 200),
                    "protocol", BROKEN + "HTTP/2 stream .* CANCEL .err 8." + TELL)

    def test_a_stream_that_is_refused_is_asked_for_again(self):
        self.kept(self.meet(self.reset(ErrorCodes.REFUSED_STREAM), 2, again=True), 200,
                  b"good")

    def test_but_not_for_ever(self):
        self.failed(self.meet(self.reset(ErrorCodes.REFUSED_STREAM), 6), None, "protocol",
                    BROKEN + "Connection died, tried 5 times before giving up" + TELL)

    def go_away(self, connection, stream, server):
        """The request was not looked at."""
        connection.close_connection(last_stream_id=0)
        return True

    def test_goaway_before_an_answer(self):
        self.failed(self.meet(self.go_away), None, "protocol", BROKEN + ".*" + TELL)

    def test_goaway_and_a_retry(self):
        row = self.meet(self.go_away, 2, again=True,
                        defaults=", retry: { times: 1, backoff: 1ms..9ms }")
        self.kept(row, 200, b"good")
        self.assertEqual(self.rows("bad"), [(None, "protocol"), (200, None)])

    def test_goaway_after_an_answer(self):
        def misbehave(connection, stream, server):
            http2.answer(connection, stream, server)
            connection.close_connection(last_stream_id=stream)
            return True

        self.kept(self.meet(misbehave), 200, b"good")

    def test_hung_up_in_the_middle(self):
        def misbehave(connection, stream, server):
            http2.head(connection, stream, 10)
            connection.send_data(stream, b"hello")
            return True

        self.failed(self.meet(misbehave), (None, 200), "protocol",
                    BROKEN + "HTTP/2 stream .* not closed cleanly" + ".*" + TELL)


class Proxies(Bad):
    HANGS_UP = "the proxy hung up, or it is none; check --proxy, proxy, or http_proxy"

    def meet(self, url, script):
        asked = "far.example:443" if url.startswith("https") else url
        proxy = Misbehaving({asked: script})
        self.addCleanup(proxy.stop)
        row = self.row_of(url, f', proxy: "{proxy.url}"')
        self.assertEqual(len(proxy.requests), 1)
        return row

    def tunnel(self, script, error):
        self.failed(self.meet("https://far.example/", script), None, "connect",
                    "^far.example:443: " + error)

    def test_it_wants_a_password(self):
        self.tunnel(says(reply("", "407 Who", headers=["Proxy-Authenticate: Basic realm=x"])),
                    "the proxy wants another user and password .* put them into its URL")

    def test_it_cannot_connect(self):
        self.tunnel(says(reply("no", "502 No")),
                    r"the proxy makes no connection \(status 502\); check that the server is")

    def test_it_hangs_up(self):
        self.tunnel(hang_up, self.HANGS_UP)

    def test_it_is_no_proxy(self):
        self.tunnel(garbage, self.HANGS_UP)

    def test_without_tls_its_answers_are_the_servers(self):
        row = self.meet("http://far.example/", says(reply("no", "502 No")))
        self.assertEqual((row["status"], row["failure"], row["bytes"]), (502, "http", 2))
        self.db = self.folder / "hung.db"
        self.failed(self.meet("http://far.example/", hang_up), None, "protocol",
                    BROKEN + "Empty reply from server" + TELL)


class Private(Bad):
    """What comes from far, and leads to where only this network gets."""
    URL = "http://10.0.0.1/"
    REFUSED = "^10.0.0.1:80: this is at a private address, .*: not asked; .* private: allow"

    def proxy(self):
        proxy = Misbehaving({"http://far.example/": leads(self.URL.encode()),
                             self.URL: says(reply("inside"))})
        self.addCleanup(proxy.stop)
        return proxy.url

    def meet(self, keys=""):
        return self.row_of("http://far.example/", f', proxy: "{self.proxy()}"{keys}')

    def test_it_is_not_asked(self):
        self.failed(self.meet(), 302, "redirect", self.REFUSED)

    def test_unless_it_is_meant(self):
        row = self.meet(", private: allow")
        self.assertEqual((row["status"], row["failure"], row["bytes"]), (200, None, 6))

    def test_commands_have_a_flag_for_it(self):
        url, proxy = "http://far.example/", self.proxy()
        for command in (["get", url], ["get", url, "--db", self.db], ["run", url, "--once", "--db",
                        self.db], ["crawl", url, "--db", self.db, "--robots", "ignore", "--same",
                        "any"], ["shell", url, "-c", "select cast(:body as text)", "--raw"]):
            refused = garner(*command, "--proxy", proxy)
            self.assertIn("at a private address", refused.stderr, command)
            self.assertIn("--private allow", refused.stderr)
            self.assertNotEqual(refused.returncode, 0)
            allowed = garner(*command, "--proxy", proxy, "--private", "allow")
            self.assert_code(allowed, 0)
            self.assertEqual(allowed.stdout.strip(), "" if self.db in command else "inside")
        self.assertIn("--private", garner("run", "-c", "x.yaml", "--private", "allow").stderr)


class Socks(Bad):
    PASSWORD = "the proxy wants another user and password; put them into its URL"

    def by(self, proxy, url):
        return self.row_of(url, f', proxy: "{proxy}"')

    def microsocks(self, *login):
        proxy = Proxy("microsocks", *login)
        self.addCleanup(proxy.stop)
        return proxy

    def test_it_wants_a_password(self):
        proxy = self.microsocks("me", "hushhush")
        for n, login in enumerate(("", "me:wrong@")):
            self.db = self.folder / f"{n}.db"
            self.failed(self.by(f"socks5://{login}127.0.0.1:{proxy.port}", "http://127.0.0.1:9/"),
                        None, "connect", "^127.0.0.1:9: " + self.PASSWORD)

    def test_it_cannot_connect(self):
        row = self.by(f"socks5://127.0.0.1:{self.microsocks().port}",
                      f"http://127.0.0.1:{dead_port()}/")
        self.failed(row, None, "connect", r"the proxy makes no connection \(the server refuses "
                    r"it\); check that the server is up")

    def test_it_is_none(self):
        server = Nginx()
        self.addCleanup(server.stop)
        self.failed(self.by(server.url.replace("http", "socks5"), "http://127.0.0.1:9/"),
                    None, "connect", "the proxy hung up, or speaks no SOCKS; check --proxy")

    def test_a_name_without_address(self):
        port = self.microsocks().port
        self.failed(self.by(f"socks5://127.0.0.1:{port}", Names.NOWHERE), None, "resolve",
                    "the host name has no address here; .*, or have the proxy look it up")


if __name__ == "__main__":
    unittest.main()
