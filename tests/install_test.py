"""What `meson install` puts down: a library that other programs can be
compiled against, that exports its API and nothing else, and the program."""
import os
import pathlib
import subprocess
import unittest

from support.program import Case, LIMIT, clean_environment

BUILD = os.environ.get("GARNER_BUILD", "build")
SOURCE = pathlib.Path(__file__).resolve().parent.parent


class Install(Case):
    def setUp(self):
        super().setUp()
        if os.environ.get("GARNER_SANITIZE", "none") != "none":
            self.skipTest("a library under a sanitizer is not for others")
        self.root = self.folder / "root"
        self.run_ok("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet",
                    "--destdir", self.root)
        self.library = self.find("libgarner.so")
        self.env = clean_environment(
            LD_LIBRARY_PATH=str(self.library.parent),
            PKG_CONFIG_PATH=str(self.find("garner.pc").parent),
            PKG_CONFIG_SYSROOT_DIR=str(self.root))

    def run_ok(self, *command, **more):
        result = subprocess.run([*map(str, command)], capture_output=True, text=True,
                                timeout=LIMIT, check=False, **more)
        self.assert_code(result, 0)
        return result.stdout

    def find(self, name):
        """The one installed file of that name."""
        found = [path for path in self.root.rglob(name)]
        self.assertEqual(len(found), 1, f"{name}: {found}")
        return found[0]

    def test_a_program_of_somebody_else(self):
        flags = self.run_ok("pkg-config", "--cflags", "--libs", "garner",
                            env=self.env).split()
        self.run_ok("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pthread",
                    "-o", self.folder / "threads", SOURCE / "examples" / "threads.c",
                    *flags, env=self.env)
        self.run_ok(self.folder / "threads", cwd=self.folder, env=self.env)

    def test_each_header_stands_alone(self):
        flags = self.run_ok("pkg-config", "--cflags", "garner", env=self.env).split()
        headers = sorted((SOURCE / "include" / "garner").glob("*.h"))
        self.assertTrue(headers)
        for header in headers:
            with self.subTest(header.name):
                unit = self.write("unit.c", f"#include <garner/{header.name}>\n"
                                            "extern int unit; int unit;\n")
                self.run_ok("cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                            "-c", unit, "-o", self.folder / "unit.o", *flags, env=self.env)

    def test_the_api_is_all_that_is_exported(self):
        symbols = self.run_ok("nm", "-D", "--defined-only", self.library)
        names = {line.split()[-1] for line in symbols.splitlines()}
        self.assertIn("garner_open", names)
        self.assertEqual({name for name in names if not name.startswith("garner_")}, set())

    def test_what_the_headers_declare_is_there(self):
        symbols = self.run_ok("nm", "-D", "--defined-only", self.library)
        names = {line.split()[-1] for line in symbols.splitlines()}
        text = "".join(path.read_text() for path in
                       (SOURCE / "include" / "garner").glob("*.h"))
        missing = {name for name in names if name + "(" not in text.replace(" (", "(")}
        self.assertEqual(missing, set(), "exported, but in no header")

    def test_the_python_module(self):
        if not list((pathlib.Path(BUILD) / "python" / "garner").glob("_garner*.so")):
            self.skipTest("built without it (python3-dev)")
        package = self.find("dbapi2.py").parent
        self.run_ok("/usr/bin/python3", "-c",
                    "import garner, importlib.metadata, sys\n"
                    "assert garner.__file__.startswith(sys.argv[1]), garner.__file__\n"
                    "assert garner.connect(':memory:').execute('select 1').fetchone() == (1,)\n"
                    "assert importlib.metadata.version('garner')\n"
                    "assert importlib.metadata.entry_points(name='sqlite.garner')\n",
                    self.root, env=dict(self.env, PYTHONPATH=str(package.parent)))

    def test_the_extension_of_sqlite(self):
        path = self.find("garner_extract.so")
        self.assertEqual(path.parent.name, "garner")
        self.run_ok("/usr/bin/python3", "-c",
                    "import sqlite3, sys\n"
                    "db = sqlite3.connect(':memory:')\n"
                    "db.enable_load_extension(True)\n"
                    "db.load_extension(sys.argv[1])\n"
                    "assert db.execute(\"select html_text('<p>a', 'p')\").fetchone() == ('a',)\n",
                    path.with_suffix(""), env=self.env)

    def test_the_program_runs(self):
        self.assertIn("garner", self.run_ok(self.find("bin/garner"), "version", env=self.env))


if __name__ == "__main__":
    unittest.main()
