"""garner shell: as a script, and with a person at a terminal."""
import json
import os
import pathlib
import re
import socket
import sqlite3
import stat
import subprocess
import threading
import time
import unittest

from support.program import Case, GARNER, LIMIT, clean_environment, garner, one
from support.servers import Nginx, dead_port
from support.terminal import Terminal

PAGE = """<title>Stock</title><h1>Stock</h1>
<table id=s><tr><td>A<td>1<tr><td>B<td>2</table>
<a href="/more" rel=next>More</a>
"""


def setUpModule():
    Shell.nginx = Nginx()
    unittest.addModuleCleanup(Shell.nginx.stop)


class Shell(Case):
    nginx = None

    def setUp(self):
        super().setUp()
        self.page = self.write("page.html", PAGE)

    def database(self, mode="wal"):
        path = self.folder / f"{mode}.db"
        db = sqlite3.connect(path)
        db.executescript(f"pragma journal_mode={mode}; create table price(symbol, pence);"
                         "insert into price values('A', 100), ('B', 250), ('C', 7);")
        db.close()
        return path

    def shell(self, *args, code=0, **more):
        result = garner("shell", *args, cwd=self.folder, **more)
        self.assert_code(result, code)
        return result

    def rows(self, *args, **more):
        return [json.loads(line) for line in self.shell(*args, **more).stdout.splitlines()]


class Script(Shell):
    def test_a_page_is_fetched(self):
        url = f"{self.nginx.url}/moved"
        sql = ("select :url as url, :final_url as final, :status as status, "
               ":content_type as type, :body->>'$.price' as price, "
               ":headers->>'$.content-type' as header, :fetched_at > 1e9 as now, :n as n")
        self.assertEqual(self.rows(url, "-p", "n=7", "-c", sql), [
            {"url": url, "final": f"{self.nginx.url}/same", "status": 200,
             "type": "application/json", "price": 7, "header": "application/json",
             "now": 1, "n": "7"}])
        told = self.rows(f"{self.nginx.url}/tick?n={{n}}", "-p", "n=7",
                         "-c", "select :body->>'$.n' as n")
        self.assertEqual(told, [{"n": "7"}])
        told = self.rows(f"{self.nginx.url}/agent", "-A", "me/1", "-c", "select :body as b")
        self.assertEqual(told, [{"b": "me/1"}])

    def test_what_is_no_page(self):
        result = self.shell(f"{self.nginx.url}/missing", "-c", "select :status as s")
        self.assertEqual(json.loads(result.stdout), {"s": 404})
        self.assertIn("status 404", result.stderr)
        url = f"http://127.0.0.1:{dead_port()}/"
        self.assertIn(url, self.shell(url, "-c", "select 1", code=1).stderr)
        self.assertIn("https://", self.shell("example.org", "-c", "select 1", code=2).stderr)
        self.assertIn("'x'", self.shell(self.page, "-p", "x", code=2).stderr)
        self.assertIn("no farm", self.shell(self.folder, code=3).stderr)
        self.write("bad.db", "SQLite format 3\0" + "x" * 5000)
        self.assertIn("bad.db", self.shell("bad.db", "-c", "select 1", code=3).stderr)

    def test_a_file_is_a_page(self):
        self.assertEqual(
            self.rows(self.page, "-c", "select html_text(node, 'td') as symbol, "
                                       ":status as status, :final_url as url "
                                       "from html_each(:body, 'tr')"),
            [{"symbol": "A", "status": 200, "url": None},
             {"symbol": "B", "status": 200, "url": None}])

    def test_a_database_and_a_page_in_one(self):
        sql = ("select p.symbol, p.pence from html_each(:body, 'tr') t "
               "join price p on p.symbol = html_text(t.node, 'td') where p.pence > cast(:least as integer)")
        for mode in "wal", "delete":
            path = self.database(mode)
            for name in path, f"sqlite:{path}":
                with self.subTest(name):
                    self.assertEqual(
                        self.rows(name, self.page, "-p", "least=99", "-c", sql),
                        [{"symbol": "A", "pence": 100}, {"symbol": "B", "pence": 250}])

    def test_a_database_is_only_read(self):
        path = self.database()
        before = path.read_bytes()
        for sql, words in (("delete from price", "query --write"),
                           ("create table t(a)", "query --write"),
                           ("begin", "not authorized"),
                           ("attach 'other.db' as o", "not authorized"),
                           ("pragma journal_mode = delete", "not authorized"),
                           ("vacuum into 'copy.db'", "")):
            with self.subTest(sql):
                self.assertIn(words, self.shell(path, "-c", sql, code=2).stderr)
        self.assertEqual(path.read_bytes(), before)
        self.assertFalse((self.folder / "copy.db").exists())
        self.assertEqual(self.rows(path, "-c", "select count(*) as n from price"), [{"n": 3}])
        self.assertTrue(self.rows(path, "-c", "explain query plan select * from price"))

    def test_a_database_that_is_open_keeps_its_locks(self):
        path = self.database()
        link = self.folder / "link.db"
        link.symlink_to(path)
        read, write = os.pipe()
        with subprocess.Popen([GARNER, "shell"], stdin=read, stdout=subprocess.PIPE, text=True,
                              env=clean_environment()) as shell:
            os.close(read)
            text = f".open sqlite:{path}\n.open {path}\n.open {link}\nselect 6*7 as n;\n"
            os.write(write, text.encode())
            told = shell.stdout.readline()
            locks = pathlib.Path("/proc/locks").read_text()
            os.close(write)
            self.assertEqual(shell.wait(LIMIT), 0)
        self.assertEqual(told, '{"n":42}\n')
        self.assertRegex(locks, rf"(?m)^\d+: POSIX .*:{path.stat().st_ino} ")

    def test_statements_and_their_places(self):
        for text, told, words in (
                ("select 1 as a; select ';' as a;\n-- ;\nselect\n3 as a", [1, ";", 3], None),
                ("select 1 as a;\nselect\n  nope;\nselect 2 as a;", [1], "SQL line 3, column 3"),
                ("select 1 as a; select nope;", [1], "SQL line 1, column 23"),
                ("\nselect 1 as a;\n\nselect a from nope;", [1], "line 4: SQL: no such table"),
                ("select 1 as a;\n.nope\nselect 2 as a;", [1], "line 2: there is no .nope"),
                ("select 1 as a;\n.open", [1], "line 2: say .open WHAT"),
                (".links", [], "line 1: nothing was fetched"),
                ("select :body as a", [], ":body"),
                ("select 'a\0b' as a;", [], "line 1: a NUL"),
                ("select 1 as a;\n.quit\nselect 2 as a;", [1], None),
                ("", [], None)):
            with self.subTest(text):
                result = self.shell(stdin=text, code=2 if words else 0)
                self.assertEqual([json.loads(line)["a"] for line in result.stdout.splitlines()],
                                 told)
                self.assertIn(words or "", result.stderr)
                self.assertEqual(bool(result.stderr), bool(words))

    def test_dot_commands(self):
        out = self.folder / "out"
        script = (f".open {self.nginx.url}/same\n.headers\n.body {out}.json\n"
                  f".open {self.page}\n.links\n.body\n"
                  f".open {self.database()}\n.tables\n.mode csv\n"
                  f"select symbol, pence from price;\n"
                  f".save {out}.csv\n.save {out}.nl\n.mode tsv\nselect 1 as a;\n.help\n")
        told = self.shell(stdin=script).stdout
        self.assertIn("content-type: application/json\n", told)
        self.assertEqual((self.folder / "out.json").read_text(), '{"name": "same", "price": 7}')
        self.assertIn('{"url":"/more","text":"More","rel":"next"}\n' + PAGE, told)
        self.assertIn('"name":"price","type":"table"', told)
        rows = "symbol,pence\r\nA,100\r\nB,250\r\nC,7\r\n"
        self.assertIn(rows, told.replace("\n", "\r\n").replace("\r\r", "\r"))
        self.assertEqual((self.folder / "out.csv").read_bytes().replace(b"\r", b""),
                         rows.replace("\r", "").encode())
        self.assertEqual((self.folder / "out.nl").read_text().splitlines()[2],
                         '{"symbol":"C","pence":7}')
        self.assertIn("\na\n1\n", told)
        self.assertIn(".mode MODE", told)
        for line, words in ((".mode xml", "table csv"), (".save x", "no rows yet"),
                            (".tables", "no database"), (".quit now", "nothing behind"),
                            (".open nothing", "nothing")):
            with self.subTest(line):
                self.assertIn(words, self.shell(stdin=line, code=2).stderr)
        self.shell(stdin="select 1 as a;\n.save /nowhere/x", code=2)

    def test_what_cannot_be_saved_leaves_the_older_file(self):
        out = self.folder / "out.csv"
        out.write_text("precious")
        said = self.shell(stdin=f".open {self.nginx.url}/same\nselect :body ->> 'name' as n;\n"
                                f".open {self.page}\n.save {out}\n", code=2)
        self.assertIn("not JSON", said.stderr)
        self.assertEqual(out.read_text(), "precious")
        self.assertEqual([path.name for path in self.folder.glob("*out.csv*")], ["out.csv"])
        self.shell(stdin=f"select 1 as a;\n.save {out}\n.save /dev/null\n")
        self.assertEqual(out.read_text().split(), ["a", "1"])

    def test_what_is_saved_anew_keeps_its_mode_and_the_link_to_it(self):
        out, link = self.folder / "secret.nl", self.folder / "link.nl"
        out.write_text("old")
        out.chmod(0o600)
        link.symlink_to(out.name)
        self.shell(stdin=f"select 1 as a;\n.save {link}\n.save {self.folder}/new.nl\n")
        self.assertTrue(link.is_symlink())
        self.assertEqual(out.read_text(), '{"a":1}\n')
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        self.assertEqual((self.folder / "new.nl").stat().st_mode,
                         pathlib.Path(self.page).stat().st_mode)

    def test_pragmas_that_read(self):
        database = self.database()
        said = self.shell(database, stdin=".mode csv\npragma journal_mode ; -- which?\n"
                                          "pragma user_version;\n").stdout
        self.assertEqual(said.split()[1:], ["wal", "user_version", "0"])
        self.assertEqual(one(database, "pragma journal_mode"), "wal")
        for line in "pragma journal_mode=delete;", "pragma journal_mode(delete);":
            self.assertIn("not authorized", self.shell(database, stdin=line, code=2).stderr)

    def test_its_reader_may_go_away(self):
        read, write = os.pipe()
        os.close(read)
        result = subprocess.run([GARNER, "shell", "-c", "select 1; select 2"], stdout=write,
                                stderr=subprocess.PIPE, timeout=LIMIT, check=False,
                                env=clean_environment())
        os.close(write)
        self.assertEqual((result.returncode, result.stderr), (0, b""))


class Silent:
    """A server that takes a request and never answers."""

    def __init__(self):
        self.asked = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        self.connection, _ = self.socket.accept()
        self.connection.recv(1000)
        self.asked.set()

    def close(self):
        self.connection.close()
        self.socket.close()


class Person(Terminal):
    at = 0

    def expect(self, pattern):
        """Waits for it behind what was expected before."""
        end = time.monotonic() + LIMIT
        while not (found := re.search(pattern, self.text[self.at:])):
            if time.monotonic() > end or not self.read(0.5):
                raise AssertionError(f"no {pattern!r} in:\n{self.text[self.at:][-3000:]}")
        self.at += found.end()
        return found

    def type(self, keys):
        self.press(keys.encode())


PROMPT = r"garner> $"
MORE = r"\.\.\.> $"


class Conversation(Shell):
    def person(self, *args):
        person = Person([GARNER, "shell", *map(str, args)], self.folder,
                        XDG_STATE_HOME=str(self.folder / "state"), HOME=str(self.folder))
        self.addCleanup(person.close)
        person.expect(PROMPT)
        return person

    def leave(self, person):
        person.expect(PROMPT)
        person.type("\x04")
        self.assertEqual(person.wait(), 0, person.text)

    def test_lines_are_edited(self):
        person = self.person(self.page)
        # x, then back over it; then left, so that a 5 is before the last 1
        person.type("select 400x\x7f+11 as n;" + "\x1b[D" * 7 + "5\r")
        person.expect(r"n\s+-+\s+551\s")
        person.expect(PROMPT)
        person.type("select 2\r")
        person.expect(MORE)
        person.type("* 21 as n\r")
        person.expect(MORE)
        person.type(";\r")
        person.expect(r"n\s+-+\s+42\s")
        person.expect(PROMPT)
        person.type("select nope;\r")
        person.expect("SQL line 1, column 8: no such column: nope")
        person.expect(PROMPT)
        person.type("select text from html_each(:body, 'td'); select 6*7 as n;\r")
        person.expect(r"text\s+-+\s+A\s+1\s+B\s+2\s+n\s+-+\s+42\s")
        self.leave(person)

    def test_words_are_completed(self):
        person = self.person(self.database(), self.page)
        person.type("sele\t html_te\t:bo\t, 'title') as t;\r")
        person.expect(r"t\s+-+\s+Stock\s")
        person.expect(PROMPT)
        person.type("SELE\t max(pen\t) as n fr\t price;\r")
        person.expect(r"n\s+-+\s+250\s")
        person.expect(PROMPT)
        person.type("select html_t\t")
        person.expect(r"html_table\(\s+html_text\(\s+garner> select html_t$")
        person.type("\x15.ta\t\r")  # what was typed is thrown away
        person.expect(r"name\s+type\s+sql\s+[- ]+\s+price\s+table")
        self.leave(person)

    def test_ctrl_c_ends_what_is_typed(self):
        person = self.person()
        person.type("select nonsense\r")
        person.expect(MORE)
        person.type("and more\x03")
        person.expect(PROMPT)
        person.type("nonsense\x03select 6*7 as n;\r")
        person.expect(r"n\s+-+\s+42\s")
        self.assertNotIn("SQL", person.text)
        self.leave(person)

    def test_ctrl_c_ends_what_runs(self):
        for args in [], [self.database()]:
            person = self.person(*args)
            person.type(".mode nl\rwith recursive n(i) as (select 1 union all "
                        "select i + 1 from n) select i from n;\r")
            person.expect('"i":1000}')
            person.type("\x03")
            person.expect("the SQL was interrupted")
            person.expect(PROMPT)
            person.type("select 6*7 as n;\r")
            person.expect('"n":42}')
            self.leave(person)

    def test_ctrl_c_ends_a_fetch(self):
        silent = Silent()
        self.addCleanup(silent.close)
        person = self.person(self.page)
        person.type(f".open {silent.url}\r")
        self.assertTrue(silent.asked.wait(LIMIT))
        person.type("\x03")
        person.expect("the fetch was interrupted")
        person.expect(PROMPT)
        person.type("select html_text(:body, 'title') as t;\r")  # it is still there
        person.expect(r"t\s+-+\s+Stock\s")
        self.leave(person)

    def test_what_was_typed_comes_back(self):
        person = self.person()
        person.type("select 6*7 as n;\r")
        person.expect(r"n\s+-+\s+42\s")
        person.expect(PROMPT)
        person.type(" select 'secret' || '!' as s;\r")
        person.expect(r"secret!\s")
        person.expect(PROMPT)
        person.type("\x04")
        self.assertEqual(person.wait(), 0)
        path = self.folder / "state" / "garner" / "history"
        self.assertEqual(path.read_text(), "select 6*7 as n;\n")
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        person = self.person()
        person.type("\x1b[A\r")
        person.expect(r"n\s+-+\s+42\s")
        person.expect(PROMPT)
        person.type(".quit\r")
        self.assertEqual(person.wait(), 0)

    def test_no_place_for_what_is_typed(self):
        self.write("state", "")
        person = Person([GARNER, "shell"], self.folder,
                        XDG_STATE_HOME=str(self.folder / "state"), HOME="/")
        self.addCleanup(person.close)
        person.expect(r"history: Not a directory")
        person.expect(PROMPT)
        person.type("select 6*7 as n;\r")
        person.expect(r"n\s+-+\s+42\s")
        self.leave(person)

    def test_a_page_that_is_fetched_is_told_of(self):
        person = self.person(f"{self.nginx.url}/same")
        self.assertIn("status 200, application/json, 28 bytes", person.text)
        person.type("\r")
        self.leave(person)


if __name__ == "__main__":
    unittest.main()
