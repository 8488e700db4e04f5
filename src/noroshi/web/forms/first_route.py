"""Make a route, its account and a rule of the first start's form for the way out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from noroshi.core.translation import Message, _
from noroshi.oauth.well_known_clouds import CLOUDS
from noroshi.web.forms.normalize import figures

MICROSOFT, SERVER = WAYS = ("microsoft365", "server")
SMTP, GRAPH = BY = ("smtp", "graph")
"""The ways in which Microsoft 365 is handed a mail."""
NAMES = {SMTP: "smtp1", GRAPH: "graph1"}
ACCOUNT, RULE = "m365", "ops"
OF_MICROSOFT = tuple(name for name, cloud in CLOUDS.items() if cloud.entra)
ACCOUNT_FIELDS = ("cloud", "tenant", "client_id", "secret_ends", "mailbox")
SERVER_FIELDS = ("host", "port", "protection", "sender", "user")
PROTECTIONS: Mapping[str, Message] = {
    "starttls": _("STARTTLS (usual)"),
    "tls": _("TLS from the start of the connection"),
    "none": _("none (an internal server)"),
}
SIGN_INS, MOST_CONNECTIONS = ("account", "password"), 3
"""Options that say how the route signs in; what Exchange Online allows at once."""
LONGEST_PORT = 9
"""Digits: what is longer stays text, and is refused as such; int() raises from 4,301 on."""
Documents = Mapping[str, Mapping[str, Any]]


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
        """The kind of the route."""
        return GRAPH if self.way == MICROSOFT and self.form.get("by") == GRAPH else SMTP


def route_of(there: Documents, by: str = SMTP) -> str:
    """The route's name: that which the first start has made already, whatever its kind, so that
    mails that wait for it go out by it once it is mended; whatever it is called by now, too."""
    made = (one for one in NAMES.values() if f"routes/{one}" in there)
    return next(made, next(_renamed(there), NAMES[by]))


def _renamed(there: Documents) -> Iterator[str]:
    """Routes that the first start could have made; `there` has the accounts too."""
    for key, one in there.items():
        type, _, name = key.partition("/")
        if type == "routes" and one.get("kind") in BY:
            account = there.get(f"accounts/{one.get('options', {}).get('account', '')}", {})
            known = CLOUDS.get(str(account.get("cloud", "")))
            if known is None or known.entra:  # a cloud of their own is offered as well
                yield name


def account_of(there: Documents) -> str:
    """The name of that route's account."""
    return str(_options(there).get("account") or ACCOUNT)


def way_of(there: Documents) -> str:
    """Return which of WAYS was taken."""
    options = _options(there)
    return SERVER if options and not options.get("account") else MICROSOFT


def filled(there: Documents, way: str) -> dict[str, str]:
    """The fields of a way's form, with what is there already."""
    if way == SERVER:
        form = {name: str(_options(there).get(name) or "") for name in SERVER_FIELDS}
        return form | {"protection": form["protection"] or next(iter(PROTECTIONS))}
    account = there.get(f"accounts/{account_of(there)}", {})
    form = {name: str(account.get(name) or "") for name in ACCOUNT_FIELDS}
    by = GRAPH if _route(there).get("kind") == GRAPH else SMTP
    return form | {"cloud": form["cloud"] or OF_MICROSOFT[0], "by": by}


def documents_of(submitted: FirstRouteForm, there: Documents) -> dict[str, Mapping[str, Any]]:
    """Return what is put in the place of what is there: the route, its account, a rule that tells
    the first contact by it, and that rule for instances without one. What of them the form does
    not ask for stays."""
    name, account, before = route_of(there, submitted.by), account_of(there), _route(there)
    ours = not before or before.get("title") in ("", *submitted.titles.values())
    route = {
        **before,
        "title": submitted.titles[submitted.by] if ours else before.get("title", ""),
        "kind": submitted.by,
        "options": _route_options(submitted, there, account),
    }
    made: dict[str, Mapping[str, Any]] = {f"routes/{name}": route}
    if submitted.way == MICROSOFT:
        route.setdefault("connections", MOST_CONNECTIONS)
        known = there.get(f"accounts/{account}", {})
        made[f"accounts/{account}"] = _account(submitted.form, known, submitted.entry)
    return made | _ruled(there, name)


def _route(there: Documents) -> Mapping[str, Any]:
    return there.get(f"routes/{route_of(there)}", {})


def _options(there: Documents) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _route(there).get("options", {})
    return found


def _route_options(
    submitted: FirstRouteForm, there: Documents, account: str
) -> Mapping[str, Any]:
    """The route's options: of another kind's nothing would fit."""
    alike = _route(there).get("kind", submitted.by) == submitted.by
    before = _options(there) if alike else {}
    kept = {k: v for k, v in before.items() if k not in (*SERVER_FIELDS, *SIGN_INS)}
    ours = {"account": account} if submitted.way == MICROSOFT else _server(submitted, before)
    return {**kept, **ours}


def _server(submitted: FirstRouteForm, before: Mapping[str, Any]) -> Mapping[str, Any]:
    form = submitted.form
    said: dict[str, Any] = {name: form[name] for name in SERVER_FIELDS if form.get(name)}
    port = figures(form["port"])
    if port.isdecimal() and len(port) <= LONGEST_PORT:
        said["port"] = int(port)
    if entry := before.get("password") or submitted.entry:
        said["password"] = entry
    return said


def _account(
    form: Mapping[str, str], before: Mapping[str, Any], entry: str
) -> Mapping[str, Any]:
    said = {name: form[name] for name in ACCOUNT_FIELDS}
    made = {**before, **said, "secret": before.get("secret") or entry}
    return {name: value for name, value in made.items() if value != ""}


def _ruled(there: Documents, route: str) -> dict[str, Mapping[str, Any]]:
    """A rule for those who have none, and who is watched without one tells by it."""
    rules = [key.partition("/")[2] for key in there if key.startswith("rules/")]
    contacts = [key.partition("/")[2] for key in there if key.startswith("contacts/")]
    if rules or not contacts:
        return {}
    rule = {"action": "mail", "contacts": contacts[:1], "routes": [route]}
    mute = {
        key: {**one, "rules": [RULE]}
        for key, one in there.items()
        if key.startswith("instances/") and not one.get("rules") and key != "instances/noroshi"
    }
    return {f"rules/{RULE}": rule, **mute}
