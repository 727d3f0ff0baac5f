"""million: one source of 1,000,000 URLs: how they are entered, and the first
pass over all of them, beside Python over a sample."""
import time

from . import collector, fetch, kit, peermany, servers

TITLE = "A million URLs"
HOSTS = 200


def write_list(setting, port, count, hosts):
    path = setting.folder / "urls.txt"
    with open(path, "w") as lines:
        lines.writelines(f"http://127.0.0.{i % hosts + 1}:{port}/page/{i:07}\n"
                         for i in range(count))
    return path


def configure(setting, urls, at_once):
    path = setting.folder / "sources.yaml"
    path.write_text("garner: 1\nsources:\n  many:\n"
                    f"    urls: {{ file: {urls} }}\n    host: {{ concurrency: {at_once} }}\n")
    return path


class Pass(collector.Collector):
    """Notes when all URLs were entered, and what that took."""

    entered = None

    def look(self):
        super().look()
        if self.entered is None and "URLs are to be asked" in self.errors():
            now = self.processor_so_far()
            if now is not None:
                self.entered = {"seconds": time.monotonic() - self.started, "processor": now,
                                "mib": self.peak_kib / 1024}


def garner(setting, urls, count, at_once):
    ran = Pass(setting, configure(setting, urls, at_once), ["--once"], kit.CLIENT_CORE)
    ran.finish(1800, Pass.look, every=0.02 if setting.smoke else 0.25).well()
    stored = kit.query(ran.db, "select count(*) from garner_run r join garner_body b on b.id = r.body "
                               "where r.status = 200 and b.size = 1024")[0][0]
    left = kit.query(ran.db, "select count(*) from garner_frontier where pass <> 1")[0][0]
    if (stored, left) != (count, 0):
        raise RuntimeError(f"{stored} of {count} pages are stored, {left} are left")
    entered = ran.entered or {"seconds": 0, "processor": 0, "mib": 0}  # a smoke run may be too short
    return {"import": entered, "rate": count / (ran.seconds - entered["seconds"]),
            "per_1000": (ran.processor - entered["processor"]) / count * 1e3,
            "mib": ran.peak_kib / 1024, "bytes": ran.db.stat().st_size / count}


def middle(results, key):
    return kit.median(result[key] for result in results)


def row(place, label, results, best):
    size = results[0].get("bytes")
    return [f"{place}: {label}", kit.number(middle(results, "rate")), f"{middle(results, 'per_1000'):.4f}",
            kit.number(max(result["mib"] for result in results)),
            kit.number(size) if size else "–",
            kit.times(best / middle(results, "rate")) if not size else "1"]


def run(setting, report):
    count, sample = setting.size(1000000, 2000), setting.size(10000, 200)
    ours, ratios, rows = {}, {}, []
    for place, hosts, at_once in ((f"{HOSTS} hosts", HOSTS, 8), ("one host", 1, 64)):
        found = {}
        with servers.Nginx(setting, hosts) as nginx:
            urls = write_list(setting, nginx.port, count, hosts)
            peermany.run(setting, urls, sample, fetch.AT_ONCE, found)
            ours[place] = it = garner(setting, urls, count, at_once)
            peermany.run(setting, urls, sample, fetch.AT_ONCE, found)
        rows.append(row(place, "garner, into SQLite", [it], it["rate"]))
        rows += [row(place, label, results, it["rate"]) for label, results in found.items()]
        ratios[place] = [it["rate"] / middle(results, "rate") for results in found.values()]
    report.say(f"A source whose list is a file of {count:,} URLs, each of which nginx answers on core "
               f"{kit.SERVER_CORE} with another 1 KiB of JSON. garner, with all its threads on core "
               f"{kit.CLIENT_CORE}, enters them into its store and then asks for each of them once, up to "
               f"{fetch.AT_ONCE} at a time, and stores each page, compressed, its run, and that it was done, FULL. The "
               f"peers ask for the first {sample:,} of them, as many at a time, before garner and after it, and "
               f"store URL, status and body, with a commit each 500 or 20 ms, FULL.")
    report.table(["URLs of", "entered in s", "CPU s", "peak MiB"], [
        [place, kit.number(it["import"]["seconds"]), kit.number(it["import"]["processor"]),
         kit.number(it["import"]["mib"])] for place, it in ours.items()])
    report.table(["URLs of", "pages/s", "CPU s per 1,000", "peak MiB", "bytes in the store per URL",
                  "garner's rate of it"], rows)
    if setting.smoke:
        return
    for place, it in ours.items():
        report.ask(f"{place}: entered", it["import"]["seconds"], "<=", 60, " s")
        report.ask(f"{place}: peak, entering and the pass", it["mib"], "<=", 150, " MiB")
        if ratios[place]:
            report.ask(f"{place}: pages a second, of the best peer", min(ratios[place]), ">=", 1, " ×")
