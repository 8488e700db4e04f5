"""From an envelope to the bytes of a mail (RFC 5322, 2045, 2047): the same ones each time.

The headers are put together by hand: `EmailMessage` loses or adds blanks where a Japanese
subject has two in a row or is folded, `email.header.Header` does not.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import encodebytes
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote

import idna

from noroshi.core.cadence import zone_of
from noroshi.core.model import Envelope

ATEXT = "!#$&'*+-/=?^_`{|}~"  # RFC 5322, 3.2.3, without % which marks what we encode
LOCAL_PART = re.compile(rf"[\w%{re.escape(ATEXT)}]+(\.[\w%{re.escape(ATEXT)}]+)*", re.ASCII)
PLAIN = re.compile(r"(?! )[ -~]{0,60}(?<! )")
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
LONGEST_ID = 200
IMPORTANCE = ("high", "normal", "low")


class BadAddress(ValueError):
    """Not an address that plain SMTP can carry."""


def compose(envelope: Envelope, sender: str, sender_name: str) -> bytes:
    """The whole mail, lines ended by CRLF. Raises BadAddress if the sender's is none."""
    head = [f"{name}: {value}" for name, value in _headers(envelope, sender, sender_name)]
    return "\r\n".join([*head, "", _body(str(envelope.payload.get("text", "")))]).encode()


def smtp_address(address: str) -> str:
    """The address as SMTP carries it, its domain in A-labels. Raises BadAddress.

    The local part must be ASCII and unquoted: more would need SMTPUTF8 all the way.
    """
    local, at, domain = address.rpartition("@")
    if not at or not LOCAL_PART.fullmatch(local):
        raise BadAddress(f"{one_line(address)!r} is not a mail address that SMTP can carry")
    return f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """A domain name in A-labels (RFC 5890). Raises BadAddress."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise BadAddress(f"{one_line(domain)!r} is not a domain name: {error}") from None


def message_id(envelope_id: str, domain: str) -> str:
    """Derived, so that a mail sent twice is known as one, and answers find their thread."""
    local = quote(envelope_id, safe=ATEXT)
    local = re.sub(r"^\.|\.(?=\.)|\.$", "%2E", local)
    if len(local) > LONGEST_ID:
        local = sha256(envelope_id.encode()).hexdigest()
    return f"<{local}@{domain}>"


def one_line(text: str) -> str:
    """The text without line ends and other controls, each of which becomes a blank.

    Unicode's own line ends count too: `Header` would split at them and drop them.
    """
    return "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text
    )


def encoded(text: str, after: int = 0) -> str:
    """An unstructured header's value (RFC 2047); `after` is the length of what precedes it."""
    text = one_line(text)
    if PLAIN.fullmatch(text) and "=?" not in text:
        return text
    header = Header(text, "utf-8", maxlinelen=76, header_name="x" * after)
    return header.encode(linesep="\r\n")


def _headers(envelope: Envelope, sender: str, sender_name: str) -> Iterator[tuple[str, str]]:
    payload = envelope.payload
    mailbox = smtp_address(sender)
    domain = mailbox.rpartition("@")[2]
    yield "From", _mailbox(sender_name, mailbox)
    yield "To", ",\r\n ".join(_recipients(envelope)) or "undisclosed-recipients:;"
    yield "Subject", encoded(str(payload.get("subject", "")), after=len("Subject"))
    yield "Date", _date(envelope.born, str(payload.get("zone", "")))
    yield "Message-ID", message_id(envelope.id, domain)
    if envelope.thread:
        yield "In-Reply-To", message_id(envelope.thread[0], domain)
        ids = (message_id(id, domain) for id in envelope.thread)
        yield "References", "\r\n ".join(ids)
    yield from _manners(envelope, domain)
    yield "MIME-Version", "1.0"
    yield "Content-Type", "text/plain; charset=utf-8"
    yield "Content-Transfer-Encoding", "base64"
    language = str(payload.get("language", ""))
    if LABEL.fullmatch(language):
        yield "Content-Language", language


def _manners(envelope: Envelope, domain: str) -> Iterator[tuple[str, str]]:
    """What keeps holiday replies away and lets a person's mail program sort."""
    payload = envelope.payload
    yield "Auto-Submitted", "auto-generated"  # RFC 3834, 5
    yield "X-Auto-Response-Suppress", "All"  # MS-OXCMAIL, 2.1.3.2.20: Exchange heeds this one
    instance = str(payload.get("list", ""))
    if instance:
        yield "List-Id", _list_id(instance, str(payload.get("list_title", "")), domain)
    importance = payload.get("importance")
    yield "Importance", importance if importance in IMPORTANCE else "normal"


def _recipients(envelope: Envelope) -> Iterator[str]:
    """All of the contact's addresses, sorted: a second attempt at some is the same mail."""
    for address in sorted({*envelope.to, *envelope.reached}):
        try:
            yield smtp_address(address)
        except BadAddress:
            continue  # it is refused by itself, before anything is sent


def _mailbox(name: str, address: str) -> str:
    return f"{_phrase(name)} <{address}>" if name else address


def _phrase(name: str) -> str:
    """A display name (RFC 5322, 3.2.5): quoted, or in encoded words."""
    value = encoded(name, after=len("List-Id"))
    if "=?" in value:
        return value
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'


def _list_id(instance: str, title: str, domain: str) -> str:
    """RFC 2919; a name that cannot be a label is told by its hash, which is stable too."""
    label = instance
    if not LABEL.fullmatch(instance):
        label = "x" + sha256(instance.encode("utf-8", "replace")).hexdigest()[:16]
    address = f"<{label}.noroshi.{domain}>"
    return f"{_phrase(title)}\r\n {address}" if title else address


def _date(at: datetime, zone: str) -> str:
    return format_datetime(at.astimezone(zone_of(zone)).replace(microsecond=0))


def _body(text: str) -> str:
    """UTF-8 in base64: whole on relays without 8BITMIME, and no line can be too long."""
    lines: Iterable[str] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    data = "\r\n".join(lines).rstrip("\r\n") + "\r\n"
    return encodebytes(data.encode("utf-8", "replace")).decode("ascii").replace("\n", "\r\n")
