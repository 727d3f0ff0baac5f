"""Bodies that go to files: from the YAML file to a script that is told the path,
over answers that are cut and over kill -9."""
import hashlib
import os
import pathlib
import re
import socket
import unittest

from support.program import Case, garner, one, query, wait_until
from support.servers import Misbehaving, Nginx, cut, reply

HALF = b"x" * 200_000


def half(sock, request, server):
    """Sends half of what it promised, then nothing until the test's end."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + HALF)
    server.done.wait(120)


def whole(sock, request, server):
    sock.sendall(reply("new", content_type="text/plain"))


class Save(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)
        cls.sha = cls.nginx.make_big()
        os.utime(cls.nginx.big, (10 ** 9, 10 ** 9))  # so that it can be asked for

    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(self.folder, "home")
        self.home.mkdir()
        self.yaml = self.home / "garner.yaml"

    def write_source(self, url, save, more=""):
        self.yaml.write_text(f"garner: 1\nstore: {self.db}\nsources:\n  it:\n"
                             f"    url: {url}\n    body: {{ save: {save} }}\n{more}")

    def run_once(self, status=0):
        result = garner("run", "--once", "-c", "home/garner.yaml",
                        cwd=self.folder)
        self.assertEqual(result.returncode, status, result.stderr)

    def names(self, folder="."):
        return sorted(os.listdir(self.home / folder))

    def test_a_large_file_and_a_script(self):
        script = self.home / "told"
        script.write_text('#!/bin/sh\nsha256sum <"$GARNER_FILE" >sum; '
                          'echo "$GARNER_FILE" >where\n')
        script.chmod(0o755)
        self.write_source(self.nginx.url + "/files/big", '"{name}/{kind}.bin"',
                          "    vars: { kind: big }\n"
                          "    hooks: { change: [./told] }\n")
        self.run_once()
        path = os.path.realpath(self.home / "it" / "big.bin")
        self.assertEqual((self.home / "where").read_text(), f"{path}\n")
        self.assertEqual((self.home / "sum").read_text().split()[0], self.sha)
        self.assertEqual(query(self.db, "select r.file, b.codec, b.size,"
                                        " hex(b.sha256) from garner_run r join"
                                        " garner_body b on b.id = r.body"),
                         [(path, "file", os.path.getsize(path), self.sha.upper())])
        body = garner("body", self.db, 1)
        self.assertEqual(body.returncode, 1, body.stderr)
        self.assertIn(path, body.stderr)
        self.run_once()  # nothing has changed
        self.assertEqual(query(self.db, "select status, file, body from"
                                        " garner_run"),
                         [(200, path, 1), (304, None, 1)])
        self.assertEqual(self.names("it"), ["big.bin"])
        self.assertLess(os.path.getsize(self.db), 1 << 20)

    def test_a_large_file_that_is_cut_is_gone_on_with(self):
        asked = []

        def relay(sock, request, server):
            """nginx's answers, of which the first two break off."""
            asked.append(re.findall(rb"\r\n(Range|If-Range): ([^\r]*)", request))
            left = 10_000_000 if len(asked) < 3 else 1 << 40
            with socket.create_connection(("127.0.0.1", self.nginx.ports[0])) as up:
                up.sendall(request[:-2] + b"Connection: close\r\n\r\n")
                while left > 0:
                    piece = up.recv(min(left, 1 << 20))
                    if not piece:
                        break
                    sock.sendall(piece)
                    left -= len(piece)

        server = Misbehaving({"/files/big": relay})
        self.addCleanup(server.stop)
        self.write_source(server.url + "/files/big", "big",
                          "    retry: { times: 3, backoff: 10ms..20ms }\n")
        self.run_once()
        self.assertEqual(len(asked), 3)
        self.assertEqual(asked[0], [])
        etag = one(self.db, "select etag from garner_source").encode()
        for headers in asked[1:]:
            self.assertEqual(dict(headers).get(b"If-Range"), etag)
            self.assertRegex(dict(headers)[b"Range"], rb"^bytes=[1-9]\d*-$")
        self.assertEqual(query(self.db, "select failure, status, bytes from"
                                        " garner_run where failure is null"),
                         [(None, 200, os.path.getsize(self.nginx.big))])
        self.assertEqual(hashlib.sha256((self.home / "big").read_bytes())
                         .hexdigest(), self.sha)

    def test_what_is_cut_leaves_the_old_file(self):
        server = Misbehaving({"/cut": cut, "/whole": whole})
        self.addCleanup(server.stop)
        (self.home / "it.txt").write_text("old")
        self.write_source(server.url + "/cut", "it.txt")
        self.run_once(status=1)
        self.assertEqual(one(self.db, "select failure from garner_run"),
                         "protocol")
        self.assertEqual((self.home / "it.txt").read_text(), "old")
        self.assertEqual(self.names(), ["garner.yaml", "it.txt"])
        self.write_source(server.url + "/whole", "it.txt")
        self.run_once()
        self.assertEqual((self.home / "it.txt").read_text(), "new")

    def test_kill_9_in_the_middle(self):
        server = Misbehaving({"/half": half, "/whole": whole})
        self.addCleanup(server.stop)
        (self.home / "it.txt").write_text("old")
        self.write_source(server.url + "/half", "it.txt")
        running = self.start("run", "-c", self.yaml)

        def writes():
            running.alive()
            for fd in pathlib.Path(f"/proc/{running.process.pid}/fd").iterdir():
                try:
                    if os.readlink(fd).startswith(str(self.home.resolve())) \
                            and os.stat(fd).st_size == len(HALF):
                        return True
                except OSError:
                    pass  # it was closed meanwhile
            return False

        wait_until(writes, "half of the file")
        running.kill()
        self.assertEqual((self.home / "it.txt").read_text(), "old")
        self.write_source(server.url + "/whole", "it.txt")
        self.run_once()
        self.assertEqual((self.home / "it.txt").read_text(), "new")
        self.assertEqual(self.names(), ["garner.yaml", "it.txt"])

    def test_compressed_answers_are_saved_decoded(self):
        self.write_source(self.nginx.url + "/html/lang.html", "it.html")
        self.run_once()
        text = (self.home / "it.html").read_bytes()
        self.assertIn(b"<title>", text)
        self.assertEqual(hashlib.sha256(text).hexdigest().upper(),
                         one(self.db, "select hex(sha256) from garner_body"))

    def test_paths_that_lead_out_are_refused(self):
        for save in ("../x", '"{up}/x"', '"a/{out}"', "/x/../../y"):
            self.write_source(self.nginx.url + "/same", save,
                              '    vars: { up: "..", out: a/../b }\n')
            result = garner("check", self.yaml)
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertRegex(result.stdout + result.stderr,
                             r'garner.yaml:\d+:\d+: .*(has "\.\."|has a "/")')


if __name__ == "__main__":
    unittest.main()
