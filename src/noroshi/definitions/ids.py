"""Ids of monitors: made once, kept for good, as state and history hang on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.cadence import EPOCH
from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.words import Words
from noroshi.definitions.documents import content, document, split
from noroshi.ports import Document
from noroshi.schema import Invalid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID = re.compile(f"[0-7][{CROCKFORD}]{{25}}")
RANDOM_BYTES = 10

Path = tuple[str, str, str]
"""Instance, group and monitor by name."""

NO_ULID = Words(
    en="is no id of ours; take the line out, and one is made",
    ja="ID の形になっていません。この行を消すと、新しい ID が付きます",
)
SAME_ID = Words(
    en="the id {id} is also that of {other}; take it out here, and a new one is made",
    ja="ID {id} は {other} と同じです。こちらの id の行を消すと、新しい ID が付きます",
)


def ulid(at: datetime, randomness: bytes) -> str:
    """26 characters that sort by time: 48 bits of milliseconds, then ten random bytes."""
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"{len(randomness)} random bytes instead of {RANDOM_BYTES}")
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    number = milliseconds << 80 | int.from_bytes(randomness, "big")
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def give_ids(
    documents: tuple[Document, ...], current: tuple[Document, ...], new_id: Callable[[], str]
) -> tuple[Document, ...]:
    """The documents with an id for each monitor: its own, else that of the monitor of the same
    instance, group and name in the current version, else a new one.

    Invalid if an id is malformed or stands twice.
    """
    given, problems = give_most_ids(documents, current, new_id)
    if problems:
        raise Invalid(problems)
    return given


def give_most_ids(
    documents: tuple[Document, ...], current: tuple[Document, ...], new_id: Callable[[], str]
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """As `give_ids`, with a new id in the place of one that cannot be, and what is wrong.

    A document that cannot be read stays as it is.
    """
    problems = list[Problem]()
    contents = dict(filter(None, map(_instance, documents)))
    taken = _ids_given(contents, problems)
    known = _known(current)
    for key, its in contents.items():
        for path, monitor in _monitors(key, its):
            if not monitor.get("id"):
                old = known.get(path, "")
                # A monitor may have been renamed and its name given to a new one.
                monitor["id"] = old if old and old not in taken else new_id()
                taken[monitor["id"]] = path
    given = tuple(
        document(one.key, contents[one.key]) if one.key in contents else one
        for one in documents
    )
    return given, tuple(problems)


def _ids_given(contents: dict[str, dict[str, Any]], problems: list[Problem]) -> dict[str, Path]:
    """Who has which id by what the documents say themselves; what is no id is taken out."""
    taken = dict[str, Path]()
    for key, its in contents.items():
        for path, monitor in _monitors(key, its):
            id = monitor.get("id")
            if not id:
                continue
            place = _place(path, problems)
            if not isinstance(id, str) or not ULID.fullmatch(id):
                place.say(NO_ULID)
                del monitor["id"]
            elif id in taken:
                place.say(SAME_ID, id=id, other="/".join(taken[id]))
                del monitor["id"]
            else:
                taken[id] = path
    return taken


def monitor_ids(documents: Iterable[Document]) -> set[str]:
    """The ids of all monitors that the documents name one for."""
    return set(_known(tuple(documents)).values())


def likely_renamed(
    old: Iterable[Document], new: Iterable[Document]
) -> Iterator[tuple[str, str, str]]:
    """Monitors that go while another one comes in the same instance that looks at just the
    same: the paths of both, and the id of the one that goes."""
    before, after = _by_id(old), _by_id(new)
    come = [after[id] for id in after.keys() - before.keys()]
    for id in sorted(before.keys() - after.keys()):
        path, monitor = before[id]
        alike = [
            other
            for other, its in come
            if other[0] == path[0] and _looks_at(its) == _looks_at(monitor)
        ]
        if len(alike) == 1:
            yield "/".join(path), "/".join(alike[0]), id


def _by_id(documents: Iterable[Document]) -> dict[str, tuple[Path, dict[str, Any]]]:
    return {
        monitor["id"]: (path, monitor)
        for key, its in filter(None, map(_instance, documents))
        for path, monitor in _monitors(key, its)
        if monitor.get("id")
    }


def _looks_at(monitor: dict[str, Any]) -> tuple[object, object]:
    return monitor.get("kind"), monitor.get("options", {})


def ids_by_path(documents: Iterable[Document]) -> dict[Path, str]:
    """The ids that monitors have, by where they are."""
    return _known(tuple(documents))


def _known(current: tuple[Document, ...]) -> dict[Path, str]:
    return {
        path: monitor["id"]
        for key, its in filter(None, map(_instance, current))
        for path, monitor in _monitors(key, its)
        if monitor.get("id")
    }


def _instance(document: Document) -> tuple[str, dict[str, Any]] | None:
    """An instance's key and content; None for what is none, or cannot be read."""
    try:
        type, _ = split(document.key)
        return (document.key, content(document)) if type == "instances" else None
    except Invalid:  # told by whoever reads all of it
        return None


def _monitors(key: str, content: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each monitor with its path; what has not the shape of one is left to `compile_plan`."""
    _, instance = split(key)
    for group in _tables(content, "group"):
        for monitor in _tables(group, "monitor"):
            yield (instance, str(group.get("name")), str(monitor.get("name"))), monitor


def _tables(inside: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = inside.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _place(path: Path, problems: list[Problem]) -> Place:
    instance, group, monitor = path
    return file_of("instances", instance, problems).at("group", group, "monitor", monitor, "id")
