"""The servers that are asked: nginx with its own configuration, and the one
of slow_server.c. Each on a free port of the loopback, on one core."""
import os
import pathlib
import shutil
import tempfile

from . import kit

# 1 KiB of JSON as an API sends it; what stands in <> is filled in by nginx.
ITEM = '{"symbol":"%s","price":%s,"volume":%d,"bid":%s,"ask":%s,"venue":"XLON","open":true}'
CONFIG = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; multi_accept on; }}
http {{
    access_log off;
    default_type application/json;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        {listens}
        location /same {{ return 200 '{same}'; }}
        location /each {{ return 200 '{each}'; }}
        location = /file {{ alias {folder}/file; }}
        location = /large {{ alias {folder}/large; }}
        location /page/ {{ return 200 '{page}'; }}
    }}
}}
"""


def document(identity, time, size=1024):
    """A JSON document of about size bytes with that identity and time."""
    head = '{"id":"%s","time":%s,"items":[' % (identity, time)
    items, tail = [], '],"note":"'
    while True:
        n = len(items)
        item = ITEM % (("ABC", "XYZ", "QRS", "LMN")[n % 4] + str(n), 100.25 + n * 7.5,
                       1000 + n * 331, 100.0 + n * 7.5, 100.5 + n * 7.5)
        if len(head) + sum(map(len, items)) + n + len(item) + len(tail) + 2 > size:
            break
        items.append(item)
    text = head + ",".join(items) + tail
    return text + "." * (size - len(text) - 3) + '"}\n'


class Nginx:
    """/same is one document of 1 KiB for ever; in /each every reply differs;
    /file is a file with that document, with ETag and Last-Modified, /large one of
    20 KiB; below /page/ each URL has its own, which stays."""

    def __init__(self, setting, hosts=1):
        """At 127.0.0.1, and the addresses after it, of as many hosts."""
        program = kit.tool("nginx", "nginx-light")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nginx-", dir=setting.folder))
        self.port = kit.free_port()
        same = document("0123456789abcdef0123456789abcdef", "1795400000.123")
        each = document("$request_id", "$msec", 1024 - 32 - 14 + len("$request_id$msec"))
        page = document("$uri", "1795400000.123", 1024 - len("/page/0000000") + len("$uri"))
        (self.folder / "file").write_text(same)
        (self.folder / "large").write_text(document("0123456789abcdef", "1795400000.123", 20480))
        for name in ("file", "large"):
            os.utime(self.folder / name, (1795400000, 1700000000))
        config = self.folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=self.folder,
                                        listens=" ".join(
                                            f"listen 127.0.0.{i + 1}:{self.port} backlog=8192;"
                                            for i in range(hosts)),
                                        same=same.replace("\n", "\\n"),
                                        each=each.replace("\n", "\\n"),
                                        page=page.replace("\n", "\\n")))
        self.process = kit.Process(setting, kit.pinned(kit.SERVER_CORE, [
            program, "-p", self.folder, "-e", "stderr", "-c", config]))
        kit.wait_for_port(self.port, self.process)

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Slow:
    """Answers everything after wait_ms."""

    def __init__(self, setting, wait_ms):
        self.process = kit.Process(setting, kit.pinned(kit.SERVER_CORE, [
            setting.program("bench/slow_server"), wait_ms]))
        while not self.process.output().endswith("\n"):
            if self.process.ended():
                raise RuntimeError(self.process.errors())
        self.port = int(self.process.output())

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
