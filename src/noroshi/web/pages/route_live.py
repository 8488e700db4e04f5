"""Update the page of one route while it is open: stages, receipts, codes, tokens. Each is a
fragment that asks for the next one by itself, and stops once nothing more can come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.translation import Message, _
from noroshi.operations.sign_in_answers import DeviceAsked
from noroshi.people import random_keys
from noroshi.service.mail.queue import QueueOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.service.sign_in.probes import ProbeOperations
from noroshi.web.context import WebContext
from noroshi.web.http.device_codes import Code, Codes
from noroshi.web.view.control_escape import Page
from noroshi.web.view.form_operations import Outcome, clock, permissions_of, query_value, run
from noroshi.web.view.mail import CREATED, attempts, load_titles, progress_of, relay, state
from noroshi.web.view.page_context import Handler, Visit, page
from noroshi.web.view.route import load_route
from noroshi.web.view.routes import href
from noroshi.web.view.stages import stages_of, wait_for_stage
from noroshi.web.view.templates import templates

SETTLED = (*SENT, DeliveryState.DROPPED, DeliveryState.HELD, DeliveryState.SET_ASIDE)
NO_CODE: Mapping[str, Any] = {"why": (), "over": True, "done": "", "because": ""}
"""Nobody waits for one, or no more."""
CHECKS: Mapping[str, Message] = {
    "tenant": _("Tenant ID"),
    "app": _("App"),
    "secret": _("Secret or certificate"),
}


def live_routes(web: WebContext, codes: Codes) -> list[Route]:
    """Return the routes of the fragments."""
    parts = {
        "exam": exam,
        "test": letter,
        "device": _device(codes),
        "token": token,
        "check": check,
    }
    return [
        Route(f"/mail/route/{{name}}/{part}", page(web, handle), methods=["GET"])
        for part, handle in parts.items()
    ]


def part(visit: Visit, macro: str, *values: Any) -> Response:
    """Return a fragment of the page."""
    template = templates(visit.language).get_template("mailing_parts.html")
    module: Any = template.make_module({"csrf": random_keys.csrf_of(visit.key)})
    return Page(str(getattr(module, macro)(*values)))


def _route_name(visit: Visit) -> str:
    return str(visit.request.path_params["name"])


async def exam(visit: Visit) -> Response:
    """Wait a few seconds for a stage that the page has not."""
    id = await wait_for_stage(visit)
    return part(visit, "exam", await exam_of_route(visit, _route_name(visit), id))


async def exam_of_route(visit: Visit, name: str, id: str) -> Mapping[str, Any]:
    """Return the stages of the diagnosis of a route."""
    return await stages_of(visit, id, f"{href(name)}/exam?id={id}")


async def letter(visit: Visit) -> Response:
    """Show the progress of the test mail; once it was accepted, what that proves of the route
    too."""
    name = _route_name(visit)
    progress = await letter_of(visit, name, query_value(visit, "id"))
    fragment = part(visit, "testmail", progress)
    if not progress.get("taken"):
        return fragment
    proof_fragment = part(visit, "proved", (await load_route(visit, name)).row)
    return Page(bytes(fragment.body) + bytes(proof_fragment.body))


async def letter_of(visit: Visit, name: str, id: str) -> Mapping[str, Any]:
    """Return the progress of the test mail and the receipts; `over`: nothing more will come."""
    outcome = await run(visit, QueueOperations.show, id=id)
    if outcome.reasons:
        return {"why": outcome.reasons, "over": True, "to": ""}
    mail, delivery = outcome.ok.queued, progress_of(outcome.ok)
    return {
        "why": (),
        "to": ", ".join(mail.to),
        "state": mail.state,
        "shown": state(visit, mail.state),
        "because": visit.say(mail.because),
        "posts": relay(visit, (CREATED, mail.born), delivery),
        "tries": list(attempts(visit, delivery.attempts, await load_titles(visit))),
        "taken": mail.state in SENT,
        "over": mail.state in SETTLED,
        "tick": permissions_of(visit)["act"] and mail.state == DeliveryState.ACCEPTED,
        "by": next((one.by for one in delivery.arrived if one.by), ""),
        "id": id,
        "action": href(name),
        "mail": f"/queue/mail?id={id}",
        "next": f"{href(name)}/test?id={id}",
    }


def _device(codes: Codes) -> Handler:
    async def device(visit: Visit) -> Response:
        """Show whether somebody has typed the code. The browser goes on to the route once it is
        so."""
        name = _route_name(visit)
        code = codes.code_of(visit.key, name)
        if code is None:
            return part(visit, "device", NO_CODE)
        progress = device_of(visit, name, code)
        if progress["over"]:
            return part(visit, "device", progress)
        outcome = await run(visit, SignInOperations.authorize_device_ask, route=name)
        answer = _device_answer(visit, name, outcome)
        if answer.get("over"):
            codes.forget(visit.key, name)
        return part(visit, "device", {**progress, **answer})

    return device


def _device_answer(visit: Visit, name: str, outcome: Outcome[DeviceAsked]) -> Mapping[str, Any]:
    if outcome.reasons:
        return {"why": outcome.reasons, "over": True}
    if outcome.ok.route:
        return {"done": href(name, did="signed_in"), "over": True}
    return {"wait": outcome.ok.wait, "because": visit.say(outcome.ok.why)}


def device_of(visit: Visit, name: str, code: Code) -> Mapping[str, Any]:
    """Return a code and how long it holds; the page asks again after a while."""
    seconds_left = (code.valid_until - visit.web.service.now()).total_seconds()
    return {
        **NO_CODE,
        "code": code.code,
        "url": code.url,
        "link": code.url if code.url.startswith("https://") else "",
        "until": clock(visit, code.valid_until),
        "minutes": max(1, round(seconds_left / 60)),
        "over": seconds_left <= 0,
        "wait": code.wait,
        "next": f"{href(name)}/device",
    }


async def token(visit: Visit) -> Response:
    """Show the scopes of the token, the user, and the end."""
    outcome = await run(visit, ProbeOperations.token_look, route=_route_name(visit))
    if outcome.reasons:
        return part(visit, "token", {"why": outcome.reasons})
    token_answer, route = outcome.ok, await load_route(visit, _route_name(visit))
    return part(
        visit,
        "token",
        {
            "good": token_answer.good,
            "person": token_answer.person,
            "permits": token_answer.permits,
            "by_app": route.is_app_only,
            "why": (),
            "words": [visit.say(words) for words in token_answer.words],
            "until": clock(visit, token_answer.until),
        },
    )


async def check(visit: Visit) -> Response:
    """Check tenant, app and secret, each at the sign-in server."""
    answer = await visit.call(StatusOperations.routes)
    accounts = (one.account for one in answer.routes if one.name == _route_name(visit))
    account = next(accounts, "")
    rows = [await _check_row(visit, account, name) for name in CHECKS]
    return part(visit, "checks", [one for one in rows if one])


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOnPage:
    """Hold one check at the sign-in server: `level` is ok, critical, or unknown if it can be
    known only at the sign-in."""

    title: str
    level: str
    sentences: Sequence[str]


async def _check_row(visit: Visit, account: str, name: str) -> CheckOnPage | None:
    """Return one check; None where there is nothing to check."""
    title = visit.say(CHECKS[name])
    if name == "tenant":
        return await _tenant_row(visit, account, title)
    trial = await run(visit, ProbeOperations.account_try, account=account, bare=name == "app")
    if trial.reasons:
        return CheckOnPage(title=title, level="critical", sentences=trial.reasons)
    if not trial.ok.sure:
        note = visit.say(_("Can be checked only at sign-in."))
        return CheckOnPage(
            title=title, level="unknown", sentences=(note, visit.say(trial.ok.why))
        )
    good_text = (
        _("Registered in the tenant.")
        if name == "app"
        else _("Accepted by the sign-in server.")
    )
    return CheckOnPage(title=title, level="ok", sentences=(visit.say(good_text),))


async def _tenant_row(visit: Visit, account: str, title: str) -> CheckOnPage | None:
    """Return the check of an account's tenant; None if the cloud is not Microsoft's."""
    tenant = await run(visit, ProbeOperations.account_tenant, account=account)
    if tenant.status == 404:
        return None
    if tenant.reasons:
        return CheckOnPage(title=title, level="critical", sentences=tenant.reasons)
    text = visit.say(_("Found: {id}").fill(id=tenant.ok.id))
    return CheckOnPage(title=title, level="ok", sentences=(text,))
