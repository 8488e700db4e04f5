"""Dovecot's submission service on loopback: somebody else's AUTH and TLS, before a relay of ours."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from tests.e2e.world import MailServer
from tests.ports import free_port
from tests.transports.mail_server import make_certificate

USER, PASSWORD, TOKEN = "n@example.com", "Pässwörd für 三時", "a-token.that-Dovecot_asks-about"
PATIENCE = 60  # seconds; only a broken program takes so long
CONFIG = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
hostname = mail.test
protocols = submission
ssl = required
ssl_server_cert_file = {folder}/own.pem
ssl_server_key_file = {folder}/own.pem
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
mail_driver = maildir
mail_path = {folder}/mail
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
passdb static {{
  mechanisms_filter = plain login cram-md5
  fields {{
    user = {user}
  }}
  password = {{PLAIN}}{password}
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
oauth2 {{
  introspection_mode = post
  introspection_url = http://127.0.0.1:{asking}/introspect
  username_attribute = email
  active_attribute = active
  active_value = true
}}
userdb static {{
  fields {{
    uid = {mail_user}
    gid = {mail_group}
    home = {folder}/mail
  }}
}}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
service submission-login {{
  chroot =
  inet_listener submission {{
    port = {starttls}
  }}
  inet_listener submissions {{
    port = {tls}
  }}
}}
"""


@dataclass
class Dovecot:
    """A running one: `port` speaks STARTTLS, `tls_port` TLS at once; what came through it."""

    folder: Path
    port: int
    tls_port: int
    mails: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def ca_file(self) -> str:
        return str(self.folder / "ca.pem")

    def signed_in_by(self) -> list[str]:
        """The ways by which it says that somebody has signed in, in order."""
        log = (self.folder / "log").read_text(errors="replace")
        lines = [
            line for line in log.splitlines() if "Login: user=" in line or "Logged in" in line
        ]
        return [line.split("method=")[1].split(",")[0] for line in lines if "method=" in line]

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.mails.append(envelope.content)
        return "250 2.0.0 OK taken by the relay"


@contextmanager
def running(mechanisms="plain login cram-md5 xoauth2 oauthbearer"):
    """Its own instance with a config and a certificate of its own, ended by its pid."""
    # Not in pytest's folder: nobody but its owner may enter that, and Dovecot drops to others.
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    folder.chmod(0o755)
    found = Dovecot(folder, free_port(), free_port())
    make_certificate(folder)
    relay = MailServer(found, hostname="127.0.0.1", port=free_port())
    relay.start()
    try:
        with answering_about_tokens(found) as asking:
            write_config(found, mechanisms, relay.port, asking)
            with process_of(found):
                yield found
    finally:
        relay.stop()
        shutil.rmtree(folder)


def write_config(found, mechanisms, relay, asking):
    text = CONFIG.format(
        folder=found.folder,
        mechanisms=mechanisms,
        relay=relay,
        asking=asking,
        starttls=found.port,
        tls=found.tls_port,
        user=USER,
        password=PASSWORD,
        **users(),
    )
    (found.folder / "dovecot.conf").write_text(text, encoding="utf-8")


def users():
    """Root drops to Dovecot's own users; anyone else stays who he is."""
    if os.geteuid() == 0:
        names = {"internal": "dovecot", "group": "dovecot", "login": "dovenull"}
        return names | {"mail_user": "nobody", "mail_group": "nogroup"}
    me = pwd.getpwuid(os.geteuid())
    mine = dict.fromkeys(("internal", "login", "mail_user"), me.pw_name)
    return mine | {"group": me.pw_gid, "mail_group": me.pw_gid}


@contextmanager
def process_of(found):
    (found.folder / "mail").mkdir()
    if os.geteuid() == 0:
        shutil.chown(found.folder / "mail", "nobody", "nogroup")
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
    process = subprocess.Popen([program, "-F", "-c", found.folder / "dovecot.conf"])
    try:
        until_it_greets(found, process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def until_it_greets(found, process):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", found.port), timeout=PATIENCE) as wire:
                if wire.recv(100).startswith(b"220"):
                    return
        except OSError:
            time.sleep(0.05)
    log = found.folder / "log"
    raise AssertionError(log.read_text() if log.exists() else "Dovecot did not start")


@contextmanager
def answering_about_tokens(found):
    """RFC 7662 in the small: whose token it is, for the one token that there is."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            token = parse_qs(body).get("token", [""])[0]
            found.asked.append(token)
            answer = {"active": token == TOKEN, "email": USER}
            said = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
