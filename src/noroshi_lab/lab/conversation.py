"""SMTP submission as a client meets it: the order of things, and Exchange Online's texts.

Not built on an SMTP library: the exact dialogue is what this is for, and a library's debug
log would write down the lines that carry tokens.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from noroshi_lab.lab.dialects import Dialect
from noroshi_lab.lab.directory import Clock
from noroshi_lab.lab.faults import Faults
from noroshi_lab.lab.journal import Journal
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.mail_acceptance import Handed, Post
from noroshi_lab.lab.replies import REPLIES
from noroshi_lab.lab.smtp_auth import Admitted, Gate
from noroshi_lab.lab.smtp_line import ConversationEndedError, Line

_DOMAIN = re.compile(
    r"(?=.{1,255}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.IPv]+\]"
)
_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>(?:\s+(.*))?", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Hold what each conversation goes by."""

    dialect: Dialect
    gate: Gate
    post: Post
    tls: ssl.SSLContext
    clock: Clock
    faults: Faults
    limits: Limits
    name: str
    journal: Journal

    def note(self, what: str, answer: str, who: str = "") -> None:
        """Note a request to this server, and the reply."""
        self.journal.note(self.name, what, answer, who)


@dataclass(slots=True)
class Transaction:
    """Hold one mail that is being received."""

    sender: str
    recipients: list[str] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)


class Conversation:
    """Hold one connection."""

    def __init__(self, rules: Rules, line: Line) -> None:
        self._rules = rules
        self._faults = rules.faults
        self._line = line
        self._say, self._no = line.say, line.no
        self._tls = line.tls_version()  # "" until there is TLS
        self._hello = ""
        self._who: Admitted | None = None  # whose mailbox was opened by AUTH
        self._mail: Transaction | None = None
        self._most = min(rules.dialect.size, rules.post.size)

    async def run(self) -> None:
        """Talk until one side ends the conversation."""
        try:
            await self._greet()
            while True:
                await self._obey(await self._next())
        except (ConversationEndedError, OSError, EOFError, asyncio.LimitOverrunError):
            pass  # the other side is gone, or a line was longer than any mail may hold
        finally:
            if self._who:
                self._rules.gate.left(self._who)
            self._line.close()

    async def _next(self) -> str:
        """Return the next command, unless it comes later than a connection is kept open."""
        since, idle = self._now(), self._rules.limits.idle
        line = await self._line.read()
        if idle and self._now() - since > idle:
            await self._no(REPLIES["4.4.1"])
        return line

    async def _greet(self) -> None:
        if await self._line.strike(self._faults.next("CONNECT")):
            raise ConversationEndedError  # a server that greets with anything but 220 talks no further
        if self._faults.busy:
            return await self._no(REPLIES["421"])
        usual = self._rules.dialect.greeting(self._now())
        await self._say(self._faults.answers.get("CONNECT", usual))

    async def _obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        commands = {
            "EHLO": self._ehlo,
            "HELO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail_from,
            "RCPT": self._rcpt_to,
            "DATA": self._data,
            "BDAT": self._bdat,
            "RSET": self._rset,
            "NOOP": self._noop,
            "QUIT": self._quit,
        }
        if await self._line.strike(self._faults.next(*_place(verb, rest))):
            return
        if self._faults.busy:
            return await self._no(REPLIES["421"])
        if verb in self._faults.answers:
            await self._say(self._faults.answers[verb])
        elif verb in commands:
            await commands[verb](rest.strip())
        else:
            await self._no("500 5.3.3 Unrecognized command")

    # Before a mail

    async def _ehlo(self, name: str) -> None:
        if not _DOMAIN.fullmatch(name):
            return await self._no("501 5.5.4 Invalid domain name")
        self._hello, self._mail = name, None
        peer = self._line.peer
        await self._say(self._rules.dialect.offers(peer, tls=bool(self._tls)))

    async def _starttls(self, rest: str) -> None:
        if self._tls or rest:
            return await self._no("500 5.3.3 Unrecognized command")
        await self._line.discard_input()
        await self._say("220 2.0.0 SMTP server ready")
        await self._line.strike(self._faults.next("TLS"))
        self._tls, self._hello = await self._line.secure(self._rules.tls), ""
        self._mail = None

    async def _auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        if not self._hello:
            return await self._no("503 5.5.2 Send hello first")
        if self._who:
            return await self._no("503 5.5.1 Bad sequence of commands")
        if not self._tls:
            return await self._no(self._rules.dialect.early_auth)
        gate = self._rules.gate
        self._who = await gate.admit(self._line, mechanism.upper(), initial)
        if self._who:
            self._rules.note("auth", "235", self._who.mailbox)
            await self._say("235 2.7.0 Authentication successful")

    # One mail

    async def _mail_from(self, rest: str) -> None:
        if not self._hello:
            return await self._no("503 5.5.2 Send hello first")
        if not self._tls:
            return await self._no(self._rules.dialect.no_tls)
        if not self._who:
            return await self._no(self._rules.dialect.no_auth)
        if self._mail is not None:
            return await self._no("503 5.5.2 Sender already specified")
        path = _PATH.fullmatch(rest)
        if path is None or (path[1] and not _ADDRESS.fullmatch(path[1])):
            return await self._no("501 5.1.7 Invalid address")
        size = re.search(r"\bSIZE=(\d+)", path[2] or "", re.IGNORECASE)
        if size and _is_too_big(size[1], self._most):
            return await self._no("552 5.3.4 Message size exceeds fixed maximum message size")
        self._mail = Transaction(path[1])
        await self._say("250 2.1.0 Sender OK")

    async def _rcpt_to(self, rest: str) -> None:
        if self._mail is None:
            return await self._no("503 5.5.2 Need mail command")
        path = _PATH.fullmatch(rest)
        if path is None or not _ADDRESS.fullmatch(path[1]):
            return await self._no("501 5.1.3 Invalid address")
        refused = self._rules.post.refuse_recipient(self._who, path[1], self._mail.recipients)
        if refused:
            return await self._no(refused)
        self._mail.recipients.append(path[1])
        await self._say("250 2.1.5 Recipient OK")

    async def _data(self, rest: str) -> None:
        if self._mail is None or not self._mail.recipients:
            return await self._no("503 5.5.2 Need rcpt command")
        await self._say("354 Start mail input; end with <CRLF>.<CRLF>")
        size = 0
        while (line := await self._line.raw()) != b".\r\n":
            size += len(line)
            if size <= self._rules.dialect.size:
                self._mail.chunks.append(line.removeprefix(b"."))
        await self._submit(too_big=size > self._rules.dialect.size)

    async def _bdat(self, rest: str) -> None:
        """RFC 3030: chunks of a told size; the last one says so."""
        size, _, last = rest.partition(" ")
        too_big = size.isdecimal() and _is_too_big(size, self._rules.dialect.size)
        if not size.isdecimal() or too_big or last.upper() not in ("", "LAST"):
            await self._no("501 5.5.4 Invalid arguments")
            raise ConversationEndedError  # where the next command begins can no longer be known
        chunk = await self._line.octets(int(size))
        if self._mail is None or not self._mail.recipients:
            return await self._no("503 5.5.2 Need rcpt command")
        self._mail.chunks.append(chunk)
        if not last:
            return await self._say(f"250 2.6.0 CHUNK received OK, {size} octets")
        await self._submit(too_big=sum(map(len, self._mail.chunks)) > self._rules.dialect.size)

    async def _submit(self, *, too_big: bool) -> None:
        mail, self._mail = self._mail, None
        assert mail is not None
        content = b"".join(mail.chunks)
        does = self._faults.next("END")
        if await self._line.strike(does):
            return None
        if "." in self._faults.answers:
            return await self._say(self._faults.answers["."])
        assert self._who is not None
        handed = self._handed(mail, content)
        if too_big or len(content) > self._rules.post.size:
            return await self._no("552 5.3.4 Message size exceeds fixed maximum message size")
        refused = await self._rules.post.take(self._who, handed)
        if refused:
            return await self._no(refused)
        self._rules.note("mail", "250", self._who.mailbox)
        await self._accepted(handed, does)

    def _handed(self, mail: Transaction, content: bytes) -> Handed:
        queue_id = secrets.token_hex(8).upper()
        who, host = self._who, self._rules.dialect.host
        by = f"{who.by} {who.mailbox}" if who else "-"
        received = (
            f"Received: from {self._hello} ({self._line.peer}) by {host}\r\n"
            f" with ESMTPSA ({self._tls}, {by})\r\n id {queue_id}; "
            f"{format_datetime(self._now())}"
        )
        return Handed(
            sender=mail.sender,
            recipients=tuple(mail.recipients),
            content=content,
            queue_id=queue_id,
            received=received,
        )

    async def _accepted(self, mail: Handed, does: str) -> None:
        if does == "keep-then-drop":
            raise ConversationEndedError
        if self._faults.drop_before_ok > 0:
            self._faults.drop_before_ok -= 1
            raise ConversationEndedError
        dialect = self._rules.dialect
        message_id = _message_id(mail.content, mail.queue_id, dialect.host)
        await self._say(dialect.accepted.format(id=message_id, host=dialect.host))
        if does == "ok-then-drop":
            raise ConversationEndedError
        if self._faults.drop_after_ok > 0:
            self._faults.drop_after_ok -= 1
            raise ConversationEndedError

    # Small ones

    async def _rset(self, rest: str) -> None:
        self._mail = None
        await self._say("250 2.0.0 Resetting")

    async def _noop(self, rest: str) -> None:
        await self._say("250 2.0.0 OK")

    async def _quit(self, rest: str) -> None:
        await self._say("221 2.0.0 Service closing transmission channel")
        raise ConversationEndedError

    def _now(self) -> datetime:
        return self._rules.clock()


def _is_too_big(digits: str, most: int) -> bool:
    """Python makes no number of more than some thousand digits (ValueError)."""
    return len(digits) > 100 or int(digits) > most


def _place(verb: str, rest: str) -> tuple[str, str]:
    """Return where in the faults' script a command is, and for whom."""
    path = _PATH.match(rest) if verb == "RCPT" else None
    return "EHLO" if verb == "HELO" else verb, path[1] if path else ""


def _message_id(content: bytes, queue_id: str, host: str) -> str:
    head = content.partition(b"\r\n\r\n")[0]
    found = re.search(rb"^message-id:\s*(<[^<>\s]+>)", head, re.IGNORECASE | re.MULTILINE)
    return found[1].decode("ascii", "replace") if found else f"<{queue_id}@{host}>"
