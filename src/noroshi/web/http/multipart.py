"""Parse a form with files (multipart/form-data, RFC 7578), as browsers send it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote_to_bytes

from python_multipart.multipart import Field, File, FormParser

KIND = "multipart/form-data"
BOUNDARY = re.compile(
    KIND + r'\s*;.*?\bboundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?', re.IGNORECASE
)
MOST_PARTS = 20_000
IN_MEMORY = {"MAX_MEMORY_FILE_SIZE": float("inf")}
"""Of a body that is there already, no file is written to a disk."""

logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # a broken form is refused


@dataclass(frozen=True, slots=True)
class Upload:
    """Hold a file: the name that the browser gives (or a path in a chosen folder), and the
    bytes."""

    name: str
    content: bytes


class _Form:
    """Collect what the parser finds."""

    def __init__(self) -> None:
        self.fields = dict[str, str]()
        self.files = list[Upload]()
        self.complete = False

    def add_field(self, field: Field) -> None:
        self.fields[_text(field.field_name)] = (field.value or b"").decode()

    def add_file(self, file: File) -> None:
        if file.file_name:  # "": nothing was chosen
            assert isinstance(file.file_object, BytesIO), "it stays in memory"
            self.files.append(Upload(_text(file.file_name), file.file_object.getvalue()))

    def end(self) -> None:
        self.complete = True


def boundary_of(content_type: str) -> str:
    """Return the boundary between the parts; "" if it is no such form."""
    match = BOUNDARY.match(content_type)
    return match[1] if match else ""


def parts_of(body: bytes, boundary: str) -> tuple[dict[str, str], tuple[Upload, ...]]:
    """Return fields and files. Raises ValueError for what no browser sends."""
    if body.count(b"\r\n--" + boundary.encode()) > MOST_PARTS:
        raise ValueError("too many parts")
    form = _Form()
    parser = FormParser(
        KIND, form.add_field, form.add_file, form.end, boundary, config=IN_MEMORY
    )
    parser.write(body)
    parser.finalize()
    if not form.complete:
        raise ValueError("no form that ends")
    return form.fields, tuple(form.files)


def _text(raw: bytes | None) -> str:
    """Decode a name; browsers write quotes and line ends with a percent sign (WHATWG HTML,
    4.10.21.8)."""
    return re.sub(rb"%(22|0D|0A)", lambda m: unquote_to_bytes(m[0]), raw or b"").decode()
