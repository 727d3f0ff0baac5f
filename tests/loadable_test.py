"""The functions of docs/sql.md in other programs: garner_extract.so, loaded by
the sqlite3 shell and by Python's sqlite3."""
import os
import pathlib
import re
import sqlite3
import subprocess
import unittest

from support.program import Case, LIMIT, clean_environment

EXTENSION = pathlib.Path(os.environ.get("GARNER_BUILD", "build"),
                         "src", "extract", "garner_extract.so").resolve()
PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "sql.md"
FEED = ("<?xml version='1.0' encoding='ISO-8859-1'?><rss><channel><item><title>Caf\u00e9"
        "</title><link>/1</link></item></channel></rss>")


def connect(name=":memory:", **more):
    db = sqlite3.connect(name, **more)
    db.enable_load_extension(True)
    db.load_extension(str(EXTENSION.with_suffix("")))
    db.enable_load_extension(False)
    return db


class Loadable(Case):
    def setUp(self):
        super().setUp()
        if os.environ.get("GARNER_SANITIZE", "none") != "none":
            self.skipTest("a module under a sanitizer is not for others")

    def shell(self, text, *args, cwd=None):
        return subprocess.run(["sqlite3", "-bail", *map(str, args)], input=text, text=True,
                              capture_output=True, timeout=LIMIT, check=False,
                              cwd=cwd or self.folder, env=clean_environment())

    def test_the_entry_point_is_all_that_is_exported(self):
        listing = subprocess.run(["nm", "-D", EXTENSION], capture_output=True, text=True,
                                 timeout=LIMIT, check=True).stdout
        names = [line.split()[-2:] for line in listing.splitlines()]
        self.assertEqual([name for kind, name in names if kind not in "Uw"],
                         ["sqlite3_garnerextract_init"])
        # of SQLite there is one: that of the program
        self.assertEqual([name for _, name in names if name.startswith("sqlite3_")],
                         ["sqlite3_garnerextract_init"])

    def test_the_shell(self):
        result = self.shell(f".load {EXTENSION}\n.load {EXTENSION}\n"
                            "select garner_extract_version();\n"
                            "select text from html_each('<p>a<p>b', 'p');\n"
                            "select text from html_each('<p>a<p>b', 'p[');\n")
        self.assertRegex(result.stdout, r"^\d+\.\d+\.\d+\na\nb\n$")
        self.assertIn("html_each: the selector at column 3", result.stderr)
        self.assertEqual(result.returncode, 1)

    def test_the_examples_of_the_page(self):
        section = PAGE.read_text().partition("\n## In other programs\n")[2]
        section = section.partition("\n## ")[0]
        examples = re.findall(r"(?ms)^```(sh|python)\n(.*?)^```\n```text\n(.*?)^```$", section)
        self.assertEqual([kind for kind, *_ in examples], ["sh", "python"])
        (self.folder / "prices.csv").write_text("item,price\npen,2\nink,5\n")
        for kind, text, expected in examples:
            with self.subTest(kind):
                command = {"sh": ["/bin/sh", "-e"], "python": ["/usr/bin/python3"]}[kind]
                text = text.replace("/usr/local/lib/garner/garner_extract",
                                    str(EXTENSION.with_suffix("")))
                result = subprocess.run([*command, "-"] if kind == "python" else command,
                                        input=text, text=True, capture_output=True,
                                        timeout=LIMIT, check=False, cwd=self.folder,
                                        env=clean_environment())
                self.assert_code(result, 0)
                self.assertEqual(result.stdout, expected)

    def test_rows_into_a_table(self):
        db = connect(self.folder / "a.db")
        db.execute("create table page(url text, body text)")
        db.executemany("insert into page values(?, ?)",
                       [(f"http://h/{i}", f"<a href=x{i}>n{i}</a>") for i in range(500)])
        db.execute("create table link as select url_join(p.url, l.attrs ->> 'href') as url,"
                   " l.text as text from page p, html_each(p.body, 'a') l")
        self.assertEqual(db.execute("select count(distinct url), max(url) from link").fetchone(),
                         (500, "http://h/x99"))
        db.commit()
        db.close()

    def test_an_index_of_an_expression(self):
        db = connect()
        db.execute("create table page(url text)")
        db.execute("create index by_url on page(url_norm(url))")
        db.execute("insert into page values('HTTP://A/')")
        self.assertEqual(db.execute("select count(*) from page where url_norm(url) ="
                                    " url_norm('http://a')").fetchone(), (1,))
        db.close()

    def test_connections_come_and_go(self):
        for _ in range(50):
            dbs = [connect() for _ in range(3)]
            for db in dbs:
                row = db.execute("select title, (select value ->> '$.a[0]' from"
                                 " json_rows('[{\"a\":[1]}]')) from feed_each(?)", (FEED,))
                self.assertEqual(row.fetchone(), ("Caf\u00e9", 1))
            for db in dbs:
                db.close()

    def test_the_program_s_limit_of_time_holds(self):
        db = connect()
        db.set_progress_handler(lambda: 1, 1000)
        with self.assertRaisesRegex(sqlite3.OperationalError, "interrupted"):
            db.execute("select count(*) from lines_each(?)", ("\n" * 1000000,)).fetchone()
        db.close()


if __name__ == "__main__":
    unittest.main()
