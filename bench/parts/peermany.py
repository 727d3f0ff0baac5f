"""The peers of peer_many.py, as the parts start them: a list of URLs, fetched and
stored by what one would write for it in Python."""
import json

from . import kit

PEERS = (("pycurl and sqlite3", "pycurl", "python3-pycurl"),
         ("aiohttp and sqlite3", "aiohttp", "python3-aiohttp"))


def measure(setting, urls, kind, package, count, at_once):
    db = setting.fresh("peer.db")
    ran = kit.Process(setting, kit.pinned(kit.CLIENT_CORE, [
        kit.python_with(kind, package), kit.BENCH / "peer_many.py", kind, urls, count, at_once,
        db])).finish(600, kit.Process.memory, every=0.05).well()
    done = json.loads(ran.output())
    stored = kit.query(db, "select count(*) from reply where status = 200 and body <> ''")[0][0]
    if stored != count:
        raise RuntimeError(f"{kind}: {stored} of {count} replies are stored")
    return {"rate": count / done["seconds"], "per_1000": done["processor_s"] / count * 1e3,
            "mib": ran.peak_kib / 1024, "seconds": done["seconds"]}


def run(setting, urls, count, at_once, found):
    """Adds a round of each to found, but of those that are not installed."""
    for label, kind, package in PEERS:
        try:
            result = measure(setting, urls, kind, package, count, at_once)
        except kit.Skip as reason:
            print(f"Left out: {reason}.")
            continue
        found.setdefault(label, []).append(result)
