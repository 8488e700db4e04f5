"""Give rules, contacts, networks and routes of a hub another name here where the node has one of that
name.

A hub and a node that was there before it call their rules and contacts the same, mostly: all, ops. The
hub knows its own by the ids that they keep (`HUB_ID`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.definitions.document_content import content, document

INSTANCES, RULES, CONTACTS, NETWORKS = "instances", "rules", "contacts", "networks"
ROUTES, ACCOUNTS, CUSTOM_CLOUDS = "routes", "accounts", "clouds"
RENAMED_TYPES = (RULES, CONTACTS, NETWORKS, ROUTES, ACCOUNTS, CUSTOM_CLOUDS)
HUB_ID = "hub_id"
"""In a rule or contact of a hub: the id that it has there."""
ADDITION = "-hub"
LONGEST = 56
"""Letters of a name to which something is added: a name has 64 at the most."""
Names = Mapping[str, str]
"""The new names of what is renamed, by the old ones."""


def with_free_names(
    hub_documents: Sequence[Document], own_keys: Collection[str]
) -> tuple[Document, ...]:
    """Return documents of the hub of which none but instances and blueprints has the name of one of
    the node's own; what names it names it anew. Raises Invalid if one cannot be read."""
    taken_keys = {*own_keys, *(one.key for one in hub_documents)}
    names: dict[str, dict[str, str]] = {type: {} for type in RENAMED_TYPES}
    for one in hub_documents:
        type, _slash, name = one.key.partition("/")
        if type in names and one.key in own_keys:
            names[type][name] = _free_name(type, name, taken_keys)
            taken_keys.add(f"{type}/{names[type][name]}")
    if not any(names.values()):
        return tuple(hub_documents)
    return tuple(_with_new_names(one, names) for one in hub_documents)


def _free_name(type: str, name: str, taken_keys: Collection[str]) -> str:
    stem = name[:LONGEST] + ADDITION
    names = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(one for one in names if f"{type}/{one}" not in taken_keys)


def _with_new_names(one: Document, names: Mapping[str, Names]) -> Document:
    type, _slash, name = one.key.partition("/")
    new_name = names.get(type, {}).get(name, name)
    table = content(one)
    if type == INSTANCES:
        table = _in_instance(table, names)
    elif type == RULES:
        table = _with_list(table, "contacts", names[CONTACTS])
    elif type == ROUTES:
        table = _with_name(table, "network", names[NETWORKS])
        options = table.get("options")
        if isinstance(options, Mapping):
            table["options"] = _with_name(options, "account", names[ACCOUNTS])
    elif type == ACCOUNTS:
        table = _with_name(table, "network", names[NETWORKS])
        table = _with_name(table, "cloud", names[CUSTOM_CLOUDS])
    return document(f"{type}/{new_name}", table)


def _in_instance(instance: Mapping[str, Any], names: Mapping[str, Names]) -> dict[str, Any]:
    """Return an instance, or a group or monitor of one, with these names in it."""
    table = _with_list(instance, RULES, names[RULES])
    table = _with_name(table, "network", names[NETWORKS])
    for inner in ("group", "monitor"):
        parts = table.get(inner)
        if isinstance(parts, list):
            table[inner] = [
                _in_instance(part, names) if isinstance(part, Mapping) else part
                for part in parts
            ]
    return table


def _with_name(table: Mapping[str, Any], field: str, names: Names) -> dict[str, Any]:
    name = table.get(field)
    if not isinstance(name, str) or name not in names:
        return dict(table)
    return {**table, field: names[name]}


def _with_list(table: Mapping[str, Any], field: str, names: Names) -> dict[str, Any]:
    entries = table.get(field)
    if not isinstance(entries, list):
        return dict(table)
    return {
        **table,
        field: [names.get(one, one) if isinstance(one, str) else one for one in entries],
    }
