"""Find who signs in for which route, and what for."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.mail import Route
from noroshi.core.translation import Message, _
from noroshi.definitions.compilation import Plan
from noroshi.definitions.token_destinations import host_of
from noroshi.oauth.account import Account
from noroshi.oauth.high_volume import is_high_volume
from noroshi.oauth.well_known_clouds import mark
from noroshi.ports import Resource

EXCHANGE_ONLINE = (".office365.com", ".outlook.com", ".office365.us", ".partner.outlook.cn")
"""Domains whose mail servers end password sign-in (Exchange team blog, January 2026)."""
ENTRIES = ("password", "url_entry", "header_entry")
"""The options of a route that name an entry of the vault."""
BY_KIND: dict[str, Resource] = {"graph": "graph"}
"""The purpose of a route's token, by the route's kind; for all others it is to hand in mails."""
NOT_IN_VAULT = followed_by(
    _("“{entry}”, which this route needs, is not in the vault."), InstructionKind.PUT_SECRET
)


def account_of(plan: Plan, route: Route) -> Account | None:
    """Return who signs in for this route; most kinds of routes need nobody."""
    return plan.accounts.get(getattr(route.options, "account", "") or "")


def reader_of(plan: Plan, route: Route) -> Account | None:
    """Return whose own mailbox shows what becomes of this route's mails; None: none is read."""
    account = account_of(plan, route)
    if account is None or not account.reads_inbox:
        return None
    return account if account.cloud.graph or account.cloud.imap_host else None


def routes_with_bounce_detection(plan: Plan) -> frozenset[str]:
    """Return the routes of whose mails it is noticed if they come back: they do so to the
    mailbox, whichever account reads that."""
    readers = (reader_of(plan, route) for route in plan.routes.values())
    mailboxes = {account.mailbox.casefold() for account in readers if account is not None}
    accounts = {name: account_of(plan, route) for name, route in plan.routes.items()}
    return frozenset(
        name for name, a in accounts.items() if a and a.mailbox.casefold() in mailboxes
    )


def resource_of(route: Route) -> Resource:
    """Return the resource that this route's token is for."""
    return BY_KIND.get(route.kind, "smtp")


def entries_of(route: Route) -> tuple[str, ...]:
    """Return the vault's entries that this route needs, beside what its account needs."""
    entries = (str(getattr(route.options, field, "") or "") for field in ENTRIES)
    return tuple(entry for entry in entries if entry)


def is_retiring(route: Route) -> bool:
    """Return True if the route signs in by a password, at a server that ends password sign-in.
    High Volume Email takes passwords until September 2028
    (https://learn.microsoft.com/exchange/mail-flow-best-practices/oauth-high-volume-mails-m365)."""
    host = host_of(route).lower().rstrip(".")
    password = bool(getattr(route.options, "password", ""))
    return password and host.endswith(EXCHANGE_ONLINE) and not is_high_volume(host)


def mark_of(plan: Plan, route: Route) -> Message | None:
    """Return the mark beside the kind of this route, where the provider is none of the built-in
    ones."""
    account = account_of(plan, route)
    return mark(account.cloud) if account is not None else None


def marks_of(plan: Plan) -> Mapping[str, Message]:
    """Return the marks of all routes, by name; those without are not there."""
    marks = {name: mark_of(plan, route) for name, route in plan.routes.items()}
    return {name: mark for name, mark in marks.items() if mark is not None}


def resources_of(plan: Plan, account: Account) -> tuple[Resource, ...]:
    """Return all that the routes of an account need, each resource once. The inbox is left out:
    an administrator who refuses that would refuse the whole sign-in."""
    routes = [one for one in plan.routes.values() if account_of(plan, one) == account]
    return tuple(dict.fromkeys(map(resource_of, routes)))
