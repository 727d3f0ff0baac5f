"""Bodies that are too large for memory: the same in the database, not in memory
while they come, and an error where there is no room for them."""
import contextlib
import hashlib
import os
import resource
import subprocess
import unittest

from support.program import GARNER, LIMIT, Case, clean_environment, garner, one, query, wait_until
from support.servers import Misbehaving, Nginx

MIB = 1 << 20
SENT = 64 * MIB


def resident(pid):
    """Bytes of memory that no file stands behind."""
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) << 10 for line in lines
                    if line.startswith("RssAnon"))


class Spool(Case):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.stop)
        cls.sha = cls.nginx.make_big()

    def write_sources(self, *urls, more=""):
        return self.write("garner.yaml", "garner: 1\nstore: data.db\nsources:\n" + "".join(
            f"  s{n}:\n    url: {url}\n{more}" for n, url in enumerate(urls)))

    def test_it_is_the_same(self):
        """Hashed, matched, made rows of, saved and stored."""
        self.write_sources(
            self.nginx.url + "/files/big", more=
            "    expect: { min_size: 50MiB, max_size: 50MiB }\n"
            "    rows:\n      table: t\n"
            "      sql: select length(cast(:body as blob)) as size\n")
        result = garner("run", "--once", "-c", "garner.yaml", cwd=self.folder)
        self.assert_code(result, 0)
        self.assertEqual(query(self.db, "select lower(hex(sha256)), size from garner_body"),
                         [(self.sha, 50 * MIB)])
        body = garner("body", self.db, 1, text=False)
        self.assertEqual(hashlib.sha256(body.stdout).hexdigest(), self.sha)
        self.assertEqual(one(self.db, "select count(*) from t"), 1)
        self.assertEqual([name for name in os.listdir(self.folder)
                          if not name.startswith(("data.db", "garner.yaml"))], [])

    def test_it_leaves_memory_while_it_comes(self):
        before = []

        def most_of_it(sock, request, server):
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {SENT + 1}\r\n\r\n".encode()
            sock.sendall(head + bytes(1000))
            before.append(wait_until(lambda: resident(running.process.pid), "garner"))
            for left in range(SENT - 1000, 0, -MIB):
                sock.sendall(bytes(min(left, MIB)))
            server.done.wait(LIMIT)
            sock.sendall(b"!")

        server = Misbehaving({"/": most_of_it})
        self.addCleanup(server.stop)
        self.write_sources(server.url + "/", more="    body: { max: 1GB }\n"
                                                  "    rows: { table: t, sql:"
                                                  " select length(:body) as n }\n")
        running = self.start("run", "--once", "-c", "garner.yaml")
        folder = f"/proc/{running.process.pid}/fd"

        def spooled():
            running.alive()
            for descriptor in os.listdir(folder):
                with contextlib.suppress(OSError):  # it is closed meanwhile
                    if ("(deleted)" in os.readlink(f"{folder}/{descriptor}")
                            and os.stat(f"{folder}/{descriptor}").st_size >= SENT):
                        return True
            return False

        wait_until(spooled, "all that was sent")
        self.assertLess(resident(running.process.pid) - before[0], SENT // 4)
        server.done.set()
        self.assertEqual(running.wait(), 0, running.output)
        self.assertEqual(one(self.db, "select size from garner_body"), SENT + 1)

    def assert_no_room(self, result, why):
        """The run failed, and nothing else did."""
        self.assert_code(result, 1)
        self.assertEqual(query(self.db, "select s.name, r.failure, r.body is null from"
                                        " garner_run r join garner_source s"
                                        " on s.id = r.source order by 1"),
                         [("s0", "local", 1), ("s1", None, 0)], result.stderr)
        self.assertRegex(one(self.db, "select error from garner_run where failure = 'local'"),
                         f"^/.*: a large body cannot be put there: {why}; make room")
        self.assert_sound()

    def test_a_file_may_not_be_so_large(self):
        self.write_sources(self.nginx.url + "/files/big", self.nginx.url + "/same")
        most = 8 * MIB
        self.assert_no_room(
            garner("run", "--once", "-c", "garner.yaml", cwd=self.folder, preexec_fn=lambda:
                   resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))),
            "File too large")

    def test_the_disk_is_full(self):
        disk = self.folder / "disk"
        disk.mkdir()
        self.write_sources(self.nginx.url + "/files/big", self.nginx.url + "/same")
        script = (f"mount -t tmpfs -o size=8m none {disk} || exit 99\n"
                  f"cp garner.yaml {disk}; cd {disk}\n"
                  f"'{GARNER}' run --once -c garner.yaml; code=$?\n"
                  f"cp data.db* {self.folder}; exit $code\n")
        result = subprocess.run(["unshare", "-m", "bash", "-c", script], text=True,
                                capture_output=True, timeout=LIMIT, check=False,
                                cwd=self.folder, env=clean_environment())
        if "unshare:" in result.stderr or result.returncode == 99:
            self.skipTest("no mount namespace here")
        self.assert_no_room(result, "No space left on device")


if __name__ == "__main__":
    unittest.main()
