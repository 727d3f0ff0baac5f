#!/usr/bin/env python3
"""peer_many.py KIND FILE COUNT AT-ONCE NEW-FILE - fetches the first COUNT URLs
of FILE, AT-ONCE at a time, by KIND: pycurl or aiohttp. One connection of sqlite3
stores each reply, and commits when 500 are there, or 20 ms are over: FULL, as
garner does. Prints one line of JSON."""
import asyncio
import io
import itertools
import json
import resource
import sqlite3
import sys
import time

KIND, LIST, PATH = sys.argv[1], sys.argv[2], sys.argv[5]
COUNT, AT_ONCE = int(sys.argv[3]), int(sys.argv[4])
A_BATCH, GATHER_S = 500, 0.02


class Store:
    def __init__(self):
        self.db = sqlite3.connect(PATH, isolation_level=None)
        self.db.execute("pragma journal_mode=wal")
        self.db.execute("pragma synchronous=full")
        self.db.execute("create table reply (url text, status integer, body blob)")
        self.rows, self.since, self.stored = [], time.monotonic(), 0

    def put(self, url, status, body):
        self.rows.append((url, status, body))
        if len(self.rows) >= A_BATCH or time.monotonic() - self.since >= GATHER_S:
            self.flush()

    def flush(self):
        self.db.execute("begin")
        self.db.executemany("insert into reply values (?, ?, ?)", self.rows)
        self.db.execute("commit")
        self.stored += len(self.rows)
        self.rows, self.since = [], time.monotonic()


def by_pycurl(urls, store):
    import pycurl
    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_MAXCONNECTS, 2 * AT_ONCE + 512)
    idle = []
    for _ in range(AT_ONCE):
        easy = pycurl.Curl()
        easy.setopt(pycurl.NOSIGNAL, 1)
        easy.setopt(pycurl.PROXY, "")
        idle.append(easy)
    going = 0
    while True:
        while idle and (url := next(urls, None)):
            easy = idle.pop()
            easy.url, easy.body = url, io.BytesIO()
            easy.setopt(pycurl.URL, url)
            easy.setopt(pycurl.WRITEDATA, easy.body)
            multi.add_handle(easy)
            going += 1
        if not going:
            return
        while multi.perform()[0] == pycurl.E_CALL_MULTI_PERFORM:
            pass
        _, done, failed = multi.info_read()
        if failed:
            raise RuntimeError(failed[0][2])
        for easy in done:
            store.put(easy.url, easy.getinfo(pycurl.RESPONSE_CODE), easy.body.getvalue())
            multi.remove_handle(easy)
            idle.append(easy)
        going -= len(done)
        if not done:
            multi.select(0.1)


async def by_aiohttp(urls, store):
    import aiohttp
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async def work():
            for url in urls:
                async with session.get(url) as reply:
                    store.put(url, reply.status, await reply.read())
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def processor_seconds():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def main():
    with open(LIST) as lines:
        urls = [line.strip() for line in itertools.islice(lines, COUNT)]
    store = Store()
    began, processor = time.monotonic(), processor_seconds()
    if KIND == "pycurl":
        by_pycurl(iter(urls), store)
    else:
        asyncio.run(by_aiohttp(iter(urls), store))
    store.flush()
    print(json.dumps({"rows": store.stored, "seconds": time.monotonic() - began,
                      "processor_s": processor_seconds() - processor}))


main()
