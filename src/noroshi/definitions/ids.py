"""Ids of monitors: made once, kept for good, as state and history hang on them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from noroshi.core.cadence import EPOCH
from noroshi.core.definitions.document import Document
from noroshi.core.definitions.monitors import SAME_ID
from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.translation import _
from noroshi.definitions.document_content import content, document, split, tables
from noroshi.schema import Invalid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID = re.compile(f"[0-7][{CROCKFORD}]{{25}}")
RANDOM_BYTES = 10

Path = tuple[str, str, str]
"""Instance, group and monitor by name."""

NO_ULID = _("is not a valid ID; remove the line, and a new one is assigned")


def ulid(instant: datetime, randomness: bytes) -> str:
    """Return 26 characters that sort by time: 48 bits of milliseconds, then ten random
    bytes."""
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"{len(randomness)} random bytes instead of {RANDOM_BYTES}")
    milliseconds = (instant - EPOCH) // timedelta(milliseconds=1)
    number = milliseconds << 80 | int.from_bytes(randomness, "big")
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def give_ids(
    documents: tuple[Document, ...], current: tuple[Document, ...], new_id: Callable[[], str]
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """Return the documents with an id for each monitor: its own, else that of the monitor of
    the same instance, group and name in the current version, else a new one; and what is wrong with
    the ids that were given. One that is malformed or stands twice is replaced by a new one.

    A document that cannot be read stays as it is.
    """
    problems = list[Problem]()
    owners, unusable = _ids_given(documents, problems)
    current_by_key, assigned_ids = {one.key: one for one in current}, set[str]()

    def identify(source_document: Document) -> Document:
        instance = _content(source_document)
        if instance is None:
            return source_document
        old_ids = _ids_of(current_by_key.get(source_document.key))
        for number, (path, monitor) in enumerate(_monitors(source_document.key, instance)):
            if (source_document.key, number) in unusable or not monitor.get("id"):
                old_id = old_ids.get(path, "")
                # A monitor may have been renamed and its name given to a new one.
                monitor["id"] = (
                    new_id()
                    if not old_id or old_id in owners or old_id in assigned_ids
                    else old_id
                )
                assigned_ids.add(monitor["id"])
        return document(source_document.key, instance)

    return tuple(map(identify, documents)), tuple(problems)


def _ids_given(
    documents: Iterable[Document], problems: list[Problem]
) -> tuple[dict[str, Path], set[tuple[str, int]]]:
    """Return the owner of each id that the documents themselves give, and the monitors, by
    instance and number in it, whose given id cannot be used."""
    owners, unusable = dict[str, Path](), set[tuple[str, int]]()
    for key, instance in filter(None, map(_instance, documents)):
        for number, (path, monitor) in enumerate(_monitors(key, instance)):
            id = monitor.get("id")
            if not id:
                continue
            place = _place_of_id(path, problems)
            if not isinstance(id, str) or not ULID.fullmatch(id):
                place.say(NO_ULID)
            elif id in owners:
                place.say(SAME_ID, id=id, other="/".join(owners[id]))
            else:
                owners[id] = path
                continue
            unusable.add((key, number))
    return owners, unusable


def _content(one: Document) -> dict[str, Any] | None:
    """Return the content of an instance; None if the document is no instance or cannot be read."""
    instance = _instance(one)
    return instance and instance[1]


def _ids_of(one: Document | None) -> dict[Path, str]:
    return {} if one is None else ids_by_path((one,))


def monitor_ids(documents: Iterable[Document]) -> set[str]:
    """Return the ids of all monitors that the documents name one for."""
    return {monitor["id"] for _, monitor in _with_ids(documents)}


def likely_renamed(
    old: Iterable[Document], new: Iterable[Document]
) -> Iterator[tuple[str, str, str]]:
    """Yield monitors that go while another one comes in the same instance that looks at just
    the same: the paths of both, and the id of the one that goes."""
    old_ids = monitor_ids(old)
    new_ids = monitor_ids(new) if old_ids else set[str]()
    removed_ids, added_ids = old_ids - new_ids, new_ids - old_ids
    if not removed_ids or not added_ids:
        return
    by_target = dict[Hashable, Path | None]()
    for path, monitor in _with_ids(new):
        if monitor["id"] in added_ids:
            target = _target(path, monitor)
            by_target[target] = None if target in by_target else path
    moves = {
        monitor["id"]: ("/".join(path), "/".join(new_path))
        for path, monitor in _with_ids(old)
        if monitor["id"] in removed_ids and (new_path := by_target.get(_target(path, monitor)))
    }
    yield from ((*moves[id], id) for id in sorted(moves))


def _with_ids(documents: Iterable[Document]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for key, instance in filter(None, map(_instance, documents)):
        yield from (one for one in _monitors(key, instance) if one[1].get("id"))


def _target(path: Path, monitor: dict[str, Any]) -> Hashable:
    """Return in which instance it looks at what, short enough to be kept of 25,000."""
    options = json.dumps(monitor.get("options", {}), sort_keys=True)
    return path[0], monitor.get("kind"), sha256(options.encode()).digest()


def ids_by_path(documents: Iterable[Document]) -> dict[Path, str]:
    """Return the ids that monitors have, by where they are."""
    return {path: monitor["id"] for path, monitor in _with_ids(documents)}


def _instance(document: Document) -> tuple[str, dict[str, Any]] | None:
    """Return an instance's key and content; None for what is none, or cannot be read."""
    try:
        type, _ = split(document.key)
        return (document.key, content(document)) if type == "instances" else None
    except Invalid:  # told by whoever reads all of it
        return None


def _monitors(key: str, content: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield each monitor with its path; a table that does not have the form of a monitor is
    left to `compile_plan`."""
    _, instance = split(key)
    for group in tables(content, "group"):
        for monitor in tables(group, "monitor"):
            yield (instance, str(group.get("name")), str(monitor.get("name"))), monitor


def _place_of_id(path: Path, problems: list[Problem]) -> Place:
    instance, group, monitor = path
    return file_of("instances", instance, problems).at("group", group, "monitor", monitor, "id")
