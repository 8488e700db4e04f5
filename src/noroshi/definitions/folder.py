"""Definitions as a folder of TOML files: read whole, written whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Invalid, Place, Problem
from noroshi.core.definitions.safe_toml import loads
from noroshi.core.definitions.toml_recovery import Slip, slips
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.translation import Message, _, list_names, pgettext
from noroshi.definitions.document_content import TYPES, content, document, split
from noroshi.definitions.toml import toml
from noroshi.knowledge.os_errors import cause_text

LARGEST = 16 * 1024 * 1024
OTHER_FILES = ("README.md", "LICENSE")
"""Files that people keep at the top of such a folder, beside hidden files (.git)."""

MISSING = _("does not exist; choose the folder that holds the definitions")
NO_FOLDER = _("is not a folder; choose the one that holds the definitions")
STRAY = _(
    "is not a definition: a definition is NAME.toml in one of the folders {types}, where "
    "NAME contains only a-z, 0-9, - and _"
)
FOREIGN = _(
    "is not an exported definition, so the folder was not changed; choose an empty folder"
)
WOULD_GO = _("would be removed: this definition is not in effect")
WOULD_CHANGE = _("would be overwritten: its content or layout differs")
TOO_LARGE = _("is larger than {most} MiB")
UNREADABLE = pgettext("unreadable", "cannot be read: {why}")
NO_UTF8 = _("line {line} is not UTF-8; save the file as UTF-8")
NO_TOML = _("is not valid TOML at line {line}, column {column}: {why}")
NO_TOML_AT_ALL = pgettext("no_toml_at_all", "cannot be read as TOML: {why}")
IN_QUOTES = _('dates and times must be in quotation marks: "07:30"')
NO_NUMBER = _("must be a finite number")
DELETED = object()


@dataclass(frozen=True, slots=True)
class Folder:
    """Hold the content of a folder: the documents by key, and all problems of the files.

    The sound part of a file with a problem is among the documents, if it can be read.
    """

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]


def look_into(path: Path) -> Folder:
    """Read the folder as far as it can be read."""
    if not path.is_dir():
        return Folder((), (Problem(str(path), NO_FOLDER if path.exists() else MISSING),))
    documents, problems = list[Document](), list[Problem]()
    for file in _files(path):
        name = file.relative_to(path).as_posix()
        try:
            if not is_ours(name):
                raise Invalid((Problem(name, STRAY.fill(types=list_names(TYPES))),))
            documents.append(document_from(_load(file, name), name, problems))
        except Invalid as invalid:
            problems += invalid.problems
    return Folder(tuple(documents), tuple(problems))


def read_folder(path: Path) -> tuple[Document, ...]:
    """Return the documents of a folder by key. Raise Invalid with all problems of its files."""
    folder = look_into(path)
    if folder.problems:
        raise Invalid(folder.problems)
    return folder.documents


def read_text(raw: bytes, name: str) -> dict[str, Any]:
    """Return the content of one file. Raise Invalid with all problems of it, at `name`."""
    problems = list[Problem]()
    try:
        table: dict[str, Any] = without_dates(
            parse_toml(raw, name), Place(f"{name}: ", problems)
        )
    except RecursionError as error:
        raise Invalid(_no_toml(name, str(error), "")) from None
    if problems:
        raise Invalid(tuple(problems))
    return table


def what_would_be_lost(path: Path, documents: tuple[Document, ...]) -> tuple[Problem, ...]:
    """Return the definitions' files that `write_folder` would remove, or write over with other
    text."""
    new_texts, losses = file_texts(documents), list[Problem]()
    for file in _files(path):
        name = file.relative_to(path).as_posix()
        if is_ours(name) and name not in new_texts:
            losses.append(Problem(name, WOULD_GO))
        elif name in new_texts and file.read_bytes() != new_texts[name].encode():
            losses.append(Problem(name, WOULD_CHANGE))
    return tuple(losses)


def write_folder(path: Path, documents: tuple[Document, ...]) -> None:
    """Make the folder hold just these documents, each in the same order every time.

    Invalid, and nothing written, if there are files in it that are none of ours.
    """
    new_texts = file_texts(documents)
    existing = {file.relative_to(path).as_posix() for file in _files(path)}
    foreign = sorted(name for name in existing if not is_ours(name))
    if foreign:
        raise Invalid(tuple(Problem(name, FOREIGN) for name in foreign))
    for name, text in new_texts.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    for name in existing - new_texts.keys():
        (path / name).unlink()
    path.mkdir(parents=True, exist_ok=True)


def file_texts(documents: tuple[Document, ...]) -> dict[str, str]:
    """Return the text of each file."""
    return {"/".join(split(one.key)) + ".toml": toml(content(one)) for one in documents}


def _files(folder: Path) -> Iterator[Path]:
    """Yield all files in a folder but hidden ones and those that people keep beside."""
    for path in sorted(folder.glob("*") if folder.exists() else ()):
        if path.name.startswith(".") or path.name in OTHER_FILES:
            continue
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if not p.is_dir())
        else:
            yield path


def is_ours(name: str) -> bool:
    """Return True for the name of a definition's file, from the folder on."""
    type, _, file_name = name.partition("/")
    return (
        type in TYPES
        and file_name.endswith(".toml")
        and is_name(file_name.removesuffix(".toml"))
    )


def _load(file: Path, name: str) -> dict[str, Any]:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Invalid((Problem(name, UNREADABLE.fill(why=cause_text(error))),)) from None
    return parse_toml(raw, name)


def parse_toml(raw: bytes, name: str) -> dict[str, Any]:
    """Parse the TOML of a file. Raise Invalid with each line that is wrong."""
    if len(raw) > LARGEST:
        raise Invalid((Problem(name, TOO_LARGE.fill(most=LARGEST >> 20)),))
    try:
        text = raw.decode("utf-8-sig")  # Windows' editors may begin with a mark
        return loads(text)
    except UnicodeDecodeError as error:
        message = NO_UTF8.fill(line=error.object[: error.start].count(b"\n") + 1)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and a number without end
        raise Invalid(_no_toml(name, str(error), text)) from None
    raise Invalid((Problem(name, message),))


def _no_toml(name: str, message: str, text: str) -> tuple[Problem, ...]:
    return tuple(Problem(name, _slip_text(one)) for one in slips(text, message))


def _slip_text(slip: Slip) -> Message:
    if not slip.line:
        return NO_TOML_AT_ALL.fill(why=slip.cause)
    return NO_TOML.fill(line=slip.line, column=slip.column, why=slip.cause)


def document_from(table: dict[str, Any], name: str, problems: list[Problem]) -> Document:
    """Return the document that a file's TOML is. What it says and no definition can be is among
    the problems; Invalid if nothing of it can be kept."""
    try:
        undated = without_dates(table, Place(f"{name}: ", problems))
        return document(name.removesuffix(".toml"), undated)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, a table 500 deep
        raise Invalid(_no_toml(name, str(error), "")) from None


def without_dates(value: Any, place: Place) -> Any:
    """Return the content without what TOML knows (dates, times, infinity) and JSON does not."""
    if isinstance(value, dict):
        entries = {key: without_dates(one, place.at(key)) for key, one in value.items()}
        return {key: one for key, one in entries.items() if one is not DELETED}
    if isinstance(value, list):
        items = [
            without_dates(one, place.at(_entry_name(one, number)))
            for number, one in enumerate(value, 1)
        ]
        return [one for one in items if one is not DELETED]
    if isinstance(value, date | time):
        place.say(IN_QUOTES)
        return DELETED
    if isinstance(value, float) and value - value != 0:
        place.say(NO_NUMBER)
        return DELETED
    return value


def _entry_name(entry: object, number: int) -> str:
    """Return the name of a list's entry: its `name`, else its number in the list."""
    name = entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) and name else str(number)
