"""The first start's way out: Microsoft 365 or a mail server, in one form each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.schema_mail import REDIRECT
from noroshi.core.translation import Message, _, pgettext
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.conflict import MergedForm, merged_form, refusal_lines
from noroshi.web.forms.first_route import (
    GRAPH,
    MICROSOFT,
    NAMES,
    OF_MICROSOFT,
    PROTECTIONS,
    SERVER,
    SMTP,
    WAYS,
    Documents,
    FirstRouteForm,
    account_of,
    documents_of,
    fields_of_way,
    route_of,
    way_of,
)
from noroshi.web.forms.new_route import free_entry
from noroshi.web.pages.first_steps import looked, shown
from noroshi.web.view.first_problems import problems_at_fields, sealed
from noroshi.web.view.form_operations import Outcome, query_value, run
from noroshi.web.view.page_context import Visit, page

SIGN_IN = "/first/sign-in"
OF_GRAPH = "Microsoft Graph"
"""The title of a route by it."""
LABELS: Mapping[str, Mapping[str, Message]] = {
    MICROSOFT: {
        "by": _("Delivery method"),
        "mailbox": _("Sending mailbox"),
        "tenant": _("Tenant"),
        "client_id": _("Client ID"),
        "secret": _("Client secret"),
        "secret_ends": _("Secret expires on"),
        "cloud": _("Cloud"),
    },
    SERVER: {
        "host": _("Host"),
        "sender": _("Sender"),
        "protection": _("Encryption"),
        "port": _("Port"),
        "user": pgettext("first_steps", "User"),
        "secret": _("Password"),
    },
}
MEANT: Mapping[str, Mapping[str, str]] = {
    MICROSOFT: {"value": "secret", "sender": "mailbox", "graph": "by"},
    SERVER: {"value": "secret", "password": "secret"},
}
"""Settings that a field stands for, though it is called otherwise."""


def routes(web: WebContext) -> list[Route]:
    """Their addresses."""
    methods = ["GET", "POST"]
    return [Route("/first/mail", page(web, mail), methods=methods)]


async def mail(visit: Visit) -> Response:
    """One form for each way; what is there already stands in it."""
    progress, all_of_it = await looked(visit), await visit.call("definition_show")
    there, done = all_of_it["documents"], Outcome()
    way = visit.form.get("way") or query_value(visit, "way") or way_of(there)
    if way not in WAYS:
        raise NotFoundError(NO_SUCH_PAGE)
    form = fields_of_way(there, way)
    merged = MergedForm(form=form, base_version=all_of_it["version"])
    etag = _etags(all_of_it)
    if visit.request.method == "POST":
        form = {name: visit.form.get(name, "").strip() for name in merged.form}
        done, saved = await _made(visit, way, form, all_of_it)
        if not done.why:
            return visit.to(SIGN_IN if way == MICROSOFT else "/first/alarm")
        merged = await merged_form(visit, form, lambda said: fields_of_way(said, way), done)
        # The definitions may be in force though the secret beside them was not taken.
        fresh = await visit.call("definition_show")
        if saved or merged.overtaken:
            merged, etag = replace(merged, base_version=fresh["version"]), _etags(fresh)
        else:
            etag = visit.form.get("etag", "")
        done = replace(done, why=await refusal_lines(visit, done))
    own = [key.partition("/")[2] for key in there if key.startswith("clouds/")]
    labels = {name: visit.say(label) for name, label in LABELS[way].items()}
    return await shown(
        visit,
        "mail",
        "first_mail.html",
        progress,
        done.status,
        kind=way,
        form=merged.form,
        merged=merged,
        etag=etag,
        told=problems_at_fields(visit, done, labels, MEANT[way]),
        clouds=(*OF_MICROSOFT, *own),
        protections=PROTECTIONS,
        redirect=REDIRECT,
    )


async def _made(
    visit: Visit, way: str, form: Mapping[str, str], all_of_it: Mapping[str, Any]
) -> tuple[Outcome, bool]:
    """The definitions, then the secret; whether the definitions are in force. What others
    changed since the form was shown is not overwritten."""
    there, given = all_of_it["documents"], visit.form.get("secret", "")
    titles = {SMTP: visit.say(_("SMTP server 1")), GRAPH: OF_GRAPH}
    named = account_of(there) if way == MICROSOFT else NAMES[SMTP]
    entry = await free_entry(visit, named) if given else ""
    wanted = FirstRouteForm(way, form, titles, entry)
    made = documents_of(wanted, there)
    known_etags = dict(
        zip(_shown_of(there), visit.form.get("etag", "").split(","), strict=False)
    )
    etags = {key: known_etags.get(key, all_of_it["etags"].get(key, "")) for key in made}
    done = await run(visit, "definition_change", put=made, etags=etags)
    if done.why:
        return done, False
    if way == MICROSOFT:
        account = account_of(there)
        entry = str(made[f"accounts/{account}"].get("secret", ""))
        return await sealed(visit, account, entry, given), True
    entry = made[f"routes/{route_of(there, wanted.by)}"]["options"].get("password", "")
    done = await run(visit, "set_secret", name=entry, value=given) if given else done
    return done, True


def _shown_of(there: Documents) -> tuple[str, str]:
    """Return what stands in the form: the route and its account."""
    return f"routes/{route_of(there)}", f"accounts/{account_of(there)}"


def _etags(all_of_it: Mapping[str, Any]) -> str:
    """Their etags, "" for what is not there, as the form carries them."""
    keys = _shown_of(all_of_it["documents"])
    return ",".join(all_of_it["etags"].get(key, "") for key in keys)
