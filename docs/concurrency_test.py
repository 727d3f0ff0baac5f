"""concurrency_test.py ROOT - each test that docs/concurrency.md, docs/farm.md,
docs/faults.md, docs/misbehaving.md and docs/python.md name exists, and is run;
each line that has to name one does; and no test of what misbehaves is left out."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv[1])
PAGES = "concurrency.md", "faults.md", "farm.md", "misbehaving.md", "python.md"
NAMED = re.compile(r"\b(\w+_test)(?:\.(?:c|py))?: ((?:\w+)(?:, \w+)*)")


def sources():
    """The text of every test file, by its name without the ending."""
    found = {}
    for folder in "src", "tests", "docs", "python":
        for path in sorted((ROOT / folder).rglob("*_test.*")):
            found.setdefault(path.stem, []).append(path.read_text())
    return found


def runs(text, name):
    """Whether name is a test of that file, and is in its list of tests."""
    if re.search(rf"def {name}\(", text):
        return True
    return len(re.findall(rf"\b{name}\b", text)) >= 2


class Pages(unittest.TestCase):
    def test_what_is_named_is_there(self):
        files = sources()
        for page in PAGES:
            named = NAMED.findall((ROOT / "docs" / page).read_text())
            self.assertTrue(named, page)
            for file, names in named:
                for name in names.split(", "):
                    with self.subTest(page=page, file=file, test=name):
                        self.assertIn(file, files)
                        self.assertTrue(any(runs(text, name) for text in files[file]))

    def test_each_guarantee_names_one(self):
        text = (ROOT / "docs" / "concurrency.md").read_text()
        for line in re.findall(r"^\| \*\*G\d+\*\* .*$", text, re.M):
            with self.subTest(line=line[:40]):
                self.assertRegex(line, NAMED)

    def test_each_misbehaviour_names_one(self):
        text = (ROOT / "docs" / "misbehaving.md").read_text()
        lines = re.findall(r"^\| (?!.*\| `failure` \|)[^-].*$", text, re.M)
        self.assertGreater(len(lines), 60)
        for line in lines:
            with self.subTest(line=line[:60]):
                self.assertRegex(line.rsplit("|", 2)[1], NAMED)

    def test_no_misbehaviour_is_left_out(self):
        text = (ROOT / "docs" / "misbehaving.md").read_text()
        named = {name for _, names in NAMED.findall(text) for name in names.split(", ")}
        for file in "misbehaving_test.py", "connections_test.py":
            there = re.findall(r"def (test_\w+)", (ROOT / "tests" / file).read_text())
            self.assertEqual(set(there) - named, set(), file)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
