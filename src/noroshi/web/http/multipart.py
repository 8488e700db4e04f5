"""Parse a form with files (multipart/form-data, RFC 7578), as browsers send it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

BOUNDARY = re.compile(
    r'multipart/form-data\s*;.*?\bboundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?', re.IGNORECASE
)
DISPOSITION = re.compile(
    rb"^content-disposition\s*:\s*form-data\s*;(.*)$", re.IGNORECASE | re.MULTILINE
)
NAME, FILE = re.compile(rb'\bname="([^"\r\n]*)"'), re.compile(rb'\bfilename="([^"\r\n]*)"')
MOST_PARTS, LONGEST_HEAD, LONGEST_FIELD = 20_000, 4096, 8 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """Hold a file: the name that the browser gives (or a path in a chosen folder), and its
    bytes."""

    name: str
    content: bytes


def boundary_of(content_type: str) -> str:
    """Return the boundary between the parts; "" if it is no such form."""
    match = BOUNDARY.match(content_type)
    return match[1] if match else ""


def parts_of(body: bytes, boundary: str) -> tuple[dict[str, str], tuple[Upload, ...]]:
    """Return fields and files. Raises ValueError for what no browser sends."""
    mark = b"--" + boundary.encode()
    if not body.startswith(mark):
        raise ValueError("no form")
    # Counted first: split, a body of nothing but marks takes many times its own room.
    if body.count(b"\r\n" + mark) > MOST_PARTS:
        raise ValueError("too many parts")
    parts = (b"\r\n" + body).split(b"\r\n" + mark)[1:]
    if not parts[-1].startswith(b"--"):
        raise ValueError("no form that ends")
    fields, files = dict[str, str](), list[Upload]()
    for part in parts[:-1]:
        name, file, content = _part(part)
        if file is None and len(content) > LONGEST_FIELD:
            raise ValueError("a field is too long")
        if file is None:
            fields[name] = content.decode()
        elif file:  # "": nothing was chosen
            files.append(Upload(file, content))
    return fields, tuple(files)


def _part(part: bytes) -> tuple[str, str | None, bytes]:
    head, blank, content = part.partition(b"\r\n\r\n")
    disposition = DISPOSITION.search(head.replace(b"\r\n", b"\n"))
    if not blank or disposition is None or len(head) > LONGEST_HEAD:
        raise ValueError("a part without a head")
    name, file = NAME.search(b" " + FILE.sub(b"", disposition[1])), FILE.search(disposition[1])
    if name is None:
        raise ValueError("a part without a name")
    return _text(name[1]), None if file is None else _text(file[1]), content


def _text(raw: bytes) -> str:
    """Decode a name; browsers write its quotes and line ends with a percent sign (WHATWG HTML,
    4.10.21.8)."""
    return re.sub(rb"%(22|0D|0A)", lambda m: unquote_to_bytes(m[0]), raw).decode()
