"""Files into a table, for tests of garner insert and garner upsert."""
import pathlib
import subprocess
import sys

from support.prices import Tools
from support.program import GARNER, query

MEASURED = """
import os, resource, sys
child = os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])
print(child, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


class Loading(Tools):
    def put(self, text, *args, verb="insert", code=0):
        return self.ok(verb, self.db, "t", *args, stdin=text, code=code).stderr

    def rows(self, columns="*"):
        return query(self.db, f"select {columns} from t order by 1")

    def load_in_little_memory(self, file, *args):
        result = subprocess.run([sys.executable, "-c", MEASURED, GARNER, "insert", self.db, "t",
                                 file, *args], capture_output=True, text=True, check=True)
        status, kib = map(int, result.stdout.split())
        self.assertEqual((status, result.stderr), (0, ""))
        program = pathlib.Path(GARNER).read_bytes()
        if b"__asan_init" not in program and b"__tsan_init" not in program:
            self.assertLess(kib, 32 << 10)
