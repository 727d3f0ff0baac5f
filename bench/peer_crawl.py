#!/usr/bin/env python3
"""peer_crawl.py HOW START PATTERN NEW-FILE AT-ONCE - crawls from START, by all
links whose URL PATTERN fits, and stores URL, title and number of links of each
page, through an SQLite pipeline that commits a hundred at a time. Prints one line
of JSON. HOW: links, by Scrapy's LinkExtractor, as its users write it; seen, by a
spider that finds them by itself, and hands on only those that are new."""
import json
import re
import resource
import sqlite3
import sys
import time

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor

HOW, START, PATTERN, PATH, AT_ONCE = sys.argv[1:6]
TOGETHER = 100


def processor_seconds():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


class Store:
    def open_spider(self, spider):
        self.db = sqlite3.connect(PATH)
        self.db.execute("pragma journal_mode=wal")
        self.db.execute("create table pages (url text primary key, title text, links integer)")
        self.began, self.processor, self.rows = time.monotonic(), processor_seconds(), []

    def flush(self):
        self.db.executemany("insert or replace into pages values (?, ?, ?)", self.rows)
        self.db.commit()
        self.rows.clear()

    def process_item(self, item, spider):
        self.rows.append((item["url"], item["title"], item["links"]))
        if len(self.rows) == TOGETHER:
            self.flush()
        return item

    def close_spider(self, spider):
        self.flush()
        self.db.close()
        print(json.dumps({"seconds": time.monotonic() - self.began,
                          "processor_s": processor_seconds() - self.processor}))


class Links(scrapy.Spider):
    name = "links"
    start_urls = [START]
    extractor = LinkExtractor(allow=PATTERN)

    def links(self, response):
        return (link.url for link in self.extractor.extract_links(response))

    def parse(self, response):
        yield {"url": response.url, "title": response.css("title::text").get(),
               "links": len(response.css("a[href]"))}
        for url in self.links(response):
            yield scrapy.Request(url)


class Seen(Links):
    name = "seen"
    pattern = re.compile(PATTERN)
    seen = set()

    def links(self, response):
        for href in response.css("a::attr(href), area::attr(href)").getall():
            url = response.urljoin(href.strip()).partition("#")[0]
            if url not in self.seen:
                self.seen.add(url)
                if self.pattern.search(url):
                    yield url


crawler = CrawlerProcess({
    "ITEM_PIPELINES": {Store: 1}, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
    "CONCURRENT_REQUESTS": int(AT_ONCE), "CONCURRENT_REQUESTS_PER_DOMAIN": int(AT_ONCE),
    "ROBOTSTXT_OBEY": True, "COOKIES_ENABLED": False, "RETRY_ENABLED": False,
    "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7"})
crawler.crawl({"links": Links, "seen": Seen}[HOW])
crawler.start()
