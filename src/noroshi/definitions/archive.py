"""Definitions as a zip of the same files as a folder's, and as files that somebody hands in.

What comes from elsewhere is unpacked into memory alone, and no further than it may be long: no
name in it can reach a file of ours, and no bomb can fill the memory.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import PurePosixPath

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import _, list_names
from noroshi.definitions.document_content import TYPES
from noroshi.definitions.folder import (
    OTHER_FILES,
    STRAY,
    Folder,
    document_from,
    file_texts,
    is_ours,
    parse_toml,
)
from noroshi.schema import Invalid

MOST_FILES, MOST_BYTES, MOST_PACKED = 20_000, 6 << 20, 2 << 20
"""The most files and bytes that are read, unpacked (about as many as `apply` may send at any
door), and the most bytes packed. 5,000 monitors have about 1 MiB, packed 100 KiB."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can say: the same definitions are the same bytes."""
MODE = 0o644 << 16
ENTRY = b"PK\x01\x02"
"""The beginning of each entry of a zip's list."""

NO_ZIP = _("cannot be read as a ZIP file")
TOO_MUCH = _("has more than {files} files or {size} MiB when unpacked; nothing was read")
POINTS_OUTSIDE = _("points outside the folder; nothing was written")
OCCURS_TWICE = _("occurs twice")
ENCRYPTED = _("is encrypted")


def pack(documents: tuple[Document, ...]) -> bytes:
    """Make a zip of the files that `write_folder` would write, byte for byte."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(file_texts(documents).items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr, entry.compress_type = MODE, zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


def unpack(raw: bytes, name: str, limit: int = MOST_BYTES) -> Folder:
    """Read the files in a zip of that name as a folder is read; a top folder of any name may
    stand around them. Of several zips each may have what the others left of `limit`."""
    try:
        files = list(_entries(raw, name, limit))
    except Invalid as invalid:
        return Folder((), invalid.problems)
    except Exception:  # damaged: zipfile hands on whatever its readers happen to raise
        return Folder((), (Problem(name, NO_ZIP),))
    return look_at(_without_top_folder(files))


def look_at(files: Iterable[tuple[str, bytes]]) -> Folder:
    """Read files by their names in a folder of definitions, as far as they can be read."""
    documents, problems = dict[str, Document](), list[Problem]()
    for name, raw in files:
        try:
            if not is_ours(name):
                raise Invalid((Problem(name, STRAY.fill(types=list_names(TYPES))),))
            if name in documents:
                raise Invalid((Problem(name, OCCURS_TWICE),))
            documents[name] = document_from(parse_toml(raw, name), name, problems)
        except Invalid as invalid:
            problems += invalid.problems
    return Folder(tuple(documents.values()), tuple(problems))


def _entries(raw: bytes, name: str, bytes_left: int) -> Iterator[tuple[str, bytes]]:
    if (
        raw.count(ENTRY) > MOST_FILES
    ):  # zipfile would make the whole list before it can be asked
        raise Invalid((too_much(name),))
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        entries = [one for one in archive.infolist() if not one.is_dir()]
        if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > bytes_left:
            raise Invalid((too_much(name),))
        for one in entries:
            _check_inside_archive(one.filename)
            if one.flag_bits & 1:
                raise Invalid((Problem(one.filename, ENCRYPTED),))
            if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Invalid((Problem(one.filename, NO_ZIP),))
            with archive.open(one) as file:  # what it says of its size need not be true
                content = file.read(bytes_left + 1)
            bytes_left -= len(content)
            if bytes_left < 0:
                raise Invalid((too_much(name),))
            if not _is_beside(one.filename):
                yield one.filename, content


def too_much(name: str) -> Problem:
    """Return the problem that an archive holds more than is read."""
    return Problem(name, TOO_MUCH.fill(files=MOST_FILES, size=MOST_BYTES >> 20))


def _check_inside_archive(name: str) -> None:
    """Raise Invalid for a name that would lead elsewhere, were it ever written."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or name[0] in "/\\" or ".." in parts or ":" in parts[0]:
        raise Invalid((Problem(name, POINTS_OUTSIDE),))


def _is_beside(name: str) -> bool:
    """Return True for a file that people, or their computers, keep beside definitions."""
    parts = PurePosixPath(name).parts
    return any(one.startswith((".", "__MACOSX")) for one in parts) or parts[-1] in OTHER_FILES


def _without_top_folder(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return the files without the one folder that stands around all of it, if there is one."""
    top_names = {name.partition("/")[0] for name, _ in files}
    if len(top_names) != 1 or top_names & set(TYPES):
        return files
    return [(name.partition("/")[2] or name, raw) for name, raw in files]
