"""Make the definitions that come of a setup, beside those of Microsoft 365 in setup_goal: the
route of another server, its account, the first rule, and the orders that a route joins. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.guides import setup_fields
from noroshi.guides.setup_fields import SetupField, options_of

Content = Mapping[str, Any]
Documents = Mapping[str, Content]
ORDERS = ("rules", "notifications")
"""The types of definitions that name routes, in the order in which they are tried."""
RULE = "ops"
"""The name of the first rule."""
MOST_CONNECTIONS = 3
"""The connections that Exchange Online allows at once."""
SERVER, WEBHOOK = "smtp", "webhook"
FIELDS: Mapping[str, Sequence[SetupField]] = {
    SERVER: setup_fields.SERVER,
    WEBHOOK: setup_fields.WEBHOOK,
}
"""The fields of each kind of route without an account."""
SERVER_OPTIONS = options_of(setup_fields.SERVER)
"""The fields of a mail server, beside the password."""
SECRET_OPTION: Mapping[str, str] = {SERVER: "password", WEBHOOK: "url_entry"}
"""The option that names the vault's entry for what is typed as the secret."""
SIGN_IN_OPTIONS = ("account", "password")
"""Options that say how a route signs in."""
LONGEST_PORT = 9
"""Digits: what is longer stays text, and is refused as such; int() raises from 4,301 on."""


def definitions_of(documents: Documents, type: str) -> dict[str, Content]:
    """Return all definitions of that type, by name."""
    parts = ((key.partition("/"), content) for key, content in documents.items())
    return {
        name: content for (document_type, _, name), content in parts if document_type == type
    }


def orders(documents: Documents) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each rule and notification with its routes, in the order in which they are
    tried."""
    for type in ORDERS:
        for name, content in sorted(definitions_of(documents, type).items()):
            yield f"{type}/{name}", tuple(content.get("routes", ()))


def orders_naming(documents: Documents, route: str) -> list[tuple[str, Sequence[str]]]:
    """Return each order that has the route."""
    return [(key, names) for key, names in orders(documents) if route in names]


def with_route(
    documents: Documents, keys: Collection[str], route: str, first: str = ""
) -> dict[str, Content]:
    """Return those orders with the route: at the end, or right behind the `first` one, whose
    fallback it is. Orders that have the route stay as they are."""
    return {
        key: {**documents[key], "routes": _with_fallback(names, route, first)}
        for key, names in orders(documents)
        if key in keys and route not in names
    }


def first_rule(documents: Documents, route: str) -> dict[str, Content]:
    """Return a rule that notifies the first contact by that route if there is no rule yet, and
    the instances without rules with it."""
    contacts = list(definitions_of(documents, "contacts"))
    if definitions_of(documents, "rules") or not contacts:
        return {}
    rule = {"action": "mail", "contacts": contacts[:1], "routes": [route]}
    unruled = {
        key: {**one, "rules": [RULE]}
        for key, one in documents.items()
        if key.startswith("instances/")
        and not one.get("rules")
        and key != f"instances/{OWN_INSTANCE}"
    }
    return {f"rules/{RULE}": rule, **unruled}


def route_options(kind: str, typed_values: Mapping[str, str], entry: str) -> dict[str, Any]:
    """Return the options of a route without an account. `entry` names the vault's entry for the
    secret; "": the route has no secret."""
    options: dict[str, Any] = {
        name: typed_values[name] for name in options_of(FIELDS[kind]) if typed_values.get(name)
    }
    port = typed_values.get("port", "")
    if port.isdecimal() and len(port) <= LONGEST_PORT:  # else it is refused as text
        options["port"] = int(port)
    return options | ({SECRET_OPTION[kind]: entry} if entry else {})


def route_document(kind: str, typed_values: Mapping[str, str], entry: str) -> dict[str, Any]:
    """Return the definition of a new route without an account."""
    settings = {
        "title": typed_values.get("title", ""),
        "kind": kind,
        "network": typed_values.get("network", ""),
    }
    options = route_options(kind, typed_values, entry)
    return {**{name: value for name, value in settings.items() if value}, "options": options}


def account_route(
    old_document: Content, kind: str, account: str, settings: Content
) -> dict[str, Any]:
    """Return what routes/NAME says once it sends by an account; `settings` are the others that
    somebody has answered."""
    options = {**_options_beside(old_document, kind), "account": account}
    return changed_document(
        {"connections": MOST_CONNECTIONS, **old_document},
        {"kind": kind, "options": options, **settings},
    )


def server_route(
    old_document: Content, typed_values: Mapping[str, str], entry: str, settings: Content
) -> dict[str, Any]:
    """Return what routes/NAME says once it sends by a mail server; `settings` are the others that
    somebody has answered. A password goes into the entry that is named already, else into
    `entry`; "": none was typed."""
    named_entry = _options_of_kind(old_document, SERVER).get("password") or entry
    options = route_options(SERVER, typed_values, str(named_entry))
    options = {**_options_beside(old_document, SERVER), **options}
    return changed_document(old_document, {"kind": SERVER, "options": options, **settings})


def account_document(
    old_document: Content, typed_values: Content, entry: str, needed_names: Collection[str] = ()
) -> dict[str, Any]:
    """Return what accounts/NAME says after a form. A secret goes into the entry that is named
    already, else into `entry`; "": none was typed."""
    return changed_document(
        old_document,
        {**typed_values, "secret": old_document.get("secret") or entry},
        needed_names,
    )


def changed_document(
    old_document: Content, settings: Content, needed_names: Collection[str] = ()
) -> dict[str, Any]:
    """Return a definition with these settings: settings that are not named stay, those left
    empty are removed, but for `needed_names`, which the check then refuses by name."""
    other_settings = {
        name: value for name, value in old_document.items() if name not in settings
    }
    return other_settings | {
        name: value for name, value in settings.items() if value or name in needed_names
    }


def tenant_or_domain(tenant: str, mailbox: str) -> str:
    """Return the tenant; where nobody names one, the domain of the mailbox stands for it."""
    return tenant or domain_of(mailbox)


def domain_of(mailbox: str) -> str:
    """Return the domain of a mailbox; "" for what is no address."""
    _local_part, at, domain = mailbox.rpartition("@")
    return domain if at else ""


def _options_beside(old_document: Content, kind: str) -> dict[str, Any]:
    """Return the options that a setup does not ask for; those of another kind are dropped."""
    return {
        name: value
        for name, value in _options_of_kind(old_document, kind).items()
        if name not in (*SERVER_OPTIONS, *SIGN_IN_OPTIONS)
    }


def _options_of_kind(old_document: Content, kind: str) -> Content:
    options: Content = old_document.get("options", {})
    return options if old_document.get("kind", kind) == kind else {}


def _with_fallback(names: Sequence[str], route: str, first: str) -> list[str]:
    place = names.index(first) + 1 if first in names else len(names)
    return [*names[:place], route, *names[place:]]
