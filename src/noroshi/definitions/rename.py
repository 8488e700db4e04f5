"""Rename definitions, with all that names them; and find where a place went whose name is gone.
Monitors, rules and accounts keep their ids, so state, history, what was told and sign-ins need
nothing of this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.translation import Message, _
from noroshi.definitions.document_content import content, document, split
from noroshi.definitions.ids import ids_by_path
from noroshi.definitions.rename_detection import renames
from noroshi.definitions.stable_ids import TYPES_WITH_ID, under_another_name
from noroshi.schema import Invalid

NAMED_BY: Mapping[str, Mapping[str, str]] = {
    "instances": {"notifications": "instances"},
    "rules": {"instances": "rules", "blueprints": "rules"},
    "notifications": {},
    "contacts": {"rules": "contacts", "notifications": "contacts"},
    "routes": {"rules": "routes", "notifications": "routes"},
    "networks": {
        "instances": "network",
        "blueprints": "network",
        "routes": "network",
        "accounts": "network",
    },
    "accounts": {"routes": "options.account"},
    "clouds": {"accounts": "cloud"},
    "blueprints": {},
}
"""The definitions that can be renamed, by folder: the definitions that name them, and the
setting that does so, of the definition itself, its groups or its monitors. All folders are
here."""
PART_LISTS = ("group", "monitor")
HALF = 0.5

IS_OURS = _("is a name that Noroshi reserves")
NO_NAME = _(
    "is not a valid name: use a-z, 0-9, - and _, at most 64 characters, beginning with a "
    "letter or digit"
)
NAME_IN_USE = _("this name is already in use")
NOT_THERE = _("there is no such definition")


def with_new_names(
    documents: Iterable[Document], names: Mapping[str, str]
) -> tuple[Document, ...]:
    """Return all documents, those of these keys renamed. Raises Invalid."""
    by_key = {one.key: one for one in documents}
    for key, name in names.items():
        type, old_name = split(key)
        if problem := _why_not(by_key, key, name):
            raise Invalid((Problem(f"{key}.toml: name", problem),))
        definition = under_another_name(type, old_name, name, content(by_key.pop(key)))
        by_key[f"{type}/{name}"] = document(f"{type}/{name}", definition)
        by_key |= _with_new_references(by_key.values(), type, old_name, name)
    return tuple(sorted(by_key.values(), key=lambda one: one.key))


def _why_not(by_key: Mapping[str, Document], key: str, name: str) -> Message | None:
    type, old_name = split(key)
    if key not in by_key:
        return NOT_THERE
    if not is_name(name):
        return NO_NAME
    if type == "instances" and OWN_INSTANCE in (old_name, name):
        return IS_OURS
    return NAME_IN_USE if f"{type}/{name}" in by_key else None


def _with_new_references(
    documents: Iterable[Document], type: str, old_name: str, name: str
) -> dict[str, Document]:
    """Return the documents that name a renamed definition, with the new name."""
    changed_documents = dict[str, Document]()
    for one in documents:
        setting = NAMED_BY[type].get(split(one.key)[0])
        if setting is None:
            continue
        definition = content(one)
        renamed_definition = _rename_in(
            definition, setting, lambda value: name if value == old_name else value
        )
        if renamed_definition != definition:
            changed_documents[one.key] = document(one.key, renamed_definition)
    return changed_documents


def _rename_in(table: Any, setting: str, translate: Callable[[Any], Any]) -> Any:
    """Return a table, and what stands in it, with that setting's names."""
    if not isinstance(table, dict):
        return table
    renamed_table = dict(table)
    outer_name, _, inner_setting = setting.partition(".")
    if inner_setting and outer_name in renamed_table:
        renamed_table[outer_name] = _rename_in(
            renamed_table[outer_name], inner_setting, translate
        )
    elif setting in renamed_table:
        value = renamed_table[setting]
        renamed_table[setting] = (
            [*map(translate, value)] if isinstance(value, list) else translate(value)
        )
    for list_name in PART_LISTS:
        if isinstance(renamed_table.get(list_name), list):
            renamed_table[list_name] = [
                _rename_in(one, setting, translate) for one in renamed_table[list_name]
            ]
    return renamed_table


def key_after_rename(old: Iterable[Document], new: Iterable[Document], key: str) -> str | None:
    """Return the key that a definition has after a renaming between the two versions, which may
    have changed its settings, too. None if no added definition is like it, or several are; a
    definition with an id is like itself alone."""
    old_by_key, new_by_key = (
        {one.key: one for one in documents_of_side} for documents_of_side in (old, new)
    )
    definition, type = content(old_by_key[key]), split(key)[0]
    if type in TYPES_WITH_ID:
        added_contents = {
            one: content(new_by_key[one]) for one in new_by_key.keys() - old_by_key.keys()
        }
        return renames({key: definition}, added_contents).get(key)
    likeness = {
        other: _likeness(definition, content(new_by_key[other]))
        for other in new_by_key.keys() - old_by_key.keys()
        if split(other)[0] == type
    }
    best_likeness = max(likeness.values(), default=0.0)
    closest = [other for other, degree in likeness.items() if degree == best_likeness > HALF]
    return closest[0] if len(closest) == 1 else None


def _likeness(first: Mapping[str, Any], second: Mapping[str, Any]) -> float:
    """Return the share of the settings that two definitions have in common, from 0 to 1."""
    equal_names = [
        name for name, value in first.items() if name in second and second[name] == value
    ]
    return len(equal_names) / max(len(first), len(second), 1)


def places_gone(old: Iterable[Document], new: Iterable[Document]) -> dict[str, str | None]:
    """Return each instance, and instance/group, that is gone while monitors of it go on, with
    the place where they are now. None if they are in several places, in a place that was there
    before, or among monitors from elsewhere: what was said of them would be said of others."""
    old_places = ids_by_path(old)
    new_places = {id: path for path, id in ids_by_path(new).items()}
    current = {place for path in new_places.values() for place in _enclosing_places(path)}
    former_places, destinations, sources = (
        set[str](),
        dict[str, set[str]](),
        dict[str, set[str]](),
    )
    for path, id in old_places.items():
        former_places |= {*_enclosing_places(path)}
        for old_place, new_place in zip(
            _enclosing_places(path), _enclosing_places(new_places.get(id, ())), strict=False
        ):
            sources.setdefault(new_place, set()).add(old_place)
            if old_place not in current:
                destinations.setdefault(old_place, set()).add(new_place)
    return {
        place: _single_target(targets - former_places, targets, sources)
        for place, targets in destinations.items()
    }


def _single_target(
    new_places: set[str], targets: set[str], sources: Mapping[str, set[str]]
) -> str | None:
    """Return the one place they went to, if it is new and nobody else came to it."""
    if len(targets) != 1 or not new_places:
        return None
    (place,) = new_places
    return place if len(sources[place]) == 1 else None


def _enclosing_places(path: tuple[str, ...]) -> Iterator[str]:
    """Yield the instance, and the group, of a monitor; nothing of none."""
    if path:
        yield path[0]
        yield "/".join(path[:2])
