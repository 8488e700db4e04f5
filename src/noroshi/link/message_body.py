"""Write the messages of the link as the bytes of a body, and read them again: JSON, deflated where
that saves bytes. Fields that this version does not know are ignored."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TypeVar

from noroshi import schema
from noroshi.link import body_dictionary
from noroshi.link.link_messages import MOST_BYTES_INFLATED

T = TypeVar("T")
CODING = body_dictionary.NAME
"""Deflate (RFC 1951) with a preset dictionary, in the header Content-Encoding. An agent asks for
news all day, each time in 380 bytes, of which 110 are left."""
RAW = -zlib.MAX_WBITS
"""Without zlib's header and check sum: TLS has one, and a signature."""
CODING_HEADER = len(f"Content-Encoding: {CODING}\r\n")
"""A body is sent as it is where the header that names the coding takes more than is saved."""


class BadBodyError(ValueError):
    """Report a body that is no message of that shape."""


class BodyTooLargeError(BadBodyError):
    """Report a body that inflates to more than `MOST_BYTES_INFLATED`."""


@dataclass(frozen=True, slots=True)
class Body:
    """Hold the bytes of a body as they are sent, and their Content-Encoding ("" none)."""

    content: bytes = field(repr=False)
    coding: str = ""


def body_of(message: object) -> Body:
    """Return the body of a message."""
    content = schema.text(message).encode()
    deflated = _deflated(content)
    if len(deflated) + CODING_HEADER >= len(content):
        return Body(content)
    return Body(deflated, CODING)


def message_in(shape: type[T], body: Body) -> T:
    """Return the message in a body. Raises BadBodyError."""
    try:
        return schema.value(shape, _inflated(body))
    except schema.Unreadable as error:
        raise BadBodyError(str(error)) from None


def _deflated(content: bytes) -> bytes:
    deflation = zlib.compressobj(wbits=RAW, zdict=body_dictionary.TEXT)
    return deflation.compress(content) + deflation.flush()


def _inflated(body: Body) -> bytes:
    if not body.coding:
        return body.content
    if body.coding != CODING:
        raise BadBodyError(f"the encoding {body.coding!r} is unknown")
    inflation = zlib.decompressobj(RAW, body_dictionary.TEXT)
    try:
        content = inflation.decompress(body.content, MOST_BYTES_INFLATED + 1)
    except zlib.error as error:
        raise BadBodyError(str(error)) from None
    if len(content) > MOST_BYTES_INFLATED:
        raise BodyTooLargeError("the body is too large")
    if not inflation.eof:
        raise BadBodyError("the body breaks off")
    return content
