"""Choose from the definitions what concerns an agent: its configuration.

It is named by its content, so that a change elsewhere does not reach the agent.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Invalid
from noroshi.definitions.document_content import content, document
from noroshi.definitions.shared_routes import (
    NotSharedError,
    SharedRoute,
    mails_a_minute,
    shared_route,
)
from noroshi.link.link_messages import NAME_DIGITS

INSTANCES, NETWORKS, RULES, CONTACTS = "instances/", "networks/", "rules/", "contacts/"
SOURCE = '"source":'
"""In the text of each document that names a source: the others, mostly many, are not parsed."""
GIVEN_OF_CONTACT = ("title", "language", "zone")
"""Fields of a contact that each agent gets: those that word its notifications, and no address."""
GIVEN_TO_SENDER = (*GIVEN_OF_CONTACT, "addresses", "one_by_one")
"""Fields of a contact for an agent that notifies it by itself while the hub is away."""
LEFT_OUT_OF_RULE = frozenset({"routes"})
"""Rules go by the routes that an agent has, be they its own or shared by the hub."""
ONE_BY_ONE = "one_by_one"
DEFAULT_ONE_BY_ONE = 3
ContactFields = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Returns what an agent is told of a contact."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Hold the documents that concern an agent, under the SHA-256 of their content. `entries` are
    those of the vault that its shared routes name."""

    name: str
    documents: tuple[Document, ...] = ()
    entries: tuple[str, ...] = ()


def configuration_of(
    documents: Iterable[Document], entries: Iterable[str] = ()
) -> Configuration:
    """Return documents as a configuration; their order does not matter."""
    ordered = tuple(sorted(documents, key=lambda one: one.key))
    name = _digest_of(text for one in ordered for text in (one.key, one.body))
    return Configuration(name, ordered, tuple(sorted(set(entries))))


def with_marks(configuration: Configuration, marks: Mapping[str, str]) -> Configuration:
    """Return a configuration whose name also depends on its entries of the vault, so that it changes
    when one is replaced; `marks` are those of the entries."""
    if not configuration.entries:
        return configuration
    marks_of_entries = (text for one in configuration.entries for text in (one, marks[one]))
    return replace(configuration, name=_digest_of((configuration.name, *marks_of_entries)))


def _digest_of(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:NAME_DIGITS]


NO_DOCUMENTS = configuration_of(())
NO_SHARED_ROUTES: Mapping[str, Collection[str]] = {}


def configurations(
    documents: Sequence[Document],
    agents: Iterable[str],
    senders: Iterable[str] = (),
    shared_routes: Mapping[str, Collection[str]] = NO_SHARED_ROUTES,
) -> Mapping[str, Configuration]:
    """Return the configuration of each agent, by its name in lower case: the instances whose
    `source` it is, the networks and rules that these name, and the contacts of the rules. `senders`
    are the agents with a route: the contacts of these have addresses. `shared_routes` are the names
    of the routes that an agent gets, by its name."""
    names = {name.casefold() for name in agents}
    names_of_senders = {name.casefold() for name in senders}
    by_key = {one.key: one for one in documents}
    routes_by_agent = _shared_routes_by_agent(by_key, shared_routes)
    by_agent = defaultdict[str, dict[str, Document]](dict)
    for one in documents if names else ():
        table = _instance(one)
        source = str(table.get("source", "")).casefold()
        if source in names:
            by_agent[source][one.key] = one
            has_shared_route = bool(routes_by_agent.get(source))
            fields = _contact_fields(
                source in names_of_senders, has_shared_route=has_shared_route
            )
            by_agent[source] |= {other.key: other for other in _named_by(table, by_key, fields)}
    entries = {
        name: _add_shared_routes(of_agent, routes_by_agent.get(name, ()))
        for name, of_agent in by_agent.items()
    }
    return {
        name: configuration_of(by_agent[name].values(), entries[name])
        if name in by_agent
        else NO_DOCUMENTS
        for name in names
    }


def _shared_routes_by_agent(
    documents: Mapping[str, Document], shared_routes: Mapping[str, Collection[str]]
) -> Mapping[str, Sequence[SharedRoute]]:
    """Return what each agent needs for the routes that are shared with it. A route that cannot be
    shared any more is left out."""
    names = {name for routes in shared_routes.values() for name in routes}
    by_name = dict[str, SharedRoute]()
    for name in names:
        with suppress(NotSharedError, Invalid):
            by_name[name] = shared_route(name, documents)
    by_agent = {
        agent.casefold(): [by_name[name] for name in sorted(routes) if name in by_name]
        for agent, routes in shared_routes.items()
    }
    return _with_limits(by_agent)


def _with_limits(
    by_agent: Mapping[str, Sequence[SharedRoute]],
) -> Mapping[str, Sequence[SharedRoute]]:
    """Return the routes with their sending limits: agents that share a mailbox share its limit."""
    agents_of = Counter(
        sender for routes in by_agent.values() for sender in {one.sender for one in routes}
    )
    limited_routes = {
        one: one.with_limit(mails_a_minute(agents_of[one.sender]))
        for one in {one for routes in by_agent.values() for one in routes}
    }
    return {
        agent: [limited_routes[one] for one in routes] for agent, routes in by_agent.items()
    }


def _add_shared_routes(
    documents: dict[str, Document], shared_routes: Sequence[SharedRoute]
) -> Sequence[str]:
    """Add what an agent needs to send by shared routes; return the entries of the vault that it
    needs for that."""
    documents |= {one.key: one for route in shared_routes for one in route.documents}
    return [entry for route in shared_routes for entry in route.entries]


def _contact_fields(is_sender: bool, *, has_shared_route: bool) -> ContactFields:
    """Return how an agent is told of a contact. One that sends by a shared route soon combines
    alarms, as it may send few messages a minute."""
    fields = GIVEN_TO_SENDER if is_sender else GIVEN_OF_CONTACT

    def fields_of_contact(contact: Mapping[str, Any]) -> Mapping[str, Any]:
        table = {field: contact[field] for field in fields if field in contact}
        if is_sender and has_shared_route and table.get(ONE_BY_ONE, DEFAULT_ONE_BY_ONE):
            table[ONE_BY_ONE] = 1
        return table

    return fields_of_contact


def _instance(one: Document) -> Mapping[str, Any]:
    """Return what an instance's document says; nothing of one that cannot be read, which is in
    no version that was published."""
    if not one.key.startswith(INSTANCES) or SOURCE not in one.body:
        return {}
    return _table(one) or {}


def _named_by(
    table: Mapping[str, Any], documents: Mapping[str, Document], contact_fields: ContactFields
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
    key: str, documents: Mapping[str, Document], contact_fields: ContactFields
) -> Iterator[Document]:
    table = _table(documents.get(key))
    if table is None:
        return
    rule_table = {name: value for name, value in table.items() if name not in LEFT_OUT_OF_RULE}
    yield document(key, rule_table)
    for name in _names(table, "contacts"):
        contact = _table(documents.get(CONTACTS + name))
        if contact is not None:
            yield document(CONTACTS + name, contact_fields(contact))


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
