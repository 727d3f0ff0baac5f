"""Files into tables: what they are in, texts that are no table, and how the table is made."""
import gzip
import unittest

from support.loading import Loading
from support.program import one, query


class Insert(Loading):
    def schema(self):
        return one(self.db, "select sql from sqlite_schema where name = 't'")

    def put_bytes(self, data, *args, code=0):
        (self.folder / "f").write_bytes(data)
        return self.ok("insert", self.db, "t", self.folder / "f", *args, code=code).stderr

    def test_not_null_default_and_strict(self):
        self.put("id,v\n1,2\n2,3\n", "-d", "--pk", "id", "--strict", "--not-null", "v",
                 "--not-null", "id", "--default", "w=5", "--default", "s=it's",
                 "--default", "at=current_date", "--default", "n=abs(-3)")
        self.assertEqual(self.schema(), 'CREATE TABLE "t" ("id" INTEGER NOT NULL, '
                         '"v" INTEGER NOT NULL, "w" INTEGER DEFAULT \'5\', '
                         '"s" TEXT DEFAULT \'it\'\'s\', "at" TEXT DEFAULT current_date, '
                         '"n" ANY DEFAULT (abs(-3)), primary key ("id")) strict')
        self.assertEqual(self.rows("id, v, w, s, n, at >= date('now', '-1 day')"),
                         [(1, 2, 5, "it's", 3, 1), (2, 3, 5, "it's", 3, 1)])
        said = self.put('{"id": 3, "v": 1}\n{"id": 4, "v": null}', code=1)
        self.assertIn("standard input:2: NOT NULL constraint failed: t.v", said)
        self.assertIn("1 row written", said)
        self.assertIn("input:1: cannot store TEXT value in INTEGER column t.v",
                      self.put('{"id": 5, "v": "x"}', code=1))
        # of a table that is there, what is added is made so, too
        self.put('{"id": 6, "v": 1, "x": "a"}{"id": 7, "v": 1, "y": 1}', "--alter",
                 "--default", "x=b", "--not-null", "x")
        self.assertEqual(self.rows("x, id"), [("a", 6), ("b", 1), ("b", 2), ("b", 3), ("b", 7)])
        self.put('{"id": 7, "v": 8}{"id": 8, "v": 8}', "--pk", "id", verb="upsert")
        self.assertEqual(one(self.db, "select count(*) from t where v = 8 and x = 'b'"), 2)
        self.assert_sound()

    def test_columns_that_no_row_has_at_first(self):
        self.put('{"a": 1}{"b": 2, "c": 3}{"w": 3}', "--default", "w=9", "--not-null", "w")
        self.assertEqual(self.rows("w + ifnull(a, 5), w, a, b, c"),
                         [(8, 3, None, None, None), (10, 9, 1, None, None),
                          (14, 9, None, 2, 3)])
        self.assertIn("--default gives a two values", self.put("", "--default", "a=2",
                                                               "--default", "a=3", code=2))
        self.ok("insert", self.db, "u", "--not-null", "z", stdin='{"a": 1}', code=1)
        self.assertEqual(query(self.db, "select 1 from sqlite_schema where name = 'u'"), [])

    def test_flatten(self):
        text = ('{"id": 1, "a": {"b": 1, "c": {"d": [1, {"e": 2}], "f": {}}},'
                ' "p": {"$base64": true, "encoded": "AP8="}}')
        self.put(text, "--flatten", "--pk", "id")
        self.assertEqual(self.rows("id, a_b, a_c_d, p"), [(1, 1, '[1, {"e": 2}]', b"\0\xff")])
        self.put('{"id": 1, "a": {"b": 7}}', "--flatten", "--pk", "id", verb="upsert")
        self.assertEqual(self.rows("a_b, a_c_d"), [(7, '[1, {"e": 2}]')])
        self.assertIn('input:2: "a_b" is there twice',
                      self.put('{"id": 2, "a_b": 1,\n"a": {"b": 1}}', "--flatten", code=1))
        self.assertIn("--flatten is for JSON", self.put("", "--flatten", "--csv", code=2))

    def test_lines_and_text(self):
        text = "one\r\n  two, \u20ac \n\n{last"
        self.put(text, "--lines")
        self.assertEqual(query(self.db, "select line from t order by rowid"),
                         [("one",), ("  two, \u20ac ",), ("",), ("{last",)])
        self.put(text, "--lines", "--pk", "line", "--truncate", verb="upsert")
        self.assertIn("no column id", self.put(text, "--lines", "--pk", "id", code=1))
        self.ok("insert", self.db, "u", "-", "--text", "-q", stdin=text)
        self.assertEqual(query(self.db, "select text from u"), [(text,)])
        self.put("a\nb\nc\n", "--lines", "--truncate", "--stop-after", "2")
        self.assertEqual(self.rows(), [("a",), ("b",)])
        self.assertIn("f:2: this is not UTF-8; say what it is: --encoding",
                      self.put_bytes(b"d\n\xff\n", "--lines", code=1))
        for flags in ["--lines", "--text"], ["--lines", "-d"], ["--text", "--no-headers"]:
            self.put("", *flags, code=2)

    def test_encodings(self):
        self.put_bytes("k,v\n1,M\u00fcller\n2,\u20ac\n".encode("cp1252"), "--encoding", "latin-1")
        self.assertEqual(self.rows(), [("1", "M\u00fcller"), ("2", "\u20ac")])
        for name in "utf-16", "shift_jis", "euc_jp", "gb18030", "utf-8-sig", "iso2022_jp":
            with self.subTest(name):
                self.put_bytes("k,v\n\u65e5,\u672c\n".encode(name), "--truncate",
                               "--encoding", name.replace("iso2022_jp", "iso-2022-jp"))
                self.assertEqual(self.rows(), [("\u65e5", "\u672c")])
        self.put_bytes("k\tv\n1\t\u20ac\n".encode("utf-16"), "--truncate", "--tsv")
        self.assertEqual(self.rows(), [("1", "\u20ac")])
        text = "k,v\n" + "\u65e5,\u672c\n" * 100_000
        self.put_bytes(gzip.compress(text.encode("shift_jis")), "--truncate", "--encoding", "sjis")
        self.assertEqual(self.rows("count(*), k, v"), [(100_000, "\u65e5", "\u672c")])
        said = self.put_bytes(b"k,v\n1,a\n2,\x93\xfa\n3,\xff\n", "--encoding", "shift_jis",
                              "--truncate", "--batch-size", "1", code=1)
        self.assertRegex(said, r"/f:4: byte 0xff is no shift_jis here\n")
        self.assertIn("2 rows written", said)
        self.assertEqual(self.rows(), [("1", "a"), ("2", "\u65e5")])
        self.assertIn("--encoding cp437: no browser knows it", self.put("", "--encoding", "cp437",
                                                                        code=2))

    def test_a_large_text_in_little_memory(self):
        big = self.folder / "big.txt"
        count = 200_000
        tail = "\u00e9" * 40
        with open(big, "w", encoding="utf-16") as file:
            for i in range(count):
                file.write(f"{i} {tail}\n")
        self.assertGreater(big.stat().st_size, 16 << 20)
        self.load_in_little_memory(big, "--lines", "-q", "--encoding", "utf-16")
        self.assertEqual(self.rows("count(*), max(length(line)), sum(line + 0)"),
                         [(count, 47, count * (count - 1) // 2)])


if __name__ == "__main__":
    unittest.main()
