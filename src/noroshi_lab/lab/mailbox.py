"""The mails that the lab has taken: one .eml file a recipient, readable by any process."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

_NAME = re.compile(r"(\d+)-[0-9A-F]+\.eml")
Folder = Literal["inbox", "sentitems", "deleteditems"]
FOLDERS: tuple[Folder, ...] = get_args(Folder)
"""The folders for received, sent and deleted mails, as Microsoft Graph names them."""

REMEMBERED = 1024
"""The number of parsed mails to keep: a file never changes once it has the final name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Hold a mail as it lies in one mailbox, with decoded headers; `raw` is the stored
    content."""

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
    folder: Folder
    file: Path
    raw: bytes = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """Return all but the stored content, as JSON has it."""
        fields = asdict(self)
        del fields["raw"]
        fields["from"] = fields.pop("from_")
        return fields | {"file": str(self.file)}


class Mailboxes:
    """Keep mails in a folder, numbered as they come, and read them back.

    Sent and deleted mails lie in subfolders, so that a search for arrived mails finds those
    alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folders = {"inbox": folder} | {each: folder / each for each in FOLDERS[1:]}
        for each in self._folders.values():
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._count = max((max(self._files(each), default=0) for each in FOLDERS), default=0)
        self._owners: dict[int, str] = {}
        self._news = asyncio.Condition()

    async def keep(
        self,
        *,
        sender: str,
        recipients: list[str],
        received: str,
        queue_id: str,
        content: bytes,
        sent_by: str = "",
    ) -> None:
        """Put one copy in each recipient's mailbox, the `Received` line on top.

        `sent_by` is a mailbox that gets a copy in Sent Items.
        """
        head = f"{received}\r\nReturn-Path: <{sender}>\r\nDelivered-To: "
        for recipient in recipients:
            self._write("inbox", queue_id, f"{head}{recipient}\r\n".encode() + content)
        if sent_by:
            self._write("sentitems", queue_id, f"{head}{sent_by}\r\n".encode() + content)
        async with self._news:
            self._news.notify_all()

    def mails(self, mailbox: str | None = None, folder: Folder = "inbox") -> tuple[Mail, ...]:
        """Return all mails in the order in which they came, or those of one mailbox."""
        files = sorted(self._files(folder).items())
        found = (read_mail(number, path, folder) for number, path in files)
        return tuple(m for m in found if mailbox is None or m.mailbox == mailbox.lower())

    def mail(self, number: int) -> Mail | None:
        """Return the mail of that number."""
        for folder in FOLDERS:
            path = self._files(folder).get(number)
            if path is not None:
                return read_mail(number, path, folder)
        return None

    def delete(self, mail: Mail) -> None:
        """Move a mail into Deleted Items; from there delete it for good."""
        if mail.folder == "deleteditems":
            mail.file.unlink(missing_ok=True)
        else:
            mail.file.replace(self._folders["deleteditems"] / mail.file.name)

    def empty(self, mailbox: str) -> int:
        """Delete all mails of a mailbox, for good; return how many they were."""
        mails = [mail for folder in FOLDERS for mail in self.mails(mailbox, folder)]
        for mail in mails:
            mail.file.unlink(missing_ok=True)
        return len(mails)

    def used(self, mailbox: str) -> int:
        """Return how many bytes a mailbox holds."""
        return sum(
            path.stat().st_size
            for folder in FOLDERS
            for number, path in self._files(folder).items()
            if self._owner(number, path) == mailbox
        )

    async def wait_for(self, count: int) -> tuple[Mail, ...]:
        """Return all mails, as soon as there are so many of them."""
        async with self._news:
            await self._news.wait_for(lambda: len(self._files("inbox")) >= count)
        return self.mails()

    def _write(self, folder: Folder, queue_id: str, data: bytes) -> None:
        """Write a mail, and rename the file when it is whole, so that a reader never sees half
        a mail."""
        self._count += 1
        name = f"{self._count:06d}-{queue_id}.eml"
        fresh = self._folders[folder] / (name + ".new")
        fresh.write_bytes(data)
        fresh.replace(self._folders[folder] / name)

    def _owner(self, number: int, path: Path) -> str:
        if number not in self._owners:
            self._owners[number] = read_mail(number, path).mailbox
        return self._owners[number]

    def _files(self, folder: Folder) -> dict[int, Path]:
        named = ((_NAME.fullmatch(p.name), p) for p in self._folders[folder].iterdir())
        return {int(match[1]): path for match, path in named if match}


@lru_cache(REMEMBERED)
def read_mail(number: int, path: Path, folder: Folder = "inbox") -> Mail:
    """Read a stored mail; undecodable parts are shown as well as possible."""
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
        folder=folder,
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
