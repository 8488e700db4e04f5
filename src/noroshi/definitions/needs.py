"""Who signs in for which route, and what for."""

from __future__ import annotations

from noroshi.core.model import Route
from noroshi.definitions.compiling import Plan
from noroshi.oauth.clouds import Account
from noroshi.ports import Resource

BY_KIND: dict[str, Resource] = {"graph": "graph"}
"""What a route's token is for, by the route's kind; for all others it is to hand in mails."""


def account_of(plan: Plan, route: Route) -> Account | None:
    """Whoever signs in for this route; most kinds of routes need nobody."""
    return plan.accounts.get(getattr(route.options, "account", "") or "")


def resource_of(route: Route) -> Resource:
    """What this route's token is for."""
    return BY_KIND.get(route.kind, "smtp")


def resources_of(plan: Plan, account: Account) -> tuple[Resource, ...]:
    """All that an account's routes need, and its inbox if it reads that; each once."""
    routes = [one for one in plan.routes.values() if account_of(plan, one) == account]
    inbox: tuple[Resource, ...] = ("inbox",) if account.reads_inbox else ()
    return tuple(dict.fromkeys((*map(resource_of, routes), *inbox)))
