"""Tell the documents that the hub gave from the node's own, and fit the former to this node.

A hub may say what is watched here, and by which rules its contacts are notified. It notifies them
itself, and this node does while the hub is away: by its own routes, and by those that the hub shares,
with secrets of the hub. What a secret of this node is used for the hub does not say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from noroshi.agent.hub_names import ACCOUNTS, HUB_ID, NETWORKS, RENAMED_TYPES, ROUTES
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Problem
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.reserved_entries import HUB_ENTRIES
from noroshi.core.translation import _
from noroshi.definitions.document_content import content, document, split, tables
from noroshi.definitions.shared_routes import shared_route
from noroshi.schema import Invalid

INSTANCES, RULES, CONTACTS = "instances", "rules", "contacts"
MARKED_TYPES = (INSTANCES, RULES, CONTACTS, ROUTES, ACCOUNTS)
"""The types of which a definition of the hub bears a mark, as it works in another way."""
GIVEN_TYPES = (INSTANCES, RULES, CONTACTS, NETWORKS, "blueprints")
MARK = "of_hub"
OWN_DEFINITION = f"instances/{OWN_INSTANCE}"
NOT_GIVEN = _(
    "agents receive only instances, rules, contacts, networks and blueprints from a hub"
)
MARKED = _("is set by Noroshi in definitions received from a hub; remove the line")
EXISTS = with_commands(
    _(
        "this server has its own definition with this name, which was not overwritten. Rename "
        "one of the two, or remove the one on this server: {remove}"
    ),
    remove=CommandText("definition remove", "--empty {key}"),
)


def own_documents(
    documents: Iterable[Document], given_keys: Collection[str]
) -> tuple[Document, ...]:
    """Return the documents that the hub did not give."""
    return tuple(one for one in documents if one.key not in given_keys)


def with_given_documents(
    documents: tuple[Document, ...],
    current_documents: Iterable[Document],
    given_keys: Collection[str],
) -> tuple[Document, ...]:
    """Return documents of which those that the hub gave are as they are in force."""
    if not given_keys:
        return documents
    hub_documents = tuple(one for one in current_documents if one.key in given_keys)
    hub_keys = {one.key for one in hub_documents}
    return (*own_documents(documents, hub_keys), *hub_documents)


def changed_keys(
    documents: Iterable[Document],
    current_documents: Iterable[Document],
    given_keys: Collection[str],
) -> Iterator[str]:
    """Yield the keys of what the hub gave and these documents lack, or have otherwise."""
    new_documents = {one.key: one for one in documents if one.key in given_keys}
    for one in current_documents:
        if one.key in given_keys and new_documents.get(one.key) != one:
            yield one.key


def documents_of_routes(given_documents: Iterable[Document]) -> Iterator[Document]:
    """Yield the documents of the routes that a hub shares. Raises NotSharedError where a route needs
    what the hub did not give, or must not be shared."""
    by_key = {one.key: one for one in given_documents}
    for key in by_key:
        type, _slash, name = key.partition("/")
        if type == ROUTES:
            yield from shared_route(name, by_key).documents


def unfit_documents(
    given_documents: Iterable[Document],
    own_keys: Collection[str],
    keys_of_routes: Collection[str] = (),
) -> Iterator[Problem]:
    """Yield why documents cannot be taken from the hub. `keys_of_routes` are those of which the
    routes consist that it may share."""
    for one in given_documents:
        try:
            type, _name = split(one.key)
        except Invalid as invalid:
            yield from invalid.problems
            continue
        if type not in GIVEN_TYPES and one.key not in keys_of_routes:
            yield Problem(f"{one.key}.toml", NOT_GIVEN)
        elif one.key == OWN_DEFINITION or (one.key in own_keys and type not in RENAMED_TYPES):
            yield Problem(f"{one.key}.toml", EXISTS.fill(key=one.key))


def wrongly_marked_keys(
    documents: Iterable[Document], given_keys: Collection[str]
) -> Iterator[str]:
    """Yield the keys of documents that bear the hub's mark, and that it did not give."""
    for one in documents:
        if f'"{MARK}":' in one.body and one.key not in given_keys and _is_marked(one):
            yield one.key


def mark_problem(key: str) -> Problem:
    """Return the problem of a document that must not bear the hub's mark."""
    return Problem(f"{key}.toml: {MARK}", MARKED)


def without_marks(
    documents: Iterable[Document], marked_keys: Collection[str]
) -> tuple[Document, ...]:
    """Return documents of which these bear no mark: what follows from a mark that is wrong is no
    second problem. Raises Invalid if one of these cannot be read."""
    return tuple(
        document(one.key, {k: v for k, v in content(one).items() if k != MARK})
        if one.key in marked_keys
        else one
        for one in documents
    )


def fitted(hub_document: Document, node: str, rules: Collection[str]) -> Document:
    """Return a document of the hub as it holds here: an instance is measured by this node, with
    those of its rules that the hub gave, and a rule notifies by all routes that there are. Raises
    Invalid if it cannot be read."""
    type, _slash, name = hub_document.key.partition("/")
    if type not in MARKED_TYPES:
        return hub_document
    table = {**content(hub_document), MARK: True}
    if type == ACCOUNTS:
        table = _without_inbox(table)
    elif type == RULES:
        table |= {HUB_ID: table.pop("id", "") or name, "routes": []}
    elif type == CONTACTS:
        table |= {HUB_ID: name, "addresses": table.get("addresses", [])}
    elif type == INSTANCES:
        table = {**_with_rules_in(table, rules), "source": node}
    return document(hub_document.key, table)


def stays_with_node(key: str) -> bool:
    """Return whether a definition of a hub is the node's own once it has none."""
    return key.partition("/")[0] in (INSTANCES, NETWORKS, "blueprints")


def released(hub_documents: Iterable[Document]) -> Iterator[Document]:
    """Yield documents of a hub as they are the node's own once it has none: without its rules and
    contacts. Raises Invalid if one cannot be read."""
    for one in hub_documents:
        type = one.key.partition("/")[0]
        if type == INSTANCES:
            table = _with_rules_in(content(one), ())
            yield document(one.key, {k: v for k, v in table.items() if k != MARK})
        elif type == NETWORKS:
            yield document(one.key, _without_login(content(one)))
        elif stays_with_node(one.key):
            yield one


def _without_inbox(account: Mapping[str, Any]) -> dict[str, Any]:
    """Return an account that keeps its tokens under its own name, and reads no mailbox: the hub
    does."""
    return {key: one for key, one in account.items() if key not in ("id", "reads_inbox")}


def _without_login(network: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a network without a log-in at its proxy that the hub shared."""
    if not str(network.get("proxy_password", "")).startswith(HUB_ENTRIES):
        return network
    return {
        key: one for key, one in network.items() if key not in ("proxy_user", "proxy_password")
    }


def _is_marked(one: Document) -> bool:
    try:
        return MARK in content(one)
    except Invalid:  # told by whoever reads it
        return False


def _with_rules_in(instance: Mapping[str, Any], rules: Collection[str]) -> dict[str, Any]:
    """Return an instance with those of its rules, also further inside, that are among these."""
    groups = [
        _with_rules(group, rules)
        | {"monitor": [_with_rules(one, rules) for one in tables(group, "monitor")]}
        for group in tables(instance, "group")
    ]
    return {**_with_rules(instance, rules), "group": groups}


def _with_rules(table: Mapping[str, Any], rules: Collection[str]) -> dict[str, Any]:
    names = table.get("rules")
    if not isinstance(names, list):
        return dict(table)
    return {**table, "rules": [name for name in names if name in rules]}
