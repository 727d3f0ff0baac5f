"""A scripted server that misbehaves, writes down what it was asked and what it
said, and kills who asks at a request that was counted: what a database must
look like after that can be told from its ledger."""
import dataclasses
import json
import threading
import time

from .servers import Misbehaving, reply

PARTS = 3  # rows of a document
GOOD = "whole", "same"
EVERY = 4  # good answers to a version
# What becomes of a request: before any answer, halfway, after it.
MOMENTS = "asked", "half", "answered"


@dataclasses.dataclass
class Entry:
    """A request, and its answer."""
    at: float
    asked_for: int | None  # If-None-Match: the version that it has
    cookie: int | None
    kind: str  # of the answer, see Document; "killed": none
    version: int
    number: int  # of the request: what the answer's cookie says


def body(name, version):
    """A page that changes a little with each version."""
    lines = [f"{name} line {n} of {n * n * 104729 % 7919}" for n in range(150)]
    lines[version * 7 % 150] = f"{name} was changed by version {version}"
    return json.dumps({"version": version, "parts": list(range(PARTS)), "lines": lines})


class Document:
    """What is served under one path. A version is good for so many answers; in
    between, the server fails as the list of its moods says."""

    def __init__(self, name, moods):
        self.name = name
        self.moods = moods
        self.entries = []
        self.asked = 0
        self.good = 0  # answers
        self.lock = threading.Lock()

    def take_entries(self):
        """Those since the last time."""
        with self.lock:
            taken, self.entries = self.entries, []
        return taken

    def enter(self, asked_for, cookie, calm):
        """Enters a request, and decides on its answer."""
        with self.lock:
            self.asked += 1
            kind = "good" if calm else self.moods[self.asked % len(self.moods)]
            version = 1 + self.good // EVERY
            if kind == "good":
                kind = "same" if asked_for == version else "whole"
                self.good += not calm
            self.entries.append(Entry(time.time(), asked_for, cookie, kind, version,
                                      self.asked))
            return self.entries[-1]

    def bytes_for(self, entry):
        """The answer."""
        cookie = f"Set-Cookie: n={entry.number}; Path=/"
        etag = f'ETag: "{entry.version}"'
        if entry.kind == "whole":
            return reply(body(self.name, entry.version), headers=[etag, cookie])
        if entry.kind == "same":
            return (f"HTTP/1.1 304 Not Modified\r\n{etag}\r\n{cookie}\r\n"
                    "Connection: close\r\n\r\n").encode()
        if entry.kind == "down":
            return reply("<h1>maintenance</h1>", headers=[cookie])
        if entry.kind == "error":
            return reply("out of order", status="503 Service Unavailable", headers=[cookie])
        if entry.kind == "wait":
            return reply("not now", status="503 Service Unavailable",
                         headers=[cookie, "Retry-After: 1"])
        if entry.kind == "cut":
            return reply(body(self.name, entry.version))[:-100]
        assert entry.kind == "hang up", entry.kind
        return b""


class Ledger(Misbehaving):
    """Serves documents, and takes alerts at /alert."""

    def __init__(self, documents):
        self.documents = {document.name: document for document in documents}
        self.alerts = []  # messages, as they came
        self.calm = False  # True: it fails no more, and nothing changes
        self.victim = None
        self.left = 0  # requests until it is killed
        self.moment = None
        self.posts = 0
        super().__init__({f"/{name}": self._document for name in self.documents}
                         | {"/alert": self._alert})

    def arm(self, victim, requests, moment):
        """The process is killed at so many further requests."""
        with self.lock:
            self.victim, self.left, self.moment = victim, requests, moment

    def _is_last(self, moments):
        """Whether this request is the one; it is then nobody else's."""
        with self.lock:
            if self.victim is None:
                return None
            self.left -= 1
            if self.left > 0 or self.moment not in moments:
                return None
            victim, self.victim = self.victim, None
            return victim

    def _document(self, sock, request, server):
        lines = request.decode("latin-1").split("\r\n")
        head = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        tag, cookie = head.get("if-none-match"), head.get("cookie")
        document = self.documents[lines[0].split(" ")[1][1:]]
        entry = document.enter(int(tag.strip('"')) if tag else None,
                              int(cookie.removeprefix("n=")) if cookie else None, self.calm)
        answer = document.bytes_for(entry)
        victim = self._is_last(MOMENTS)
        if victim is None:
            sock.sendall(answer)
            return
        if self.moment != "answered":
            entry.kind = "killed"
        if self.moment != "asked":
            sock.sendall(answer[:None if self.moment == "answered" else len(answer) // 2])
        victim.kill()

    def _alert(self, sock, request, server):
        head, _, data = request.partition(b"\r\n\r\n")
        length, = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                   if line.startswith(b"content-length")]
        while len(data) < length:
            more = sock.recv(65536)
            if not more:
                return
            data += more
        with self.lock:
            self.posts += 1
            refused = not self.calm and self.posts % 10 == 0
            if not refused:
                self.alerts += json.loads(data)["messages"]
        victim = self._is_last(["alert"])
        if victim is not None:
            victim.kill()
        sock.sendall(reply("", status="503 Service Unavailable" if refused else "200 OK"))
