"""crawl: a site of 20,000 pages followed link by link, beside Scrapy."""
import json
import pathlib
import shutil
import tempfile

from . import collector, kit

TITLE = "Crawl"
AT_ONCE = 16
PAGES = 20000
# Real pages, with links that are relative: each mirror has all of them.
ROOTS = {"sqlite": ("/usr/share/doc/sqlite3", "sqlite3-doc"),
         "python": ("/usr/share/doc/python3.11/html", "python3.11-doc")}
# Of a mirror: all but a folder that sqlite3-doc links to and lacks; a few.
PARTS = ("(?!sqlite/matrix/)", "(?=index|sqlite/c3ref/[a-d])")
NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=4000;
    keepalive_requests 1000000000;
    default_type text/plain;
    types {{ text/html html; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder};
        location ~ ^/[0-9]+/index.html$ {{ rewrite .* /mirror.html break; }}
{roots}
    }}
}}
"""
SOURCE = """garner: 1
sources:
  site:
    start: {start}
    crawl:
      allow: '{pattern}'
      same: host
    host: {{ concurrency: {at_once} }}
    rows:
      table: pages
      key: url
      sql: |
        select :final_url as url, html_text(:body, 'title') as title,
               (select count(*) from html_each(:body, 'a[href]')) as links
"""
FRAME = "<!DOCTYPE html><html lang=en><title>{}</title><ul>\n{}</ul></html>\n"


def documents():
    """The paths of the pages of a mirror."""
    paths = []
    for name, (root, package) in ROOTS.items():
        root = pathlib.Path(root)
        found = sorted(str(path.relative_to(root)) for path in root.rglob("*.html"))
        if not found:
            raise kit.Skip(f"no pages in {root}: apt-get install {package}")
        paths += [f"{name}/{path}" for path in found]
    return paths


def index(title, paths):
    return FRAME.format(title, "".join(f'<li><a href="{path}">{path}</a>\n' for path in paths))


class Site:
    """nginx with mirrors of the documents: /index.html leads to /1/index.html
    and so on, and these to all pages of their mirror."""

    def __init__(self, setting, paths, mirrors, part):
        self.port = kit.free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="site-", dir=setting.folder))
        self.start = f"http://127.0.0.1:{self.port}/index.html"
        self.pattern = f"^http://127[.]0[.]0[.]1:{self.port}/[0-9]+/{part}[^?]*[.]html$"
        self.write("index.html", index("Mirrors", [f"{n + 1}/index.html" for n in range(mirrors)]))
        self.write("mirror.html", index("Mirror", paths))
        self.write("robots.txt", "User-agent: *\nDisallow: /private/\n")
        self.write("nginx.conf", NGINX.format(folder=self.folder, port=self.port, roots="\n".join(
            f"        location ~ ^/[0-9]+/{name}/(.*)$ {{ alias {root}/$1; }}"
            for name, (root, _) in ROOTS.items())))
        self.process = kit.Process(setting, [
            kit.tool("nginx", "nginx"), "-p", self.folder, "-e", "stderr", "-c",
            self.folder / "nginx.conf"])
        kit.wait_for_port(self.port, self.process)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def result(seconds, processor, process, rows):
    return {"rate": len(rows) / seconds, "per_1000": processor / len(rows) * 1e3,
            "mib": process.peak_kib / 1024, "urls": {row[0] for row in rows}}


def garner(setting, site):
    config = setting.folder / "site.yaml"
    config.write_text(SOURCE.format(start=site.start, pattern=site.pattern, at_once=AT_ONCE))
    ran = collector.Collector(setting, config, ["--until-idle"])
    ran.finish(1800, collector.Collector.look)
    # 1: the last page was one of those that others link to, but the package lacks.
    if ran.code not in (0, 1):
        ran.well()
    return result(ran.seconds, ran.processor, ran, kit.query(ran.db, "select url from pages"))


def scrapy(setting, site, how):
    db = setting.fresh("scrapy.db")
    ran = kit.Process(setting, [
        kit.python_with("scrapy", "python3-scrapy"), kit.BENCH / "peer_crawl.py", how, site.start,
        site.pattern, db, AT_ONCE]).finish(3600, kit.Process.memory).well()
    done = json.loads(ran.output())
    return result(done["seconds"], done["processor_s"], ran, kit.query(db, "select url from pages"))


def compare(ours, theirs):
    """Both have stored the same pages, or the figures mean nothing."""
    if ours["urls"] != theirs["urls"]:
        odd = sorted(ours["urls"] ^ theirs["urls"])
        raise RuntimeError(f"{len(odd)} pages were stored by one side alone: {odd[:3]}")


def row(label, results):
    middle = {key: kit.median(r[key] for r in results) for key in ("rate", "per_1000", "mib")}
    return [label, kit.number(middle["rate"]), kit.number(middle["per_1000"]),
            kit.number(middle["mib"])]


def run(setting, report):
    paths = documents()
    mirrors = setting.size(-(-PAGES // len(paths)), 1)
    with Site(setting, paths, mirrors, setting.size(*PARTS)) as site:
        ours = [garner(setting, site)]
        peers = {}
        for how, label in (("links", "Scrapy"), ("seen", "Scrapy, URLs seen left out by the spider")):
            peers[label] = scrapy(setting, site, how)
            ours.append(garner(setting, site))
            compare(ours[-1], peers[label])
    report.say(f"nginx serves {mirrors} mirrors of the pages of sqlite3-doc and python3.11-doc, "
               f"{len(ours[0]['urls']):,} pages in all. Both sides begin at one page, follow all links, "
               f"{AT_ONCE} requests at a time, obey robots.txt, and store URL, title and number of links "
               "of each page in SQLite; garner its history and the bodies too, synced to the disk. The same "
               "pages were stored by all. Whole crawls in turns: garner, the peer, garner; seconds of garner "
               "with its start, of Scrapy without.")
    report.table(["client", "pages/s", "CPU s per 1,000", "peak MiB"], [
        row("garner", ours), *(row(label, [peer]) for label, peer in peers.items())])
    if setting.smoke:
        return
    peer = peers["Scrapy"]
    report.ask("pages/s: of Scrapy", kit.median(own["rate"] for own in ours[:2]) / peer["rate"],
               ">=", 25, " ×")
