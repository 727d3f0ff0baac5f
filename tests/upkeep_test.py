"""garner backup, checkpoint and doctor, beside those who write."""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import unittest

from support.program import LIMIT, Case, garner, one, query, wait_until
from support.servers import Nginx


def make(db, rows=1000, size=4000):
    """A database with a log, as another program would leave it."""
    with sqlite3.connect(db) as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table t(a integer primary key, b)")
        connection.executemany("insert into t(b) values (zeroblob(?))",
                               [(size,)] * rows)
    connection.close()


class Backup(Case):
    def setUp(self):
        super().setUp()
        self.copy = self.folder / "copy.db"

    def names(self):
        return {path.name for path in self.folder.iterdir()}

    def test_a_copy_is_whole(self):
        make(self.db)
        result = garner("backup", self.db, self.copy)
        self.assert_code(result, 0)
        self.assertRegex(result.stderr, r"copy.db: [\d.]+ MiB in ")
        self.assertEqual(result.stdout, "")
        self.assert_sound(self.copy)
        self.assertEqual(one(self.copy, "select count(*) from t"), 1000)
        self.assertEqual(query(self.copy, "pragma journal_mode"), [("delete",)])

    def test_beside_a_running_garner(self):
        nginx = Nginx()
        self.addCleanup(nginx.stop)
        running = self.start("run", nginx.url + "/tick", "--every", "20ms", "--db", self.db)

        def runs():
            running.alive()
            return self.db.exists() and garner(
                "query", self.db, "--raw", "select count(*) from garner_run").stdout
        before = int(wait_until(lambda: runs() not in ("", False, "0") and runs(), "a run"))
        self.assert_code(garner("backup", self.db, self.copy, "-q"), 0)
        self.assert_sound(self.copy)
        self.assertGreaterEqual(one(self.copy, "select count(*) from garner_run"), before)
        running.alive()
        self.assertEqual(running.stop(), 0)

    def test_what_is_there_is_replaced_when_told(self):
        make(self.db)
        self.copy.write_text("old")
        result = garner("backup", self.db, self.copy)
        self.assert_code(result, 2)
        self.assertIn("--replace", result.stderr)
        self.assertEqual(self.copy.read_text(), "old")
        result = garner("backup", self.db, self.copy, "--replace", "-q")
        self.assert_code(result, 0)
        self.assertEqual(result.stderr, "")
        self.assert_sound(self.copy)

    def test_mistakes_are_named(self):
        make(self.db)
        text = self.write("text", "this is no database" * 100)
        for args, code, says in (
                ((self.folder / "none.db", self.copy), 3, "no such database"),
                ((text, self.copy), 3, "not SQLite's"),
                ((self.db, self.folder / "none" / "x"), 3, "does not exist; make it"),
                ((self.db, self.folder), 2, "is a folder"),
                ((self.db, self.db), 2, "is the database itself"),
                ((self.db,), 2, "TO")):
            with self.subTest(args):
                before = self.names()
                result = garner("backup", *args, "--replace")
                self.assert_code(result, code)
                self.assertIn(says, result.stderr)
                self.assertEqual(self.names() - {"data.db-shm", "data.db-wal"},
                                 before - {"data.db-shm", "data.db-wal"})

    def test_interrupted_it_leaves_nothing_or_all(self):
        make(self.db, rows=5000)
        running = self.start("backup", self.db, self.copy)
        wait_until(lambda: running.process.poll() is not None
                   or any(".part-" in name for name in self.names()), "a copy")
        code = running.stop()
        self.assertFalse([name for name in self.names() if ".part-" in name])
        if code == 0:  # it was quicker
            self.assert_sound(self.copy)
        else:
            self.assertEqual(code, 130, running.output)
            self.assertIn("canceled", running.output)
            self.assertFalse(self.copy.exists())


class Checkpoint(Case):
    def setUp(self):
        super().setUp()
        make(self.db)
        self.log = self.folder / "data.db-wal"
        self.other = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(self.other.close)
        self.other.execute("pragma wal_autocheckpoint=0")
        self.other.execute("update t set b = zeroblob(4001)")

    def test_the_log_is_copied(self):
        self.assertGreater(self.log.stat().st_size, 4_000_000)
        before = self.db.stat().st_size
        result = garner("checkpoint", self.db)
        self.assert_code(result, 0)
        self.assertRegex(result.stderr, r"all of its log is copied, [\d.]+ MiB\n")
        self.assertGreaterEqual(self.db.stat().st_size, before)
        result = garner("checkpoint", self.db, "--truncate")
        self.assert_code(result, 0)
        self.assertEqual(self.log.stat().st_size, 0)
        self.assertIn("its log is empty", garner("checkpoint", self.db).stderr)
        self.assertEqual(garner("checkpoint", self.db, "-q").stderr, "")
        self.assertEqual(one(self.db, "select sum(length(b)) from t"), 4001 * 1000)

    def test_it_is_all_that_is_done(self):
        """Even when nobody else has it open: the log's file stays."""
        self.other.close()
        subprocess.run([sys.executable, "-c", "import os, sqlite3, sys\n"
                        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                        "db.execute('insert into t(b) values (1)')\n"
                        "os._exit(0)", self.db], check=True, timeout=LIMIT)
        size = self.log.stat().st_size
        self.assertGreater(size, 0)
        self.assert_code(garner("checkpoint", self.db), 0)
        self.assertEqual(self.log.stat().st_size, size)
        self.assert_sound()

    def wait_for_words(self, words, *flags):
        """The system's list of locks may miss one now and then."""
        def said():
            result = garner("checkpoint", self.db, "--wait", "10ms", *flags)
            self.assert_code(result, 3)
            return words in result.stderr
        wait_until(said, words)

    def test_who_is_in_the_way_is_named(self):
        locks = pathlib.Path("/proc/locks")
        self.other.execute("begin")
        self.other.execute("select count(*) from t").fetchone()
        told = locks.exists() and f" {os.getpid()} " in locks.read_text()
        me = f"process {os.getpid()} (" if told else "another connection"
        self.wait_for_words("is being read by " + me, "--truncate")
        self.other.execute("rollback")
        self.other.execute("begin immediate")
        self.wait_for_words("was writing all the time")
        self.wait_for_words(me)
        self.other.execute("rollback")
        self.assert_code(garner("checkpoint", self.db), 0)

    def test_mistakes_are_named(self):
        text = self.write("text", "this is no database" * 100)
        for args, code, says in (
                ((self.folder / "none.db",), 3, "no such database"),
                ((text,), 3, "not SQLite's"), ((), 2, "DB")):
            with self.subTest(args):
                result = garner("checkpoint", *args)
                self.assert_code(result, code)
                self.assertIn(says, result.stderr)
        self.assertEqual(text.read_text(), "this is no database" * 100)


class Doctor(Case):
    def look(self, *flags, code=0):
        """What is found, by topic: (grade, value)."""
        result = garner("doctor", self.db, "--json", *flags)
        self.assert_code(result, code)
        report = json.loads(result.stdout)
        self.assertEqual(report["grade"] == "fine", code == 0)
        for finding in report["findings"]:
            if finding["grade"] != "fine":
                self.assertTrue(finding["advice"], finding)
        return {finding["topic"]: (finding["grade"], finding["value"])
                for finding in report["findings"]}

    def test_a_whole_database_is_fine_and_left_alone(self):
        make(self.db)
        before = os.stat(self.db)
        found = self.look("--check")
        self.assertEqual(found["journal_mode"], ("fine", "wal"))
        self.assertEqual(found["integrity"], ("fine", "ok"))
        self.assertEqual(found["wal_autocheckpoint"], ("fine", "0"))
        self.assertEqual(found["sqlite"][1], sqlite3.sqlite_version)
        self.assertTrue(found["sqlite_copies"][1].startswith("1: "))
        for topic in ("file_system", "free_space", "size", "log", "readers", "writer",
                      "turn", "synchronous", "page_size", "foreign_keys", "cache_size",
                      "mmap_size", "temp_store", "secure_delete", "unused"):
            self.assertIn(topic, found)
        after = os.stat(self.db)
        self.assertEqual((before.st_mtime_ns, before.st_size), (after.st_mtime_ns, after.st_size))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["data.db"])

    def test_for_people(self):
        make(self.db)
        result = garner("doctor", self.db)
        self.assert_code(result, 0)
        self.assertRegex(result.stdout, r"(?m)^  journal_mode +wal$")
        self.assertEqual(garner("doctor", self.db, "-q").stdout, "")

    def test_who_keeps_a_long_log_is_named(self):
        make(self.db)
        other = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("update t set b = 1")
        # Zeros are no frames: to SQLite it is as long as before.
        os.truncate(self.folder / "data.db-wal", 300 << 20)
        other.execute("begin")
        other.execute("select * from t").fetchone()
        found = self.look(code=1)
        self.assertEqual(found["log"], ("warning", "300 MiB"))
        if not found["readers"][1].startswith("not known"):
            wait_until(lambda: self.look(code=1)["readers"][1].startswith(
                f"process {os.getpid()} ("), "the reader")
        self.assertEqual(self.look("--checkpoint", "external", code=1)["readers"][0], "fine")
        other.execute("commit")
        self.assertIn("! log ", garner("doctor", self.db, "-q").stdout)

    def test_damage_is_found(self):
        make(self.db)
        with open(self.db, "r+b") as file:
            file.seek(3 * 4096)
            file.write(b"rubbish" * 1000)
        found = self.look("--check", code=1)
        self.assertEqual(found["integrity"][0], "problem")
        self.assertIn("X integrity", garner("doctor", self.db, "--check").stdout)

    def test_beside_a_running_garner(self):
        nginx = Nginx()
        self.addCleanup(nginx.stop)
        running = self.start("run", nginx.url + "/tick", "--every", "10ms", "--db", self.db)
        wait_until(lambda: running.alive() and self.db.exists()
                   and (self.folder / "data.db-turn").exists(), "the store")
        for _ in range(5):
            self.assertEqual(self.look("--check")["integrity"], ("fine", "ok"))
            running.alive()
        self.assertEqual(running.stop(), 0)

    def test_mistakes_are_named(self):
        text = self.write("text", "this is no database" * 100)
        for path, code, says in ((self.folder / "none.db", 3, "no such database"),
                                 (text, 3, "not SQLite's"), (self.folder, 3, "is a folder"),
                                 (":memory:", 3, "name a file")):
            with self.subTest(path):
                result = garner("doctor", path)
                self.assert_code(result, code)
                self.assertIn(says, result.stderr)
        report = json.loads(garner("doctor", text, "--json").stdout)
        self.assertEqual(report["grade"], "problem")
        self.assertIn("not SQLite's", report["error"])
        self.assertEqual(text.read_text(), "this is no database" * 100)

    @unittest.skipIf(os.geteuid() == 0, "root may read all")
    def test_what_may_not_be_read(self):
        make(self.db)
        self.db.chmod(0)
        result = garner("doctor", self.db)
        self.assert_code(result, 3)
        self.assertIn("check the permissions", result.stderr)


if __name__ == "__main__":
    unittest.main()
