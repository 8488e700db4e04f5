"""A small IMAP server on loopback, in TLS, that takes XOAUTH2: as much of RFC 9051 as is asked."""

from __future__ import annotations

import re
import ssl
import threading
from base64 import b64decode, b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from socketserver import StreamRequestHandler, ThreadingTCPServer

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass
class Mails:
    """What lies in the INBOX, which tokens are good, what was said to it, and what it spoils."""

    tokens: set[str]
    mails: dict[int, tuple[datetime, bytes]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    spoil: dict[str, bytes] = field(default_factory=dict)  # by command: the answer, "" drops
    spoiled: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def keep(self, raw: bytes, at: datetime) -> None:
        self.mails[len(self.mails) + 1] = (at, raw)

    def fits(self, uid: int, asked: str) -> bool:
        at, raw = self.mails[uid]
        mail = message_from_bytes(raw)
        if since := re.search(r"SINCE (\d+)-(\w+)-(\d+)", asked):
            day, month, year = since.groups()
            if at.date() < date(int(year), MONTHS.index(month) + 1, int(day)):
                return False
        if id := re.search(r'HEADER Message-ID "(.*)"', asked):
            return id[1].replace('\\"', '"') in str(mail["Message-ID"])
        subject = re.search(r'SUBJECT "(.*)"', asked)
        return subject is None or subject[1] in str(make_header(decode_header(mail["Subject"])))


class Conversation(StreamRequestHandler):
    def handle(self) -> None:
        self.box: Mails = self.server.box  # type: ignore[attr-defined]
        try:
            self.wfile.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
            while line := self.rfile.readline():
                tag, _, asked = line.decode().strip().partition(" ")
                self.box.said.append(asked)
                if not self.answer(tag, asked):
                    return
        except OSError:
            pass

    def answer(self, tag: str, asked: str) -> bool:
        for begins, said in self.box.spoil.items():
            if asked.startswith(begins):
                self.box.spoiled.set()
                self.wfile.write(said.replace(b"TAG", tag.encode()))
                return bool(said)
        done = f"{tag} OK done\r\n".encode()
        if asked.startswith("AUTHENTICATE"):
            done = self.let_in(tag)
        elif asked == "CAPABILITY":
            self.wfile.write(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n")
        elif asked.startswith("UID SEARCH"):
            found = [str(uid) for uid in self.box.mails if self.box.fits(uid, asked)]
            self.wfile.write(f"* SEARCH {' '.join(found)}\r\n".encode())
        elif asked.startswith("UID FETCH"):
            self.fetch(asked)
        elif asked == "LOGOUT":
            self.wfile.write(b"* BYE\r\n")
        self.wfile.write(done)
        return asked != "LOGOUT"

    def let_in(self, tag: str) -> bytes:
        self.wfile.write(b"+ \r\n")
        user, token, *_ = b64decode(self.rfile.readline()).decode().split("\x01")
        self.box.users.append(user)
        if token.removeprefix("auth=Bearer ") in self.box.tokens:
            return f"{tag} OK in\r\n".encode()
        self.wfile.write(b"+ " + b64encode(b'{"status":"400"}') + b"\r\n")
        assert self.rfile.readline().strip() == b""  # what is waited for before the refusal
        return f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n".encode()

    def fetch(self, asked: str) -> None:
        _, _, some, what = asked.split(" ", 3)
        for uid in (int(one) for one in some.split(",") if int(one) in self.box.mails):
            at, raw = self.box.mails[uid]
            if "INTERNALDATE" in what:
                day = f"{at.day:2d}-{MONTHS[at.month - 1]}-{at:%Y %H:%M:%S %z}"
                self.wfile.write(f'* {uid} FETCH (UID {uid} INTERNALDATE "{day}")\r\n'.encode())
                continue
            part = raw if "[]" in what else raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            part = part[: int(what.split("<0.")[1].split(">")[0])] if "<0." in what else part
            head = f"* {uid} FETCH (UID {uid} BODY[] {{{len(part)}}}\r\n".encode()
            self.wfile.write(head + part + b")\r\n")


class Server(ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, box: Mails, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.box, self.context = box, context

    def get_request(self):
        sock, address = super().get_request()
        return self.context.wrap_socket(sock, True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address) -> None:
        """A client that does not trust us."""


@contextmanager
def running(context: ssl.SSLContext, *tokens: str):
    box = Mails(set(tokens))
    with Server(box, context) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
