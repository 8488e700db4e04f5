"""By which id a rule or an account is the same under another name: what a rule has told, and an
account's sign-in, hang on it. One that never had another name needs none: it is its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from noroshi.core.definitions.problems import Problem, file_of
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.translation import _
from noroshi.definitions.documents import content, document, split
from noroshi.ports import Document
from noroshi.schema import Invalid

KEPT = ("rules", "accounts")
"""The definitions that have such an id, by folder."""
Contents = dict[str, dict[str, Any]]
Taken = dict[tuple[str, str], str]
"""The definition that has an id, by folder and id."""

NO_ID = _("is not a valid id; remove the line, or write the earlier name")
SAME_ID = _("the id {id} is already used by {other}; remove it here")


def under_another_name(
    type: str, old: str, name: str, its: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a definition's content once it is renamed: it is the same as before."""
    if type not in KEPT:
        return dict(its)
    id = its.get("id") or old
    rest = {key: value for key, value in its.items() if key != "id"}
    return rest if id == name else rest | {"id": id}


def with_its_id(one: Document, before: Document | None) -> Document:
    """Return a definition with the id that it had, if it says none."""
    known, now = (_contents(filter(None, [it])).get(one.key, {}) for it in (before, one))
    id = known.get("id")
    return document(one.key, now | {"id": id}) if id and not now.get("id") else one


def keep_ids(
    documents: tuple[Document, ...], current: tuple[Document, ...], new_id: Callable[[], str]
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """Return the documents with an id for each that needs one, and what is wrong with those
    given.

    One without keeps that of its name in the current version. A new one whose name is the id of
    another, as that was called so once, gets one of its own, or both would be taken for one. One
    that is there as ever keeps what it has: another that says it has its id is wrong.
    """
    contents, problems = _contents(documents), list[Problem]()
    known = _contents(current)
    taken = _given(contents, _as_ever(contents, known), problems)
    without = [key for key, its in contents.items() if not its.get("id")]
    for key in without:
        old = known.get(key, {}).get("id", "")
        if old and (split(key)[0], old) not in taken:
            _take(key, contents[key], old, taken)
    for key in without:
        if not contents[key].get("id") and taken.get(split(key), key) != key:
            _take(key, contents[key], new_id().lower(), taken)
    given = tuple(_with(one, contents) for one in documents)
    return given, tuple(problems)


def as_it_was(
    documents: Iterable[Document], current: Iterable[Document]
) -> tuple[Document, ...]:
    """Return the documents of an earlier version, so that what had no id then gets none of what
    has its name now."""
    now = _contents(current)
    old = tuple(documents)
    contents = _contents(old)
    for key, its in contents.items():
        if not its.get("id") and now.get(key, {}).get("id"):
            its["id"] = split(key)[1]
    return tuple(_with(one, contents) for one in old)


def _as_ever(contents: Contents, known: Contents) -> Taken:
    """Those that are their names, and were before."""
    mine = (key for key in contents.keys() & known.keys() if not contents[key].get("id"))
    return {split(key): key for key in mine if not known[key].get("id")}


def _given(contents: Contents, as_ever: Taken, problems: list[Problem]) -> Taken:
    """Return who has which id by what the documents say; one that cannot be is taken out."""
    taken = dict(as_ever)
    for key, its in contents.items():
        id, (type, name) = its.get("id", ""), split(key)
        place = file_of(type, name, problems).at("id")
        if id == "":
            continue
        if not isinstance(id, str) or not is_name(id):
            place.say(NO_ID)
            del its["id"]
        elif (type, id) in taken:
            place.say(SAME_ID, id=id, other=taken[type, id])
            del its["id"]
        else:
            taken[type, id] = key
    return taken


def _take(key: str, its: dict[str, Any], id: str, taken: Taken) -> None:
    its["id"] = id
    taken[split(key)[0], id] = key


def _with(one: Document, contents: Contents) -> Document:
    return document(one.key, contents[one.key]) if one.key in contents else one


def _contents(documents: Iterable[Document]) -> Contents:
    return dict(filter(None, map(_kept, documents)))


def _kept(one: Document) -> tuple[str, dict[str, Any]] | None:
    """Return a definition that may have such an id; None for all else, and for what cannot be
    read."""
    try:
        return (one.key, content(one)) if split(one.key)[0] in KEPT else None
    except Invalid:  # told by whoever reads all of it
        return None
