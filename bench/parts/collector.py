"""garner run, as the parts start it and as they read what it left behind."""
import json
import urllib.error
import urllib.request

from . import kit

PROGRAM = "src/cli/garner"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def configure(setting, url, count, every):
    """A file of count sources, each with its own URL (?n), each due every so
    long; None: without a schedule."""
    path = setting.folder / "sources.yaml"
    schedule = f"    schedule: {{ every: {every} }}\n" if every else ""
    path.write_text("garner: 1\nsources:\n" + "".join(
        f"  s{i:05}:\n    url: {url}?{i}\n{schedule}" for i in range(count)))
    return path


class Collector(kit.Process):
    """garner run on that file, into a new database."""

    def __init__(self, setting, config, flags, core=None, listen=False):
        self.db = setting.fresh("collected.db")
        self.status = None
        self.resident = 0
        self.port = kit.free_port() if listen else None
        argv = [setting.program(PROGRAM), "run", "-c", config, "--db", self.db, *flags]
        if listen:
            argv += ["--listen", f"127.0.0.1:{self.port}"]
        super().__init__(setting, argv if core is None else kit.pinned(core, argv))

    def look(self):
        """Keeps its memory and, if it listens, its last /status.json."""
        self.resident = self.memory()[0] or self.resident
        if self.port is None:
            return
        try:
            with OPENER.open(f"http://127.0.0.1:{self.port}/status.json", timeout=5) as reply:
                self.status = json.load(reply)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass  # not there yet, or gone already

    def well(self):
        super().well()
        if self.port is not None and self.status is None:
            raise RuntimeError(f"{self.name}: no /status.json came\n{self.errors()}")
        return self

    def runs(self):
        """Rows of garner_run, and how many of them have an error."""
        return kit.query(self.db, "select count(*), count(error) from garner_run")[0]
