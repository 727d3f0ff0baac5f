"""nginx as several sites, each with a folder of files: what is asked for
http://NAME/PATH by way of it, as by way of a proxy, is sites/NAME/PATH."""
import os

from .servers import Nginx

CONF = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    log_format line '$host $request_uri $status';
    access_log {folder}/access.log line;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    types {{ text/html html; text/csv csv; application/rss+xml xml; }}
    gzip on;
    gzip_types text/csv;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/sites/$host;
        location = /same {{ return 200 "here"; }}
        location /v1/ {{
            default_type application/json;
            if ($http_authorization != "Bearer open") {{ return 401; }}
            if ($arg_symbols != "ABC%2CXYZ") {{ return 404; }}
        }}
    }}
}}
"""


class Sites(Nginx):
    def _configure(self):
        (self.folder / "nginx.conf").write_text(CONF.format(
            user="user root;" if os.getuid() == 0 else "",
            folder=self.folder, port=self.ports[0]))

    puts = 0

    def put(self, name, path, content):
        file = self.folder / "sites" / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        # Old, or else it might be changed once more within its second, and no
        # client would trust its version; but another version each time.
        self.puts += 1
        os.utime(file, (10**9 + self.puts, 10**9 + self.puts))

    def asked(self):
        """The requests so far, but for those of the start: HOST PATH STATUS."""
        return [line for line in (self.folder / "access.log").read_text().splitlines()
                if not line.startswith("127.0.0.1 ")]
