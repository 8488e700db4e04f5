"""Build the body of a mail (RFC 2045, 2046): the text, the same as HTML, and files, as MIME
parts."""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.header import Header
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from noroshi.transports.mime.charsets import ISO_2022_JP, UTF_8, html_in_charset, in_charset

LONGEST_LINE = 998  # RFC 5322, 2.1.1
LONGEST_NAME = 200
PIECE = 45
"""Characters of a percent-encoded file name on one line."""
TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff/\\:*?"<>|]')
PLAIN_NAME = re.compile(r"[\w.+-]{1,60}", re.ASCII)
NO_NAME = "attachment.txt"
META = re.compile(r"""(<meta\b[^>]*\bcharset=["']?)utf-8""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Hold a file that goes with a mail: the name that a person sees, the type, the text."""

    name: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Hold the MIME headers of a part, and the part as it goes over the wire: ASCII, CRLF."""

    head: tuple[tuple[str, str], ...]
    body: str

    @property
    def full_text(self) -> str:
        return "".join(f"{name}: {value}\r\n" for name, value in self.head) + "\r\n" + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Hold the texts of a payload: `html` says the same as `text`, or is ""."""

    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()

    def part(self, id: str, charset: str) -> Part:
        """Return all of it as one part; `id` is the envelope's. The same bytes each time."""
        part = _text("plain", charset, in_charset(_body(self.text), charset))
        if self.html:
            html = META.sub(rf"\g<1>{charset}", self.html)
            part = _multipart(
                "alternative",
                id,
                [part, _text("html", charset, html_in_charset(_body(html), charset))],
            )
        if self.attachments:
            files = [_file(attachment) for attachment in self.attachments]
            part = _multipart("mixed", id, [part, *files])
        return part


def content_of(payload: Mapping[str, Any]) -> Content:
    """Return the content of an envelope's payload; leave out values of a wrong type."""
    html = payload.get("html")
    files = payload.get("attachments")
    file_list = files if isinstance(files, Sequence) and not isinstance(files, str) else ()
    return Content(
        text=str(payload.get("text", "")),
        html=html if isinstance(html, str) else "",
        attachments=tuple(_attachment(one) for one in file_list if isinstance(one, Mapping)),
    )


def _attachment(fields: Mapping[str, Any]) -> Attachment:
    name = NOT_IN_NAMES.sub("_", str(fields.get("name", ""))).strip(" .")[:LONGEST_NAME]
    type = str(fields.get("type", "")).lower()
    known_type = (
        type if TYPE.fullmatch(type) and not type.startswith("multipart") else "text/plain"
    )
    return Attachment(name or NO_NAME, known_type, str(fields.get("text", "")))


def _text(subtype: str, charset: str, data: bytes) -> Part:
    kind = ("Content-Type", f"text/{subtype}; charset={charset}")
    if charset == ISO_2022_JP and max(map(len, data.split(b"\r\n"))) <= LONGEST_LINE:
        # As RFC 1468 has it, and as the mail programs expect that this set is for.
        return Part((kind, ("Content-Transfer-Encoding", "7bit")), data.decode("ascii"))
    return _base64((kind,), data)


def _file(attachment: Attachment) -> Part:
    text = attachment.type.startswith("text/")
    # RFC 2046, 4.1.1: text has CRLF on its way, whatever it had at home.
    content = _crlf(attachment.text) if text else attachment.text
    parameters = f"; charset={UTF_8}" if text else ""
    head = (
        ("Content-Type", f"{attachment.type}{parameters};\r\n {_name(attachment.name)}"),
        ("Content-Disposition", f"attachment;\r\n {_file_name(attachment.name)}"),
    )
    return _base64(head, in_charset(content, UTF_8))


def _base64(head: tuple[tuple[str, str], ...], data: bytes) -> Part:
    """Encode a body so that it stays whole on relays without 8BITMIME, and no line can be too
    long."""
    body = encodebytes(data).decode("ascii").replace("\n", "\r\n")
    return Part((*head, ("Content-Transfer-Encoding", "base64")), body)


def _multipart(subtype: str, id: str, parts: Sequence[Part]) -> Part:
    part_texts = [part.full_text for part in parts]
    boundary = _boundary(id, part_texts)
    joined_parts = "".join(f"--{boundary}\r\n{part_text}\r\n" for part_text in part_texts)
    kind = ("Content-Type", f'multipart/{subtype};\r\n boundary="{boundary}"')
    return Part((kind,), f"{joined_parts}--{boundary}--\r\n")


def _boundary(id: str, part_texts: Iterable[str]) -> str:
    """Derive a boundary from the parts themselves, so that nobody can write a text that holds
    it."""
    digest = sha256(id.encode("utf-8", "replace"))
    for part_text in part_texts:
        digest.update(b"\0" + part_text.encode("ascii"))
    return f"=_{digest.hexdigest()[:40]}"


def _file_name(name: str) -> str:
    """Return the parameter filename (RFC 2183), by RFC 2231 where it is not plain ASCII.

    In pieces, as it may be long; Outlook, Gmail and Thunderbird read them.
    """
    if PLAIN_NAME.fullmatch(name):
        return f'filename="{name}"'
    pieces = list(_pieces(quote(name, safe="")))
    if len(pieces) == 1:
        return f"filename*=UTF-8''{pieces[0]}"
    first = f"filename*0*=UTF-8''{pieces[0]}"
    return ";\r\n ".join([first, *(f"filename*{n}*={p}" for n, p in enumerate(pieces[1:], 1))])


def _name(name: str) -> str:
    """Return the parameter name, for mail programs that look for it first or know no RFC 2231.

    An encoded word has no place in a parameter (RFC 2047, 5), yet it is what they read.
    """
    if PLAIN_NAME.fullmatch(name):
        return f'name="{name}"'
    header = Header(name, UTF_8, maxlinelen=74, header_name="name=")
    return f'name="{header.encode(linesep=chr(13) + chr(10))}"'


def _pieces(quoted_text: str) -> Iterator[str]:
    """Cut the text into pieces; never part a percent sign from the two digits after it."""
    while quoted_text:
        end = next(
            end
            for end in (PIECE, PIECE - 1, PIECE - 2)
            if "%" not in quoted_text[end - 2 : end]
        )
        yield quoted_text[:end]
        quoted_text = quoted_text[end:]


def _body(text: str) -> str:
    return _crlf(text).rstrip("\r\n") + "\r\n"


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
