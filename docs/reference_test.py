"""reference_test.py HEADER... - docs/reference.md is what the headers say, and
the manual page made of them is in order."""
import pathlib
import re
import subprocess
import sys
import unittest

DOCS = pathlib.Path(__file__).resolve().parent
TOOL = DOCS.parent / "tools" / "reference"
HEADERS = sys.argv[1:]
PUBLIC = sorted(path.name for path in (DOCS.parent / "include" / "garner").glob("*.h"))


def made(form):
    done = subprocess.run([TOOL, form, *HEADERS], capture_output=True, text=True, check=True)
    return done.stdout


class Reference(unittest.TestCase):
    def test_every_public_header_is_installed(self):
        self.assertEqual(sorted(pathlib.Path(name).name for name in HEADERS), PUBLIC)

    def test_the_page_is_fresh(self):
        self.assertEqual((DOCS / "reference.md").read_text(), made("markdown"),
                         "run: ninja -C build reference")

    def test_the_manual_is_in_order(self):
        page = made("man")
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-b"], input=page,
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        for name in HEADERS:
            for call in re.findall(r"^(?:GARNER_API .*?|)(garner_\w+)\(",
                                   pathlib.Path(name).read_text(), re.M):
                self.assertIn(call, page)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
