"""Name what a setup makes: a route, its account, the vault's entry for the secret. Every door
takes the same names, so that each finds what another one began. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping
from itertools import count
from typing import Any

ACCOUNT = "m365"
"""The account of Microsoft 365, unless somebody names another one."""
ACCOUNTS: Mapping[str, str] = {"microsoft365": ACCOUNT, "google": "google"}
"""The name of the first account of each provider."""
FIRST_ROUTES: Mapping[str, str] = {"smtp": "smtp1", "graph": "graph1"}
"""The name of the first route of each kind by which a mailbox sends."""
ROUTE_KINDS = (*FIRST_ROUTES, "webhook", "pickup")
"""The kinds of routes that a setup names after their kind."""
Content = Mapping[str, Any]


def free_route(kind: str, used_names: Container[str]) -> str:
    """Return a route's name that is free: smtp1, smtp2 …"""
    return free_number(kind if kind in ROUTE_KINDS else "route", used_names)


def free_number(stem: str, used_names: Container[str]) -> str:
    """Return the first of stem1, stem2 … that is free."""
    return next(name for n in count(1) if (name := f"{stem}{n}") not in used_names)


def free_account(stem: str, used_names: Container[str]) -> str:
    """Return an account's name that is free: m365, m3652 …"""
    return _numbered_name(stem, "", used_names)


def free_entry(stem: str, used_names: Container[str]) -> str:
    """Return the name of a vault's entry that is free: m365, m365-2 … What is put in for
    something new takes the place of nothing."""
    return _numbered_name(stem, "-", used_names)


def account_in(route: Content) -> str:
    """Return the account that a route sends by; "" if it has none."""
    options = route.get("options")
    return str(options.get("account") or "") if isinstance(options, Mapping) else ""


def routes_by(account: str, routes: Mapping[str, Content]) -> list[str]:
    """Return the routes that send by an account."""
    return [name for name, route in routes.items() if account_in(route) == account]


def route_for(kind: str, account: str, routes: Mapping[str, Content]) -> str:
    """Return the route of that kind which the account has already, else a name that is free: no
    account takes over the route of another one."""
    own_routes = (
        name for name in routes_by(account, routes) if routes[name].get("kind") == kind
    )
    return next(own_routes, None) or free_route(kind, routes)


def route_from(mailbox: str, kind: str, documents: Mapping[str, Content]) -> str:
    """Return a route of that kind from a mailbox, by whichever account; "" if there is none."""
    for key, route in sorted(documents.items()):
        account = documents.get(f"accounts/{account_in(route)}", {})
        is_route = key.startswith("routes/") and route.get("kind") == kind
        if is_route and str(account.get("mailbox", "")).lower() == mailbox.lower():
            return key.removeprefix("routes/")
    return ""


def _numbered_name(stem: str, mark: str, used_names: Container[str]) -> str:
    if stem not in used_names:
        return stem
    return next(name for n in count(2) if (name := f"{stem}{mark}{n}") not in used_names)
