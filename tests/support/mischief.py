"""Scripts for servers.Misbehaving: what servers do that they should not. Each is
a function of (socket, request bytes, server)."""
import socket
import struct
import threading
import zlib

from .program import LIMIT

OK = b"HTTP/1.1 200 OK\r\n"


def says(*pieces):
    """A script that sends just these bytes, then hangs up."""
    def script(sock, request, server):
        for piece in pieces:
            sock.sendall(piece)
    return script


def says_and_waits(*pieces):
    """The same, but it does not hang up: the client has to know the end."""
    def script(sock, request, server):
        says(*pieces)(sock, request, server)
        server.done.wait(LIMIT)
    return script


def slowly(fast, slow, seconds):
    """A script that sends fast at once, and of slow a byte each so many seconds."""
    def script(sock, request, server):
        sock.sendall(fast)
        for byte in slow:
            if server.done.wait(seconds):
                return
            sock.sendall(bytes([byte]))
        server.done.wait(LIMIT)
    return script


def without_end(head, piece):
    """A script that sends head, and then piece for as long as it is read."""
    def script(sock, request, server):
        sock.sendall(head)
        while not server.done.is_set():
            sock.sendall(piece)
    return script


def resets(*pieces):
    """A script that sends these bytes, then resets the connection."""
    def script(sock, request, server):
        says(*pieces)(sock, request, server)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    return script


def leads(to):
    """A script that sends the client elsewhere."""
    return says(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n"
                b"Location: " + to + b"\r\n\r\n")


def kept_alive(*replies):
    """A script that gives a reply to each request on one connection, then hangs
    up, with the next request read if the last reply is None."""
    def script(sock, request, server):
        for number, reply in enumerate(replies):
            if number > 0:
                more = b""
                while b"\r\n\r\n" not in more:
                    piece = sock.recv(65536)
                    if not piece:
                        return
                    more += piece
                server.requests.append(more.split(b"\r\n")[0].decode("latin-1"))
            if reply is not None:
                sock.sendall(reply)
    return script


def gzip_bomb(mib):
    """So many MiB of zeros, in a thousandth of that."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(1 << 20)
    return b"".join([packer.compress(piece) for _ in range(mib)] + [packer.flush()])


class Few:
    """Serves so many connections at a time, and keeps each open as long as the
    client does, or closes it after one answer; the others wait unanswered."""

    def __init__(self, connections, keep):
        self.keep = keep
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.stopping = False
        self.threads = [threading.Thread(target=self._run) for _ in range(connections)]
        for thread in self.threads:
            thread.start()

    def _run(self):
        while not self.stopping:
            try:
                sock = self.listener.accept()[0]
                with sock:
                    self._serve(sock)
            except OSError:
                pass  # the client went away, or we stop

    def _serve(self, sock):
        request = b""
        while piece := sock.recv(65536):
            request += piece
            if request.endswith(b"\r\n\r\n"):
                sock.sendall(OK + b"Content-Length: 4\r\n\r\ngood")
                request = b""
                if not self.keep:
                    return

    def stop(self):
        self.stopping = True
        self.listener.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        self.listener.close()
