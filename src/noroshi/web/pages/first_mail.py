"""The first start's way out: Microsoft 365 or a mail server, in one form each, and the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.defined import REDIRECT
from noroshi.oauth.profiles import CLOUDS
from noroshi.service import NotFound
from noroshi.web.doing import Outcome, asked, attempt
from noroshi.web.house import House
from noroshi.web.meanwhile import Both, both, told
from noroshi.web.pages.first import looked, shown
from noroshi.web.visit import Visit, page
from noroshi.web.words import TEXTS

ROUTE, ACCOUNT, RULE = "smtp1", "m365", "ops"
MICROSOFT, SERVER = WAYS = ("microsoft365", "server")
OF_MICROSOFT = tuple(name for name, cloud in CLOUDS.items() if cloud.entra)
ACCOUNT_FIELDS = ("cloud", "tenant", "client_id", "secret_ends", "mailbox")
SERVER_FIELDS = ("host", "port", "protection", "sender", "user")
PROTECTIONS = ("starttls", "tls", "none")
SIGN_INS, MOST_CONNECTIONS = ("account", "password"), 3
"""Options that say how the route signs in; what Exchange Online allows at once."""
SIGN_IN = "/first/sign-in"
DEEDS = ("secret", "paste", "device", "ask")
ASKED_EACH = 5
"""Seconds between questions about a code, where the server names none."""
Documents = Mapping[str, Mapping[str, Any]]


def routes(house: House) -> list[Route]:
    """Their addresses."""
    both = ["GET", "POST"]
    return [
        Route("/first/mail", page(house, mail), methods=both),
        Route(SIGN_IN, page(house, sign_in), methods=both),
    ]


async def mail(visit: Visit) -> Response:
    """One form for each way; what is there already stands in it."""
    look, all_of_it = await looked(visit), await visit.need("definition_show")
    there, done = all_of_it["documents"], Outcome()
    kind = visit.form.get("way") or asked(visit, "way") or _way_of(there)
    if kind not in WAYS:
        raise NotFound(TEXTS["error.not_there"])
    its, etag = Both(form=_filled(there, kind), seen=all_of_it["version"]), _seen(all_of_it)
    if visit.request.method == "POST":
        form = {name: visit.form.get(name, "").strip() for name in its.form}
        done, saved = await _made(visit, kind, form, all_of_it)
        if not done.why:
            return visit.to(SIGN_IN if kind == MICROSOFT else "/first/alarm")
        its = await both(visit, form, lambda said: _filled(said, kind), done)
        # The definitions may be in force though the secret beside them was not taken.
        fresh = await visit.need("definition_show")
        if saved or its.overtaken:
            its, etag = replace(its, seen=fresh["version"]), _seen(fresh)
        else:
            etag = visit.form.get("etag", "")
        done = replace(done, why=told(visit, done))
    own = [key.partition("/")[2] for key in there if key.startswith("clouds/")]
    return await shown(
        visit,
        "mail",
        "first_mail.html",
        look,
        done.status,
        kind=kind,
        form=its.form,
        both=its,
        etag=etag,
        why=done.why,
        clouds=(*OF_MICROSOFT, *own),
        protections=PROTECTIONS,
        redirect=REDIRECT,
    )


def _options(there: Documents) -> Mapping[str, Any]:
    found: Mapping[str, Any] = there.get(f"routes/{ROUTE}", {}).get("options", {})
    return found


def _account_name(there: Documents) -> str:
    return str(_options(there).get("account") or ACCOUNT)


def _way_of(there: Documents) -> str:
    options = _options(there)
    return SERVER if options and not options.get("account") else MICROSOFT


def _filled(there: Documents, kind: str) -> dict[str, str]:
    if kind == SERVER:
        form = {name: str(_options(there).get(name) or "") for name in SERVER_FIELDS}
        return form | {"protection": form["protection"] or PROTECTIONS[0]}
    account = there.get(f"accounts/{_account_name(there)}", {})
    form = {name: str(account.get(name) or "") for name in ACCOUNT_FIELDS}
    return form | {"cloud": form["cloud"] or OF_MICROSOFT[0]}


async def _made(
    visit: Visit, kind: str, form: Mapping[str, str], all_of_it: Mapping[str, Any]
) -> tuple[Outcome, bool]:
    """The definitions, then the secret; whether the definitions are in force. What others
    changed since the form was shown is not overwritten."""
    there, given = all_of_it["documents"], visit.form.get("secret", "")
    made = documents_of(kind, form, there, visit.text("first.route"), bool(given))
    seen = dict(zip(_shown_of(there), visit.form.get("etag", "").split(","), strict=False))
    etags = {key: seen.get(key, all_of_it["etags"].get(key, "")) for key in made}
    done = await attempt(visit, "definition_change", put=made, etags=etags)
    if done.why or not given:
        return done, not done.why
    account = made.get(f"accounts/{_account_name(there)}", {})
    entry = account.get("secret") if kind == MICROSOFT else _options(made)["password"]
    return await attempt(visit, "set_secret", name=entry, value=given), True


def _shown_of(there: Documents) -> tuple[str, str]:
    """What stands in the form: the route and its account."""
    return f"routes/{ROUTE}", f"accounts/{_account_name(there)}"


def _seen(all_of_it: Mapping[str, Any]) -> str:
    """Their etags, "" for what is not there, as the form carries them."""
    keys = _shown_of(all_of_it["documents"])
    return ",".join(all_of_it["etags"].get(key, "") for key in keys)


def documents_of(
    kind: str, form: Mapping[str, str], there: Documents, title: str, secret: bool
) -> Documents:
    """What is put in the place of what is there: the route, its account, a rule that tells the
    first contact by it, and that rule for instances without one. What of them the form does
    not ask for stays."""
    before, account = there.get(f"routes/{ROUTE}", {}), _account_name(there)
    kept = {k: v for k, v in _options(there).items() if k not in (*SERVER_FIELDS, *SIGN_INS)}
    said = {"account": account} if kind == MICROSOFT else _server(form, _options(there), secret)
    route = {"title": title, **before, "kind": "smtp", "options": {**kept, **said}}
    made: dict[str, Mapping[str, Any]] = {f"routes/{ROUTE}": route}
    if kind == MICROSOFT:
        route.setdefault("connections", MOST_CONNECTIONS)
        known = there.get(f"accounts/{account}", {})
        made[f"accounts/{account}"] = _account(form, known, account if secret else "")
    return made | _ruled(there)


def _server(
    form: Mapping[str, str], before: Mapping[str, Any], secret: bool
) -> Mapping[str, Any]:
    said: dict[str, Any] = {name: form[name] for name in SERVER_FIELDS if form.get(name)}
    if form["port"].isdecimal():
        said["port"] = int(form["port"])
    if entry := before.get("password") or (ROUTE if secret else ""):
        said["password"] = entry
    return said


def _account(
    form: Mapping[str, str], before: Mapping[str, Any], entry: str
) -> Mapping[str, Any]:
    said = {name: form[name] for name in ACCOUNT_FIELDS}
    made = {**before, **said, "secret": before.get("secret") or entry}
    return {name: value for name, value in made.items() if value != ""}


def _ruled(there: Documents) -> dict[str, Mapping[str, Any]]:
    """A rule for those who have none, and who is watched without one tells by it."""
    rules = [key.partition("/")[2] for key in there if key.startswith("rules/")]
    contacts = [key.partition("/")[2] for key in there if key.startswith("contacts/")]
    if rules or not contacts:
        return {}
    rule = {"action": "mail", "contacts": contacts[:1], "routes": [ROUTE]}
    mute = {
        key: {**one, "rules": [RULE]}
        for key, one in there.items()
        if key.startswith("instances/") and not one.get("rules") and key != "instances/noroshi"
    }
    return {f"rules/{RULE}": rule, **mute}


async def sign_in(visit: Visit) -> Response:
    """By the address pasted back, or by a code on another device."""
    look, deed = await looked(visit), visit.form.get("do", "")
    done = Outcome()
    if visit.request.method == "POST":
        if deed not in DEEDS:
            raise NotFound(TEXTS["error.not_there"])
        done = await _signed(visit, deed)
        if _is_in(deed, done):
            return _on(visit)
    device = deed in ("device", "ask") or asked(visit, "way") == "device"
    code = _code(visit, deed, done)
    # Of two sign-ins that are begun the second ends the first: a code that is shown stays.
    none: dict[str, Any] = {"ok": None}
    # An address that was pasted wrongly was shown to nobody: the right one still completes it.
    goes_on = code or (deed == "paste" and done.kind == "invalid")
    begun = none if goes_on else await visit.ask("authorize_begin", route=ROUTE)
    if "ok" not in begun and begun["error"] in ("not found", "conflict"):
        return visit.to("/first/mail")
    why = done.why or (() if "ok" in begun else (visit.say(begun["words"]),))
    return await shown(
        visit,
        "mail",
        "first_sign_in.html",
        look,
        done.status,
        begun=begun.get("ok"),
        way="device" if device else "paste",
        code=code,
        waits=deed == "ask",
        wait=_wait(done),
        why=why,
        guide=await _guide(visit),
    )


def _wait(done: Outcome) -> int:
    """Seconds until it may be asked about the code again: no sooner (RFC 8628, 3.5)."""
    told = done.ok.get("wait") if isinstance(done.ok, Mapping) else None
    return int(told or ASKED_EACH)


def _code(visit: Visit, deed: str, done: Outcome) -> Mapping[str, str] | None:
    """The code to be typed elsewhere, and where; a form that asks again brings it along."""
    if deed == "device" and done.ok:
        return {"code": done.ok["code"], "url": done.ok["url"]}
    code = {name: visit.form.get(name, "") for name in ("code", "url")}
    return code if deed == "ask" and code["url"].startswith("https://") else None


async def _signed(visit: Visit, deed: str) -> Outcome:
    form = visit.form
    if deed == "secret":
        begun = await visit.need("authorize_begin", route=ROUTE)
        value = form.get("secret", "")
        return await attempt(visit, "set_secret", name=begun["secret"], value=value)
    if deed == "paste":
        pasted = form.get("pasted", "").strip()
        return await attempt(visit, "authorize_finish", route=ROUTE, pasted=pasted)
    op = "authorize_device" if deed == "device" else "authorize_device_ask"
    return await attempt(visit, op, route=ROUTE)


def _is_in(deed: str, done: Outcome) -> bool:
    if deed == "ask":
        return bool(done.ok and done.ok.get("route"))
    return deed == "paste" and done.ok is not None


def _on(visit: Visit) -> Response:
    """To the last step; htmx goes there as a whole page."""
    answer = visit.to("/first/alarm")
    if visit.request.headers.get("hx-request"):
        answer.status_code = 200
        answer.headers["hx-redirect"] = answer.headers["location"]
    return answer


async def _guide(visit: Visit) -> tuple[Mapping[str, Any], ...]:
    """What an administrator of Microsoft 365 does, with the values filled in; nothing for
    another provider."""
    told = await visit.ask("guide_show", route=ROUTE)
    return tuple(told["ok"]["steps"]) if "ok" in told else ()
