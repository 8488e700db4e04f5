"""Add a route: choose the sort, and for those that sign in with a provider give the few
settings needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import Message, _, pgettext
from noroshi.guides.setup_documents import FIELDS, WEBHOOK, Content, definitions_of, with_route
from noroshi.guides.setup_fields import CLIENT_SECRET, DELIVERY, NAMING, ROUTE_NAME
from noroshi.guides.setup_goal import SetupGoal
from noroshi.guides.setup_names import ACCOUNTS
from noroshi.oauth.redirect_url import SECRET_ID, looks_like_secret_id
from noroshi.operations.definition_answers import Applied
from noroshi.service import NotFoundError
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.transports.http.webhook_url import fault_of
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.new_route import (
    SHORT,
    allows_http,
    blank,
    free_name,
    new_entry,
    orders_to_join,
    route_settings,
    ticked_orders,
)
from noroshi.web.view.first_problems import problems_of_setup
from noroshi.web.view.form_operations import Outcome, query_value, require_administrator, run
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.route import BLANK, account_settings
from noroshi.web.view.routes import DEFINED, clouds, href
from noroshi.web.view.setting_names import CLOUD_NAMES, SETTING_NAMES, SHAPE_NAMES


async def new_server(visit: Visit, sort: str) -> Response:
    """Show the form, or add the route and lead to the page that proves it."""
    if visit.request.method == "GET":
        return await _server_page(visit, sort, Outcome())
    definitions = await visit.call(EditOperations.read, types=DEFINED)
    documents = definitions.documents
    route = visit.form.get("name", "").strip().lower() or free_name(documents, "routes", sort)
    if (reason := ROUTE_NAME.check(route)) is not None:
        return await _server_page(visit, sort, _field_refusal("name", visit.say(reason)))
    secret = visit.form.get("secret", "").strip()
    if sort == WEBHOOK and not secret:
        return await _server_page(
            visit,
            sort,
            _field_refusal("secret", visit.say(_("Paste the URL to which alarms are posted."))),
        )
    if sort == WEBHOOK and (fault := fault_of(secret, plain_http=allows_http(visit.form))):
        return await _server_page(visit, sort, _field_refusal("secret", visit.say(fault)))
    form = {name: value.strip() for name, value in visit.form.items() if name != "secret"}
    entry = await new_entry(visit, route) if secret else ""
    put: dict[str, Content] = {f"routes/{route}": route_settings(sort, form, entry)}
    put |= with_route(documents, ticked_orders(visit.form), route)
    outcome = await run(visit, EditOperations.change, put=put, etags={f"routes/{route}": ""})
    if outcome.reasons:
        return await _server_page(visit, sort, outcome)
    if secret:
        # If the vault does not take it, the route's own page says what is missing and asks again.
        secret_outcome = await run(visit, SignInOperations.set_secret, name=entry, value=secret)
        return visit.redirect(
            href(route, did="added", check="" if secret_outcome.reasons else "1")
        )
    return visit.redirect(href(route, did="added"))


def _field_refusal(field: str, text: str) -> Outcome[Applied]:
    return Outcome(None, (text,), 400, problems=((field, text),), kind="invalid")


async def _server_page(visit: Visit, sort: str, outcome: Outcome[Applied]) -> Response:
    definitions = await visit.call(EditOperations.read, types=DEFINED)
    documents: Mapping[str, Content] = definitions.documents
    fields = (*FIELDS[sort], *NAMING)
    return await visit.show(
        "mailing_new_server.html",
        outcome.status,
        of=sort,
        title=visit.say(SORTS[sort].title),
        form={"title": "", "name": "", "network": "", **blank(sort), **visit.form},
        problems=problems_of_setup(visit, outcome, fields),
        unless_named=free_name(documents, "routes", sort),
        fields={one.name: one for one in fields},
        shapes={name: visit.say(title) for name, title in SHAPE_NAMES.items()},
        networks=sorted(definitions_of(documents, "networks")),
        into=orders_to_join(visit, documents),
    )


__all__ = ["SHORT", "new_server"]


BY_ACCOUNT = ("microsoft365", "google")
"""Sorts of routes that sign in with a provider."""


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """Hold one sort of routes to choose from: the title, and a sentence about it."""

    title: Message
    description: Message


SORTS: Mapping[str, RouteChoice] = {
    "microsoft365": RouteChoice(
        _("Microsoft 365"),
        _("SMTP or Microsoft Graph, with OAuth 2.0 sign-in: by a user, or app-only."),
    ),
    "google": RouteChoice(
        _("Google"), _("Gmail and Google Workspace over SMTP, with OAuth 2.0 sign-in.")
    ),
    "smtp": RouteChoice(
        _("Other SMTP server"),
        _("An internal server, or one hosted by a provider, with or without a password."),
    ),
    "webhook": RouteChoice(
        pgettext("mailing.new.webhook", "Webhook"),
        _("Teams, Slack, or any service that accepts JSON over HTTPS."),
    ),
    "pickup": RouteChoice(
        _("Pickup folder"),
        _(
            "Writes messages as files to a folder, from which another program on the node fetches "
            "them."
        ),
    ),
}
NEW = ""


def routes(web: WebContext) -> list[Route]:
    """Return the route of the form."""
    return [Route("/mail/new", page(web, new), methods=["GET", "POST"])]


async def new(visit: Visit) -> Response:
    """Show the sorts, or the form of one that has an account."""
    require_administrator(visit)
    sort = visit.form.get("of", "") or query_value(visit, "of")
    if sort in SHORT:
        return await new_server(visit, sort)
    if visit.request.method == "GET":
        return await _account_page(visit, sort if sort in BY_ACCOUNT else "")
    if sort not in BY_ACCOUNT:
        raise NotFoundError(NO_SUCH_PAGE)
    return await _add(visit, sort)


async def _add(visit: Visit, sort: str) -> Response:
    form = visit.form
    definitions = await visit.call(EditOperations.read, types=DEFINED)
    documents = definitions.documents
    route = form.get("name", "").strip().lower()
    route = route or free_name(documents, "routes", _kind(form))
    if (reason := ROUTE_NAME.check(route)) is not None:
        return await _account_page(visit, sort, (visit.say(reason),), 400)
    account = _account(documents, form, sort)
    if f"accounts/{account}" not in documents and not form.get("mailbox", "").strip():
        # Said in the words of the form: what the definitions lack without it follows from this.
        return await _account_page(
            visit,
            sort,
            (visit.say(_("Enter the sending mailbox, or choose an existing account.")),),
            400,
        )
    secret = form.get("secret", "").strip()
    if (
        secret and sort == "microsoft365" and looks_like_secret_id(secret)
    ):  # before anything is made
        return await _account_page(visit, sort, (visit.say(SECRET_ID),), 400)
    entry = await new_entry(visit, account) if secret else ""
    put, etags = _definitions(documents, form, route, account, entry)
    outcome = await run(visit, EditOperations.change, put=put, etags=etags)
    if outcome.reasons:
        return await _account_page(visit, sort, outcome.reasons, outcome.status)
    has_secret = bool(secret)
    if secret and f"accounts/{account}" in put:
        secret_outcome = await run(visit, SignInOperations.set_secret, name=entry, value=secret)
        has_secret = not secret_outcome.reasons
        # If the vault would not take it the route's own page says that there is none, and asks.
    return visit.redirect(href(route, did="added", check="1" if has_secret else ""))


def _kind(form: Mapping[str, str]) -> str:
    return "graph" if form.get("kind") == "graph" else "smtp"


def _account(documents: Mapping[str, Content], form: Mapping[str, str], sort: str) -> str:
    """Return the account that was chosen, else a free name for a new one."""
    chosen_account = form.get("account", NEW)
    accounts = definitions_of(documents, "accounts")
    return (
        chosen_account
        if chosen_account in accounts
        else free_name(documents, "accounts", ACCOUNTS[sort])
    )


def _definitions(
    documents: Mapping[str, Content],
    form: Mapping[str, str],
    route: str,
    account: str,
    entry: str,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the documents to put at once, and the etags of those that must not exist yet."""
    network = form.get("network", "")
    goal = SetupGoal(account=account, route=route, kind=_kind(form), network=network)
    route_settings = goal.route_document({"title": form.get("title", "").strip()})
    put: dict[str, Any] = {f"routes/{route}": {k: v for k, v in route_settings.items() if v}}
    etags = {f"routes/{route}": ""}
    if f"accounts/{account}" not in documents:
        put[f"accounts/{account}"] = account_settings({}, form, entry)
        etags[f"accounts/{account}"] = ""
    return put | with_route(documents, ticked_orders(form), route), etags


async def _account_page(
    visit: Visit, sort: str, reasons: Sequence[str] = (), status: int = 200
) -> Response:
    definitions = await visit.call(EditOperations.read, types=DEFINED)
    documents = definitions.documents
    own_fields = {
        "title": visit.say(CLOUD_NAMES[sort]) if sort else "",
        "name": "",
        "kind": "smtp",
    }
    account_fields = {"mailbox": "", "client_id": "", "account": NEW, "cloud": sort}
    form = {**BLANK, **own_fields, **account_fields, **visit.form}
    accounts = [
        (name, account)
        for name, account in sorted(definitions_of(documents, "accounts").items())
        if (account.get("cloud") == "google") is (sort == "google")
    ]
    return await visit.show(
        "mailing_new.html",
        status,
        of=sort,
        sorts=SORTS,
        delivery=DELIVERY,
        setting_names=SETTING_NAMES,
        client_secret=CLIENT_SECRET.label,
        form=form,
        unless_named=[
            free_name(documents, "routes", one)
            for one in (("smtp", "graph") if sort == "microsoft365" else ("smtp",))
        ],
        accounts=accounts,
        clouds=[
            one
            for one in clouds(visit, documents)
            if (one[0] == "google") is (sort == "google")
        ],
        networks=sorted(definitions_of(documents, "networks")),
        into=orders_to_join(visit, documents),
        why=tuple(reasons),
    )
