"""concurrency_test.py ROOT - each test that docs/concurrency.md, docs/farm.md,
docs/faults.md and docs/python.md name exists, and is run."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv[1])
PAGES = "concurrency.md", "faults.md", "farm.md", "python.md"
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
