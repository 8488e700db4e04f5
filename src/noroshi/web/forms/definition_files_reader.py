"""Parse a form with definition files in a separate process: a zip may unpack to more than there is
memory, and a decoder holds the interpreter's lock."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from noroshi import answer_json, sandbox_reader
from noroshi.core.definitions.problems import MOST_FOUND, Problem, shortened_text
from noroshi.core.size import MOST_VALUES, values_in
from noroshi.core.translation import Medium, _
from noroshi.definitions.archive import MOST_BYTES, MOST_PACKED, look_at, pack, too_much, unpack
from noroshi.definitions.document_content import TYPES, content
from noroshi.definitions.folder import Folder
from noroshi.definitions.guess_type import family_in
from noroshi.ports import Document
from noroshi.schema import TOO_MANY
from noroshi.web.http.multipart import Upload, parts_of

ZIP = b"PK\x03\x04"
PACKED, LONGEST_REST = "packed", 256 << 10
"""The field in which what was sent travels on; and letters of all others together."""
UNSURE = _("the content does not show the type; choose it under “Type of TOML files”")


def answer(head: Mapping[str, Any], body: bytes) -> Any:
    """Return the fields, and the definitions in the files or in the packed field; None: no
    form."""
    try:
        fields, files = parts_of(body, head["boundary"])
    except ValueError:
        return None
    packed_field = fields.pop(PACKED, "")
    if sum(len(name) + len(text) for name, text in fields.items()) > LONGEST_REST:
        return None
    if fields.get("do") == "apply":
        folder = unpack(_unpacked(packed_field), "zip")
    else:
        folder = read(files, fields.get("sort", ""), head["there"])
    folder = _without_oversized(folder)
    return {
        "fields": fields,
        "given": bool(files),
        "documents": [{"key": one.key, "body": one.body} for one in folder.documents],
        "problems": [_as_json(one) for one in folder.problems[:MOST_FOUND]],
        "packed": "" if folder.problems else _packed(folder),
    }


def read(files: Sequence[Upload], sort: str, known_keys: Sequence[str]) -> Folder:
    """Read the uploaded files: zips, and files of one type or with a path in a folder."""
    documents, problems = list[Document](), list[Problem]()
    single_files = list[tuple[str, bytes]]()
    bytes_left = MOST_BYTES
    for one in files:
        if one.content.startswith(ZIP):
            unpacked = unpack(one.content, one.name, bytes_left)
            bytes_left -= sum(len(document.body) for document in unpacked.documents)
            documents += unpacked.documents
            problems += unpacked.problems
        elif place := _path_in_folder(one.name, sort, one.content, known_keys):
            single_files.append((place, one.content))
        else:
            problems.append(Problem(one.name, UNSURE))
    unpacked = look_at(single_files)
    return Folder((*documents, *unpacked.documents), (*problems, *unpacked.problems))


def _without_oversized(folder: Folder) -> Folder:
    """Drop the documents that are too large to check, and report a problem for each."""
    is_small = {one.key: _has_few(one) for one in folder.documents}
    countable = [one for one in folder.documents if is_small[one.key]]
    if sum(len(one.body) for one in countable) > MOST_BYTES:
        return Folder((), (*folder.problems, too_much("")))
    problems = [_too_many_values(one) for one in folder.documents if not is_small[one.key]]
    return Folder(tuple(countable), (*folder.problems, *problems))


def _has_few(one: Document) -> bool:
    return values_in(content(one), MOST_VALUES) <= MOST_VALUES


def _too_many_values(one: Document) -> Problem:
    return Problem(f"{one.key}.toml", TOO_MANY.fill(most=MOST_VALUES))


def _path_in_folder(name: str, sort: str, raw: bytes, known_keys: Sequence[str]) -> str:
    """Return the path in a folder of definitions. A single file is of the chosen type, else of
    the type that the content shows; "" if that is not sure."""
    parts = name.replace("\\", "/").split("/")
    if len(parts) > 2 and parts[-2] in TYPES:
        return "/".join(parts[-2:])
    if len(parts) > 1:
        return name
    sort = sort if sort in TYPES else family_in(name.removesuffix(".toml"), raw, known_keys)
    return f"{sort}/{name}" if sort else ""


def _as_json(one: Problem) -> Mapping[str, Any]:
    return {
        "where": shortened_text(one.where),
        "what": answer_json.as_json(one.what, Medium.PAGE),
    }


def _packed(folder: Folder) -> str:
    raw = pack(folder.documents)
    return base64.urlsafe_b64encode(raw).decode() if len(raw) <= MOST_PACKED else ""


def _unpacked(packed: str) -> bytes:
    try:
        return base64.b64decode(packed, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


if __name__ == "__main__":
    sandbox_reader.run(answer)
