"""Gather what the page of one route shows: the route, its account, and how it signs in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.definitions.schema_mail import REDIRECT
from noroshi.core.route_readiness import nothing_against
from noroshi.core.translation import Message, _
from noroshi.guides import setup_flow, setup_goal
from noroshi.guides.setup_documents import (
    Content,
    account_document,
    definitions_of,
    orders,
    tenant_or_domain,
)
from noroshi.guides.setup_flow import SetupFact, SetupStep
from noroshi.guides.setup_goal import NOT_YET
from noroshi.operations.status_answers import RouteStatus
from noroshi.service import NotFoundError
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.form_operations import permissions_of, run
from noroshi.web.view.page_context import Visit
from noroshi.web.view.routes import DEFINED, RouteRow, labels, ranked, route_row

WAYS: Mapping[str, str] = {
    "browser": "person-here",
    "paste": "person-paste",
    "app_certificate": "app-certificate",
    "app_secret": "app-secret",
    "device": "person-device",
}
"""The ways to sign in, each as the guide calls it: a certificate before a secret, and last the
code on another device, which many organisations block."""
WAY_NAMES: Mapping[str, Message] = {
    "browser": _("This browser"),
    "paste": _("Paste URL"),
    "device": _("Enter code"),
    "app_secret": _("App-only (secret)"),
    "app_certificate": _("App-only (certificate)"),
}
GONE = "-"
"""The etag of nothing."""
ELSEWHERE = ("browser", "paste", "app_secret", "device")
"""The ways to sign in at other providers than Microsoft."""
GOOGLE = ("browser", "paste", "app_secret")
"""Google's sign-in by a code on another device allows no scope for mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDetails:
    """Hold one route as it is now: the `definition`, that of the `account`, and the `way` that
    the page shows. `has_alternatives`: every order with the route has another one that
    can send."""

    row: RouteRow
    moment: datetime
    definition: Content
    documents: Mapping[str, Content]
    etags: Mapping[str, str]
    version: int
    account: Content | None
    way: str
    ways: Sequence[str]
    has_alternatives: bool

    @property
    def name(self) -> str:
        return self.row.status.name

    @property
    def key(self) -> str:
        """Return the key of the route's account."""
        return f"accounts/{self.row.status.account}"

    @property
    def is_app_only(self) -> bool:
        """Return True if the app signs in by itself."""
        return self.account is not None and self.account.get("sign_in") == "app"

    @property
    def redirect(self) -> str:
        return str((self.account or {}).get("redirect") or REDIRECT)

    @property
    def registered(self) -> bool:
        return bool(self.account) and self.account.get("client_id") != NOT_YET  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamedRoute:
    """Hold the new name of a route that somebody else renamed, and who did, in words."""

    name: str
    reasons: tuple[str, ...]
    status: int


async def find_renamed(visit: Visit, name: str) -> RenamedRoute | None:
    """Return the new name of a route whose form an administrator sent under the old name; None:
    the route still has that name, or there was none."""
    key = f"routes/{name}"
    if (
        not permissions_of(visit)["rule"]
        or key in (await visit.call(EditOperations.read, types=("routes",))).documents
    ):
        return None
    # It is no longer what any form of it saw: who changed it, and where it is, is told.
    dry_run = await run(visit, EditOperations.change, etags={key: GONE}, dry=True)
    problems = [(place, text) for place, text in dry_run.problems if place != key]
    if dry_run.kind != "conflict" or not problems:
        return None
    place, text = problems[0]
    return RenamedRoute(
        name=place.partition("/")[2], reasons=(dry_run.reasons[0], text), status=dry_run.status
    )


async def load_route(visit: Visit, name: str, way: str = "") -> RouteDetails:
    """Return the details of a route. Raises NotFoundError."""
    answer = await visit.call(StatusOperations.routes)
    definitions = await visit.call(EditOperations.read, types=DEFINED)
    documents = definitions.documents
    routes_by_rank = ranked(answer.routes, documents)
    row = next((route for route in routes_by_rank if route.name == name), None)
    if row is None:
        raise NotFoundError(NO_SUCH_PAGE)
    account = definitions_of(documents, "accounts").get(row.account)
    ways = ways_of(account)
    return RouteDetails(
        row=route_row(visit, row, labels(visit, routes_by_rank)[name], answer.at),
        moment=answer.at,
        definition=documents[f"routes/{name}"],
        documents=documents,
        etags=definitions.etags,
        version=definitions.version,
        account=account,
        way=way if way in ways else way_of(account),
        ways=ways,
        has_alternatives=has_other_route(name, answer.routes, documents),
    )


def has_other_route(
    name: str, routes: Sequence[RouteStatus], documents: Mapping[str, Content]
) -> bool:
    """Return True if each rule and notification that names the route names another that can send."""
    usable = {one.name for one in routes if nothing_against(one.sends)} - {name}
    lists = [names for _, names in orders(documents) if name in names]
    return bool(lists) and all(usable.intersection(names) for names in lists)


def ways_of(account: Content | None) -> Sequence[str]:
    """Return the ways to sign the account in. A cloud without one of them refuses it in words
    of its own."""
    if account is None:
        return ()
    return GOOGLE if account.get("cloud") == "google" else tuple(WAYS)


def way_of(account: Content | None) -> str:
    """Return the way in use."""
    if account is None:
        return ""
    in_use = setup_goal.way_of(account)
    by_app = (page_way for page_way, way in WAYS.items() if way == in_use)
    return next(by_app) if in_use.startswith("app-") else "browser"


def entries_of(details: RouteDetails) -> list[str]:
    """Return the vault entries that the route itself names."""
    options = details.definition.get("options", {})
    entries = (options.get(field, "") for field in ("password", "url_entry", "header_entry"))
    return [entry for entry in entries if entry]


def next_step(details: RouteDetails, stored_entries: Collection[str]) -> str:
    """Return the next step, for the one button that stands out: save, sign_in, or nothing."""
    account = details.account
    if account is None or details.row.status.state in ("well", "down"):
        return ""
    entries = [account[field] for field in ("secret", "certificate") if account.get(field)]
    is_missing = bool(entries) and not any(entry in stored_entries for entry in entries)
    by_certificate = details.way == "app_certificate"  # it is made on the way
    facts = {
        SetupFact.APP: details.registered,
        SetupFact.CREDENTIAL: not is_missing or by_certificate,
    }
    known_facts = [fact for fact, is_found in facts.items() if is_found]
    following = setup_flow.next_step((*facts, SetupFact.SIGN_IN), known_facts)
    return "sign_in" if following is SetupStep.SIGN_IN else "save"


def texts_of(account: Content | None) -> dict[str, str]:
    """Return the fields of an app registration for an account."""
    texts = {field: str((account or {}).get(field) or "") for field in FIELDS}
    texts["client_id"] = "" if texts["client_id"] == NOT_YET else texts["client_id"]
    return texts | {"shared": "on" if (account or {}).get("shared") else ""}


def account_settings(base: Content, form: Mapping[str, str], entry: str) -> dict[str, Any]:
    """Return the definition of accounts/NAME after the form; other settings stay. `entry` is for
    a typed secret."""
    form_values: dict[str, Any] = {field: form.get(field, "").strip() for field in FIELDS}
    form_values["client_id"] = form_values["client_id"] or NOT_YET
    if "tenant" in form:
        form_values["tenant"] = tenant_or_domain(form_values["tenant"], form_values["mailbox"])
    form_values["shared"] = form.get("shared") == "on"
    return account_document(
        base, form_values, entry if form.get("secret", "").strip() else "", NEEDED
    )


BLANK: Content = {
    "secret": "",
    "secret_ends": "",
    "certificate": "",
    "sign_in": "person",
    "shared": False,
    "network": "",
    "tenant": "",
    "redirect": "",
}
"""The settings of an account that does not have them."""
FIELDS = ("cloud", "client_id", "secret_ends", "tenant", "mailbox", "network")
"""The settings that the form of an app registration gives, beside the secret."""
NEEDED = ("cloud", "client_id", "mailbox")
"""Those of them that a definition cannot do without."""
