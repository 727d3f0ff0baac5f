"""The files of examples/ do what they say, and so does the README."""
import os
import pathlib
import re
import subprocess
import unittest

from support.program import Case, LIMIT, clean_environment, garner, one, query
from support.servers import dead_port

SOURCE = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = sorted((SOURCE / "examples").glob("*.yaml"))


class Examples(Case):
    def test_each_is_right(self):
        self.assertTrue(EXAMPLES)
        for path in EXAMPLES:
            with self.subTest(path.name):
                self.assert_code(garner("check", path, cwd=self.folder), 0)

    def test_garner_watches_itself(self):
        port = dead_port()
        text = (SOURCE / "examples" / "self.yaml").read_text()
        self.write("self.yaml", text.replace("127.0.0.1:8765", f"127.0.0.1:{port}"))
        result = garner("run", "-c", "self.yaml", "--listen", f"127.0.0.1:{port}",
                        "--for", "4s", cwd=self.folder)
        self.assert_code(result, 0)
        db = self.folder / "self.db"
        self.assertGreaterEqual(one(db, "select count(*) from self"), 3)
        self.assertGreaterEqual(one(db, "select max(stored) from self"), 2)
        self.assertIn("garner query self.db", result.stderr)

    def test_a_hundred_threads(self):
        program = os.path.abspath(os.environ.get("THREADS_EXAMPLE",
                                                 "build/examples/threads"))
        for times in 1, 2:
            result = subprocess.run([program, self.db], capture_output=True, text=True,
                                    timeout=LIMIT, check=False, env=clean_environment())
            self.assert_code(result, 0)
            self.assertEqual((result.stdout, result.stderr), (f"{100 * times} rows\n", ""))
        self.assertEqual(one(self.db, "select count(distinct thread) from result"), 100)

    def test_a_unit_of_work(self):
        program = os.path.abspath(os.environ.get("UNIT_EXAMPLE", "build/examples/unit"))
        for _ in 1, 2:
            result = subprocess.run([program, self.db], capture_output=True, text=True,
                                    timeout=LIMIT, check=False, env=clean_environment())
            self.assert_code(result, 0)
            self.assertEqual(result.stderr, "")
            self.assertRegex(result.stdout, r"\A3 rows\nCONSTRAINT: row 1 \(insert into book\): "
                                            r"FOREIGN KEY constraint failed.*\n\Z")
        self.assertEqual(one(self.db, "select count(*) from author"), 1)


class Readme(Case):
    TEXT = (SOURCE / "README.md").read_text()

    def test_its_yaml_is_right(self):
        blocks = re.findall(r"```yaml\n(.*?)```", self.TEXT, re.S)
        self.assertTrue(blocks)
        for number, block in enumerate(blocks):
            path = self.write(f"{number}.yaml", block)
            self.assert_code(garner("check", path, cwd=self.folder), 0)

    def test_what_it_links_to_is_there(self):
        for name in "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/house.md":
            page = SOURCE / name
            for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
                if "://" not in link:
                    with self.subTest(page=name, link=link):
                        self.assertTrue((page.parent / link).exists())


if __name__ == "__main__":
    unittest.main()
