"""Read what came along with a request: the fields of a form, files, an address to go on to. None
of it is believed before it is judged here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from noroshi.core.translation import _
from noroshi.service import ForbiddenError, OperationFailedError
from noroshi.web.http.authentication import NOT_OURS
from noroshi.web.http.multipart import Upload, boundary_of, parts_of
from noroshi.web.http.request_body import Body

LONGEST_FORM, LONGEST_UPLOAD, LONGEST_IMPORT = 256 << 10, 256 << 10, 8 << 20
"""Bytes of a form, of which a hundred times as much is made while it is read; of one with files (a
certificate's); and of the one that takes definitions in, which another process reads."""
LONGEST_OF_A_STRANGER, SHORT, MOST_LONG = 1 << 18, 8 << 10, 16
"""It has room for what somebody typed whose log-in ended meanwhile. As each of a thousand connections
may have one in memory, only so many at once are longer than short."""
BUSY = _(
    "Too many long forms are arriving from users who are not logged in. Log in first, then "
    "send the form again."
)
MOST_FIELDS = 20_000
"""A rule's form has a box for each contact, a notification's one for each instance: as many of them
as fit into LONGEST_FORM by names of usual length. They are counted before they are split."""
FOREIGN = frozenset({"cross-site", "same-site"})


def is_foreign(request: Request) -> bool:
    """Return True if a page of another site had it sent, as the browser says."""
    return request.headers.get("sec-fetch-site", "") in FOREIGN


async def read_form(
    request: Request, *, stranger: bool
) -> tuple[Mapping[str, str], Sequence[Upload]]:
    """Return the fields of a form, and the files: nobody sends files before they have logged
    in."""
    boundary = boundary_of(request.headers.get("content-type", ""))
    if stranger:
        return await form_of_stranger(request), ()
    if not boundary:
        return _fields(await Body(request, LONGEST_FORM).read_whole()), ()
    try:
        return parts_of(await Body(request, LONGEST_UPLOAD).read_whole(), boundary)
    except ValueError:  # what no browser sends
        raise ForbiddenError(NOT_OURS) from None


_long_forms = asyncio.BoundedSemaphore(MOST_LONG)


async def form_of_stranger(request: Request) -> Mapping[str, str]:
    """Return the fields of a form without files, of somebody who is not logged in. Raises
    OperationFailedError while there are too many long ones."""
    body = Body(request, LONGEST_OF_A_STRANGER, SHORT)
    if await body.is_short():
        return _fields(await body.read_whole())
    if _long_forms.locked():
        await body.read_to_end()
        raise OperationFailedError(BUSY)
    async with _long_forms:
        return _fields(await body.read_whole())


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        text = body.decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:  # no UTF-8, or too many fields: no form of ours
        raise ForbiddenError(NOT_OURS) from None


def local_address(target: str) -> str:
    """Return an address on this very server; "/" for any other."""
    plain_path = target.startswith("/") and not target.startswith(("//", "/\\"))
    if not plain_path or not target.isascii() or not target.isprintable() or "\\" in target:
        return "/"
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else target
