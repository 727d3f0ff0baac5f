"""What every part of the benchmark needs: a folder, processes whose use of
processor and memory is known, tables, and the verdict on what was asked."""
import atexit
import os
import pathlib
import platform
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
SERVER_CORE, CLIENT_CORE = 0, 1


class Skip(Exception):
    """A peer is not there; the message says what to install."""


class Setting:
    """How this run is made."""

    def __init__(self, build, smoke=False, rounds=5, minutes=10):
        self.build = pathlib.Path(build).resolve()
        self.smoke = smoke
        self.rounds = 1 if smoke else rounds
        self.minutes = minutes
        # Beside the build: /tmp may be memory, and a disk is what is measured.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=self.build))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)

    def program(self, name):
        path = self.build / name
        if not path.exists():
            raise Skip(f"{path} is not built: meson setup build && ninja -C build")
        return str(path)

    def fresh(self, name):
        """A path in the folder where nothing is; the last run's file goes."""
        path = self.folder / name
        if path.is_dir():
            shutil.rmtree(path)
        for suffix in ("", "-wal", "-shm", "-journal", "-turn"):
            pathlib.Path(f"{path}{suffix}").unlink(missing_ok=True)
        return path

    def seconds(self, full, smoke=1):
        return smoke if self.smoke else full

    def size(self, full, smoke):
        return smoke if self.smoke else full


def tool(name, package):
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not path:
        raise Skip(f"no {name} here: apt-get install {package}")
    return path


def python_with(module, package):
    """Debian's Python, or another one, that has the module."""
    for python in ("python3", "/usr/bin/python3"):
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True,
                          check=False).returncode == 0:
            return python
    raise Skip(f"no {module} for Python here: apt-get install {package}")


def pinned(core, argv):
    """argv, on that core alone; anywhere on a machine that lacks it."""
    if core in os.sched_getaffinity(0) and shutil.which("taskset"):
        return ["taskset", "-c", str(core), *map(str, argv)]
    return [str(word) for word in argv]


class Process:
    """A child whose processor time and memory are measured. Its output goes
    to files, so that no pipe slows it down."""

    alive = []

    def __init__(self, setting, argv, env=None, inherit=False):
        self.name = " ".join(map(str, argv))[:200]
        self.out = tempfile.TemporaryFile("w+", dir=setting.folder)
        self.err = tempfile.TemporaryFile("w+", dir=setting.folder)
        clean = {name: value for name, value in os.environ.items()
                 if not name.lower().endswith("_proxy") and not name.startswith("GARNER_")}
        self.started = time.monotonic()
        self.child = subprocess.Popen(
            list(map(str, argv)), stdin=subprocess.DEVNULL, stdout=None if inherit else self.out,
            stderr=None if inherit else self.err, env={**clean, **(env or {})})
        self.pid = self.child.pid
        self.code = None
        self.peak_kib = 0
        Process.alive.append(self)

    def ended(self, wait=False):
        """True once it has ended; then code, seconds, processor, kernel are set."""
        if self.code is None:
            pid, status, use = os.wait4(self.pid, 0 if wait else os.WNOHANG)
            if pid:
                self.seconds = time.monotonic() - self.started
                self.processor = use.ru_utime + use.ru_stime
                self.kernel = use.ru_stime
                self.code = self.child.returncode = os.waitstatus_to_exitcode(status)
                Process.alive.remove(self)
        return self.code is not None

    def finish(self, limit, each=None, every=0.25):
        """Waits for the end; each(process), if given, is called now and then.
        After limit seconds it is killed, which is an error."""
        step = every if each else 0.005
        while not self.ended():
            if time.monotonic() - self.started > limit:
                self.stop(signal.SIGKILL)
                raise RuntimeError(f"{self.name}: not ended after {limit} s\n{self.errors()}")
            if each:
                each(self)
            time.sleep(step)
        return self

    def well(self):
        if self.code != 0:
            raise RuntimeError(f"{self.name}: ended with {self.code}\n{self.errors()}")
        return self

    def output(self):
        self.out.seek(0)
        return self.out.read()

    def errors(self):
        self.err.seek(0)
        return self.err.read()[-2000:]

    def stop(self, sig=signal.SIGTERM):
        if not self.ended():
            self.child.send_signal(sig)
            self.ended(wait=True)

    def processor_so_far(self):
        """Seconds; None: it has ended."""
        try:
            words = open(f"/proc/{self.pid}/stat").read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """(resident, peak) in MiB now; the peak is kept for after the end.
        Not ru_maxrss, which begins with the memory of who forked."""
        values = {"VmRSS": 0, "VmHWM": 0}
        try:
            with open(f"/proc/{self.pid}/status") as lines:
                for line in lines:
                    key, _, value = line.partition(":")
                    if key in values:
                        values[key] = int(value.split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass
        self.peak_kib = max(self.peak_kib, values["VmHWM"])
        return values["VmRSS"] / 1024, self.peak_kib / 1024


@atexit.register
def stop_all():
    for process in list(Process.alive):
        process.stop(signal.SIGKILL)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process, limit=30):
    end = time.monotonic() + limit
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.ended() or time.monotonic() > end:
                raise RuntimeError(f"{process.name}: does not listen\n{process.errors()}") from None
            time.sleep(0.01)


def query(db, sql, args=()):
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=60)
    try:
        return connection.execute(sql, args).fetchall()
    finally:
        connection.close()


median = statistics.median


def number(value):
    """Three figures are what a shared machine can say."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def times(value):
    return "–" if value is None else f"{value:.1f} ×" if value >= 10 else f"{value:.2f} ×"


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


class Report:
    """The text of one part: paragraphs, tables, and what was asked of it."""

    def __init__(self, title, command):
        self.lines = [f"## {title}", "", f"`{command}`"]
        self.asked = []

    def say(self, text):
        self.lines += ["", text]
        print(text, flush=True)

    def table(self, head, rows):
        cells = [list(map(str, row)) for row in [head, *rows]]
        widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
        text = ["| " + " | ".join(cell.ljust(width) if not i else cell.rjust(width)
                                  for i, (cell, width) in enumerate(zip(row, widths))) + " |"
                for row in cells]
        text.insert(1, "|" + "|".join("-" * (width + 2) if not i else "-" * (width + 1) + ":"
                                      for i, width in enumerate(widths)) + "|")
        self.say("\n".join(text))

    def ask(self, what, value, relation, limit, unit=""):
        """One line of the verdict; relation is >= or <= or ==."""
        ok = {">=": value >= limit, "<=": value <= limit, "==": value == limit}[relation]
        words = {">=": "at least", "<=": "at most", "==": "exactly"}[relation]
        self.asked.append((what, f"{words} {limit:,}{unit}", f"{number(value)}{unit}",
                           "ok" if ok else "MISSED"))

    def verdict(self):
        if self.asked:
            self.table(["asked", "target", "measured", "verdict"], self.asked)

    def text(self):
        return "\n".join(self.lines) + "\n"


def first_line(argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return "none"


def machine(setting):
    """One paragraph: where the figures were made."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    disk = first_line(["findmnt", "-no", "FSTYPE", "-T", str(setting.folder)])
    cores = len(os.sched_getaffinity(0))
    return (f"{cores} cores of {model}, {memory:.0f} GiB, file system {disk}, "
            f"Linux {platform.release()}, SQLite {sqlite3.sqlite_version}, "
            f"{first_line(['curl', '--version']).split(' (')[0]}, "
            f"Python {platform.python_version()}")
