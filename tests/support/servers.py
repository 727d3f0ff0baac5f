"""Real servers for the tests, each on free ports of the loopback, always
stopped: nginx, httpbin, and one that misbehaves on request."""
import collections
import hashlib
import os
import pathlib
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading

from .program import LIMIT, get_bytes, wait_until

ISO_CODES = pathlib.Path("/usr/share/iso-codes/json")
SQLITE_DOC = pathlib.Path("/usr/share/doc/sqlite3")
BIG_BYTES = 50 * 1024 * 1024


def listener():
    """A socket that listens on a free port, to be handed to a server: so no
    other test can take the port in between."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen(1024)
    return sock


HELD = []


def dead_port():
    """A port on which nothing listens. It is held, so that nobody else is given
    it; a program that asks for just it gets it, as garner does to listen."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    HELD.append(sock)
    return sock.getsockname()[1]


def make_certificates(folder):
    """A small authority (ca.pem) and a certificate for localhost and 127.0.0.1
    by it (server.pem); another for a name that is not ours (other.pem); and one
    for a client (client.pem, its key with the password "hush" in locked.key)."""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True,
                       capture_output=True, timeout=LIMIT)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=garner test authority", "-keyout", "ca.key", "-out", "ca.pem")
    for name, subject in ("server", "DNS:localhost,IP:127.0.0.1"), \
                         ("other", "DNS:other.example"), \
                         ("client", "DNS:client.example"):
        pathlib.Path(folder, "names").write_text(f"subjectAltName={subject}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey",
                "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names",
                "-out", f"{name}.pem")
    openssl("ec", "-in", "client.key", "-aes128", "-passout", "pass:hush",
            "-out", "locked.key")


NGINX_CONF = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    keepalive_requests 1000000;
    default_type application/octet-stream;
    types {{ application/json json; text/html html; }}
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.key;
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl http2;
        location /json/ {{ alias {json}/; gzip on; gzip_types application/json; }}
        location /html/ {{ alias {html}/; gzip on; }}
        location /files/ {{ alias {folder}/files/; }}
        location /counted/ {{ alias {folder}/files/;
            access_log {folder}/counted.log; }}
        location = /same {{ default_type application/json;
            return 200 '{{"name": "same", "price": 7}}'; }}
        location = /tick {{ default_type application/json;
            return 200 '{{"id": "$request_id", "now": $msec, "n": "$arg_n"}}'; }}
        location = /robots.txt {{
            if (-f {folder}/files/broken) {{ return 503; }}
            alias {folder}/files/robots.txt; }}
        location = /page {{ default_type application/json;
            return 200 '{{"id": "$request_id", "text": "{words}"}}'; }}
        location /missing {{ return 404 "nothing here\\n"; }}
        location /broken {{ return 500 "out of order\\n"; }}
        location /moved {{ return 302 /same; }}
        location /moved-with {{ return 302 /same?key=$arg_key; }}
        location /to-file {{ return 302 file:///etc/passwd; }}
        location /protocol {{ return 200 "$server_protocol"; }}
        location /agent {{ return 200 "$http_user_agent"; }}
        location /peer {{ return 200 "$remote_addr"; }}
        location /host {{ return 200 "$scheme://$http_host"; }}
        location /told {{ return 200 "$http_authorization|$http_cookie"; }}
        location /away {{ return 302 $arg_to; }}
        location /set {{ add_header Set-Cookie "a=$arg_a; Path=/";
            return 200 "$http_cookie"; }}
    }}
    server {{
        listen 127.0.0.1:{other} ssl;
        ssl_certificate {folder}/other.pem;
        ssl_certificate_key {folder}/other.key;
        return 200 "you should not see this";
    }}
    server {{
        listen 127.0.0.1:{client} ssl;
        ssl_client_certificate {folder}/ca.pem;
        ssl_verify_client on;
        ssl_protocols TLSv1.2 TLSv1.3;
        return 200 "$ssl_client_s_dn $ssl_protocol";
    }}
    server {{
        listen 127.0.0.1:{old} ssl;
        ssl_protocols TLSv1.2;
        return 200 "$ssl_protocol";
    }}
}}
"""


class Nginx:
    """nginx with its own configuration, documents and certificates.

    url, tls_url, wrong_tls_url (a certificate for another name), client_url
    (asks for a certificate) and old_tls_url (TLS 1.2 at most) are where it
    listens; ca is the authority to trust; big is a file of 50 MiB."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="garner-nginx-"))
        sockets = [listener() for _ in range(5)]
        try:
            self.ports = [sock.getsockname()[1] for sock in sockets]
            (self.folder / "tmp").mkdir()
            (self.folder / "files").mkdir()
            make_certificates(self.folder)
            self._configure()
            # The way in which nginx hands its sockets to its successor.
            fds = [sock.fileno() for sock in sockets]
            self.process = subprocess.Popen(
                ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"),
                 "-e", str(self.folder / "error.log")],
                env={**os.environ, "NGINX": "".join(f"{fd};" for fd in fds),
                     "PATH": os.environ.get("PATH", "") + ":/usr/sbin"},
                pass_fds=fds, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        finally:
            for sock in sockets:
                sock.close()
        self.url = f"http://127.0.0.1:{self.ports[0]}"
        self.tls_url = f"https://localhost:{self.ports[1]}"
        self.wrong_tls_url = f"https://localhost:{self.ports[2]}"
        self.client_url = f"https://localhost:{self.ports[3]}"
        self.old_tls_url = f"https://localhost:{self.ports[4]}"
        self.ca = self.folder / "ca.pem"
        self.big = self.folder / "files" / "big"
        try:
            wait_until(self._answers, "nginx to answer")
        except BaseException:
            self.stop()
            raise

    def _configure(self):
        html = SQLITE_DOC
        if not (html / "lang.html").exists():  # some images leave out all docs
            html = self.folder / "files"
            (html / "lang.html").write_text(
                "<html><title>SQL As Understood By SQLite</title></html>\n")
        (self.folder / "nginx.conf").write_text(NGINX_CONF.format(
            user="user root;" if os.getuid() == 0 else "", folder=self.folder,
            http=self.ports[0], https=self.ports[1], other=self.ports[2],
            client=self.ports[3], old=self.ports[4],
            json=ISO_CODES, html=html,
            words=" ".join(f"word{n * n}" for n in range(200))))

    def counted(self):
        """How often it was asked for each file below /counted/ so far."""
        log = self.folder / "counted.log"
        if not log.exists():
            return collections.Counter()
        return collections.Counter(
            line.split('"')[1].split()[1].split("/")[-1]
            for line in log.read_text().splitlines())

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "error.log").read_text())
        try:
            return get_bytes(self.url + "/same")
        except OSError:
            return False

    def make_big(self):
        """Makes files/big; gives its SHA-256."""
        piece = os.urandom(1 << 20)
        sha = hashlib.sha256()
        with open(self.big, "wb") as file:
            for number in range(BIG_BYTES >> 20):
                block = number.to_bytes(4, "big") + piece[4:]
                file.write(block)
                sha.update(block)
        return sha.hexdigest()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


HTTPBIN = """
import logging, sys
from httpbin import app
from werkzeug.serving import make_server
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
"""


class Httpbin:
    """Debian's httpbin: an application that redirects, compresses, fails and
    drips as its URL says. /usr/bin/python3 is the one that has it."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-B", "-c", HTTPBIN], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = self.process.stdout.readline().strip()
        if not port:
            self.stop()
            raise AssertionError("httpbin did not start: is python3-httpbin installed?")
        self.url = f"http://127.0.0.1:{port}"

    def stop(self):
        self.process.kill()
        self.process.stdout.close()
        self.process.wait()


class Proxy:
    """A proxy that is a real program: microsocks (SOCKS 5) or tinyproxy (HTTP),
    with or without a user and password."""

    def __init__(self, program, user=None, password=None):
        self.port = dead_port()  # until it takes it
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="garner-proxy-"))
        if program == "microsocks":
            command = ["microsocks", "-i", "127.0.0.1", "-p", str(self.port)]
            if user is not None:
                command += ["-u", user, "-P", password]
        else:
            config = self.folder / "tinyproxy.conf"
            config.write_text(
                f'Port {self.port}\nListen 127.0.0.1\nTimeout 60\n'
                f'LogFile "{self.folder}/log"\nLogLevel Connect\n' +
                (f"BasicAuth {user} {password}\n" if user is not None else ""))
            command = ["tinyproxy", "-d", "-c", str(config)]
        self.log = open(self.folder / "said", "w+b")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        try:
            wait_until(self._answers, f"{program} to listen")
        except BaseException:
            self.stop()
            raise

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "said").read_text())
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", self.port)) == 0

    def said(self):
        """What it has logged."""
        log = self.folder / "log"
        return (self.folder / "said").read_text() + (
            log.read_text() if log.exists() else "")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Gate:
    """A script of Misbehaving that answers as soon as it is opened."""

    def __init__(self, status="200 OK"):
        self.opened = threading.Event()
        self.asked = 0
        self.status = status

    def __call__(self, sock, request, server):
        self.asked += 1
        while not self.opened.wait(0.05) and not server.done.is_set():
            pass
        sock.sendall(reply("[1]", status=self.status))


class Misbehaving:
    """Answers each path with the bytes of its script. A script is a function
    of (socket, request bytes, server); the connection is closed after it."""

    def __init__(self, scripts):
        self.scripts = scripts
        self.requests = []  # first lines, in the order in which they came
        self.done = threading.Event()  # set: scripts that wait shall end
        self.open = 0  # connections
        self.lock = threading.Lock()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                outer._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 1024

            def process_request(self, request, client_address):
                outer._count(1)
                super().process_request(request, client_address)

            def shutdown_request(self, request):
                super().shutdown_request(request)
                outer._count(-1)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def _count(self, change):
        with self.lock:
            self.open += change

    def settle(self):
        """Waits until nobody is served any more. Call when nobody asks: those
        who still wait to be accepted are before the last connection, our own."""
        address = self.server.server_address
        with socket.create_connection(address, timeout=LIMIT) as sock:
            sock.shutdown(socket.SHUT_WR)
            sock.recv(1)
        wait_until(lambda: self.open == 0, "the last to be served")

    def _serve(self, sock):
        request = b""
        try:
            while b"\r\n\r\n" not in request:
                more = sock.recv(65536)
                if not more:
                    return
                request += more
            first = request.split(b"\r\n")[0].decode("latin-1")
            self.requests.append(first)
            path = first.split(" ")[1].split("?")[0]
            self.scripts[path](sock, request, self)
        except OSError:
            pass  # the client went away: that is its right

    def stop(self):
        self.done.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def reply(body, status="200 OK", content_type="application/json", headers=()):
    """The bytes of a whole, well-formed reply."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}",
             f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def silent(sock, request, server):
    """Takes the request and never answers."""
    server.done.wait(LIMIT)


def drip(sock, request, server):
    """Promises much and sends a byte every 50 ms."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not server.done.wait(0.05):
        sock.sendall(b".")


def stall(sock, request, server):
    """Sends half of what it promised, then nothing."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789")
    server.done.wait(LIMIT)


def cut(sock, request, server):
    """Sends half of what it promised, then hangs up."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789")


def garbage(sock, request, server):
    """Speaks no HTTP at all."""
    sock.sendall(b"\x00\x01\x02 hello\r\n\r\n")


def hang_up(sock, request, server):
    """Closes without a word."""


def endless(sock, request, server):
    """A body without end."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    while not server.done.is_set():
        sock.sendall(chunk)


if __name__ == "__main__":  # by hand: see what the tests see
    nginx = Nginx()
    print(nginx.url, nginx.tls_url, nginx.ca, sep="\n")
    try:
        sys.stdin.read()
    finally:
        nginx.stop()
