"""Find the id by which a rule or an account stays the same under another name: what a rule has
told, and the sign-in of an account, hang on it. A definition that never had another name needs
no id: the name is its id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Invalid, Problem, file_of
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.translation import _
from noroshi.definitions.document_content import content, document, split

TYPES_WITH_ID = ("rules", "accounts")
"""The definitions that have such an id, by folder."""
Contents = dict[str, dict[str, Any]]
Owners = dict[tuple[str, str], str]
"""The definition that has an id, by folder and id."""

NO_ID = _("is not a valid ID; remove the line, or write the earlier name")
SAME_ID = _("the ID {id} is already used by {other}; remove it here")


def under_another_name(
    type: str, old_name: str, name: str, definition: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a definition's content once it is renamed: it is the same as before."""
    if type not in TYPES_WITH_ID:
        return dict(definition)
    id = definition.get("id") or old_name
    other_settings = {key: value for key, value in definition.items() if key != "id"}
    return other_settings if id == name else other_settings | {"id": id}


def with_previous_id(source_document: Document, previous: Document | None) -> Document:
    """Return a definition with the id that it had, if it says none."""
    old_content, new_content = (
        _contents(filter(None, [document_])).get(source_document.key, {})
        for document_ in (previous, source_document)
    )
    id = old_content.get("id")
    return (
        document(source_document.key, new_content | {"id": id})
        if id and not new_content.get("id")
        else source_document
    )


def keep_ids(
    documents: tuple[Document, ...], current: tuple[Document, ...], new_id: Callable[[], str]
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """Return the documents with an id for each that needs one, and what is wrong with those
    given.

    A definition without an id keeps that of its name in the current version. A new one whose
    name is the id of another, which once had that name, gets an id of its own, or both would be
    taken for one. An unchanged one keeps its id: another definition that claims it is wrong.
    """
    contents, problems = _contents(documents), list[Problem]()
    current_contents = _contents(current)
    owners = _stated_ids(contents, _unchanged_owners(contents, current_contents), problems)
    keys_without_id = [key for key, definition in contents.items() if not definition.get("id")]
    for key in keys_without_id:
        old_id = current_contents.get(key, {}).get("id", "")
        if old_id and (split(key)[0], old_id) not in owners:
            _assign(key, contents[key], old_id, owners)
    for key in keys_without_id:
        if not contents[key].get("id") and owners.get(split(key), key) != key:
            _assign(key, contents[key], new_id().lower(), owners)
    documents_with_ids = tuple(_with_content(one, contents) for one in documents)
    return documents_with_ids, tuple(problems)


def as_it_was(
    documents: Iterable[Document], current: Iterable[Document]
) -> tuple[Document, ...]:
    """Return the documents of an earlier version, with ids where needed: a definition that had
    no id then must not get that of its namesake of today."""
    current_contents = _contents(current)
    old_documents = tuple(documents)
    contents = _contents(old_documents)
    for key, definition in contents.items():
        if not definition.get("id") and current_contents.get(key, {}).get("id"):
            definition["id"] = split(key)[1]
    return tuple(_with_content(one, contents) for one in old_documents)


def _unchanged_owners(contents: Contents, current_contents: Contents) -> Owners:
    """Return the definitions whose ids are their names, and were so before."""
    unnamed = (
        key for key in contents.keys() & current_contents.keys() if not contents[key].get("id")
    )
    return {split(key): key for key in unnamed if not current_contents[key].get("id")}


def _stated_ids(
    contents: Contents, unchanged_owners: Owners, problems: list[Problem]
) -> Owners:
    """Return who has which id by what the documents say; one that cannot be is taken out."""
    owners = dict(unchanged_owners)
    for key, definition in contents.items():
        id, (type, name) = definition.get("id", ""), split(key)
        place = file_of(type, name, problems).at("id")
        if id == "":
            continue
        if not isinstance(id, str) or not is_name(id):
            place.say(NO_ID)
            del definition["id"]
        elif (type, id) in owners:
            place.say(SAME_ID, id=id, other=owners[type, id])
            del definition["id"]
        else:
            owners[type, id] = key
    return owners


def _assign(key: str, definition: dict[str, Any], id: str, owners: Owners) -> None:
    definition["id"] = id
    owners[split(key)[0], id] = key


def _with_content(one: Document, contents: Contents) -> Document:
    return document(one.key, contents[one.key]) if one.key in contents else one


def _contents(documents: Iterable[Document]) -> Contents:
    return dict(filter(None, map(_identified_definition, documents)))


def _identified_definition(document: Document) -> tuple[str, dict[str, Any]] | None:
    """Return a definition that may have such an id; None for all else, and for what cannot be
    read."""
    try:
        return (
            (document.key, content(document))
            if split(document.key)[0] in TYPES_WITH_ID
            else None
        )
    except Invalid:  # told by whoever reads all of it
        return None
