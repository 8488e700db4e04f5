"""Find what another server needs to send by a route: definitions, and entries of the vault.

A hub shares a route by these rules, and an agent accepts one by them: neither trusts the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from noroshi.core.allowances import known_pace
from noroshi.core.definitions.accounts import CREDENTIALS
from noroshi.core.definitions.document import Document
from noroshi.core.message_error import MessageError
from noroshi.core.reserved_entries import HUB_ENTRIES
from noroshi.core.translation import _
from noroshi.definitions.accounts_of_routes import ENTRIES
from noroshi.definitions.document_content import content, document
from noroshi.oauth.well_known_clouds import CLOUDS

ROUTES, ACCOUNTS, CUSTOM_CLOUDS, NETWORKS = "routes", "accounts", "clouds", "networks"
SHARED_TYPES = (ROUTES, ACCOUNTS, CUSTOM_CLOUDS, NETWORKS)
"""The types of definitions of which a shared route consists."""
SHARED_KINDS = ("smtp", "graph", "webhook")
ENTRY_FIELDS: Mapping[str, tuple[str, ...]] = {
    ROUTES: ENTRIES,
    ACCOUNTS: CREDENTIALS,
    NETWORKS: ("proxy_password",),
}
"""The settings that name an entry of the vault, by the type of the definition; a route's are among
its options."""
LOCAL_FIELDS = ("ca_file", "certificate", "source")
"""The settings of routes, clouds and networks that refer to a file or an address of the computer. An
account's certificate is in the vault."""
SHARED_MAILS_A_MINUTE = 15
"""So many messages all agents together may send by a mailbox; the other half of what Exchange Online
allows is the hub's."""

SIGNED_IN_BY_USER = _(
    "A user signs in for this route. Servers cannot share such a sign-in: if two of them renew it, "
    "the provider may revoke it. Use a route with an app-only sign-in, an SMTP password or a "
    "webhook."
)
OTHER_KIND = _("Routes of type {kind} cannot be shared.")
OF_COMPUTER = _(
    "The setting {field} in {key} refers to this computer, so the route would not work on another "
    "server."
)
OF_OWN_HUB = _(
    "The route comes from this node's own hub. Only that hub can share it with other servers."
)
MISSING = _("The definition {key} does not exist.")


class NotSharedError(MessageError, ValueError):
    """Report a route that cannot be shared; the words say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRoute:
    """Hold the definitions of a route, of its account with a custom cloud, and of their networks.
    `sender` is the key of that which has a sending limit: the account, or else the route."""

    documents: tuple[Document, ...]
    sender: str

    @property
    def entries(self) -> tuple[str, ...]:
        """Return the entries of the vault that they name."""
        return tuple(
            dict.fromkeys(entry for one in self.documents for entry in entries_in(one))
        )

    def with_limit(self, mails_a_minute: int) -> SharedRoute:
        """Return the route as an agent gets it: it sends by one connection, at most so many messages
        a minute, and does not read the mailbox."""
        return replace(self, documents=tuple(self._limited_documents(mails_a_minute)))

    def _limited_documents(self, mails_a_minute: int) -> Iterator[Document]:
        by_key = {one.key: one for one in self.documents}
        for one in self.documents:
            table = content(one)
            if one.key == self.sender:
                table["mails_a_minute"] = min(
                    mails_a_minute, _mail_limit(one, by_key) or mails_a_minute
                )
                table["connections"] = 1
            elif one.key.startswith(f"{ROUTES}/"):
                table["connections"] = 1
            for field in ("reads_inbox", "id"):
                table.pop(field, None)
            yield document(one.key, table)


def shared_route(name: str, documents: Mapping[str, Document]) -> SharedRoute:
    """Return what a route consists of, from documents by key. Raises NotSharedError, or Invalid if
    one cannot be read."""
    route = _definition(f"{ROUTES}/{name}", documents)
    table = content(route)
    kind = str(table.get("kind", ""))
    if kind not in SHARED_KINDS:
        raise NotSharedError(OTHER_KIND.fill(kind=kind))
    account = _definitions(ACCOUNTS, _options(table).get("account"), documents)
    parts = [route, *account, *_definitions(NETWORKS, table.get("network"), documents)]
    for one in account:
        parts += _account_parts(content(one), documents)
    for one in parts:
        _refuse_local(one)
    sender = account[0].key if account else route.key
    whole_route = SharedRoute(documents=tuple(dict.fromkeys(parts)), sender=sender)
    if any(entry.startswith(HUB_ENTRIES) for entry in whole_route.entries):
        raise NotSharedError(OF_OWN_HUB)
    return whole_route


def mails_a_minute(agents: int) -> int:
    """Return how many messages each of so many agents may send by one mailbox."""
    return max(1, SHARED_MAILS_A_MINUTE // agents)


def entries_in(one: Document) -> Iterator[str]:
    """Yield the entries of the vault that a definition of a shared route names."""
    type = one.key.partition("/")[0]
    table = _table_with_entries(type, content(one))
    for field in ENTRY_FIELDS.get(type, ()):
        if isinstance(entry := table.get(field), str) and entry:
            yield entry


def with_entries(one: Document, new_name: Callable[[str], str]) -> Document:
    """Return a definition of a shared route with new names of its vault entries."""
    type = one.key.partition("/")[0]
    table = content(one)
    entry_table = _table_with_entries(type, table)
    for field in ENTRY_FIELDS.get(type, ()):
        if isinstance(entry := entry_table.get(field), str) and entry:
            entry_table[field] = new_name(entry)
    return document(one.key, table)


def _account_parts(
    account: Mapping[str, Any], documents: Mapping[str, Document]
) -> list[Document]:
    """Return the definitions that an account needs. Raises NotSharedError if a user signs in."""
    if account.get("sign_in") != "app":
        raise NotSharedError(SIGNED_IN_BY_USER)
    cloud = account.get("cloud")
    custom_cloud = None if cloud in CLOUDS else cloud
    return [
        *_definitions(CUSTOM_CLOUDS, custom_cloud, documents),
        *_definitions(NETWORKS, account.get("network"), documents),
    ]


def _definitions(type: str, name: object, documents: Mapping[str, Document]) -> list[Document]:
    """Return the definition of that name, if there is a name."""
    return [_definition(f"{type}/{name}", documents)] if name else []


def _definition(key: str, documents: Mapping[str, Document]) -> Document:
    if key not in documents:
        raise NotSharedError(MISSING.fill(key=key))
    return documents[key]


def _refuse_local(one: Document) -> None:
    type = one.key.partition("/")[0]
    if type == ACCOUNTS:
        return
    table = content(one)
    for field in LOCAL_FIELDS:
        if table.get(field) or _options(table).get(field):
            raise NotSharedError(OF_COMPUTER.fill(field=field, key=one.key))


def _table_with_entries(type: str, table: dict[str, Any]) -> dict[str, Any]:
    return _options(table) if type == ROUTES else table


def _options(table: Mapping[str, Any]) -> dict[str, Any]:
    options = table.get("options")
    return options if isinstance(options, dict) else {}


def _mail_limit(sender: Document, documents: Mapping[str, Document]) -> int:
    """Return the messages that the hub itself may send a minute; 0 means no limit."""
    table = content(sender)
    limit = table.get("mails_a_minute")
    if limit is None and sender.key.startswith(f"{ROUTES}/"):
        return known_pace(_options(table)).mails_a_minute
    if limit is None:
        name = str(table.get("cloud", ""))
        custom_cloud = documents.get(f"{CUSTOM_CLOUDS}/{name}")
        known_cloud = CLOUDS.get(name)
        if custom_cloud is not None:
            limit = content(custom_cloud).get("mails_a_minute")
        elif known_cloud is not None:
            limit = known_cloud.mails_a_minute
    return limit if isinstance(limit, int) else 0
