"""One route: its app, its sign-in by every way, the administrator's steps, diagnosis, test mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from noroshi.core.definitions.value_syntax import is_address
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.conflict import MergedForm, merged_form, refusal_lines
from noroshi.web.forms.table import label
from noroshi.web.http.device_codes import Code, Codes
from noroshi.web.http.oauth_redirects import Returns, home_of, port_for
from noroshi.web.pages.mail import DONE
from noroshi.web.pages.route_actions import DEEDS, RouteActionResult
from noroshi.web.pages.route_live import device_of, exam_of, letter_of, live_routes
from noroshi.web.view.form_operations import may, query_value
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.route import (
    BLANK,
    WAY_NAMES,
    WAYS,
    RouteDetails,
    entries_of,
    known_of,
    named_by,
    next_step,
    renamed,
    texts_of,
)
from noroshi.web.view.routes import Answer, clouds, href, named, of_type

SECRETIVE = ("url", "headers")
"""Options that may hold a key, though they should not."""


def routes(web: WebContext, returns: Returns) -> list[Route]:
    """Their addresses."""
    codes = Codes()

    async def one(visit: Visit) -> Response:
        name = visit.request.path_params["name"]
        if visit.request.method == "GET":
            did = query_value(visit, "did")
            way = query_value(visit, "way")
            done = RouteActionResult(did=DONE.get(did), way=way)
            return await _shown(visit, name, done, codes.of(visit.key, name))
        deed = visit.form.get("do", "")
        if deed not in DEEDS:
            raise NotFoundError(NO_SUCH_PAGE)
        way = visit.form.get("way", "")
        if (other := await renamed(visit, name)) is not None:
            done = RouteActionResult(
                why=other.why, status=other.status, way=way, moved=other.name
            )
            return await _shown(visit, other.name, done, codes.of(visit.key, other.name))
        known = await known_of(visit, name, way)
        done = await DEEDS[deed](visit, known)
        if done.caught:
            begun, home = done.begun, home_of(visit.request.url)
            to = {"then": href(name, did="signed_in"), "back": href(name)}
            returns.expect(begun["url"], begun["redirect"], visit.key, name, home, **to)
        if done.device is not None:
            codes.keep(visit.key, name, done.device)
        return (
            visit.to(done.to)
            if done.to
            else await _shown(visit, name, done, codes.of(visit.key, name))
        )

    return [
        Route("/mail/route/{name}", page(web, one), methods=["GET", "POST"]),
        Route("/mail/route/{name}/steps.md", page(web, steps), methods=["GET"]),
        Route("/mail/route/{name}/certificate.cer", page(web, certificate), methods=["GET"]),
        *live_routes(web, codes),
    ]


async def _shown(
    visit: Visit, name: str, done: RouteActionResult, code: Code | None
) -> Response:
    allowed, mail = may(visit), query_value(visit, "mail") or visit.form.get("mail", "")
    # First: of a mail that is told to be taken, the route is known to have taken one.
    letter = await letter_of(visit, name, mail) if mail else None
    known = await known_of(visit, name, done.way or query_value(visit, "way"))
    more = await _for_admin(visit, known, done, code) if allowed["rule"] else {}
    its = await _typed(visit, known, done)
    return await visit.show(
        "mailing_route.html",
        done.status,
        one=known.row,
        known=known,
        account=known.account and {**BLANK, **known.account},
        form={**BLANK, **texts_of(known.account), **its.form},
        merged=its,
        ways=[(way, visit.say(WAY_NAMES[way])) for way in known.ways],
        deed=visit.form.get("do", ""),
        typed={name: visit.form.get(name, "") for name in ("etag", "to")},
        orders=[_order(visit, known, key, names) for key, names in named_by(known)],
        clouds=clouds(visit, known.documents),
        networks=sorted(of_type(known.documents, "networks")),
        may=allowed,
        done=done,
        why=await refusal_lines(visit, done) if its.overtaken else done.why,
        mine=_mine(known),
        reader=await _reader(visit),
        letter=letter,
        **more,
    )


async def _typed(visit: Visit, known: RouteDetails, done: RouteActionResult) -> MergedForm:
    """Return what was typed into the form of the app registration, if it was not taken."""
    saving = done.why and visit.form.get("do") == "save" and not done.kept
    if not saving:
        return MergedForm(form={}, base_version=known.version)
    asked_for = [name for name in texts_of(None) if name in visit.form]
    typed = {name: visit.form[name].strip() for name in asked_for}
    typed["shared"] = visit.form.get("shared", "")

    def reading(documents: Mapping[str, Answer]) -> Mapping[str, str]:
        return texts_of(documents.get(known.key))

    return await merged_form(visit, typed, reading, done, keys=[known.key])


async def _for_admin(
    visit: Visit, known: RouteDetails, done: RouteActionResult, code: Code | None
) -> Mapping[str, Any]:
    listed = {one["name"]: one for one in await visit.call("secret_list")}
    kept = {name for name, one in listed.items() if one["kept"]}
    exam = query_value(visit, "exam")
    return {
        "kept": kept,
        "listed": listed,
        "facts": _facts(visit, known) if known.account is None else (),
        "step": next_step(known, kept),
        "entries": entries_of(known),
        "guide": await _guide(visit, known),
        "certificate": await _certificate(visit, known, kept),
        "catches": port_for(visit.request.url, known.redirect) is not None,
        "exam": await exam_of(visit, known.name, exam) if exam else None,
        # It is there again when the page is loaded anew.
        "coded": device_of(visit, known.name, code) if code else None,
        "check": query_value(visit, "check") == "1" and not done.why,
        "google": (known.account or {}).get("cloud") == "google",
        "signed": known.row["state"] in ("well", "down") and known.account is not None,
    }


def _mine(known: RouteDetails) -> str:
    """The address that the route sends from, to begin with."""
    if known.account is not None:
        return str(known.account.get("mailbox", ""))
    return str(known.said.get("options", {}).get("sender", ""))


async def _reader(visit: Visit) -> str:
    """Whom a test mail goes to, to begin with: the first contact, else whoever asks, if their
    name is an address. The sender would look into the wrong mailbox."""
    contacts = await visit.call("contacts")
    addresses = [address for one in contacts for address in one["addresses"]]
    asking = visit.person.name if visit.person else ""
    return next((one for one in (*addresses, asking) if is_address(one)), "")


async def _guide(visit: Visit, known: RouteDetails) -> Any:
    """None for providers that have none."""
    cloud = (known.account or {}).get("cloud", "")
    if known.account is None or cloud == "google":
        return None
    answer = await visit.call_json("guide_show", route=known.name, way=WAYS[known.way])
    return answer.get("ok")


async def _certificate(visit: Visit, known: RouteDetails, kept: set[str]) -> Any:
    entry = (known.account or {}).get("certificate", "")
    if not entry or entry not in kept:
        return None
    answer = await visit.call_json("certificate_show", name=known.row["account"])
    return answer.get("ok")


def _order(
    visit: Visit, known: RouteDetails, key: str, names: Sequence[str]
) -> Mapping[str, Any]:
    titles = of_type(known.documents, "routes")
    return {
        "title": named(visit, key, known.documents),
        "routes": [(one, str(titles.get(one, {}).get("title") or one)) for one in names],
    }


def _facts(visit: Visit, known: RouteDetails) -> list[tuple[str, str]]:
    """Return what a route without an account is set to."""
    options = known.said.get("options", {})
    return [
        (label(name, known.row["kind"], visit.say), str(value))
        for name, value in options.items()
        if isinstance(value, str | int) and name not in SECRETIVE
    ]


async def steps(visit: Visit) -> Response:
    """The administrator's steps as a text to hand on."""
    name, way = visit.request.path_params["name"], query_value(visit, "way")
    found = await visit.call("guide_show", route=name, way=WAYS.get(way, ""))
    return _file(visit.say(found["text"]), f"noroshi-{name}.md", "text/markdown")


async def certificate(visit: Visit) -> Response:
    """Send what of the certificate is uploaded; never its key."""
    found = await visit.call("certificate_show", name=visit.request.path_params["name"])
    return _file(found["pem"], f"noroshi-{found['account']}.cer", "application/x-x509-ca-cert")


def _file(text: str, name: str, kind: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(text, headers=headers, media_type=kind)
