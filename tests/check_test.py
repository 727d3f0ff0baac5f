"""garner check: what it finds, for programs, and where nothing else is at hand."""
import json
import os
import unittest

from support.program import Case, garner

HEAD = "garner: 1\nstore: d.db\nsources:\n"
EVERYTHING = """garner: 1
store: ${env:GN_NO_STORE}
notify:
  ops:
    webhook: ${cred:hook}
sources:
  a:
    url: ${env:GN_NO_BASE}/a
    headers: { X-Key: "${file:none/key}" }
    proxy: http://${env:GN_NO_PROXY}
    auth: { basic: { user: "${env:GN_NO_USER}", password: "${cred:password}" } }
    tls: { ca_file: none.pem, cert: none.pem, key: none.key, key_password: "${cred:key}" }
    method: POST
    json: '{"n": ${env:GN_NO_NUMBER}}'
    alert: { after: 3, to: [ ops ] }
    hooks:
      success: { run: [ "${env:GN_NO_COMMAND}" ], env: { A: "${env:GN_NO_A}" } }
  b:
    vars:
      host: ${env:GN_NO_HOST}
      id: { sql: select id from thing }
    url: https://{host}:${env:GN_NO_PORT}/{id}
    rows: { table: t, sql: "select :id as id, :host as host" }
  c:
    url: https://example.org/${env:GN_NO_PATH}
"""


class Check(Case):
    def check(self, text, *flags, code=0, file="g.yaml"):
        if text is not None:
            self.write("g.yaml", text)
        result = garner("check", file, *flags, cwd=self.folder)
        self.assert_code(result, code)
        return result

    def found(self, text, *flags, code=0, file="g.yaml"):
        result = self.check(text, "--json", *flags, code=code, file=file)
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.stdout.count("\n"), 1)
        said = json.loads(result.stdout)
        self.assertEqual(list(said), ["ok", "file", "sources", "findings"])
        self.assertEqual((said["ok"], said["file"]), (code == 0, file))
        self.assertEqual(said["sources"] is None, code != 0)
        return said

    def test_json_has_all_that_lines_have(self):
        text = HEAD + "  a:\n    url: http://127.0.0.1:1/\n"
        self.assertEqual(self.found(text), {"ok": True, "file": "g.yaml", "sources": 1,
                                            "findings": []})
        said = self.found(text + "    headers: { Authorization: 'Bearer ghp_%s' }\n" % ("a1" * 18))
        (token,) = said["findings"]
        self.assertIn("looks like a token", token.pop("message"))
        self.assertEqual(token, {"severity": "warning", "file": "g.yaml", "line": 6, "column": 31,
                                 "source": "a"})
        bad = text + "    schedule: often\n  b:\n    ulr: http://h/\n"
        said = self.found(bad, code=2)
        self.assertEqual([(f["severity"], f["line"], f["column"], f["source"])
                          for f in said["findings"]],
                         [("error", 6, 15, "a"), ("error", 8, 5, "b")])
        lines = self.check(None, code=2).stderr.splitlines()
        self.assertEqual(lines, ["{file}:{line}:{column}: {message}".format(**f)
                                 for f in said["findings"]])

    def test_json_of_sql(self):
        said = self.found(HEAD + "  a:\n    vars: { n: [ 1, 2 ] }\n    url: http://h/{n}\n"
                          "    rows:\n      table: t\n      sql: |\n        select :n as\n"
                          "          n, nothing\n", code=2)
        (finding,) = said["findings"]
        self.assertIn("nothing", finding.pop("message"))
        self.assertEqual(finding, {"severity": "error", "file": "g.yaml", "line": 11, "column": 14,
                                   "source": "a[1]"})

    def test_json_of_no_file(self):
        (finding,) = self.found(None, code=2, file="none.yaml")["findings"]
        self.assertIn("none.yaml: No such file", finding.pop("message"))
        self.assertEqual(finding, {"severity": "error", "file": "none.yaml", "line": None,
                                   "column": None, "source": None})
        self.assertIn("leave --columns and --quiet out",
                      self.check(HEAD, "--json", "-q", code=2).stderr)

    def test_offline_nothing_else_is_looked_at(self):
        said = self.found(EVERYTHING, code=2)
        self.assertGreater(len(said["findings"]), 8)
        said = self.found(EVERYTHING, "--offline")
        self.assertEqual((said["sources"], said["findings"]), (3, []))
        self.assertEqual(os.listdir(self.folder), ["g.yaml"])
        # a store that is there is not asked either
        self.write("d.db", "no database")
        listed = HEAD + """  a:
    vars: { id: { sql: select id from thing } }
    url: http://h/{id}
"""
        self.check(listed, code=2)
        self.check(listed, "--offline")

    def test_offline_the_file_is_looked_at(self):
        for wrong, place in (("url: http://${env}/", "5:10"), ("url: http://h:x/", "5:10"),
                             ("url: http://h/${cred:a/b}", "5:10")):
            with self.subTest(wrong):
                (finding,) = self.found(f"{HEAD}  a:\n    {wrong}\n", "--offline",
                                        code=2)["findings"]
                self.assertEqual("{line}:{column}".format(**finding), place)


if __name__ == "__main__":
    unittest.main()
