"""What is called by hand, called wrongly: it says so, and does not pass."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1] / "tools"


def call(*command, env=None):
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          timeout=60, env={**os.environ, **(env or {})})


class Fuzz(unittest.TestCase):
    def test_seconds_that_are_none(self):
        for args in (["html"], ["0"], ["30s", "html"], ["--keep", "html"]):
            with self.subTest(args):
                result = call(TOOLS / "fuzz", *args)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn("is no number of seconds", result.stderr)


class StandardData(unittest.TestCase):
    def test_a_python_that_loads_no_extensions(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "sqlite3.py").write_text("def connect(path): return path\n")
            result = call(sys.executable, TOOLS / "standard-data", "x.so", folder,
                          env={"PYTHONPATH": folder})
        self.assertEqual(result.returncode, 1)
        self.assertIn("loads no extensions", result.stderr)
        self.assertNotIn("Traceback", result.stderr)


if __name__ == "__main__":
    unittest.main()
