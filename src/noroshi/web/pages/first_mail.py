"""Set up the first route: Microsoft 365 or a mail server, in one form each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.schema_mail import REDIRECT
from noroshi.core.translation import _
from noroshi.guides import setup_fields
from noroshi.guides.setup_documents import Documents
from noroshi.guides.setup_flow import SetupStep, facts_before, facts_for
from noroshi.guides.setup_goal import SetupGoal
from noroshi.guides.setup_names import FIRST_ROUTES
from noroshi.oauth.well_known_clouds import GOOGLE
from noroshi.operations.definition_answers import DefinitionsShown
from noroshi.service import NotFoundError
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.conflict import MergedForm, merged_form, refusal_lines
from noroshi.web.forms.first_route import (
    GRAPH,
    MICROSOFT,
    SERVER,
    SMTP,
    WAYS,
    FirstRouteForm,
    account_of,
    documents_of,
    fields_of_way,
    route_of,
    way_of,
)
from noroshi.web.forms.new_route import new_entry
from noroshi.web.pages.first_steps import load_progress, page_after, step_page
from noroshi.web.view.first_problems import problems_of_setup, store_secret
from noroshi.web.view.form_operations import Outcome, query_value, run
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.routes import clouds

SIGN_IN = "/first/sign-in"
OF_GRAPH = "Microsoft Graph"
"""The title of a route by it."""
FIELDS = {MICROSOFT: setup_fields.MICROSOFT365, SERVER: setup_fields.SERVER}
"""The fields of each form."""


def routes(web: WebContext) -> list[Route]:
    """Return the route of the form."""
    methods = ["GET", "POST"]
    return [Route("/first/mail", page(web, mail), methods=methods)]


async def mail(visit: Visit) -> Response:
    """Show and save one form for each way, filled with the values in force."""
    progress, answer = await load_progress(visit), await visit.call(EditOperations.read)
    documents = answer.documents
    outcome: Outcome[object] = Outcome()
    way = visit.form.get("way") or query_value(visit, "way") or way_of(documents)
    if way not in WAYS:
        raise NotFoundError(NO_SUCH_PAGE)
    form = fields_of_way(documents, way)
    merged = MergedForm(form=form, base_version=answer.version)
    etag = _etags(answer)
    if visit.request.method == "POST":
        form = {name: visit.form.get(name, "").strip() for name in merged.form}
        outcome, is_saved = await _save(visit, way, form, answer)
        if not outcome.reasons:
            goal = SetupGoal(account="", route="") if way == MICROSOFT else None
            known_facts = facts_before(SetupStep.SIGN_IN)
            return visit.redirect(page_after(known_facts, facts_for(goal)))
        merged = await merged_form(
            visit, form, lambda base_documents: fields_of_way(base_documents, way), outcome
        )
        # The definitions may be in force though the secret beside them was not taken.
        fresh_answer = await visit.call(EditOperations.read)
        if is_saved or merged.is_overtaken:
            merged = replace(merged, base_version=fresh_answer.version)
            etag = _etags(fresh_answer)
        else:
            etag = visit.form.get("etag", "")
        outcome = replace(outcome, reasons=await refusal_lines(visit, outcome))
    fields = FIELDS[way]
    return await step_page(
        visit,
        "mail",
        "first_mail.html",
        progress,
        outcome.status,
        kind=way,
        form=merged.form,
        merged=merged,
        etag=etag,
        problems=problems_of_setup(visit, outcome, fields),
        clouds=[one for one in clouds(visit, documents) if one[0] != GOOGLE.name],
        fields={one.name: one for one in fields},
        redirect=REDIRECT,
    )


async def _save(
    visit: Visit, way: str, form: Mapping[str, str], answer: DefinitionsShown
) -> tuple[Outcome[object], bool]:
    """Save the definitions, then the secret; return also if the definitions are in force.
    Changes by others since the form was shown are not overwritten."""
    documents, secret = answer.documents, visit.form.get("secret", "")
    titles = {SMTP: visit.say(_("SMTP server 1")), GRAPH: OF_GRAPH}
    entry_name = account_of(documents) if way == MICROSOFT else FIRST_ROUTES[SMTP]
    entry = await new_entry(visit, entry_name) if secret else ""
    first_route = FirstRouteForm(way, form, titles, entry)
    put = documents_of(first_route, documents)
    known_etags = dict(
        zip(_keys_in_form(documents), visit.form.get("etag", "").split(","), strict=False)
    )
    etags = {key: known_etags.get(key, answer.etags.get(key, "")) for key in put}
    outcome: Outcome[object] = await run(visit, EditOperations.change, put=put, etags=etags)
    if outcome.reasons:
        return outcome, False
    if way == MICROSOFT:
        account = account_of(documents)
        entry = str(put[f"accounts/{account}"].get("secret", ""))
        return await store_secret(visit, account, entry, secret), True
    entry = put[f"routes/{route_of(documents, first_route.route_kind)}"]["options"].get(
        "password", ""
    )
    outcome = (
        await run(visit, SignInOperations.set_secret, name=entry, value=secret)
        if secret
        else outcome
    )
    return outcome, True


def _keys_in_form(documents: Documents) -> tuple[str, str]:
    """Return the keys of the form's documents: the route and the account."""
    return f"routes/{route_of(documents)}", f"accounts/{account_of(documents)}"


def _etags(answer: DefinitionsShown) -> str:
    """Return the etags of the form's documents, "" for a missing one, as the form carries
    them."""
    keys = _keys_in_form(answer.documents)
    return ",".join(answer.etags.get(key, "") for key in keys)
