"""Find where a route leads the tokens of a built-in cloud: to that cloud's servers alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from noroshi.core.definitions.accounts import host_in
from noroshi.core.definitions.compiler import Plan
from noroshi.core.definitions.problems import Problem, file_of
from noroshi.core.mail import Route
from noroshi.core.translation import _, list_names
from noroshi.oauth.account import Account
from noroshi.oauth.well_known_clouds import MAIL_DOMAINS

OTHER_DESTINATION = _(
    "would send the tokens of account “{account}” to {given}, which is not a server of cloud "
    "“{cloud}” ({known}); remove it, because the account determines the server"
)


def foreign_destinations(plan: Plan[Account]) -> Iterator[Problem]:
    """Yield a problem for each route by which a token would leave for a server of somebody's
    choice."""
    for route in plan.routes.values():
        account = plan.accounts.get(getattr(route.options, "account", "") or "")
        if account is not None:
            yield from _of_route(route, account)


def host_of(route: Route) -> str:
    """Return the mail server that the options of a route name, those from its account included;
    "" for kinds without one."""
    return str(getattr(route.options, "host", "") or "")


def _of_route(route: Route, account: Account) -> Iterator[Problem]:
    allowed_domains = _allowed_domains(account)
    for field, domains in allowed_domains.items():
        value = str(getattr(route.options, field, ""))
        server = host_in(value) if "//" in value else value.lower().rstrip(".")
        if server and not any(server == one or server.endswith(f".{one}") for one in domains):
            problems: list[Problem] = []
            file_of("routes", route.name, problems).at("options").at(field).say(
                OTHER_DESTINATION,
                account=account.name,
                given=server,
                cloud=account.cloud.name,
                known=list_names(domains),
            )
            yield from problems


def _allowed_domains(account: Account) -> Mapping[str, tuple[str, ...]]:
    """Return the domains that the servers of an account may be in, by the option of a route;
    none for a custom cloud."""
    domains = MAIL_DOMAINS.get(account.cloud.name)
    if domains is None:
        return {}
    return {"host": domains, "graph": (host_in(account.cloud.graph),)}
