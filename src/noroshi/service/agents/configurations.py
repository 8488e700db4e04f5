"""Choose from the definitions what concerns an agent: its configuration.

It is named by its content, so that a change elsewhere does not reach the agent.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Invalid
from noroshi.definitions.document_content import content, document

INSTANCES, NETWORKS, RULES, CONTACTS = "instances/", "networks/", "rules/", "contacts/"
SOURCE = '"source":'
"""In the text of each document that names a source: the others, mostly many, are not parsed."""
GIVEN_OF_CONTACT = ("title", "language", "zone")
"""What an agent is told of a contact: by what its notifications are worded, and no address."""
GIVEN_TO_SENDER = (*GIVEN_OF_CONTACT, "addresses", "one_by_one")
"""What an agent is told that notifies the contact itself while the hub is away."""
LEFT_OUT_OF_RULE = frozenset({"routes"})
"""Routes stay at the hub, which sends."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Hold the documents that concern an agent, under the SHA-256 of their content."""

    name: str
    documents: tuple[Document, ...] = ()


def configuration_of(documents: Iterable[Document]) -> Configuration:
    """Return documents as a configuration; their order does not matter."""
    ordered = tuple(sorted(documents, key=lambda one: one.key))
    digest = hashlib.sha256()
    for one in ordered:
        for text in (one.key, one.body):
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return Configuration(digest.hexdigest(), ordered)


NO_DOCUMENTS = configuration_of(())


def configurations(
    documents: Sequence[Document], agents: Iterable[str], senders: Iterable[str] = ()
) -> Mapping[str, Configuration]:
    """Return the configuration of each agent, by its name in lower case: the instances whose
    `source` it is, the networks and rules that these name, and the contacts of the rules. `senders`
    are the agents with a route of their own: the contacts of these have addresses."""
    names = {name.casefold() for name in agents}
    names_of_senders = {name.casefold() for name in senders}
    by_key = {one.key: one for one in documents}
    by_agent = defaultdict[str, dict[str, Document]](dict)
    for one in documents if names else ():
        table = _instance(one)
        source = str(table.get("source", "")).casefold()
        if source in names:
            by_agent[source][one.key] = one
            fields = GIVEN_TO_SENDER if source in names_of_senders else GIVEN_OF_CONTACT
            by_agent[source] |= {other.key: other for other in _named_by(table, by_key, fields)}
    return {
        name: configuration_of(by_agent[name].values()) if name in by_agent else NO_DOCUMENTS
        for name in names
    }


def _instance(one: Document) -> Mapping[str, Any]:
    """Return what an instance's document says; nothing of one that cannot be read, which is in
    no version that was published."""
    if not one.key.startswith(INSTANCES) or SOURCE not in one.body:
        return {}
    return _table(one) or {}


def _named_by(
    table: Mapping[str, Any], documents: Mapping[str, Document], contact_fields: Sequence[str]
) -> Iterator[Document]:
    """Yield what an instance names, as an agent is given it; contacts by way of rules, with these
    fields."""
    for level in (table, *_groups_and_monitors(table)):
        network = documents.get(NETWORKS + str(level.get("network", "")))
        if network is not None:
            yield network
        for name in _names(level, "rules"):
            yield from _rule(RULES + name, documents, contact_fields)


def _rule(
    key: str, documents: Mapping[str, Document], contact_fields: Sequence[str]
) -> Iterator[Document]:
    table = _table(documents.get(key))
    if table is None:
        return
    rule_table = {name: value for name, value in table.items() if name not in LEFT_OUT_OF_RULE}
    yield document(key, rule_table)
    for name in _names(table, "contacts"):
        contact = _table(documents.get(CONTACTS + name))
        if contact is not None:
            known_fields = {
                field: contact[field] for field in contact_fields if field in contact
            }
            yield document(CONTACTS + name, known_fields)


def _table(one: Document | None) -> Mapping[str, Any] | None:
    """Return what a document says; None if there is none, or it cannot be read."""
    try:
        return None if one is None else content(one)
    except Invalid:
        return None


def _groups_and_monitors(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for group in _tables(table, "group"):
        yield group
        yield from _tables(group, "monitor")


def _names(table: Mapping[str, Any], field: str) -> list[str]:
    names = table.get(field)
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _tables(table: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = table.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
