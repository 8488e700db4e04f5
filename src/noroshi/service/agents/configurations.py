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
from noroshi.definitions.document_content import content, document, split

INSTANCES, NETWORKS = "instances/", "networks/"
SOURCE = '"source":'
"""In the text of each document that names a source: the others, mostly many, are not parsed."""
LEFT_OUT = frozenset({"rules"})
"""What stays at the hub: who is notified there is no matter of the agent's, and a rule of the same
name there is another one."""


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
    documents: Sequence[Document], agents: Iterable[str]
) -> Mapping[str, Configuration]:
    """Return the configuration of each agent, by its name in lower case: the instances whose
    `source` it is, and the networks that these name."""
    names = {name.casefold() for name in agents}
    networks = {one.key.removeprefix(NETWORKS): one for one in documents if _is_network(one)}
    by_agent = defaultdict[str, dict[str, Document]](dict)
    for one in documents if names else ():
        table = _instance(one)
        source = str(table.get("source", "")).casefold()
        if source not in names:
            continue
        documents_of_agent = by_agent[source]
        documents_of_agent[one.key] = document(one.key, _for_agent(table))
        for network in _networks_in(table):
            if network in networks:
                documents_of_agent[NETWORKS + network] = networks[network]
    return {
        name: configuration_of(by_agent[name].values()) if name in by_agent else NO_DOCUMENTS
        for name in names
    }


def _is_network(one: Document) -> bool:
    return one.key.startswith(NETWORKS)


def _instance(one: Document) -> Mapping[str, Any]:
    """Return what an instance's document says; nothing of one that cannot be read, which is in
    no version that was published."""
    if not one.key.startswith(INSTANCES) or SOURCE not in one.body:
        return {}
    try:
        split(one.key)
        return content(one)
    except Invalid:
        return {}


def _for_agent(table: Mapping[str, Any]) -> Mapping[str, Any]:
    groups = [
        _without_left_out(group)
        | {"monitor": [*map(_without_left_out, _tables(group, "monitor"))]}
        for group in _tables(table, "group")
    ]
    return _without_left_out(table) | ({"group": groups} if groups else {})


def _without_left_out(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name not in LEFT_OUT}


def _networks_in(table: Mapping[str, Any]) -> Iterator[str]:
    for group in _tables(table, "group"):
        for monitor in _tables(group, "monitor"):
            yield str(monitor.get("network", ""))


def _tables(table: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = table.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
