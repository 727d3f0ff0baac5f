"""The systemd unit: what systemd-analyze, where it is, says of it."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

UNIT = pathlib.Path(__file__).resolve().parent.parent / "packaging" / "garner.service"


class UnitFile(unittest.TestCase):
    def test_it_is_told_and_watched(self):
        text = UNIT.read_text()
        for line in ("Type=notify", "WatchdogSec=60", "NoNewPrivileges=yes",
                     "ProtectSystem=strict", "SystemCallErrorNumber=EPERM",
                     "SuccessExitStatus=1 4"):
            self.assertIn(f"\n{line}\n", text)
        # wherever make install or a package put it
        self.assertIn("\nExecStart=garner run ", text)
        keys = re.findall(r"(?m)^(\w+)=", text)
        twice = {key for key in keys if keys.count(key) > 1}
        self.assertLessEqual(twice, {"SystemCallFilter"})

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze here")
    def test_systemd_reads_it(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder, "garner.service")
            # by its name alone: make install and packages put it in different places
            copy.write_text(re.sub(r"(?m)=garner ", "=true ", UNIT.read_text()))
            result = subprocess.run(["systemd-analyze", "verify", "--man=no", copy],
                                    capture_output=True, text=True, timeout=60, check=False)
            about = [line for line in result.stderr.splitlines() if "garner.service" in line]
            self.assertEqual(about, [])


if __name__ == "__main__":
    unittest.main()
