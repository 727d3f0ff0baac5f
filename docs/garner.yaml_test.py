"""garner.yaml_test.py GARNER - the manual page garner.yaml(5) is well formed,
its examples pass `garner check`, and it has the keys that src/config reads."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

GARNER = sys.argv[1]
SOURCE = pathlib.Path(__file__).resolve().parent.parent
PAGE = SOURCE / "docs" / "garner.yaml.5"
ENVIRONMENT = {**os.environ, "TICKER_TOKEN": "x"}
FILES = ("erp-token", "company-ca.pem", "client.pem", "client.key")


def run(*args, **more):
    return subprocess.run(args, capture_output=True, text=True, check=False,
                          **more)


def check_layout():
    if shutil.which("groff") is None:
        return
    result = run("groff", "-man", "-Tutf8", "-ww", "-z", str(PAGE))
    assert result.stderr == "", result.stderr


def check_examples(text):
    examples = re.findall(r"(?ms)^\.EX\n(.*?)^\.EE$", text)
    assert len(examples) >= 4, len(examples)
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            pathlib.Path(folder, name).write_text("x\n")
        for number, example in enumerate(examples):
            file = pathlib.Path(folder, f"{number}.yaml")
            file.write_text(example.replace("\\-", "-"))
            result = run(GARNER, "check", str(file), env=ENVIRONMENT)
            assert result.returncode == 0, (example, result.stdout,
                                            result.stderr)


def check_keys(text):
    """Each key has its entry; each that is refused is told to be."""
    entries = set(re.findall(r"(?m)^\.TP\n\.B (\w+)$", text))
    later = set(re.findall(r"\w+", text[text.index(".SH NOT AVAILABLE"):
                                        text.index(".SH EXAMPLES")]))
    read, refused = set(), set()
    for path in sorted((SOURCE / "src" / "config").glob("*.[ch]")):
        code = path.read_text()
        if "_test" in path.name or not re.search("gn_walk_key|_KEYS", code):
            continue
        code = re.sub(r"[\s\\]+", "", code)
        read |= set(re.findall(r'\{"(\w+)",\w*[a-z]\w*,NULL\}', code))
        refused |= set(re.findall(r'\{"(\w+)",NULL,NULL\}', code))
    assert len(read) > 25 and len(refused) > 3, (read, refused)
    assert entries == read, (entries ^ read)
    assert refused <= later, refused - later


content = PAGE.read_text()
check_layout()
check_keys(content)
check_examples(content)
