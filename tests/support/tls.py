"""nginx with certificates and versions of TLS that nobody should take."""
import os
import subprocess

from .program import LIMIT
from .servers import Nginx

CONF = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    server {{
        listen 127.0.0.1:{ports[0]};
        location = /same {{ return 200 "good"; }}
    }}
{servers}
}}
"""

SERVER = """
    server {{
        listen 127.0.0.1:{port} ssl;
        server_name {name}.localhost;
        ssl_certificate {folder}/{name}.pem;
        ssl_certificate_key {folder}/{name}.key;
        {more}
        return 200 "you should not see this";
    }}
"""

OLD = 'ssl_protocols TLSv1 TLSv1.1; ssl_ciphers "ALL:@SECLEVEL=0";'


class BadTls(Nginx):
    """url is a good server, without TLS. expired, early, itself (signed by
    itself), stranger (for another name) and old (TLS 1.1 at most) are URLs of
    bad ones. ca is the authority of all but itself."""

    def _configure(self):
        https, old = self.ports[1:3]
        servers = []
        for name, dates in (("expired", ("20200101000000Z", "20200102000000Z")),
                            ("early", ("20800101000000Z", "20800102000000Z")),
                            ("stranger", ()), ("itself", None), ("old", ())):
            self._certify(name, dates)
            servers.append(SERVER.format(
                port=old if name == "old" else https, name=name, folder=self.folder,
                more=OLD if name == "old" else ""))
            setattr(self, name, f"https://{name}.localhost:{old if name == 'old' else https}/")
        self.plain_as_tls = f"https://localhost:{self.ports[0]}/"
        (self.folder / "nginx.conf").write_text(CONF.format(
            user="user root;" if os.getuid() == 0 else "", folder=self.folder,
            ports=self.ports, servers="".join(servers)))

    def _certify(self, name, dates):
        """dates: from and to; (): now; None: not by the authority."""
        def openssl(*args):
            subprocess.run(["openssl", *args], cwd=self.folder, check=True,
                           capture_output=True, timeout=LIMIT)

        host = "other.example" if name == "stranger" else f"{name}.localhost"
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
               "-keyout", f"{name}.key")
        if dates is None:
            openssl("req", "-x509", *key, "-days", "2", "-out", f"{name}.pem")
            return
        (self.folder / "index").write_text("")
        (self.folder / "ca.conf").write_text(
            "[ca]\ndefault_ca = our\n[our]\ndatabase = index\nnew_certs_dir = .\n"
            "default_md = sha256\npolicy = any\ncopy_extensions = copy\n"
            "rand_serial = yes\nunique_subject = no\ndefault_days = 2\n"
            "[any]\ncommonName = supplied\n")
        openssl("req", *key, "-out", f"{name}.csr")
        openssl("ca", "-batch", "-config", "ca.conf", "-cert", "ca.pem", "-keyfile",
                "ca.key", "-in", f"{name}.csr", "-out", f"{name}.pem", "-notext",
                *(("-startdate", dates[0], "-enddate", dates[1]) if dates else ()))
