"""docs/python.md: its programs run, but for the first, which is the question's."""
import re

import pytest

pytestmark = pytest.mark.own


def programs(here):
    page = (here.parent.parent / "docs" / "python.md").read_text()
    return re.findall(r"```python\n(.*?)```", page, re.S)


def test_the_programs_run(here, program, tmp_path):
    found = programs(here)
    assert len(found) > 3
    for source in found[1:]:
        for file in tmp_path.iterdir():
            file.unlink()
        program(source)


def test_the_questions_program_needs_one_line(here, program, tmp_path):
    first = programs(here)[0].replace("import sqlite3,", "import garner as sqlite3,", 1)
    assert "garner" in first
    program(first + "\nprint(sqlite3.connect('data.db').execute("
            "'select count(*) from page').fetchone()[0])")
