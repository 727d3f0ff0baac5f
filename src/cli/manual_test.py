"""manual_test.py GARNER - --help, the manual page and completion say the same,
and each is well formed."""
import re
import subprocess
import sys

GARNER = sys.argv[1]


def run(*args, **more):
    return subprocess.run(args, capture_output=True, text=True, check=False, **more)


def garner(*args):
    result = run(GARNER, *args)
    assert result.returncode == 0, (args, result.stderr)
    return result.stdout


commands = re.findall(r"(?m)^  (\w+) {2,}\S", garner("help"))
assert "run" in commands and len(commands) >= 8, commands
page = garner("help", "--man")
plain = page.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "")
scripts = {shell: garner("completion", shell) for shell in ("bash", "zsh", "fish")}

for command in commands:
    text = garner(command, "--help")
    assert "Examples:\n  garner " in text, command
    flags = re.findall(r"(?m)^ {2,6}(?:-(\w), )?--([\w.-]+)",
                       text[text.index("\nFlags:"):text.index("\nExamples:")])
    for kind, found in (("--", [name for _, name in flags]),
                        ("-", [letter for letter, _ in flags if letter])):
        twice = {name for name in found if found.count(name) > 1}
        assert not twice, f"garner {command}: {kind}{twice} twice"
    start = plain.index(f'.SS "garner {command}')
    part = plain[start:plain.find(".SS", start + 1)]
    for _, name in flags:
        if name == "help":
            continue
        assert f"--{name}" in part, f"the manual lacks {command} --{name}"
        assert f"--{name}" in scripts["bash"], f"bash lacks --{name}"
        assert f"--{name}" in scripts["zsh"], f"zsh lacks --{name}"
        assert f"-l {name}" in scripts["fish"], f"fish lacks --{name}"

result = run("groff", "-man", "-ww", "-Tutf8", "-z", input=page)
assert result.returncode == 0 and not result.stderr, result.stderr
result = run("bash", "-n", input=scripts["bash"])
assert result.returncode == 0 and not result.stderr, result.stderr
print(f"{len(commands)} commands agree")
