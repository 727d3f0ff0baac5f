"""records_test.py SOURCE - records.md names every call of garner/record.h, and
the tests that it names are there."""
import pathlib
import re
import sys

SOURCE = pathlib.Path(sys.argv[1])
PAGE = (SOURCE / "docs" / "records.md").read_text()
HEADER = (SOURCE / "include" / "garner" / "record.h").read_text()

calls = set(re.findall(r"\b(garner_\w+)\(\s*struct garner_", HEADER))
assert len(calls) >= 17, calls
missing = {call for call in calls if f"`{call}`" not in PAGE}
assert not missing, f"not on the page: {missing}"

rows = [line for line in PAGE.splitlines() if re.match(r"\|.*_test\.", line)]
assert len(rows) >= 25, len(rows)
for row in rows:
    path, names = re.search(r"`(\S+_test\.\w+)`: (.*?) \|$", row).groups()
    text = (SOURCE / path).read_text()
    for name in re.findall(r"`(\w+)`", names):
        assert re.search(rf"\b{name}\(", text), f"{name} is not in {path}"
