"""A new route by a mail server or a webhook: the few settings that matter, the secret into the vault."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from noroshi.core.definitions.value_syntax import is_name
from noroshi.transports.http.webhook_url import fault_of
from noroshi.web.forms.first_route import PROTECTIONS
from noroshi.web.forms.new_route import SHORT, SMTP, WEBHOOK, blank, route_document
from noroshi.web.forms.new_route_rules import (
    first_free,
    free_entry,
    into_of,
    named_in,
    with_route,
)
from noroshi.web.view.first_problems import at_fields
from noroshi.web.view.form_operations import Outcome, run
from noroshi.web.view.page_context import Visit
from noroshi.web.view.routes import DEFINED, Answer, href, of_type

SHAPES = {"teams": "Microsoft Teams", "slack": "Slack", "json": "JSON", "text": ""}
"""Formats of a webhook, by their names; plain text has one in each language."""
LABELS: Mapping[str, Mapping[str, str]] = {
    SMTP: {
        "host": "first.host",
        "protection": "first.protection",
        "port": "first.port",
        "sender": "first.sender",
        "user": "first.user",
        "secret": "password",
        "name": "name",
        "title": "field.title",
    },
    WEBHOOK: {
        "secret": "mailing.new.url",
        "shape": "mailing.new.shape",
        "name": "name",
        "title": "field.title",
    },
}
MEANT: Mapping[str, Mapping[str, str]] = {
    SMTP: {"password": "secret", "value": "secret"},
    WEBHOOK: {"url": "secret", "url_entry": "secret", "value": "secret"},
}


async def new_server(visit: Visit, sort: str) -> Response:
    """Show the form, or add the route and lead to the page that proves it."""
    if visit.request.method == "GET":
        return await _shown(visit, sort, Outcome())
    defined = await visit.call("definition_show", types=DEFINED)
    documents = defined["documents"]
    route = visit.form.get("name", "").strip().lower() or first_free(documents, "routes", sort)
    if not is_name(route):
        return await _shown(visit, sort, _refused("name", visit.text("mailing.edit.no_name")))
    secret = visit.form.get("secret", "").strip()
    if sort == WEBHOOK and not secret:
        return await _shown(visit, sort, _refused("secret", visit.text("mailing.new.no_url")))
    if sort == WEBHOOK and (fault := fault_of(secret, plain_http=False)):
        return await _shown(visit, sort, _refused("secret", visit.say(fault)))
    form = {name: value.strip() for name, value in visit.form.items() if name != "secret"}
    entry = await free_entry(visit, route) if secret else ""
    put: dict[str, Answer] = {f"routes/{route}": route_document(sort, form, entry)}
    put |= with_route(documents, named_in(visit.form), route)
    done = await run(visit, "definition_change", put=put, etags={f"routes/{route}": ""})
    if done.why:
        return await _shown(visit, sort, done)
    if secret:
        # If the vault does not take it, the route's own page says what is missing and asks again.
        done = await run(visit, "set_secret", name=entry, value=secret)
    return visit.to(href(route, did="added", check="1" if secret and not done.why else ""))


def _refused(field: str, what: str) -> Outcome:
    return Outcome(None, (what,), 400, problems=((field, what),), kind="invalid")


async def _shown(visit: Visit, sort: str, done: Outcome) -> Response:
    defined = await visit.call("definition_show", types=DEFINED)
    documents: Mapping[str, Answer] = defined["documents"]
    labels = {name: visit.text(key) for name, key in LABELS[sort].items()}
    return await visit.show(
        "mailing_new_server.html",
        done.status,
        of=sort,
        form={"title": "", "name": "", "network": "", **blank(sort), **visit.form},
        told=at_fields(visit, done, labels, MEANT[sort]),
        unless_named=first_free(documents, "routes", sort),
        protections=PROTECTIONS,
        shapes=SHAPES,
        networks=sorted(of_type(documents, "networks")),
        into=into_of(visit, documents),
    )


__all__ = ["SHORT", "new_server"]
