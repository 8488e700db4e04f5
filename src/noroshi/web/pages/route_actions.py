"""Perform the actions on the page of one route, each by a form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from noroshi.core.definitions.accounts import OVER, end_of, is_over
from noroshi.core.translation import Message, _
from noroshi.guides.setup_documents import Content
from noroshi.guides.setup_goal import switch_sign_in
from noroshi.guides.test_mail import SUBJECT, TEXT
from noroshi.operations.sign_in_answers import SignIn
from noroshi.service import InvalidArgumentError
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.diagnostics.examinations import DiagnosticOperations
from noroshi.service.mail.confirm import ConfirmationOperations
from noroshi.service.mail.queue import QueueOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.service.sign_in.certificates import CertificateOperations
from noroshi.web.forms.certificate_upload import uploaded_credential
from noroshi.web.forms.new_route import entry_of, new_entry
from noroshi.web.http.device_codes import Code
from noroshi.web.http.oauth_redirects import port_for
from noroshi.web.view.form_operations import Outcome, run
from noroshi.web.view.page_context import Visit
from noroshi.web.view.problem_text import problems_at
from noroshi.web.view.route import WAYS, RouteDetails, account_settings
from noroshi.web.view.routes import href

DAY = "secret_ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteActionResult:
    """Hold the result of a form: `next_page` is another page, else it is the same with what the form
    led to. `sign_in` is a sign-in under way, `ends_here` if the browser ends at this manager;
    `device` is the code to type; `saved`: the definition is saved, though something after it was
    not; `new_name` is the name that somebody else gave the route meanwhile. `kind` and `problems` are
    those of a refusal."""

    next_page: str = ""
    did: Message | None = None
    reasons: tuple[str, ...] = ()
    status: int = 200
    way: str = ""
    sign_in: SignIn | None = None
    ends_here: bool = False
    device: Code | None = None
    saved: bool = False
    new_name: str = ""
    kind: str = ""
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def wrong_fields(self) -> frozenset[str]:
        """Return the fields that are wrong, to be marked."""
        return frozenset(place for place, _ in self.problems)


def _failed(details: RouteDetails, outcome: Outcome[object]) -> RouteActionResult:
    return RouteActionResult(
        reasons=outcome.reasons,
        status=outcome.status,
        way=details.way,
        kind=outcome.kind,
        problems=outcome.problems,
    )


async def save(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Save the app registration, as one version, and the secret in the vault."""
    secret = visit.form.get("secret", "").strip()
    account = account_settings(
        details.account or {}, visit.form, await _entry_for(visit, details)
    )
    etags = {details.key: visit.form.get("etag", "")}
    if secret and (reason := _ended_text(visit, account)):
        place = f"{details.key}.toml: {DAY}"
        return RouteActionResult(
            reasons=(reason,), status=400, way=details.way, problems=((place, reason),)
        )
    outcome = await run(visit, EditOperations.change, put={details.key: account}, etags=etags)
    if outcome.reasons:
        return _failed(details, outcome)
    if secret:
        secret_outcome = await run(
            visit,
            SignInOperations.set_secret,
            name=account["secret"],
            value=secret,
            proved=_needs_proof(visit),
            to=_destinations_shown(visit),
        )
        if secret_outcome.reasons:
            return replace(_failed(details, secret_outcome), saved=True)
    return RouteActionResult(
        next_page=href(details.name, did="saved", check="1", way=details.way)
    )


async def _entry_for(visit: Visit, details: RouteDetails) -> str:
    """Return the vault entry for a typed secret of the account: the account's entry, else a
    free one."""
    account_entry = (details.account or {}).get("secret")
    return account_entry or await new_entry(visit, details.row.status.account)


def _destinations_shown(visit: Visit) -> list[str]:
    """Return the servers that were shown beside the field as the destinations of the secret."""
    return [one for one in visit.form.get("to", "").split(", ") if one]


def _ended_text(visit: Visit, account: Content) -> str:
    """Return the problem if a new secret has a day in the past, as that may be the old
    one's."""
    day = end_of(str(account.get(DAY, "")))
    has_ended = day is not None and is_over(day, visit.web.service.now())
    return problems_at(DAY, visit.say(OVER.fill(day=day)), visit.language) if has_ended else ""


async def entry(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Save a password, or another value that the route names, in the vault."""
    entry_value = {"name": visit.form.get("entry", ""), "value": visit.form.get("value", "")}
    outcome = await run(
        visit,
        SignInOperations.set_secret,
        **entry_value,
        proved=True,
        to=_destinations_shown(visit),
    )
    return (
        _failed(details, outcome)
        if outcome.reasons
        else RouteActionResult(next_page=href(details.name, did="secret"))
    )


async def _switch_sign_in(
    visit: Visit, details: RouteDetails, way: str, typed_into: str = ""
) -> Outcome[object]:
    """Let the account sign in that way from now on, if it does not yet."""
    if details.account is None:
        return Outcome()
    by_app = WAYS[way].startswith("app-")
    entry = {"app_secret": "secret", "app_certificate": "certificate"}.get(way, "")
    if by_app is details.is_app_only and (not by_app or details.account.get(entry)):
        return Outcome()
    name = details.row.status.account
    secret_entry = typed_into or await entry_of(visit, name)
    account = switch_sign_in(details.account, name, WAYS[way], secret_entry)
    etags = {details.key: details.etags[details.key]}
    return await run(visit, EditOperations.change, put={details.key: account}, etags=etags)


async def begin(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Begin a sign-in; with `browser` the browser comes back by itself."""
    switch_outcome = await _switch_sign_in(visit, details, details.way)
    if switch_outcome.reasons:
        return _failed(details, switch_outcome)
    port = port_for(visit.request.url, details.redirect) if details.way == "browser" else None
    outcome = await run(
        visit, SignInOperations.authorize_begin, route=details.name, port=port or 0
    )
    if outcome.reasons:
        return _failed(details, outcome)
    if not outcome.ok.secret_kept:
        reasons = (
            visit.say(
                _(
                    "The client secret is not in the vault yet. Enter it above, save, then sign in."
                )
            ),
        )
        return RouteActionResult(reasons=reasons, status=409, way=details.way)
    return RouteActionResult(
        sign_in=outcome.answer, ends_here=port is not None, way=details.way
    )


async def finish(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Finish a sign-in with the address that was pasted back."""
    pasted_url = visit.form.get("pasted", "")
    outcome = await run(
        visit, SignInOperations.authorize_finish, route=details.name, pasted=pasted_url
    )
    return _failed(details, outcome) if outcome.reasons else _signed_in(details)


async def device(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Get a code to type on another device."""
    switch_outcome = await _switch_sign_in(visit, details, "device")
    if switch_outcome.reasons:
        return _failed(details, switch_outcome)
    outcome = await run(visit, SignInOperations.authorize_device, route=details.name)
    if outcome.reasons:
        return _failed(details, outcome)
    expires = visit.web.service.now() + timedelta(seconds=outcome.ok.seconds)
    code_fields = (outcome.ok.code, outcome.ok.url, expires, outcome.ok.wait)
    return RouteActionResult(device=Code(*code_fields), way="device")


async def prove(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Let the app sign in by itself, and read the token."""
    key = visit.form.get("key_file", "").strip()
    entry = await _entry_for(visit, details) if key else ""
    outcome = await _switch_sign_in(visit, details, details.way, entry)
    if not outcome.reasons and key:
        key_secret = {"name": entry, "value": key, "to": _destinations_shown(visit)}
        outcome = await run(
            visit, SignInOperations.set_secret, **key_secret, proved=_needs_proof(visit)
        )
    if not outcome.reasons:
        outcome = await run(visit, SignInOperations.authorize_app, route=details.name)
    return _failed(details, outcome) if outcome.reasons else _signed_in(details)


def _signed_in(details: RouteDetails) -> RouteActionResult:
    """Lead to the top of the page, where it says so: the form was sent from the middle of it,
    and a browser without a place goes back there."""
    return RouteActionResult(next_page=href(details.name, did="signed_in") + "#main")


async def certificate_new(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Create a certificate; the account signs in by it from now on."""
    return await _use_certificate(visit, details, CertificateOperations.create)


async def certificate_import(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Import a certificate. It is opened before the account signs in by it."""
    try:
        bundle = await uploaded_credential(visit)
    except InvalidArgumentError as error:
        return RouteActionResult(
            reasons=(visit.say(error.words),), status=400, way="app_certificate"
        )
    certificate_fields = {"pem": bundle.reveal(), "proved": _needs_proof(visit)}
    return await _use_certificate(
        visit, details, CertificateOperations.import_pair, **certificate_fields
    )


def _needs_proof(visit: Visit) -> bool:
    """Return True unless somebody wants to save it even if the server does not accept it."""
    return visit.form.get("force") != "on"


async def _use_certificate(
    visit: Visit,
    details: RouteDetails,
    operation: Callable[..., Awaitable[object]],
    **certificate_fields: Any,
) -> RouteActionResult:
    """Put a certificate into the vault, then let the account use it: an account with a missing
    one could send nothing."""
    replaces = visit.form.get("replace") == "1"
    account_fields = {"name": details.row.status.account, "replace": replaces, "ahead": True}
    outcome = await run(visit, operation, **account_fields, **certificate_fields)
    if not outcome.reasons:
        outcome = await _switch_sign_in(visit, details, "app_certificate")
    if outcome.reasons:
        return _failed(details, outcome)
    return RouteActionResult(
        next_page=href(details.name, did="saved", way="app_certificate") + "#sign-in"
    )


async def examine(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Begin a diagnosis; the page shows the stages live."""
    recipient = visit.form.get("to", "").strip()
    outcome = await run(visit, DiagnosticOperations.begin, route=details.name, to=recipient)
    if outcome.reasons:
        return _failed(details, outcome)
    return RouteActionResult(next_page=href(details.name, exam=outcome.ok.id) + "#doctor")


async def send(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Send a test mail by this route alone."""
    texts: Mapping[str, Message] = {
        "subject": SUBJECT.fill(route=details.name),
        "text": TEXT.fill(route=details.name),
    }
    outcome = await run(
        visit,
        QueueOperations.send,
        to=[visit.form.get("to", "").strip()],
        routes=[details.name],
        **{name: visit.say(words) for name, words in texts.items()},
    )
    if outcome.reasons:
        return _failed(details, outcome)
    return RouteActionResult(next_page=href(details.name, mail=outcome.ok.ids[0]) + "#test")


async def confirm_arrival(visit: Visit, details: RouteDetails) -> RouteActionResult:
    """Confirm that the test mail arrived."""
    mail = visit.form.get("mail", "")
    outcome = await run(visit, ConfirmationOperations.confirm, id=mail)
    return (
        _failed(details, outcome)
        if outcome.reasons
        else RouteActionResult(next_page=href(details.name, mail=mail) + "#test")
    )


DEEDS: Mapping[str, Callable[[Visit, RouteDetails], Awaitable[RouteActionResult]]] = {
    "save": save,
    "entry": entry,
    "begin": begin,
    "open": begin,
    "finish": finish,
    "device": device,
    "prove": prove,
    "certificate_new": certificate_new,
    "certificate_import": certificate_import,
    "examine": examine,
    "send": send,
    "seen": confirm_arrival,
}
