"""What becomes of a run when the server does what it should not: each time the
row of garner_run, how often the server was asked, and how much memory it took;
and a good source beside it, which must not notice. connections_test.py has more
of it; docs/misbehaving.md has the list."""
import gzip
import unittest
from email.utils import formatdate

from support.bad import BROKEN, TELL, Scripted, good
from support.mischief import (OK, gzip_bomb, kept_alive, leads, resets, says,
                              says_and_waits, slowly, without_end)
from support.program import query
from support.servers import (cut, dead_port, drip, endless, garbage, hang_up, reply, silent,
                             stall)

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = OK + b"Content-Encoding: gzip\r\n"


class Slow(Scripted):
    STALLED = "no progress for 1s .*; raise the limit .timeout: stall"
    LATE = "not done within 500ms .*; raise the limit .timeout: total, -m"

    def test_silence(self):
        self.failed(self.meet(silent, ", timeout: { stall: 1s }"), None, "timeout",
                    self.STALLED)

    def test_silence_in_the_middle(self):
        self.failed(self.meet(stall, ", timeout: { stall: 1s }"), (None, 200), "timeout",
                    self.STALLED)

    def test_a_head_byte_by_byte(self):
        script = slowly(OK, b"X-Slow: " + b"y" * 10000, 0.02)
        self.failed(self.meet(script, ", timeout: 500ms"), (None, 200), "timeout", self.LATE)
        self.db = self.folder / "again.db"
        self.failed(self.meet(script, ", timeout: { stall: 1s }"), (None, 200), "timeout",
                    self.STALLED)

    def test_a_body_byte_by_byte(self):
        self.failed(self.meet(drip, ", timeout: 500ms"), (None, 200), "timeout", self.LATE)


class Cut(Scripted):
    LEFT = "transfer closed with 10 bytes remaining to read"

    def test_hung_up_at_once(self):
        self.breaks(hang_up, "Empty reply from server", None)

    def test_hung_up_in_the_middle(self):
        self.breaks(cut, self.LEFT)

    def test_reset_at_once(self):
        self.breaks(resets(), "Recv failure: Connection reset by peer", None)

    def test_reset_in_the_middle(self):
        self.breaks(resets(OK + b"Content-Length: 20\r\n\r\n0123456789"),
                    "Recv failure: Connection reset by peer", (None, 200))

    def test_chunks_that_end_early(self):
        self.breaks(says(CHUNKED + b"5\r\nhello\r\n"),
                    "transfer closed with outstanding read data remaining")

    def test_nobody_there(self):
        row = self.row_of(f"http://127.0.0.1:{dead_port()}/")
        self.failed(row, None, "connect",
                    "cannot connect: Connection refused; check host, port and that")


class Lengths(Scripted):
    def sized(self, *lengths, body=b"0123456789", script=says):
        lines = b"".join(b"Content-Length: %s\r\n" % length for length in lengths)
        return script(OK + lines + b"\r\n" + body)

    def test_too_long_a_length(self):
        self.breaks(self.sized(b"20"), Cut.LEFT)

    def test_too_short_a_length(self):
        self.kept(self.meet(self.sized(b"4", script=says_and_waits)), 200, b"0123")

    def test_no_number(self):
        self.each_breaks([(self.sized(length), "Invalid Content-Length: value")
                          for length in (b"ten", b"-10")])

    def test_a_huge_length(self):
        self.failed(self.meet(self.sized(b"9" * 30)), 200, "too_large",
                    "over the limit of 1000000 bytes .*; raise it .body: max")

    def test_two_that_are_the_same(self):
        self.kept(self.meet(self.sized(b"10", b"10")), 200, b"0123456789")

    def test_two_that_differ(self):
        self.each_breaks([(self.sized(*lengths), "it has two lengths .Content-Length.")
                          for lengths in [(b"10", b"5"), (b"5", b"10"), (b"5, 10",)]])

    def test_chunks_with_a_length(self):
        script = says(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                      b"5\r\nhello\r\n0\r\n\r\n")
        self.kept(self.meet(script), 200, b"hello")

    def test_no_length(self):
        self.kept(self.meet(says(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")), 200,
                  b"until the end")

    def test_two_answers_to_one_question(self):
        self.kept(self.meet(says(reply("1") + reply("2"))), 200, b"1")


class Bodies(Scripted):
    LIMIT = "the body is over the limit of 1000000 bytes .*; raise it .body: max"

    def test_garbage_for_chunks(self):
        self.each_breaks([
            (says(CHUNKED + chunks), how + " in chunked-encoding") for chunks, how in [
                (b"zz\r\nhello\r\n", "Illegal or missing hexadecimal sequence"),
                (b"5\r\nhello world\r\n", "Malformed encoding found"),
                (b"f" * 30 + b"\r\nhello\r\n", "Too long hexadecimal number")]])

    def test_a_body_without_end(self):
        self.failed(self.meet(endless), 200, "too_large", self.LIMIT)

    def test_a_gzip_bomb(self):
        script = says(GZIPPED + b"\r\n" + gzip_bomb(512))
        self.failed(self.meet(script), 200, "too_large", "limit of .*; raise it .body: ")

    def test_what_is_no_gzip(self):
        self.breaks(says(GZIPPED + b"\r\nthis is no gzip"),
                    "Error while processing content unencoding: incorrect header check")

    def test_gzip_with_a_wrong_sum(self):
        packed = gzip.compress(b"hello " * 1000)
        self.breaks(says(GZIPPED + b"\r\n" + packed[:-8] + bytes(8)),
                    "Error while processing content unencoding: incorrect data check")

    def test_gzip_and_more(self):
        self.breaks(says(GZIPPED + b"\r\n" + gzip.compress(b"hello") + b"and more"),
                    "its body goes on after what is compressed")

    def test_gzip_that_ends_early_is_not_noticed(self):
        """libcurl does not tell. Only a length, or chunks, would."""
        packed = gzip.compress(b"hello " * 1000)[:-8]
        self.kept(self.meet(says(GZIPPED + b"\r\n" + packed)), 200, b"hello " * 1000)

    def test_an_unknown_encoding(self):
        self.breaks(says(OK + b"Content-Encoding: rot13\r\n\r\nuryyb"),
                    "Unrecognized content encoding type.*")

    def test_bytes_that_are_no_text(self):
        self.kept(self.meet(says(reply(b"a\0b\xff\xfe"))), 200, b"a\0b\xff\xfe")


class Heads(Scripted):
    def test_one_huge_header(self):
        self.breaks(without_end(OK + b"X-More: ", b"y" * 65536), "a header of over 100 KiB",
                    tell="; or no memory")

    def test_ten_thousand_headers(self):
        lines = b"".join(b"X-%d: and one more of these\r\n" % n for n in range(10000))
        self.breaks(says(OK + lines + b"Content-Length: 2\r\n\r\nok"), ".*headers", tell="")

    def test_headers_without_end(self):
        self.breaks(without_end(OK, b"X-More: and more\r\n" * 1000), ".*headers", tell="")

    def test_a_flood_of_1xx(self):
        self.each_breaks([(without_end(b"", b"HTTP/1.1 103 Hints\r\n" + line + b"\r\n"),
                           "Too large response headers: .*")
                          for line in (b"", b"Link: </a>\r\n")], 103)

    def test_a_few_1xx(self):
        script = says(b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + reply("ok"))
        self.kept(self.meet(script), 200, b"ok")

    def test_a_101_that_nobody_asked_for(self):
        self.breaks(says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello"),
                    "status 101, though nobody asked to switch", 101)

    def test_http_0_9(self):
        self.breaks(says(b"hello there\n"), "it is no HTTP, or of before 1996; check the port",
                    None, "")

    def test_no_http_at_all(self):
        self.breaks(garbage, "it is no HTTP, or of before 1996; check the port", None, "")

    def test_an_unknown_version(self):
        self.breaks(says(b"HTTP/7.0 200 OK\r\n\r\nx"),
                    "Unsupported HTTP version .7.0. in response", None)

    def test_a_status_that_is_none(self):
        self.each_breaks([(says(b"HTTP/1.1 " + status + b" Huh\r\n\r\n"), "Unsupported.*")
                          for status in (b"000", b"20000", b"abc")], None)

    def test_a_line_that_is_no_header(self):
        self.breaks(says(OK + b"nothing at all\r\n\r\n"), "Header without colon")

    def test_nul_in_headers(self):
        self.each_breaks([(says(OK + line + b"\r\n\r\n"), "Nul byte in header")
                          for line in (b"X-Nul: a\0b", b"X-\0: a", b"Content-Type: a\0b")])

    def test_headers_that_are_no_text(self):
        row = self.meet(says(OK + b"Content-Type: text/\xff\xc3\xa9\xc3\r\nX-\xff: \xc3\r\n"
                             b"ETag: \"\xff\"\r\nContent-Length: 2\r\n\r\nok"))
        self.kept(row, 200, b"ok")
        self.assertEqual(query(self.db, "select content_type from garner_body where id = ?",
                               [row["body"]]), [("text/?\u00e9?",)])
        self.assertEqual(self.rows("bad0", "etag"), [(None,)])

    def test_a_204_with_a_body(self):
        wrong = b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"
        self.kept(self.meet(says_and_waits(wrong)), 204, b"")
        right = OK + b"Content-Length: 2\r\n\r\nok"
        self.server.scripts.update({"/a": kept_alive(wrong, right),
                                    "/b": kept_alive(right, right)})
        self.db = self.folder / "alive.db"
        self.run_file([(name, f'url: "{self.server.url}/{name}"') for name in "ab"],
                      ", host: { concurrency: 1 }")
        self.assertEqual(self.rows("a") + self.rows("b", "status, bytes"),
                         [(204, None), (200, 2)])


class Redirects(Scripted):
    def test_a_loop(self):
        self.failed(self.meet(leads(b"/bad0"), requests=11), 302, "redirect",
                    "more than 10 redirects; check the URL for a loop, or raise the limit")

    def test_to_a_file(self):
        self.failed(self.meet(leads(b"file:///etc/passwd")), 302, "redirect",
                    "^redirected to file, which is refused: only http and https")

    def test_to_what_is_no_url(self):
        for row in self.meet_each([leads(b"http://[bad/"), leads(b"http://127.0.0.1:99999/")]):
            self.failed(row, 302, "redirect", "redirected to what is no URL: .*" + TELL)

    def test_to_what_is_no_text(self):
        self.server.scripts["/%ff%fe"] = good
        row = self.meet(leads(b"/\xff\xfe"), requests=2)
        self.kept(row, 200, b"good")
        self.assertEqual(self.rows("bad0", "r.url"), [(self.server.url + "/%ff%fe",)])


class Clocks(Scripted):
    def setUp(self):
        super().setUp()
        self.seen = []

    def answers(self, *replies):
        left = list(replies)

        def script(sock, request, server):
            self.seen.append(b"if-none-match" in request.lower())
            sock.sendall(left.pop(0))
        return script

    def test_a_year_late_and_early(self):
        for year in -1, 1:
            now = query(":memory:", "select unixepoch()")[0][0] + year * 31536000
            date = f"Date: {formatdate(now, usegmt=True)}"
            script = self.answers(reply("1", headers=[date, 'ETag: "a"']),
                                  f"HTTP/1.1 304 Not Modified\r\n{date}\r\n\r\n".encode())
            self.db = self.folder / str(year)
            self.kept(self.meet(script), 200, b"1")
            self.run_file([("bad0", f'url: "{self.server.url}/bad0"')])
            self.assertEqual(self.rows("bad0"), [(200, None), (304, None)])
        self.assertEqual(self.seen, [False, True] * 2)

    def test_retry_after_counts_from_the_servers_own_date(self):
        now = query(":memory:", "select unixepoch()")[0][0] - 31536000
        script = self.answers(reply("", "503 Busy", headers=[
            f"Date: {formatdate(now, usegmt=True)}",
            f"Retry-After: {formatdate(now + 1000, usegmt=True)}"]))
        self.server.scripts["/bad"] = script
        self.run_file([("bad", f'url: "{self.server.url}/bad"')])
        ((wait,),) = self.rows("bad", "s.off_until - r.started - r.duration_us")
        self.assertTrue(999 < wait / 1e6 < 1100, wait)


if __name__ == "__main__":
    unittest.main()
