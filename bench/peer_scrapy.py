#!/usr/bin/env python3
"""peer_scrapy.py URL NEW-FILE SECONDS - fetches URL as fast as Scrapy can, 64
at a time, and stores each reply through an SQLite pipeline that commits each
item, as its users write them. Prints one line of JSON."""
import json
import resource
import sqlite3
import sys
import time

import scrapy
from scrapy.crawler import CrawlerProcess

URL, PATH, SECONDS = sys.argv[1], sys.argv[2], float(sys.argv[3])


def processor_seconds():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


class Store:
    def open_spider(self, spider):
        self.db = sqlite3.connect(PATH)
        self.db.execute("pragma journal_mode=wal")
        self.db.execute("create table reply (url text, status integer, body blob)")
        self.began, self.processor, self.rows = time.monotonic(), processor_seconds(), 0

    def process_item(self, item, spider):
        self.db.execute("insert into reply values (?, ?, ?)",
                        (item["url"], item["status"], item["body"]))
        self.db.commit()
        self.rows += 1
        return item

    def close_spider(self, spider):
        print(json.dumps({"rows": self.rows, "seconds": time.monotonic() - self.began,
                          "processor_s": processor_seconds() - self.processor}))
        self.db.close()


class Spider(scrapy.Spider):
    name = "peer"

    def start_requests(self):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            yield scrapy.Request(URL, dont_filter=True)

    def parse(self, response):
        yield {"url": response.url, "status": response.status, "body": response.body}


crawler = CrawlerProcess({
    "ITEM_PIPELINES": {Store: 1}, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 64, "ROBOTSTXT_OBEY": False})
crawler.crawl(Spider)
crawler.start()
