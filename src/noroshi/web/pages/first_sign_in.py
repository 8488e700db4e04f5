"""Sign the first route in: in this very browser, by the address pasted back, or by a code on
another device."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.schema_mail import REDIRECT
from noroshi.core.translation import Message, _
from noroshi.guides.setup_documents import Documents
from noroshi.guides.setup_fields import CLIENT_SECRET
from noroshi.operations.setup_answers import FirstLook
from noroshi.operations.sign_in_answers import DeviceAsked, GuideShown, OnDevice, SignIn
from noroshi.service import ConflictError, NotFoundError
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.service.sign_in.guide import GuideOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.first_route import account_of, route_of
from noroshi.web.http.oauth_redirects import ExpectedRedirects, home_of, port_for
from noroshi.web.pages.first_mail import SIGN_IN
from noroshi.web.pages.first_steps import load_progress, step_page
from noroshi.web.view.first_problems import StepProblems, problems_at_fields, store_secret
from noroshi.web.view.form_operations import Outcome, query_value, run, run_with_form
from noroshi.web.view.page_context import Handler, Visit, page
from noroshi.web.view.route import WAY_NAMES

NEXT = "/first/alarm"
DEEDS = ("secret", "paste", "device", "ask")
BROWSER, PASTE, DEVICE = "browser", "paste", "device"
WAYS = {way: WAY_NAMES[way] for way in (BROWSER, PASTE, DEVICE)}
BY_DEED = {"paste": PASTE, "device": DEVICE, "ask": DEVICE}
ASKED_EACH = 5
"""Seconds between questions about a code, where the server names none."""
SIGNING: Mapping[str, Message] = {
    CLIENT_SECRET.name: CLIENT_SECRET.label,
    "pasted": _("Final URL in the browser"),
}
NONE = Outcome[SignIn]()
"""No sign-in is begun."""


def routes(web: WebContext, returns: ExpectedRedirects) -> list[Route]:
    """Return the route of the page."""
    return [Route(SIGN_IN, page(web, _handler(returns)), methods=["GET", "POST"])]


def _handler(returns: ExpectedRedirects) -> Handler:
    async def sign_in(visit: Visit) -> Response:
        progress, deed = await load_progress(visit), visit.form.get("do", "")
        types = ("routes", "accounts")
        documents = (await visit.call(EditOperations.read, types=types)).documents
        route = route_of(documents)
        outcome: Outcome[object] = Outcome()
        if visit.request.method == "POST":
            if deed not in DEEDS:
                raise NotFoundError(NO_SUCH_PAGE)
            outcome = await _sign_in(visit, deed, route)
            if _is_signed_in(deed, outcome):
                return _next_page(visit)
        return await _page(
            visit, returns, progress, deed, route, outcome, _port(visit, documents)
        )

    return sign_in


async def _page(
    visit: Visit,
    returns: ExpectedRedirects,
    progress: FirstLook,
    deed: str,
    route: str,
    outcome: Outcome[object],
    port: int | None,
) -> Response:
    """Show the page; without a route that a person signs in for it leads to the route's
    form."""
    way, code = _way(visit, deed, port), _code(visit, deed, outcome)
    # Of two sign-ins that are begun the second ends the first: a code that is shown stays.
    # An address that was pasted wrongly was shown to nobody: the right one still completes it.
    keeps_sign_in = code or (deed == PASTE and outcome.kind == "invalid")
    beginning = NONE if keeps_sign_in else await _begin(visit, returns, route, way, port)
    if beginning.kind in (NotFoundError.kind, ConflictError.kind):
        return visit.redirect("/first/mail")
    return await step_page(
        visit,
        "mail",
        "first_sign_in.html",
        progress,
        outcome.status,
        sign_in=beginning.answer,
        secret=CLIENT_SECRET,
        is_secret_refused="secret" in outcome.wrong_fields,
        ways={way: title for way, title in WAYS.items() if port is not None or way != BROWSER},
        way=way,
        code=code,
        is_waiting=deed == "ask",
        wait=_wait(outcome),
        problems=_problems(visit, outcome, beginning),
        guide=await _guide(visit, route),
    )


def _port(visit: Visit, documents: Documents) -> int | None:
    """Return the port at which the browser would come back to this manager by itself; None:
    there is none."""
    account = documents.get(f"accounts/{account_of(documents)}", {})
    return port_for(visit.request.url, str(account.get("redirect") or REDIRECT))


def _way(visit: Visit, deed: str, port: int | None) -> str:
    """Return the way that is shown: the easiest, unless another one was chosen or tried."""
    chosen_way = BY_DEED.get(deed) or query_value(visit, "way")
    if chosen_way in (PASTE, DEVICE) or port is None:
        return chosen_way if chosen_way in (PASTE, DEVICE) else PASTE
    return BROWSER


async def _begin(
    visit: Visit, returns: ExpectedRedirects, route: str, way: str, port: int | None
) -> Outcome[SignIn]:
    """Begin a sign-in; a browser that comes back by itself goes on to the last step."""
    redirect_port = port or 0 if way == BROWSER else 0
    beginning = await run_with_form(
        visit, SignInOperations.authorize_begin, route=route, port=redirect_port
    )
    sign_in = beginning.answer
    if way == BROWSER and sign_in is not None and sign_in.url:
        home = home_of(visit.request.url)
        pages = {"next_page": NEXT, "page_of_failure": SIGN_IN}
        returns.expect(sign_in.url, sign_in.redirect, visit.key, route, home, **pages)
    return beginning


def _problems(
    visit: Visit, outcome: Outcome[object], beginning: Outcome[SignIn]
) -> StepProblems:
    """Return the problems at the fields. A secret that the sign-in refused is marked as
    such."""
    if not outcome.reasons:
        return StepProblems(beginning.reasons[:1])
    labels = {name: visit.say(label) for name, label in SIGNING.items()}
    problems = problems_at_fields(visit, outcome, labels, {"value": "secret"})
    if "secret" in outcome.wrong_fields and not problems.by_field:
        return StepProblems(
            outcome.reasons[:1], {"secret": tuple(text for _, text in outcome.problems)}
        )
    return problems


def _wait(outcome: Outcome[object]) -> int:
    """Return the seconds until the next question about the code: no sooner (RFC 8628, 3.5)."""
    answer = outcome.answer
    seconds = answer.wait if isinstance(answer, OnDevice | DeviceAsked) else 0
    return seconds or ASKED_EACH


def _code(visit: Visit, deed: str, outcome: Outcome[object]) -> Mapping[str, str] | None:
    """Return the code to type elsewhere, and the address; a form that asks again brings it
    along."""
    if isinstance(outcome.answer, OnDevice):
        return {"code": outcome.answer.code, "url": outcome.answer.url}
    code = {name: visit.form.get(name, "") for name in ("code", "url")}
    return code if deed == "ask" and code["url"].startswith("https://") else None


async def _sign_in(visit: Visit, deed: str, route: str) -> Outcome[object]:
    form = visit.form
    if deed == "secret":
        sign_in = await visit.call(SignInOperations.authorize_begin, route=route)
        return await store_secret(
            visit, sign_in.account, sign_in.secret, form.get("secret", "")
        )
    if deed == "paste":
        pasted_url = form.get("pasted", "").strip()
        return await run(
            visit, SignInOperations.authorize_finish, route=route, pasted=pasted_url
        )
    if deed == "device":
        return await run(visit, SignInOperations.authorize_device, route=route)
    return await run(visit, SignInOperations.authorize_device_ask, route=route)


def _is_signed_in(deed: str, outcome: Outcome[object]) -> bool:
    if isinstance(outcome.answer, DeviceAsked):
        return outcome.answer.route is not None
    return deed == "paste" and outcome.answer is not None


def _next_page(visit: Visit) -> Response:
    """Redirect to the last step; htmx goes there as a whole page."""
    answer = visit.redirect(NEXT)
    if visit.request.headers.get("hx-request"):
        answer.status_code = 200
        answer.headers["hx-redirect"] = answer.headers["location"]
    return answer


async def _guide(visit: Visit, route: str) -> GuideShown | None:
    """Return the steps of an administrator of Microsoft 365, with the values filled in; None
    for another provider."""
    return (await run(visit, GuideOperations.guide, route=route)).answer
