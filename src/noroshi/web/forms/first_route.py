"""Make a route, its account and a rule of the first start's form for the way out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from noroshi.guides.setup_documents import (
    MOST_CONNECTIONS,
    SERVER_OPTIONS,
    SIGN_IN_OPTIONS,
    Documents,
    account_document,
    first_rule,
    route_options,
)
from noroshi.guides.setup_fields import DELIVERY, MICROSOFT365, PROTECTION, options_of
from noroshi.guides.setup_names import ACCOUNT, FIRST_ROUTES, account_in
from noroshi.oauth.well_known_clouds import CLOUDS
from noroshi.web.forms.normalize import figures

MICROSOFT, SERVER = WAYS = ("microsoft365", "server")
SMTP, GRAPH = BY = ("smtp", "graph")
"""The ways in which Microsoft 365 is handed a mail."""
OF_MICROSOFT = tuple(name for name, cloud in CLOUDS.items() if cloud.entra)
ACCOUNT_FIELDS = options_of([one for one in MICROSOFT365 if one is not DELIVERY])


@dataclass(frozen=True, slots=True)
class FirstRouteForm:
    """Hold what the form says: one of WAYS, its fields, the entry for the secret that came with
    it ("": none came), if there is none yet; `titles` are what a route of each of BY is
    called."""

    way: str
    form: Mapping[str, str]
    titles: Mapping[str, str]
    entry: str

    @property
    def by(self) -> str:
        """Return the kind of the route."""
        return GRAPH if self.way == MICROSOFT and self.form.get("by") == GRAPH else SMTP


def route_of(documents: Documents, route_kind: str = SMTP) -> str:
    """Return the name of the route that the first start has made already, whatever its kind
    and its present name, so that waiting mails go out by it once it is repaired; else a new
    name."""
    existing = (one for one in FIRST_ROUTES.values() if f"routes/{one}" in documents)
    return next(existing, next(_renamed_routes(documents), FIRST_ROUTES[route_kind]))


def _renamed_routes(documents: Documents) -> Iterator[str]:
    """Yield routes that the first start could have made; `documents` has the accounts too."""
    for key, one in documents.items():
        type, _, name = key.partition("/")
        if type == "routes" and one.get("kind") in BY:
            account = documents.get(f"accounts/{account_in(one)}", {})
            cloud = CLOUDS.get(str(account.get("cloud", "")))
            if cloud is None or cloud.entra:  # a cloud of their own is offered as well
                yield name


def account_of(documents: Documents) -> str:
    """Return the name of that route's account."""
    return account_in(_route(documents)) or ACCOUNT


def way_of(documents: Documents) -> str:
    """Return which of WAYS was taken."""
    options = _options(documents)
    return SERVER if options and not options.get("account") else MICROSOFT


def fields_of_way(documents: Documents, way: str) -> dict[str, str]:
    """Return the fields of a way's form, with the values in force."""
    if way == SERVER:
        form = {name: str(_options(documents).get(name) or "") for name in SERVER_OPTIONS}
        return form | {"protection": form["protection"] or PROTECTION.default}
    account = documents.get(f"accounts/{account_of(documents)}", {})
    form = {name: str(account.get(name) or "") for name in ACCOUNT_FIELDS}
    route_kind = GRAPH if _route(documents).get("kind") == GRAPH else SMTP
    return form | {"cloud": form["cloud"] or OF_MICROSOFT[0], "by": route_kind}


def documents_of(
    first_route: FirstRouteForm, documents: Documents
) -> dict[str, Mapping[str, Any]]:
    """Return the documents to put: the route, its account, a rule that notifies the first
    contact by it, and that rule for instances without one. Settings that the form does not ask
    for stay."""
    name, account = route_of(documents, first_route.by), account_of(documents)
    base = _route(documents)
    is_own_title = not base or base.get("title") in ("", *first_route.titles.values())
    route = {
        **base,
        "title": first_route.titles[first_route.by] if is_own_title else base.get("title", ""),
        "kind": first_route.by,
        "options": _route_options(first_route, documents, account),
    }
    put: dict[str, Mapping[str, Any]] = {f"routes/{name}": route}
    if first_route.way == MICROSOFT:
        route.setdefault("connections", MOST_CONNECTIONS)
        form_values = {field: first_route.form[field] for field in ACCOUNT_FIELDS}
        account_in_force = documents.get(f"accounts/{account}", {})
        put[f"accounts/{account}"] = account_document(
            account_in_force, form_values, first_route.entry
        )
    return put | first_rule(documents, name)


def _route(documents: Documents) -> Mapping[str, Any]:
    return documents.get(f"routes/{route_of(documents)}", {})


def _options(documents: Documents) -> Mapping[str, Any]:
    options: Mapping[str, Any] = _route(documents).get("options", {})
    return options


def _route_options(
    first_route: FirstRouteForm, documents: Documents, account: str
) -> Mapping[str, Any]:
    """Return the route's options; those of another kind are dropped."""
    is_same_kind = _route(documents).get("kind", first_route.by) == first_route.by
    base = _options(documents) if is_same_kind else {}
    other_options = {
        k: v for k, v in base.items() if k not in (*SERVER_OPTIONS, *SIGN_IN_OPTIONS)
    }
    own_options = (
        {"account": account} if first_route.way == MICROSOFT else _server(first_route, base)
    )
    return {**other_options, **own_options}


def _server(first_route: FirstRouteForm, base: Mapping[str, Any]) -> Mapping[str, Any]:
    form_values = {**first_route.form, "port": figures(first_route.form["port"])}
    return route_options(SMTP, form_values, str(base.get("password") or first_route.entry))
