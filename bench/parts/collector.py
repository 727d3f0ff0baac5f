"""garner run, as the parts start it and as they read what it left behind."""
from . import kit

PROGRAM = "src/cli/garner"


def configure(setting, url, count, every, more=""):
    """A file of count sources, each with its own URL (?n), each due every so
    long; None: without a schedule. more: lines for each of them."""
    path = setting.folder / "sources.yaml"
    schedule = f"    schedule: {{ every: {every} }}\n" if every else ""
    path.write_text("garner: 1\nsources:\n" + "".join(
        f"  s{i:05}:\n    url: {url}?{i}\n{schedule}{more}" for i in range(count)))
    return path


class Collector(kit.Process):
    """garner run on that file, into a new database."""

    def __init__(self, setting, config, flags, core=None):
        self.db = setting.fresh("collected.db")
        self.resident = 0
        argv = [setting.program(PROGRAM), "run", "-c", config, "--db", self.db, *flags]
        super().__init__(setting, argv if core is None else kit.pinned(core, argv))

    def look(self):
        """Notes its memory."""
        self.resident = self.memory()[0] or self.resident

    def runs(self):
        """What garner_run holds: fetches (and how many of them failed), and
        due times that were missed."""
        fetches, failed, missed = kit.query(
            self.db, "select count(*) filter (where missed = 0), "
            "count(error) filter (where missed = 0), total(missed) from garner_run")[0]
        return fetches, failed, int(missed)

    def lateness_ms(self):
        """Of each fetch, in order of size."""
        return [late / 1000 for late, in kit.query(
            self.db, "select late_us from garner_run where missed = 0 and late_us is not null "
            "order by late_us")]
