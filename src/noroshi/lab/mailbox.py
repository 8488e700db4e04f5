"""The mails that the lab has taken: one .eml file a recipient, readable by any process."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

_NAME = re.compile(r"(\d+)-[0-9A-F]+\.eml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it lies in one mailbox, its headers decoded; `raw` is what was stored."""

    number: int
    mailbox: str
    sender: str
    from_: str
    to: str
    subject: str
    date: str
    message_id: str
    in_reply_to: str
    references: str
    received: str
    text: str
    file: Path
    raw: bytes = field(repr=False)


class Mailboxes:
    """Keeps mails in a folder, numbered as they come, and reads them back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._count = max(self._files(), default=0)
        self._news = asyncio.Condition()

    async def keep(
        self,
        *,
        sender: str,
        recipients: list[str],
        received: str,
        queue_id: str,
        content: bytes,
    ) -> None:
        """Puts one copy in each recipient's mailbox, the `Received` line on top."""
        for recipient in recipients:
            head = f"{received}\r\nReturn-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n"
            self._write(queue_id, head.encode() + content)
        async with self._news:
            self._news.notify_all()

    def mails(self, mailbox: str | None = None) -> tuple[Mail, ...]:
        """All mails in the order in which they came, or those of one mailbox."""
        found = (read_mail(number, path) for number, path in sorted(self._files().items()))
        return tuple(m for m in found if mailbox is None or m.mailbox == mailbox.lower())

    def mail(self, number: int) -> Mail | None:
        """The mail of that number."""
        path = self._files().get(number)
        return read_mail(number, path) if path is not None else None

    async def wait_for(self, count: int) -> tuple[Mail, ...]:
        """All mails, as soon as there are so many of them."""
        async with self._news:
            await self._news.wait_for(lambda: self._count >= count)
        return self.mails()

    def _write(self, queue_id: str, data: bytes) -> None:
        """Renamed when whole, so that a reader never sees half a mail."""
        self._count += 1
        name = f"{self._count:06d}-{queue_id}.eml"
        fresh = self._folder / (name + ".new")
        fresh.write_bytes(data)
        fresh.replace(self._folder / name)

    def _files(self) -> dict[int, Path]:
        named = ((_NAME.fullmatch(path.name), path) for path in self._folder.iterdir())
        return {int(match[1]): path for match, path in named if match}


def read_mail(number: int, path: Path) -> Mail:
    """Reads a stored mail; what cannot be decoded is shown as well as it goes."""
    raw = path.read_bytes()
    message = BytesParser(EmailMessage, policy=default).parsebytes(raw)

    def header(name: str) -> str:
        return str(message.get(name, "")).strip()  # folded right behind the name

    return Mail(
        number=number,
        mailbox=header("Delivered-To").lower(),
        sender=header("Return-Path").strip("<>"),
        from_=header("From"),
        to=header("To"),
        subject=header("Subject"),
        date=header("Date"),
        message_id=header("Message-ID"),
        in_reply_to=header("In-Reply-To"),
        references=header("References"),
        received=header("Received"),
        text=_text(message),
        file=path,
        raw=raw,
    )


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        return str(body.get_content())
    except LookupError:  # a charset that Python does not know
        payload = body.get_payload(decode=True)
        return payload.decode("ascii", "replace") if isinstance(payload, bytes) else ""
