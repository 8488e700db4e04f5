"""Hold what the SMTP servers of the lab's two providers say differently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

HOST = "LAB1PR01CA0001.outlook.lab.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A provider's own words. The offers are as EHLO lists them, a blank within one as `_`."""

    host: str
    banner: str
    hello: str
    before_tls: str
    after_tls: str
    size: int  # as EHLO announces it
    no_tls: str
    no_auth: str
    early_auth: str
    accepted: str
    trail: str

    def greeting(self, now: datetime) -> str:
        """Return the first line."""
        return self.banner.format(host=self.host, now=format_datetime(now))

    def offers(self, peer: str, *, tls: bool) -> str:
        """Return the answer to EHLO."""
        names = (self.after_tls if tls else self.before_tls).split()
        lines = [self.hello.format(host=self.host, peer=peer), f"SIZE {self.size}"]
        lines += [name.replace("_", " ") for name in names]
        return "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])

    def marked(self, reply: str, now: datetime, session: str) -> str:
        """Return an error with what it ends in, which support asks for."""
        when = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return reply + self.trail.format(host=self.host, when=when, session=session)


EXCHANGE = Dialect(
    host=HOST,
    banner="220 {host} Microsoft ESMTP MAIL Service ready at {now}",
    hello="{host} Hello [{peer}]",
    before_tls="PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS 8BITMIME BINARYMIME CHUNKING SMTPUTF8",
    after_tls="PIPELINING DSN ENHANCEDSTATUSCODES AUTH_LOGIN_XOAUTH2 8BITMIME BINARYMIME CHUNKING "
    "SMTPUTF8",
    size=157_286_400,
    no_tls="451 5.7.3 STARTTLS is required to send mail",
    no_auth="530 5.7.57 Client not authenticated to send mail.",
    early_auth="504 5.7.4 Unrecognized authentication type",
    accepted="250 2.0.0 OK {id} [Hostname={host}]",
    trail=" [{host} {when} {session}]",
)
