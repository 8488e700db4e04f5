"""Turn an envelope into the bytes of a mail (RFC 5322, 2045, 2047): the same ones each time.

The headers are put together by hand: `EmailMessage` loses or adds blanks where a Japanese
subject has two in a row or is folded, `email.header.Header` does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, unquote

import idna

from noroshi.core.cadence import zone_of
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.mail import MARK, Answer, Envelope, Verdict
from noroshi.core.message_error import MessageError
from noroshi.core.printable import visible_text
from noroshi.core.translation import Message, _
from noroshi.transports.mime.body import Content, Part, content_of
from noroshi.transports.mime.charsets import UTF_8, charset_for, for_charset

ATEXT = "!#$&'*+-/=?^_`{|}~"  # RFC 5322, 3.2.3, without % which marks what we encode
LOCAL_PART = re.compile(rf"[\w%{re.escape(ATEXT)}]+(\.[\w%{re.escape(ATEXT)}]+)*", re.ASCII)
PLAIN = re.compile(r"(?! )[ -~]{0,60}(?<! )")
GIVEN_ID = re.compile(r"<[^<>@\s]{1,400}@[^<>@\s]{1,400}>")
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
LONGEST_ID = 200
NOWHERE = "noroshi.invalid"
"""The parent domain of installation ids: one that nobody can have (RFC 2606), as an
installation could not prove that a domain of ours is its own."""
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3: 256 with its brackets
NO_ADDRESS = _("“{given}” is not an email address that SMTP can carry")
NO_DOMAIN = _("“{given}” is not a domain name: {why}")
IMPORTANCE = ("high", "normal", "low")


class AddressError(MessageError, ValueError):
    """Refuse an address that plain SMTP cannot carry."""


def compose(
    envelope: Envelope, sender: str, sender_name: str, wanted_charset: str = UTF_8
) -> bytes:
    """Compose the whole mail, lines ended by CRLF. Raises AddressError if the sender's is
    none."""
    content = content_of(envelope.payload)
    charset = charset_for(
        wanted_charset, _header_texts(envelope, content, sender_name), content.html
    )
    part = content.part(envelope.id, charset)
    head = _headers(envelope, part, (sender, sender_name), charset)
    lines = [f"{name}: {value}" for name, value in head]
    return "\r\n".join([*lines, "", part.body]).encode()


@lru_cache(maxsize=1024)  # each is asked for several times to a mail, and most in every mail
def smtp_address(address: str) -> str:
    """Return the address as SMTP carries it, the domain in A-labels. Raises AddressError.

    The local part must be ASCII and unquoted: more would need SMTPUTF8 all the way.
    """
    local, at_sign, domain = address.rpartition("@")
    if not at_sign or not LOCAL_PART.fullmatch(local):
        raise AddressError(NO_ADDRESS.fill(given=visible_text(address)))
    ascii_address = f"{local}@{ascii_domain(domain)}"
    if len(ascii_address) > LONGEST_ADDRESS:
        raise AddressError(NO_ADDRESS.fill(given=ascii_address))
    return ascii_address


def check_address(
    address: str, complaint: Message, read: Callable[[str], str] = smtp_address
) -> None:
    """Check an option that SMTP must be able to carry. Raises InvalidValueError with the
    complaint."""
    try:
        read(address)
    except AddressError:
        raise InvalidValueError(complaint.fill(given=visible_text(address))) from None


def paths_of(envelope: Envelope) -> tuple[dict[str, str], dict[str, Answer]]:
    """Return each address as SMTP carries it; refuse those that it cannot carry."""
    paths, refusals = dict[str, str](), dict[str, Answer]()
    for address in envelope.to:
        try:
            paths[address] = smtp_address(address)
        except AddressError as error:
            refusals[address] = Answer(Verdict.REFUSED, "", 553, "5.1.3", error.words)
    return paths, refusals


@lru_cache(maxsize=1024)  # the same few domains in each mail, and idna takes its time
def ascii_domain(domain: str) -> str:
    """Return a domain name in A-labels (RFC 5890). Raises AddressError."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise AddressError(NO_DOMAIN.fill(given=visible_text(domain), why=error)) from None


def message_id(known_as: str, installation: str, sender: str) -> str:
    """Derive the Message-ID of a mail, or of one that the thread names, so that two copies of a
    mail, by whichever routes, are known as one, and replies find the thread.

    An id without a life of the node in it is older than installations: the domain was the
    sender's.
    """
    has_own_domain = MARK in known_as and bool(installation)
    return _message_id(
        known_as, f"{installation.lower()}.{NOWHERE}" if has_own_domain else sender
    )


@lru_cache(maxsize=256)  # asked for twice of each mail, and of those that its thread names
def _message_id(known_as: str, domain: str) -> str:
    local = quote(known_as, safe=ATEXT)
    local = re.sub(r"^\.|\.(?=\.)|\.$", "%2E", local)
    if len(local) > LONGEST_ID:
        local = sha256(known_as.encode()).hexdigest()
    return f"<{local}@{domain}>"


def is_of(id_in_header: str, envelope_id: str) -> bool:
    """Return whether a Message-ID is that of an envelope, for who sees mails alone."""
    local = unquote(id_in_header.strip("<>").rpartition("@")[0])
    return envelope_id in (local, local.rpartition(MARK)[0])


def message_ids(envelope: Envelope, sender: str, reply: str = "") -> tuple[str, ...]:
    """Return the Message-IDs by which an accepted mail may be found again, given the server's
    reply.

    Microsoft's servers may put a Message-ID of their own in the place of ours, and name it in
    their answer (git-send-email(1), --outlook-id-fix).
    """
    domain = smtp_address(sender).rpartition("@")[2]
    own_id = message_id(envelope.known_as, envelope.origin.installation, domain)
    return tuple(dict.fromkeys((own_id, *GIVEN_ID.findall(reply))))


def one_line(text: str) -> str:
    """Return the text without line ends and other controls, each of which becomes a blank.

    Unicode's own line ends count too: `Header` would split at them and drop them.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text
    )


def encode_header(text: str, name_length: int = 0, charset: str = UTF_8) -> str:
    """Encode an unstructured header's value (RFC 2047); `name_length` is the length of what
    precedes it."""
    text = one_line(text)
    if PLAIN.fullmatch(text) and "=?" not in text:
        return text
    text = for_charset(text, charset)
    header = Header(text, charset, maxlinelen=76, header_name="x" * name_length)
    return header.encode(linesep="\r\n")


def _header_texts(envelope: Envelope, content: Content, sender_name: str) -> Iterator[str]:
    """Return all header texts that must be in one character set; files have their own."""
    heads = (envelope.payload.get(name, "") for name in ("subject", "list_title"))
    for text in (*heads, sender_name):
        yield one_line(str(text))
    yield content.text


def _headers(
    envelope: Envelope, part: Part, sender: tuple[str, str], charset: str
) -> Iterator[tuple[str, str]]:
    payload = envelope.payload
    mailbox = smtp_address(sender[0])
    domain = mailbox.rpartition("@")[2]
    yield "From", _mailbox(sender[1], mailbox, charset)
    yield "To", ",\r\n ".join(_recipients(envelope)) or "undisclosed-recipients:;"
    yield "Subject", encode_header(str(payload.get("subject", "")), len("Subject"), charset)
    yield "Date", _date(envelope.date.replace(microsecond=0), str(payload.get("zone", "")))
    installation = envelope.origin.installation
    yield "Message-ID", message_id(envelope.known_as, installation, domain)
    if envelope.thread:
        ids = [message_id(one, installation, domain) for one in envelope.thread]
        yield "In-Reply-To", ids[0]
        yield "References", "\r\n ".join(ids)
    yield from _manners(envelope, domain, charset)
    yield "MIME-Version", "1.0"
    yield from part.head
    language = str(payload.get("language", ""))
    if LABEL.fullmatch(language):
        yield "Content-Language", language


def _manners(envelope: Envelope, domain: str, charset: str) -> Iterator[tuple[str, str]]:
    """Return the headers that keep holiday replies away and let a person's mail program sort."""
    payload = envelope.payload
    yield "Auto-Submitted", "auto-generated"  # RFC 3834, 5
    yield "X-Auto-Response-Suppress", "All"  # MS-OXCMAIL, 2.1.3.2.20: Exchange heeds this one
    instance = str(payload.get("list", ""))
    if instance:
        title = _phrase(str(payload.get("list_title", "")), charset)
        yield "List-Id", _list_id(instance, title, domain)
    importance = payload.get("importance")
    yield "Importance", importance if importance in IMPORTANCE else "normal"


def _recipients(envelope: Envelope) -> Iterator[str]:
    """Return all of the contact's addresses, sorted: a second attempt at some is the same mail."""
    for address in sorted({*envelope.to, *envelope.reached, *envelope.refused}):
        try:
            yield smtp_address(address)
        except AddressError:
            continue  # it is refused by itself, before anything is sent


@lru_cache(maxsize=256)  # the same few in each mail
def _mailbox(name: str, address: str, charset: str) -> str:
    if not name:
        return address
    display_name = _phrase(name, charset)
    # RFC 2047, 2: a line with an encoded word has 76 characters at most, the address too.
    return (
        f"{display_name}\r\n <{address}>"
        if "=?" in display_name
        else f"{display_name} <{address}>"
    )


@lru_cache(maxsize=256)  # the same few in each mail
def _phrase(name: str, charset: str) -> str:
    """Return a display name (RFC 5322, 3.2.5): quoted, or in encoded words; "" stays so."""
    if not name:
        return ""
    value = encode_header(name, len("List-Id"), charset)
    if "=?" in value:
        return value
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'


def _list_id(instance: str, title: str, domain: str) -> str:
    """Return the List-ID (RFC 2919); a name that cannot be a label is replaced by a hash, which
    is stable too."""
    label = instance
    if not LABEL.fullmatch(instance):
        label = "x" + sha256(instance.encode("utf-8", "replace")).hexdigest()[:16]
    address = f"<{label}.noroshi.{domain}>"
    return f"{title}\r\n {address}" if title else address


@lru_cache(maxsize=256)  # the mails of a storm are born within a few seconds
def _date(moment: datetime, zone: str) -> str:
    return format_datetime(moment.astimezone(zone_of(zone)))
