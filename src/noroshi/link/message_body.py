"""Write the messages of the link as the bytes of a body, and read them again: JSON, deflated where
that saves bytes. Fields that this version does not know are ignored."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from typing import TypeVar

from noroshi import schema
from noroshi.link import body_dictionary
from noroshi.link.link_messages import MOST_BYTES_INFLATED

T = TypeVar("T")
CODING = body_dictionary.NAME
"""Deflate (RFC 1951) with a preset dictionary, in the header Content-Encoding. An agent asks for
news all day, each time in 370 bytes, of which 100 are left."""
CODING_AFTER_TEXT = "noroshi-2"
"""The same, where an earlier text that the other side has follows the preset dictionary. The body
begins with the name of that text."""
NAME_BYTES = 8
MOST_EARLIER = 32 * 1024 - len(body_dictionary.TEXT)
"""The last bytes of an earlier text that are used: deflate looks back by no more than 32 KiB."""
RAW = -zlib.MAX_WBITS
"""Without zlib's header and check sum: TLS has one, and a signature."""
CODING_HEADER = len(f"Content-Encoding: {CODING}\r\n")
"""A body is sent as it is where the header that names the coding takes more than is saved."""


class BadBodyError(ValueError):
    """Report a body that is no message of that shape."""


class EarlierTextMissingError(BadBodyError):
    """Report a body that needs an earlier text, which is not there: it may be sent without."""


class BodyTooLargeError(BadBodyError):
    """Report a body that inflates to more than `MOST_BYTES_INFLATED`."""


@dataclass(frozen=True, slots=True)
class Body:
    """Hold the bytes of a body as they are sent, and their Content-Encoding ("" none)."""

    content: bytes = field(repr=False)
    coding: str = ""


@dataclass(frozen=True, slots=True)
class EarlierText:
    """Hold the end of a text that both sides have, by which a similar one takes fewer bytes."""

    content: bytes = field(default=b"", repr=False)

    @classmethod
    def end_of(cls, text: bytes) -> EarlierText:
        """Return as much of a text as is of use."""
        return cls(text[-MOST_EARLIER:])

    @property
    def name(self) -> bytes:
        """Return the first bytes of its SHA-256; b"" for none."""
        return hashlib.sha256(self.content).digest()[:NAME_BYTES] if self.content else b""


NO_TEXT = EarlierText()


def text_of(message: object) -> bytes:
    """Return the JSON of a message."""
    return schema.text(message).encode()


def body_of(message: object, earlier_text: EarlierText = NO_TEXT) -> Body:
    """Return the body of a message, for somebody who has the earlier text."""
    content = text_of(message)
    deflated = earlier_text.name + deflated_text(content, earlier_text.content)
    if len(deflated) + CODING_HEADER >= len(content):
        return Body(content)
    return Body(deflated, CODING_AFTER_TEXT if earlier_text.content else CODING)


def message_in(shape: type[T], body: Body) -> T:
    """Return the message in a body. Raises BadBodyError."""
    return message_in_text(shape, inflated_text(body))


def message_in_text(shape: type[T], content: bytes) -> T:
    """Return the message of a JSON text. Raises BadBodyError."""
    try:
        return schema.value(shape, content)
    except schema.Unreadable as error:
        raise BadBodyError(str(error)) from None


def deflated_text(content: bytes, earlier_content: bytes = b"") -> bytes:
    """Return a text as a body has it."""
    deflation = zlib.compressobj(wbits=RAW, zdict=body_dictionary.TEXT + earlier_content)
    return deflation.compress(content) + deflation.flush()


def inflated_text(body: Body, earlier_text: EarlierText = NO_TEXT) -> bytes:
    """Return the text of a body. Raises BadBodyError."""
    if not body.coding:
        return body.content
    if body.coding == CODING:
        return _inflated(body.content, b"")
    if body.coding != CODING_AFTER_TEXT:
        raise BadBodyError(f"the encoding {body.coding!r} is unknown")
    name, content = body.content[:NAME_BYTES], body.content[NAME_BYTES:]
    if not name or name != earlier_text.name:
        raise EarlierTextMissingError("the earlier text is another one")
    return _inflated(content, earlier_text.content)


def _inflated(deflated: bytes, earlier_content: bytes) -> bytes:
    inflation = zlib.decompressobj(RAW, body_dictionary.TEXT + earlier_content)
    try:
        content = inflation.decompress(deflated, MOST_BYTES_INFLATED + 1)
    except zlib.error as error:
        raise BadBodyError(str(error)) from None
    if len(content) > MOST_BYTES_INFLATED:
        raise BodyTooLargeError("the body is too large")
    if not inflation.eof:
        raise BadBodyError("the body breaks off")
    return content
