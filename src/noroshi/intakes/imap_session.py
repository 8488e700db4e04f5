"""Speak IMAP with a mailbox in one thread: what `imap_inbox` asks for, and no more (RFC 9051).

The INBOX is examined, never selected: nothing that is read is marked as read.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LONGEST_ANSWER = 2**23
"""The most bytes of a server's answer to one command, all lines and literals together: a report
is fetched up to 256 KiB, and of other mails no more than a few headers."""
LONGEST_LINE = 1_000_001
"""Bytes; imaplib's own bound."""
AT_ONCE = 100
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UID = re.compile(rb"\bUID (\d+)")
DATE = re.compile(rb'INTERNALDATE "([ \d]\d)-(\w{3})-(\d{4}) (\d\d:\d\d:\d\d [+-]\d{4})"')
HEADS = "BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE X-MS-EXCHANGE-MESSAGE-IS-NDR)]"


class ImapSignInError(Exception):
    """The token was refused; the message is what the server said."""


class ImapRefusedError(Exception):
    """The server said no to something else than the token."""


@dataclass(frozen=True, slots=True)
class Row:
    """A mail in the INBOX, and when it came."""

    uid: int
    received_at: datetime


class Session(imaplib.IMAP4):
    """Speak IMAP on a socket that is connected and in TLS already. Errors of the connection are
    OSError, those of the conversation ImapRefusedError."""

    def __init__(self, sock: ssl.SSLSocket) -> None:
        self._socket, self._bytes_allowed = sock, LONGEST_ANSWER
        super().__init__()

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Take the connection that there is. imaplib leaves it to whoever overrides this, and the
        four methods below, what they work on."""
        self._lines = self._socket.makefile("rb")

    def read(self, size: int) -> bytes:
        """Read as much as a server announces; no one is trusted with all our memory."""
        self._take(size)
        return self._lines.read(size)

    def readline(self) -> bytes:
        """Read a line, of which imaplib keeps what was not asked for as well."""
        line = self._lines.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE:
            raise self.error(f"a line of more than {LONGEST_LINE} bytes")
        self._take(len(line))
        return line

    def send(self, data: Any) -> None:
        """Send all of it."""
        self._socket.sendall(data)

    def shutdown(self) -> None:
        """Close the connection, which the server may have done before."""
        self._lines.close()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def uid(self, command: str, *args: str) -> tuple[str, list[Any]]:
        """Send a command, to which so much may be said as to each."""
        self._bytes_allowed = LONGEST_ANSWER
        return super().uid(command, *args)

    def _take(self, size: int) -> None:
        self._bytes_allowed -= size
        if self._bytes_allowed < 0:
            raise self.abort(f"more than {LONGEST_ANSWER} bytes at once")

    def let_in(self, user: str, token: str) -> None:
        """Log in by XOAUTH2. Raise ImapSignInError."""
        first_response = f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
        responses = iter([first_response])
        try:
            # After a refusal comes its reason as a challenge, and an empty answer is waited for.
            self.authenticate("XOAUTH2", lambda _: next(responses, b""))
        except self.abort:
            raise
        except self.error as error:
            raise ImapSignInError(str(error)) from None
        self._checked_responses(*self.select("INBOX", readonly=True))

    def search(self, *criteria: str) -> Sequence[int]:  # type: ignore[override]
        """Return the UIDs of the mails that fit, ascending."""
        numbers = _byte_responses(self._checked_responses(*self.uid("SEARCH", *criteria)))
        return sorted(int(uid) for line in numbers for uid in line.split())

    def rows(self, uids: Sequence[int]) -> Iterator[Row]:
        """Yield when each of them came."""
        for line, _ in self._fetch(uids, "(UID INTERNALDATE)"):
            uid, date = UID.search(line), DATE.search(line)
            if uid and date:
                yield Row(int(uid[1]), _instant(date))

    def heads(self, uids: Sequence[int]) -> Mapping[int, bytes]:
        """Return the headers of each, by which a report is known."""
        return self._parts(uids, HEADS)

    def mail(self, uid: int, max_bytes: int) -> bytes:
        """Return one mail, as far as `max_bytes` bytes; b"" if it is gone."""
        return self._parts([uid], f"BODY.PEEK[]<0.{max_bytes}>").get(uid, b"")

    def _parts(self, uids: Sequence[int], items: str) -> Mapping[int, bytes]:
        text_by_uid = (
            (UID.search(line), part) for line, part in self._fetch(uids, f"(UID {items})")
        )
        return {int(uid[1]): part for uid, part in text_by_uid if uid}

    def _fetch(self, uids: Sequence[int], items: str) -> Iterator[tuple[bytes, bytes]]:
        for n in range(0, len(uids), AT_ONCE):
            uid_list = ",".join(map(str, uids[n : n + AT_ONCE]))
            for response in self._checked_responses(*self.uid("FETCH", uid_list, items)):
                if isinstance(response, tuple):
                    yield response[0], response[1]
                elif isinstance(response, bytes):
                    yield response, b""

    def _checked_responses(self, kind: str, data: Iterable[object]) -> list[object]:
        responses = list(data)
        if kind != "OK":
            raise ImapRefusedError(
                " ".join(
                    str(response, "utf-8", "replace") for response in _byte_responses(responses)
                )
            )
        return responses


def quoted_string(text: str) -> str | None:
    """Return a text as IMAP wants a string; None for what it cannot be told without a literal."""
    if not text.isascii() or not text.isprintable():
        return None
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def day(date: datetime) -> str:
    """Return a date as SEARCH takes it, in no locale."""
    date = date.astimezone(UTC)
    return f"{date.day}-{MONTHS[date.month - 1]}-{date.year}"


def _instant(match: re.Match[bytes]) -> datetime:
    number, month, year, time = (part.decode("ascii", "replace") for part in match.groups())
    month_number = MONTHS.index(month) + 1 if month in MONTHS else 1
    text = f"{year}-{month_number:02d}-{int(number):02d} {time}"
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z")


def _byte_responses(responses: Iterable[object]) -> Iterator[bytes]:
    return (response for response in responses if isinstance(response, bytes))
