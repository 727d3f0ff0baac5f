"""The ways in which answers become rows of a table, one answer after the other
from a real server: what is stored after each, and that kill -9 leaves no half of
one."""
import json
import random
import sqlite3
import unittest

from support.program import Case, count_runs, garner, one, query, wait_until
from support.servers import Misbehaving, reply

SQL = """      sql: |
        select value->>0 as id, value->>1 as v from json_each(:body)"""


class Tables(Case):
    def setUp(self):
        super().setUp()
        self.body = "[]"
        server = Misbehaving({"/": lambda sock, *_: sock.sendall(reply(self.body))})
        self.addCleanup(server.stop)
        self.url = server.url + "/"

    def config(self, *rows, schedule=""):
        rows = "".join(f"      {line}\n" for line in rows)
        return self.write("g.yaml", f"garner: 1\nstore: {self.db}\nsources:\n  s:\n"
                                    f"    url: {self.url}\n{schedule}    rows:\n"
                                    f"      table: t\n{rows}{SQL}\n")

    def answer(self, file, *pairs, code=0):
        """Fetches an answer of these pairs; gives its run's error."""
        self.body = json.dumps(pairs)
        self.assert_code(garner("run", "--config", file, "--once"), code)
        return one(self.db, "select error from garner_run order by id desc limit 1")

    def stored(self, columns="id, v"):
        return query(self.db, f"select {columns} from t order by id, v")

    def test_update_and_duplicates(self):
        file = self.config("key: id")
        self.answer(file, [1, "a"], [2, "b"], [1, "c"], [1, "d"])
        self.assertEqual(self.stored(), [(1, "d"), (2, "b")])
        self.answer(file, [2, "x"], [3, "y"])
        self.assertEqual(self.stored(), [(1, "d"), (2, "x"), (3, "y")])
        self.assertEqual(query(self.db, "select rows, duplicates from garner_run order by id"),
                         [(2, 2), (2, 0)])

    def test_ignore(self):
        file = self.config("key: id", "conflict: ignore")
        self.answer(file, [1, "a"], [2, "b"])
        self.answer(file, [2, "x"], [3, "y"])
        self.assertEqual(self.stored(), [(1, "a"), (2, "b"), (3, "y")])

    def test_error_names_the_row(self):
        file = self.config("key: id", "conflict: error")
        self.answer(file, [1, "a"], [2, "b"])
        error = self.answer(file, [3, "x"], [2, "y"], code=1)
        self.assertEqual(error, "row 2 of table t (id 2) is there already, and conflict is"
                                " error: none of the rows is written")
        self.answer(file, [3, "x"])
        self.assertEqual(self.stored(), [(1, "a"), (2, "b"), (3, "x")])

    def test_rows_are_named_as_the_answer_has_them(self):
        error = self.answer(self.config("key: id"), [1, "a"], [1, "b"], [None, "c"], code=1)
        self.assertIn("row 3 has NULL in column id", error)
        file = self.config("key: id", "conflict: error", "bad_rows: fail")
        self.answer(file, [2, "a"])
        error = self.answer(file, [1, "a"], [1, "b"], [2, "c"], code=1)
        self.assertIn("row 3 of table t (id 2) is there already", error)

    def test_bad_rows(self):
        with sqlite3.connect(self.db) as db:
            db.execute("create table t (id integer primary key, v text not null unique"
                       " check (v <> 'no')) strict")
        db.close()
        pairs = [[1, "a"], [2, None], ["x", "b"], [None, "c"], [4, "no"], [5, "a"], [6, "e"]]
        good = [(1, "a"), (6, "e")]
        error = self.answer(self.config("key: id"), *pairs, code=1)
        self.assertEqual(error, "row 4 has NULL in column id, the key of table t: none of the rows"
                                " is written; leave such rows out with WHERE")
        self.answer(self.config("key: id", "bad_rows: skip"), *pairs)
        self.assertEqual(self.stored(), good)
        self.answer(self.config("key: id", "bad_rows: quarantine"), *pairs, [7, "f"])
        self.assertEqual(self.stored(), [*good, (7, "f")])
        self.assertEqual(query(self.db, "select rows, bad_rows, failure from garner_run"),
                         [(None, 0, "rows"), (2, 5, None), (3, 5, None)])
        shown = garner("quarantine", self.db, "--show", 1)
        self.assert_code(shown, 0)
        kept = json.loads(shown.stdout)
        self.assertEqual(sorted((bad["row"]["v"] or "", bad["error"]) for bad in kept), [
            ("", "NOT NULL constraint failed: t.v"),
            ("a", "UNIQUE constraint failed: t.v"),
            ("b", "datatype mismatch"),
            ("c", "NULL in column id, the key of table t"),
            ("no", "CHECK constraint failed: v <> 'no'")])
        self.assert_sound()

    def test_many_bad_rows(self):
        with sqlite3.connect(self.db) as db:
            db.execute("create table t (id integer primary key, v integer check (v % 2 = 0))")
        db.close()
        self.answer(self.config("key: id", "bad_rows: quarantine"),
                    *([n, n] for n in range(50_000)))
        self.assertEqual(query(self.db, "select rows, bad_rows from garner_run"), [(25_000, 25_000)])
        self.assertEqual(one(self.db, "select sum(v % 2) from t"), 0)
        self.assertLess(one(self.db, "select length(rows) from garner_quarantine"), 1 << 20)
        self.assertGreater(one(self.db, "select json_array_length(rows) from garner_quarantine"),
                           5000)

    def test_replace_takes_nothing_for_nothing(self):
        file = self.config("key: id", "conflict: replace")
        self.answer(file, [1, "a"], [2, "b"])
        self.answer(file, [2, "x"], [3, "y"])
        self.assertEqual(self.stored(), [(2, "x"), (3, "y")])
        error = self.answer(file, code=4)
        self.assertEqual(error, "expected min_rows 1 of table t, and found 0")
        self.assertEqual(self.stored(), [(2, "x"), (3, "y")])
        self.answer(self.config("key: id", "conflict: replace", "expect: { min_rows: 0 }"))
        self.assertEqual(self.stored(), [])

    def test_history(self):
        file = self.config("key: id", "conflict: history")
        self.answer(file, [1, "a"], [2, None], [4, "z"])
        self.answer(file, [2, None], [1, "b"], [3, "c"])
        self.answer(file, [1, "b"], [2, "n"], [4, "z"])
        runs = [None] + [id for id, in query(self.db, "select started from garner_run order by id")]
        found = [(id, v, runs.index(start), runs.index(end)) for id, v, start, end in query(
            self.db, "select id, v, valid_from, valid_to from t order by id, valid_from")]
        self.assertEqual(found, [(1, "a", 1, 2), (1, "b", 2, 0), (2, None, 1, 3), (2, "n", 3, 0),
                                 (3, "c", 2, 3), (4, "z", 1, 2), (4, "z", 3, 0)])
        error = self.answer(file, code=4)
        self.assertIn("min_rows 1", error)
        self.assertEqual(one(self.db, "select count(*) from t where valid_to is null"), 3)
        self.assert_sound()

    def test_the_tools_know_the_past(self):
        file = self.config("key: id", "conflict: history")
        self.answer(file, [1, "a"], [2, "b"])
        self.answer(file, [1, "c"], [2, "b"])
        self.body = json.dumps([[1, "a"], [2, "b"], [3, "x"]])
        result = garner("test", "-c", file, "s", "--json")
        self.assertNotIn("error", result.stderr)
        self.assertIn('"a"', result.stdout)
        self.body = json.dumps([[1, "c"]])
        result = garner("test", "-c", file, "s", "--json")
        self.assertEqual([(row["_change"], row["v"]) for row in json.loads(result.stdout)],
                         [("same", "c"), ("gone", "b")])
        self.assertIn("t: 1 row: 0 new, 0 changed, 1 same, 1 gone\n", result.stderr)
        self.assertIn("replay cannot make anew",
                      garner("replay", "-c", file, "s").stderr)
        self.assertEqual(one(self.db, "select count(*) from t"), 3)

    def tried(self, file, *pairs, code=0):
        """What garner test says of an answer of these pairs."""
        self.body = json.dumps(pairs)
        result = garner("test", "s", "-c", file, "--json")
        self.assert_code(result, code)
        return ([(row["_change"], row["v"], row["_was"]) for row in json.loads(result.stdout or "[]")],
                result.stderr)

    def test_a_trial_says_what_a_run_does(self):
        self.answer(self.config("key: id"), [1, "a"], [2, "b"])
        file = self.config("key: id", "conflict: ignore")
        answer = [2, "BB"], [1, "a"], [3, "c"]
        rows, said = self.tried(file, *answer)
        self.assertEqual(rows, [("kept", "BB", '{"v":"b"}'), ("same", "a", None),
                                ("new", "c", None)])
        self.assertIn("t: 3 rows: 1 new, 0 changed, 1 same, 1 kept as stored\n", said)
        self.assertRegex(garner("test", "s", "-c", file).stdout, r"\nkept +2 +b\n")
        self.answer(file, *answer)
        self.assertEqual(self.stored(), [(1, "a"), (2, "b"), (3, "c")])

    def test_a_trial_fails_as_a_run_does(self):
        self.answer(self.config("key: id"), [1, "a"])
        wide = self.config("key: id", "new_columns: freeze").read_text()
        for text, bad in ((self.config("key: id", "conflict: error").read_text(), [1, "z"]),
                          (wide.replace("as v", "as v, 1 as w"), [2, "z"]),
                          (self.config("key: id").read_text(), [None, "z"])):
            file = self.write("g.yaml", text)
            rows, said = self.tried(file, [4, "d"], bad, code=1)
            error = self.answer(file, [4, "d"], bad, code=1)
            self.assertEqual((rows, said), ([], f"garner: {error}\n"))
            self.assertEqual(self.stored(), [(1, "a")])

    def test_a_trial_leaves_out_what_a_run_does(self):
        self.answer(self.config("key: id"), [1, "a"])
        file = self.config("key: id", "conflict: error", "bad_rows: skip")
        answer = [None, "x"], [1, "y"], [2, "b"]
        rows, said = self.tried(file, *answer)
        self.assertEqual([row[0] for row in rows], ["bad", "bad", "new"])
        self.assertIn("t: 3 rows: 1 new, 0 changed, 0 same, 2 bad, left out\n", said)
        self.answer(file, *answer)
        self.assertEqual(self.stored(), [(1, "a"), (2, "b")])
        self.assertEqual(query(self.db, "select rows, bad_rows from garner_run where id = 2"),
                         [(1, 2)])

    def test_types_and_new_columns(self):
        rows = ["columns: { v: 'numeric(12,6)' }", "new_columns: %s"]
        file = self.config(rows[0], rows[1] % "freeze")
        self.answer(file, [1, "1.50"], [2, "n/a"])
        self.assertEqual(self.stored(), [(1, 1.5), (2, "n/a")])
        self.assertEqual(one(self.db, "select type from pragma_table_info('t') where name = 'v'"),
                         "numeric(12,6)")
        text = file.read_text()
        file.write_text(text.replace("as v", "as v, 1 as w"))
        error = self.answer(file, [3, "3"], code=1)
        self.assertIn("the SQL gives a column w, which table t has not", error)
        file.write_text(text.replace("as v", "as v, 1 as w").replace("freeze", "ignore"))
        self.answer(file, [3, "3"])
        file.write_text(text.replace("as v", "as v, 1 as w").replace("freeze", "evolve"))
        self.answer(file, [4, "4"])
        self.assertEqual(self.stored("id, v, w"), [(1, 1.5, None), (2, "n/a", None),
                                                   (3, 3, None), (4, 4, 1)])

    def test_children_of_pages(self):
        file = self.write("g.yaml", f"""garner: 1
store: {self.db}
sources:
  s:
    url: {self.url}
    rows:
      - table: pages
        key: url
        sql: select value->>0 as url, value->>1 as title from json_each(:body)
      - table: headings
        key: [url, pos]
        parent: pages
        sql: |
          select p.value->>0 as url, h.key as pos, h.value as text
          from json_each(:body) p, json_each(p.value, '$[2]') h
""")
        self.answer(file, ["/a", "A", ["1", "2", "3"]], ["/b", "B", ["x"]])
        self.body = json.dumps([["/a", "A2", ["1", "new"]], ["/c", "C", []]])
        result = garner("test", "s", "-c", file, "--json", "--into", "headings")
        self.assertEqual([(row["_change"], row["url"], row["text"])
                          for row in json.loads(result.stdout)],
                         [("same", "/a", "1"), ("changed", "/a", "new"), ("gone", "/a", "3")])
        self.assertIn("; 1 stored before not among them",
                      garner("test", "s", "-c", file, "--into", "pages").stderr)
        self.answer(file, ["/a", "A2", ["1", "new"]], ["/c", "C", []])
        self.assertEqual(query(self.db, "select url, title from pages order by url"),
                         [("/a", "A2"), ("/b", "B"), ("/c", "C")])
        self.assertEqual(query(self.db, "select url, pos, text from headings order by url, pos"),
                         [("/a", 0, "1"), ("/a", 1, "new"), ("/b", 0, "x")])

    def test_check_says_what_does_not_go_together(self):
        file = self.config("key: id", "conflict: history")
        text = file.read_text()
        for change, message in (
                (("as v", "as valid_to"), "which conflict: history fills in itself"),
                (("  s:\n", "  o: { url: http://h/, rows: { table: t, key: id, sql: select 1 as"
                  " id } }\n  s:\n"), "another conflict, columns, new_columns or parent here"),
                (("  s:\n", "  o: { url: http://h/, rows: { table: t, key: id, conflict: history,"
                  " sql: select 1 as id } }\n  s:\n"), "take away the other's rows"),
                (("key: id", "columns: { w: date }\n      key: id"),
                 '"w", which columns names, is no column of the SQL')):
            with self.subTest(message):
                file.write_text(text.replace(*change))
                result = garner("check", file)
                self.assert_code(result, 2)
                self.assertIn(message, result.stdout + result.stderr)
                self.assert_code(garner("run", "--config", file, "--once"), 2)

    def kill(self, conflict, check):
        """Kills a garner that stores answers 0, 1, 2 ... of 200 rows each."""
        count = [0]

        def script(sock, *_):
            count[0] += 1
            sock.sendall(reply(json.dumps([[i, count[0]] for i in range(200)])))

        server = Misbehaving({"/": script})
        self.addCleanup(server.stop)
        self.url = server.url + "/"
        file = self.config("key: id", f"conflict: {conflict}", schedule="    schedule: 5ms\n")
        for turn in range(4):
            running = self.start("run", "--config", file)
            before = count_runs(self.db)
            wait_until(lambda: running.alive() and count_runs(self.db) > before + 2, "answers")
            # anywhere in what it does: so many fetches, or runs, from now on
            steps = random.choice((lambda: count[0], lambda: count_runs(self.db)))
            goal = steps() + random.randint(0, 20)
            wait_until(lambda: running.alive() and steps() >= goal, "a moment to kill it")
            running.kill()
            self.assert_sound()
            check()

    def test_kill_leaves_a_whole_answer(self):
        self.kill("replace", lambda: self.assertEqual(
            query(self.db, "select count(*), count(distinct v) from t"), [(200, 1)]))

    def test_kill_leaves_no_gap_in_history(self):
        def check():
            self.assertEqual(query(self.db, "select count(*), count(distinct v), count(distinct"
                                            " valid_from) from t where valid_to is null"),
                             [(200, 1, 1)])
            self.assertEqual(one(self.db, """
                select count(*) from (select valid_to, lead(valid_from) over
                    (partition by id order by valid_from) as next from t)
                where valid_to is not next"""), 0)

        self.kill("history", check)


if __name__ == "__main__":
    unittest.main()
