"""Perform what the page of one route can ask for, each by a form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from noroshi.core.definitions.accounts import OVER, end_of, is_over
from noroshi.core.translation import Message, _
from noroshi.guides.setup_goal import switch_sign_in
from noroshi.guides.test_mail import SUBJECT, TEXT
from noroshi.service import InvalidArgumentError
from noroshi.web.forms.certificate_upload import uploaded_credential
from noroshi.web.forms.new_route import entry_of, free_entry
from noroshi.web.http.device_codes import Code
from noroshi.web.http.oauth_redirects import port_for
from noroshi.web.view.form_operations import Outcome, run
from noroshi.web.view.page_context import Visit
from noroshi.web.view.problem_text import problems_at
from noroshi.web.view.route import WAYS, RouteDetails, saved
from noroshi.web.view.routes import Answer, href

DAY = "secret_ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteActionResult:
    """Hold the result of a form: `to` another page, else the same with what it led to. `begun` is
    a sign-in under way, `caught` if the browser ends at this manager; `device` is the code to
    type; `kept`: the definition is saved, though something after it was not; `moved`: the name
    that somebody else gave the route meanwhile. `kind` and `problems` are those of a refusal."""

    to: str = ""
    did: Message | None = None
    why: tuple[str, ...] = ()
    status: int = 200
    way: str = ""
    begun: Any = None
    caught: bool = False
    device: Code | None = None
    kept: bool = False
    moved: str = ""
    kind: str = ""
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def bad(self) -> frozenset[str]:
        """The fields that are wrong, to be marked."""
        return frozenset(where for where, _ in self.problems)


def _failed(known: RouteDetails, done: Outcome) -> RouteActionResult:
    return RouteActionResult(
        why=done.why, status=done.status, way=known.way, kind=done.kind, problems=done.problems
    )


async def save(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """The app's registration, as one version, and its secret into the vault."""
    secret = visit.form.get("secret", "").strip()
    after = saved(known.account or {}, visit.form, await _entry_for(visit, known))
    etags = {known.key: visit.form.get("etag", "")}
    if secret and (why := _is_over(visit, after)):
        place = f"{known.key}.toml: {DAY}"
        return RouteActionResult(
            why=(why,), status=400, way=known.way, problems=((place, why),)
        )
    done = await run(visit, "definition_change", put={known.key: after}, etags=etags)
    if done.why:
        return _failed(known, done)
    if secret:
        done = await run(
            visit,
            "set_secret",
            name=after["secret"],
            value=secret,
            proved=_proved(visit),
            to=_shown_to(visit),
        )
        if done.why:
            return replace(_failed(known, done), kept=True)
    return RouteActionResult(to=href(known.name, did="saved", check="1", way=known.way))


async def _entry_for(visit: Visit, known: RouteDetails) -> str:
    """Return where a secret of the account goes that was typed: into its own entry, else into a
    free one."""
    own = (known.account or {}).get("secret")
    return own or await free_entry(visit, known.row["account"])


def _shown_to(visit: Visit) -> list[str]:
    """The servers that stood beside the field as those to which its secret is sent."""
    return [one for one in visit.form.get("to", "").split(", ") if one]


def _is_over(visit: Visit, account: Answer) -> str:
    """Return why a new secret cannot have that day, though it may be the old one's."""
    day = end_of(str(account.get(DAY, "")))
    over = day is not None and is_over(day, visit.web.service.now())
    return problems_at(DAY, visit.say(OVER.fill(day=day)), visit.language) if over else ""


async def entry(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """A password, or another value that the route names, into the vault."""
    given = {"name": visit.form.get("entry", ""), "value": visit.form.get("value", "")}
    done = await run(visit, "set_secret", **given, proved=True, to=_shown_to(visit))
    return (
        _failed(known, done)
        if done.why
        else RouteActionResult(to=href(known.name, did="secret"))
    )


async def _goes_by(
    visit: Visit, known: RouteDetails, way: str, typed_into: str = ""
) -> Outcome:
    """The account signs in that way from now on, if it does not yet."""
    if known.account is None:
        return Outcome()
    alone = WAYS[way].startswith("app-")
    entry = {"app_secret": "secret", "app_certificate": "certificate"}.get(way, "")
    if alone is known.alone and (not alone or known.account.get(entry)):
        return Outcome()
    name = known.row["account"]
    kept = typed_into or await entry_of(visit, name)
    after = switch_sign_in(known.account, name, WAYS[way], kept)
    etags = {known.key: known.etags[known.key]}
    return await run(visit, "definition_change", put={known.key: after}, etags=etags)


async def begin(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """The sign-in page; with `browser` the browser comes back by itself."""
    done = await _goes_by(visit, known, known.way)
    port = port_for(visit.request.url, known.redirect) if known.way == "browser" else None
    if not done.why:
        done = await run(visit, "authorize_begin", route=known.name, port=port or 0)
    if done.why:
        return _failed(known, done)
    if not done.ok["secret_kept"]:
        why = (
            visit.say(
                _(
                    "The client secret is not in the vault yet. Enter it above, save, then sign in."
                )
            ),
        )
        return RouteActionResult(why=why, status=409, way=known.way)
    return RouteActionResult(begun=done.ok, caught=port is not None, way=known.way)


async def finish(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """The address that was pasted back."""
    pasted = visit.form.get("pasted", "")
    done = await run(visit, "authorize_finish", route=known.name, pasted=pasted)
    return _failed(known, done) if done.why else _signed_in(known)


async def device(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """A code to type on another device."""
    done = await _goes_by(visit, known, "device")
    if not done.why:
        done = await run(visit, "authorize_device", route=known.name)
    if done.why:
        return _failed(known, done)
    until = visit.web.service.now() + timedelta(seconds=done.ok["seconds"])
    given = (done.ok["code"], done.ok["url"], until, done.ok["wait"])
    return RouteActionResult(device=Code(*given), way="device")


async def prove(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """The app signs in by itself, and its token is looked into."""
    key = visit.form.get("key_file", "").strip()
    entry = await _entry_for(visit, known) if key else ""
    done = await _goes_by(visit, known, known.way, entry)
    if not done.why and key:
        given = {"name": entry, "value": key, "to": _shown_to(visit)}
        done = await run(visit, "set_secret", **given, proved=_proved(visit))
    if not done.why:
        done = await run(visit, "authorize_app", route=known.name)
    return _failed(known, done) if done.why else _signed_in(known)


def _signed_in(known: RouteDetails) -> RouteActionResult:
    """To the top of the page, where it says so: the form was sent from the middle of it, and
    a browser that is told no place goes back there."""
    return RouteActionResult(to=href(known.name, did="signed_in") + "#main")


async def certificate_new(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """Made here; the account signs in by it from now on."""
    return await _certified(visit, known, "certificate_new")


async def certificate_import(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """Made elsewhere. It is opened before the account is told to sign in by it."""
    try:
        bundle = await uploaded_credential(visit)
    except InvalidArgumentError as unfit:
        return RouteActionResult(
            why=(visit.say(unfit.words),), status=400, way="app_certificate"
        )
    given = {"pem": bundle.reveal(), "proved": _proved(visit)}
    return await _certified(visit, known, "certificate_import", **given)


def _proved(visit: Visit) -> bool:
    """Return whether the server has to take it first: unless somebody says to keep it all the
    same."""
    return visit.form.get("force") != "on"


async def _certified(
    visit: Visit, known: RouteDetails, op: str, **given: Any
) -> RouteActionResult:
    """Into the vault first: an account that named what is not there could send nothing."""
    again = visit.form.get("replace") == "1"
    about = {"name": known.row["account"], "replace": again, "ahead": True}
    done = await run(visit, op, **about, **given)
    if not done.why:
        done = await _goes_by(visit, known, "app_certificate")
    if done.why:
        return _failed(known, done)
    return RouteActionResult(
        to=href(known.name, did="saved", way="app_certificate") + "#sign-in"
    )


async def examine(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """Stage by stage; what comes of it is told live."""
    to = visit.form.get("to", "").strip()
    done = await run(visit, "examine_begin", route=known.name, to=to)
    if done.why:
        return _failed(known, done)
    return RouteActionResult(to=href(known.name, exam=done.ok["id"]) + "#doctor")


async def send(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """A test mail by this route alone."""
    told: Mapping[str, Message] = {
        "subject": SUBJECT.fill(route=known.name),
        "text": TEXT.fill(route=known.name),
    }
    done = await run(
        visit,
        "send",
        to=[visit.form.get("to", "").strip()],
        routes=[known.name],
        **{name: visit.say(words) for name, words in told.items()},
    )
    if done.why:
        return _failed(known, done)
    return RouteActionResult(to=href(known.name, mail=done.ok["ids"][0]) + "#test")


async def seen(visit: Visit, known: RouteDetails) -> RouteActionResult:
    """The person has the test mail before their eyes."""
    mail = visit.form.get("mail", "")
    done = await run(visit, "queue_seen", id=mail)
    return (
        _failed(known, done)
        if done.why
        else RouteActionResult(to=href(known.name, mail=mail) + "#test")
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
    "seen": seen,
}
