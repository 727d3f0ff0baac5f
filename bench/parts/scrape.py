"""scrape: rows of HTML tables and of feeds, beside parsel, lxml and feedparser;
and over more workers than one."""
from . import kit

TITLE = "HTML, feeds and workers"
COLUMNS = ("code", "name", "bid", "ask", "day")
CELLS = "select {} from html_each(:body, 'table#rates tr:has(td)')".format(
    ", ".join(f"html_text(node, 'td:nth-child({i + 1})') as {name}"
              for i, name in enumerate(COLUMNS)))
TABLE = "select {} from html_table(:body, 'table#rates')".format(
    ", ".join(f"rec->>'{name}' as {name}" for name in COLUMNS))
ENTRIES = "select guid, link, title, published, summary from feed_each(:body)"
PAGE = """<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Rates of {day}</title>
<style>td {{ padding: 2px }}</style></head><body><h1>Rates</h1><p>All &amp; everything, as of {day}.
<table id=rates class="wide sortable"><thead><tr>{head}</tr></thead><tbody>
{rows}</tbody></table><footer><a href="/imprint">Imprint</a></footer></body></html>
"""
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Feed {n}</title>
<link>https://example.org/{n}/</link><description>All of {n}</description>
<atom:link href="https://example.org/{n}/feed" rel="self"/>
{entries}</channel></rss>
"""
ENTRY = """<item><title>Rain &amp;amp; wind, no. {i}</title><link>https://example.org/{n}/{i}</link>
<guid isPermaLink="false">{n}-{i}</guid><pubDate>Mon, 07 Sep 2026 10:{i:02}:00 GMT</pubDate>
<category>weather</category><description><![CDATA[<p>It <b>rained</b>, and it will again. More of
it is <a href="https://example.org/{n}/{i}?more">told there</a>.</p>]]></description></item>
"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed {n}</title><id>urn:feed:{n}</id>
<updated>2026-09-07T10:00:00Z</updated><link href="https://example.org/{n}/"/>
{entries}</feed>
"""
ATOM_ENTRY = """<entry><title>Rain and wind, no. {i}</title><id>urn:entry:{n}:{i}</id>
<link rel="alternate" href="https://example.org/{n}/{i}"/><author><name>A. Writer</name></author>
<published>2026-09-07T10:{i:02}:00Z</published><updated>2026-09-07T11:{i:02}:00Z</updated>
<summary type="html">&lt;p&gt;It &lt;b&gt;rained&lt;/b&gt;, and it will again.&lt;/p&gt;</summary></entry>
"""


def page(day, count):
    row = "<tr class=r{}><td>C{:04}</td><td>Country no. {} &amp; more</td>" \
          "<td class=num>{:.2f}</td><td class=num>{:.2f}</td><td>2026-09-07</td></tr>\n"
    return PAGE.format(
        day=f"2026-09-{day:02}", head="".join(f"<th>{name}</th>" for name in COLUMNS),
        rows="".join(row.format(i % 2, i, i, i / 7, i / 7 + .25) for i in range(count)))


def feed(n, count):
    frame, entry = (RSS, ENTRY) if n % 2 else (ATOM, ATOM_ENTRY)
    return frame.format(n=n, entries="".join(entry.format(n=n, i=i) for i in range(count)))


def write(path, bodies):
    path.write_text("".join(body + "\0" for body in bodies))
    return path


def figures(process):
    """Rows, milliseconds of processor time, and those that passed."""
    rows, processor, passed = process.finish(600).well().output().split()
    return int(rows), float(processor), float(passed)


def ours(setting, path, sql, workers=1, db=()):
    return figures(kit.Process(setting, [
        setting.program("bench/extract_many"), path, workers, sql, *db]))


def beside(setting, report, path, sql, kind, package):
    """A line of the table, and the median of the ratios; (None, None): no peer."""
    try:
        python = kit.python_with(kind, package)
    except kit.Skip as reason:
        report.say(f"Left out: {reason}.")
        return None, None
    mine, theirs = [], []
    for _ in range(setting.rounds):
        rows, processor, _ = ours(setting, path, sql, db=[setting.fresh("ours.db")])
        mine.append(processor)
        there, processor, _ = figures(kit.Process(
            setting, [python, kit.BENCH / "peer_extract.py", kind, path,
                      setting.fresh("theirs.db")]))
        theirs.append(processor)
        if rows != there:
            raise RuntimeError(f"{kind}: {rows} rows, it has {there}")
    ratio = kit.median(b / a for a, b in zip(mine, theirs))
    return [rows, kit.number(kit.median(mine)), kind, kit.number(kit.median(theirs)),
            kit.times(ratio)], ratio


def apart(setting, halves, sql):
    """The milliseconds that pass until two processes, of one worker each, have
    done a half each at the same time: what the machine lets two do just now."""
    both = [kit.Process(setting, [setting.program("bench/extract_many"), half, 1, sql])
            for half in halves]
    return max(figures(process)[2] for process in both)


def workers(setting, report, bodies):
    """How many times as fast two workers are as one, and as two processes."""
    pages = write(setting.fresh("pages"), bodies)
    halves = [write(setting.fresh(f"half{i}"), bodies[i::2]) for i in range(2)]
    alone, two, control = [], [], []
    for _ in range(setting.rounds):
        alone.append(ours(setting, pages, CELLS, 1)[2])
        two.append(ours(setting, pages, CELLS, 2)[2])
        control.append(apart(setting, halves, CELLS))
    one = kit.median(a / b for a, b in zip(alone, two))
    other = kit.median(a / b for a, b in zip(control, two))
    report.say(f"The pages with the table, by one worker and by two: {kit.number(kit.median(alone))} "
               f"and {kit.number(kit.median(two))} ms passed ({kit.times(one)}); by two processes of one "
               f"worker each, at the same time: {kit.number(kit.median(control))} ms ({kit.times(other)}).")
    return one, other


def run(setting, report):
    count, size = setting.size(40, 2), setting.size(1000, 20)
    bodies = [page(n % 30 + 1, size) for n in range(count)]
    pages = write(setting.fresh("pages"), bodies)
    feeds = write(setting.fresh("feeds"), (feed(n, 20) for n in range(setting.size(1000, 10))))
    report.say(f"{count} pages with a table of {size:,} rows and 5 columns, and feeds (RSS and Atom in "
               "turns) of 20 entries, of which 5 fields are taken: from bodies in memory to rows in "
               "a table of SQLite, by one worker. Milliseconds of processor time.")
    lines, ratios = [], {}
    for what, path, sql, kind, package in (
            ("table, html_each and selectors", pages, CELLS, "parsel", "python3-parsel"),
            ("table, html_table", pages, TABLE, "parsel", "python3-parsel"),
            ("table, html_each and selectors", pages, CELLS, "lxml", "python3-lxml"),
            ("feeds, feed_each", feeds, ENTRIES, "feedparser", "python3-feedparser")):
        line, ratios[what, kind] = beside(setting, report, path, sql, kind, package)
        if line:
            lines.append([what, *line])
    report.table(["what", "rows", "garner, ms", "peer", "its ms", "ratio"], lines)
    scaled, shared = workers(setting, report, bodies * 4)
    if setting.smoke:
        return
    for what, (key, least) in {
            "HTML table: beside parsel": (("table, html_each and selectors", "parsel"), 5),
            "feeds: beside feedparser": (("feeds, feed_each", "feedparser"), 20)}.items():
        if ratios[key]:
            report.ask(what, ratios[key], ">=", least, " ×")
    report.ask("two workers: beside one", scaled, ">=", 1.5, " ×")
    report.ask("two workers: beside two processes", shared, ">=", 0.9, " ×")
