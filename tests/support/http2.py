"""An HTTP/2 server that misbehaves on request, for nginx cannot be told to."""
import pathlib
import shutil
import socket
import socketserver
import ssl
import tempfile
import threading

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from .servers import make_certificates


class Http2:
    """Answers each path with its script, a function of (connection, stream,
    server): what it does to h2's connection is sent. It gives whether the
    connection is closed then. url is where it listens, ca the authority to
    trust; requests are the paths that were asked for, as they came."""

    def __init__(self, scripts):
        self.scripts = scripts
        self.requests = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="garner-http2-"))
        make_certificates(self.folder)
        self.ca = self.folder / "ca.pem"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        context.set_alpn_protocols(["h2"])
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    outer._serve(context.wrap_socket(self.request, server_side=True))
                except (OSError, h2.exceptions.ProtocolError):
                    pass  # the client went away, or speaks after a GOAWAY

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"https://localhost:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def _serve(self, sock):
        with sock:
            connection = h2.connection.H2Connection(
                h2.config.H2Configuration(client_side=False))
            connection.initiate_connection()
            sock.sendall(connection.data_to_send())
            while data := sock.recv(65536):
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        path = dict(event.headers)[b":path"].decode()
                        self.requests.append(path)
                        close = self.scripts[path](connection, event.stream_id, self)
                        sock.sendall(connection.data_to_send())
                        if close:
                            hang_up(sock)
                            return
                sock.sendall(connection.data_to_send())

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)


def hang_up(sock):
    """Closes our side alone: with bytes of the client's unread, closing it all
    would be a reset, which may overtake what we have sent."""
    sock.shutdown(socket.SHUT_WR)
    while sock.recv(65536):
        pass


def head(connection, stream, size, status="200"):
    """Sends the head of an answer."""
    connection.send_headers(stream, [(":status", status), ("content-length", str(size))])


def answer(connection, stream, server):
    """A well-behaved one."""
    head(connection, stream, 4)
    connection.send_data(stream, b"good", end_stream=True)
