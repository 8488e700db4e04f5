"""The first start's way out: Microsoft 365 or a mail server, in one form each, and the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.defined_sending import REDIRECT
from noroshi.service import NotFound
from noroshi.web.doing import Outcome, asked, attempt
from noroshi.web.first_checked import sealed
from noroshi.web.first_route import (
    GRAPH,
    MICROSOFT,
    OF_MICROSOFT,
    PROTECTIONS,
    SERVER,
    SMTP,
    WAYS,
    Asked,
    Documents,
    account_of,
    documents_of,
    filled,
    route_of,
    way_of,
)
from noroshi.web.first_told import Told, at_fields
from noroshi.web.house import House
from noroshi.web.meanwhile import Both, both, told
from noroshi.web.pages.first import looked, shown
from noroshi.web.visit import Visit, page
from noroshi.web.words import TEXTS

SIGN_IN = "/first/sign-in"
DEEDS = ("secret", "paste", "device", "ask")
ASKED_EACH = 5
"""Seconds between questions about a code, where the server names none."""
OF_GRAPH = "Microsoft Graph"
"""What a route by it is called."""
LABELS: Mapping[str, Mapping[str, str]] = {
    MICROSOFT: {
        "by": "first.by",
        "mailbox": "first.mailbox",
        "tenant": "first.tenant",
        "client_id": "first.client_id",
        "secret": "first.secret",
        "secret_ends": "first.secret_ends",
        "cloud": "first.cloud",
    },
    SERVER: {
        "host": "first.host",
        "sender": "first.sender",
        "protection": "first.protection",
        "port": "first.port",
        "user": "first.user",
        "secret": "password",
    },
}
MEANT: Mapping[str, Mapping[str, str]] = {
    MICROSOFT: {"value": "secret", "sender": "mailbox", "graph": "by"},
    SERVER: {"value": "secret", "password": "secret"},
}
"""Settings that a field stands for, though it is called otherwise."""
SIGNING = {"secret": "first.secret", "pasted": "first.pasted"}


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
    way = visit.form.get("way") or asked(visit, "way") or way_of(there)
    if way not in WAYS:
        raise NotFound(TEXTS["error.not_there"])
    its, etag = Both(form=filled(there, way), seen=all_of_it["version"]), _seen(all_of_it)
    if visit.request.method == "POST":
        form = {name: visit.form.get(name, "").strip() for name in its.form}
        done, saved = await _made(visit, way, form, all_of_it)
        if not done.why:
            return visit.to(SIGN_IN if way == MICROSOFT else "/first/alarm")
        its = await both(visit, form, lambda said: filled(said, way), done)
        # The definitions may be in force though the secret beside them was not taken.
        fresh = await visit.need("definition_show")
        if saved or its.overtaken:
            its, etag = replace(its, seen=fresh["version"]), _seen(fresh)
        else:
            etag = visit.form.get("etag", "")
        done = replace(done, why=await told(visit, done))
    own = [key.partition("/")[2] for key in there if key.startswith("clouds/")]
    labels = {name: visit.text(key) for name, key in LABELS[way].items()}
    return await shown(
        visit,
        "mail",
        "first_mail.html",
        look,
        done.status,
        kind=way,
        form=its.form,
        both=its,
        etag=etag,
        told=at_fields(visit, done, labels, MEANT[way]),
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
    titles = {SMTP: visit.text("first.route"), GRAPH: OF_GRAPH}
    wanted = Asked(way, form, titles, bool(given))
    made = documents_of(wanted, there)
    seen = dict(zip(_shown_of(there), visit.form.get("etag", "").split(","), strict=False))
    etags = {key: seen.get(key, all_of_it["etags"].get(key, "")) for key in made}
    done = await attempt(visit, "definition_change", put=made, etags=etags)
    if done.why:
        return done, False
    if way == MICROSOFT:
        account = account_of(there)
        entry = str(made[f"accounts/{account}"].get("secret", ""))
        return await sealed(visit, account, entry, given), True
    entry = made[f"routes/{route_of(there, wanted.by)}"]["options"].get("password", "")
    done = await attempt(visit, "set_secret", name=entry, value=given) if given else done
    return done, True


def _shown_of(there: Documents) -> tuple[str, str]:
    """What stands in the form: the route and its account."""
    return f"routes/{route_of(there)}", f"accounts/{account_of(there)}"


def _seen(all_of_it: Mapping[str, Any]) -> str:
    """Their etags, "" for what is not there, as the form carries them."""
    keys = _shown_of(all_of_it["documents"])
    return ",".join(all_of_it["etags"].get(key, "") for key in keys)


async def sign_in(visit: Visit) -> Response:
    """By the address pasted back, or by a code on another device."""
    look, deed = await looked(visit), visit.form.get("do", "")
    types = ("routes", "accounts")
    defined, done = await visit.need("definition_show", types=types), Outcome()
    route = route_of(defined["documents"])
    if visit.request.method == "POST":
        if deed not in DEEDS:
            raise NotFound(TEXTS["error.not_there"])
        done = await _signed(visit, deed, route)
        if _is_in(deed, done):
            return _on(visit)
    device = deed in ("device", "ask") or asked(visit, "way") == "device"
    code = _code(visit, deed, done)
    # Of two sign-ins that are begun the second ends the first: a code that is shown stays.
    none: dict[str, Any] = {"ok": None}
    # An address that was pasted wrongly was shown to nobody: the right one still completes it.
    goes_on = code or (deed == "paste" and done.kind == "invalid")
    begun = none if goes_on else await visit.ask("authorize_begin", route=route)
    if "ok" not in begun and begun["error"] in ("not found", "conflict"):
        return visit.to("/first/mail")
    labels = {name: visit.text(key) for name, key in SIGNING.items()}
    anew = "secret" in done.bad
    why = at_fields(visit, done, labels, {"value": "secret"})
    if anew:
        why = Told(done.why[:1], {"secret": tuple(what for _, what in done.problems)})
    if not done.why and "ok" not in begun:
        why = Told((visit.say(begun["words"]),))
    return await shown(
        visit,
        "mail",
        "first_sign_in.html",
        look,
        done.status,
        begun=begun.get("ok"),
        anew=anew,
        way="device" if device else "paste",
        code=code,
        waits=deed == "ask",
        wait=_wait(done),
        told=why,
        guide=await _guide(visit, route),
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


async def _signed(visit: Visit, deed: str, route: str) -> Outcome:
    form = visit.form
    if deed == "secret":
        begun = await visit.need("authorize_begin", route=route)
        return await sealed(visit, begun["account"], begun["secret"], form.get("secret", ""))
    if deed == "paste":
        pasted = form.get("pasted", "").strip()
        return await attempt(visit, "authorize_finish", route=route, pasted=pasted)
    op = "authorize_device" if deed == "device" else "authorize_device_ask"
    return await attempt(visit, op, route=route)


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


async def _guide(visit: Visit, route: str) -> tuple[Mapping[str, Any], ...]:
    """What an administrator of Microsoft 365 does, with the values filled in; nothing for
    another provider."""
    found = await visit.ask("guide_show", route=route)
    return tuple(found["ok"]["steps"]) if "ok" in found else ()
