"""Make the definitions of the first start from the form of the first route: a route, an account
and a rule. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from noroshi.guides.setup_documents import (
    SERVER_OPTIONS,
    Documents,
    account_document,
    account_route,
    first_rule,
    server_route,
    tenant_or_domain,
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
    """Hold the posted form: `way` is one of WAYS, `form` has the fields, `entry` is the vault
    entry for the posted secret where the definitions name none yet ("": no secret was posted);
    `titles` are the titles of a route of each kind in BY."""

    way: str
    form: Mapping[str, str]
    titles: Mapping[str, str]
    entry: str

    @property
    def route_kind(self) -> str:
        """Return the kind of the route."""
        return GRAPH if self.way == MICROSOFT and self.form.get("by") == GRAPH else SMTP


def route_of(documents: Documents, route_kind: str = SMTP) -> str:
    """Return the name of the route that the first start has made already, whatever its kind and
    present name, so that waiting mails are sent by that route once it is repaired; else a new
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
    """Return the chosen one of WAYS."""
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
    contact by that route, and the rule for instances without one. Settings that the form does
    not ask for stay."""
    name, old_route = route_of(documents, first_route.route_kind), _route(documents)
    title, entry = {"title": _title(first_route, old_route)}, first_route.entry
    put: dict[str, Mapping[str, Any]]
    if first_route.way == MICROSOFT:
        account = account_of(documents)
        old_account = documents.get(f"accounts/{account}", {})
        form = {field: first_route.form[field] for field in ACCOUNT_FIELDS}
        form["tenant"] = tenant_or_domain(form["tenant"], form["mailbox"])
        put = {
            f"routes/{name}": account_route(old_route, first_route.route_kind, account, title),
            f"accounts/{account}": account_document(old_account, form, entry),
        }
    else:
        form = {**first_route.form, "port": figures(first_route.form["port"])}
        put = {f"routes/{name}": server_route(old_route, form, entry, title)}
    return put | first_rule(documents, name)


def _title(first_route: FirstRouteForm, old_route: Mapping[str, Any]) -> str:
    """Return the title of the route: the default of the kind, unless a person set another
    one."""
    old_title = str(old_route.get("title", ""))
    is_own_title = not old_route or old_title in ("", *first_route.titles.values())
    return first_route.titles[first_route.route_kind] if is_own_title else old_title


def _route(documents: Documents) -> Mapping[str, Any]:
    return documents.get(f"routes/{route_of(documents)}", {})


def _options(documents: Documents) -> Mapping[str, Any]:
    options: Mapping[str, Any] = _route(documents).get("options", {})
    return options
