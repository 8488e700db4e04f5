"""Write the messages of the link as the bytes of a body, and read them again: JSON, deflated where
it is large. Fields that this version does not know are ignored."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TypeVar

from noroshi import schema
from noroshi.link.link_messages import MOST_BYTES_INFLATED

T = TypeVar("T")
DEFLATE = "deflate"
"""The zlib format (RFC 9110, 8.4.1.2), in the header Content-Encoding."""
DEFLATED_FROM = 160
"""A body with fewer bytes is sent as it is. An agent asks for news all day, each time in 350 bytes,
of which half are left."""


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
    if len(content) < DEFLATED_FROM:
        return Body(content)
    return Body(zlib.compress(content), DEFLATE)


def message_in(shape: type[T], body: Body) -> T:
    """Return the message in a body. Raises BadBodyError."""
    try:
        return schema.value(shape, _inflated(body))
    except schema.Unreadable as error:
        raise BadBodyError(str(error)) from None


def _inflated(body: Body) -> bytes:
    if not body.coding:
        return body.content
    if body.coding != DEFLATE:
        raise BadBodyError(f"the encoding {body.coding!r} is unknown")
    inflation = zlib.decompressobj()
    try:
        content = inflation.decompress(body.content, MOST_BYTES_INFLATED)
    except zlib.error as error:
        raise BadBodyError(str(error)) from None
    if inflation.unconsumed_tail:
        raise BodyTooLargeError("the body is too large")
    if not inflation.eof:
        raise BadBodyError("the body breaks off")
    return content
