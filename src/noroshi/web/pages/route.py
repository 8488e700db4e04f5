"""Show one route: the app, the sign-in by every way, the administrator's steps, diagnosis, test
mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from noroshi.core.definitions.value_syntax import is_address
from noroshi.guides.setup_documents import Content, definitions_of, orders_naming
from noroshi.guides.setup_fields import CLIENT_SECRET
from noroshi.operations.sign_in_answers import Certificate, GuideShown
from noroshi.service import NotFoundError
from noroshi.service.monitors.history import HistoryOperations
from noroshi.service.node.secrets import SecretOperations
from noroshi.service.sign_in.certificates import CertificateOperations
from noroshi.service.sign_in.guide import GuideOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.conflict import MergedForm, merged_form, refusal_lines
from noroshi.web.forms.table import label
from noroshi.web.http.device_codes import Code, Codes
from noroshi.web.http.oauth_redirects import ExpectedRedirects, home_of, port_for
from noroshi.web.pages.mail import DONE
from noroshi.web.pages.route_actions import DEEDS, RouteActionResult
from noroshi.web.pages.route_live import device_of, exam_of_route, letter_of, live_routes
from noroshi.web.view.form_operations import permissions_of, query_value, run
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.route import (
    BLANK,
    WAY_NAMES,
    WAYS,
    RouteDetails,
    entries_of,
    find_renamed,
    load_route,
    next_step,
    texts_of,
)
from noroshi.web.view.routes import clouds, href, order_title
from noroshi.web.view.setting_names import SETTING_NAMES

SECRETIVE = ("url", "headers")
"""Options that may hold a key, though they should not."""


def routes(web: WebContext, returns: ExpectedRedirects) -> list[Route]:
    """Return the routes of the page and of the files on it."""
    codes = Codes()

    async def handle_route(visit: Visit) -> Response:
        name = visit.request.path_params["name"]
        if visit.request.method == "GET":
            deed_done = query_value(visit, "did")
            way = query_value(visit, "way")
            result = RouteActionResult(did=DONE.get(deed_done), way=way)
            return await _page(visit, name, result, codes.code_of(visit.key, name))
        deed = visit.form.get("do", "")
        if deed not in DEEDS:
            raise NotFoundError(NO_SUCH_PAGE)
        way = visit.form.get("way", "")
        if (other := await find_renamed(visit, name)) is not None:
            result = RouteActionResult(
                reasons=other.reasons, status=other.status, way=way, new_name=other.name
            )
            return await _page(visit, other.name, result, codes.code_of(visit.key, other.name))
        details = await load_route(visit, name, way)
        result = await DEEDS[deed](visit, details)
        if result.ends_here and result.sign_in is not None:
            sign_in, home = result.sign_in, home_of(visit.request.url)
            pages = {"next_page": href(name, did="signed_in"), "page_of_failure": href(name)}
            returns.expect(sign_in.url, sign_in.redirect, visit.key, name, home, **pages)
        if result.device is not None:
            codes.keep(visit.key, name, result.device)
        return (
            visit.redirect(result.next_page)
            if result.next_page
            else await _page(visit, name, result, codes.code_of(visit.key, name))
        )

    return [
        Route("/mail/route/{name}", page(web, handle_route), methods=["GET", "POST"]),
        Route("/mail/route/{name}/steps.md", page(web, steps), methods=["GET"]),
        Route("/mail/route/{name}/certificate.cer", page(web, certificate), methods=["GET"]),
        *live_routes(web, codes),
    ]


async def _page(
    visit: Visit, name: str, result: RouteActionResult, code: Code | None
) -> Response:
    permissions = permissions_of(visit)
    mail = query_value(visit, "mail") or visit.form.get("mail", "")
    # First: of a mail that is told to be taken, the route is known to have taken one.
    letter = await letter_of(visit, name, mail) if mail else None
    details = await load_route(visit, name, result.way or query_value(visit, "way"))
    admin_context = (
        await _for_admin(visit, details, result, code) if permissions["rule"] else {}
    )
    merged = await _merged_registration(visit, details, result)
    return await visit.show(
        "mailing_route.html",
        result.status,
        one=details.row,
        details=details,
        account=details.account and {**BLANK, **details.account},
        form={**BLANK, **texts_of(details.account), **merged.form},
        merged=merged,
        setting_names=SETTING_NAMES,
        client_secret=CLIENT_SECRET.label,
        ways=[(way, visit.say(WAY_NAMES[way])) for way in details.ways],
        deed=visit.form.get("do", ""),
        typed={name: visit.form.get(name, "") for name in ("etag", "to")},
        orders=[
            _order(visit, details, key, names)
            for key, names in orders_naming(details.documents, details.name)
        ],
        clouds=clouds(visit, details.documents),
        networks=sorted(definitions_of(details.documents, "networks")),
        may=permissions,
        result=result,
        why=await refusal_lines(visit, result) if merged.is_overtaken else result.reasons,
        sender_address=_sender_address(details),
        recipient=await _test_recipient(visit),
        letter=letter,
        **admin_context,
    )


async def _merged_registration(
    visit: Visit, details: RouteDetails, result: RouteActionResult
) -> MergedForm:
    """Return the input of the form of the app registration, if it was refused."""
    is_refused_save = result.reasons and visit.form.get("do") == "save" and not result.saved
    if not is_refused_save:
        return MergedForm(form={}, base_version=details.version)
    names = [name for name in texts_of(None) if name in visit.form]
    typed_fields = {name: visit.form[name].strip() for name in names}
    typed_fields["shared"] = visit.form.get("shared", "")

    def read_fields(documents: Mapping[str, Content]) -> Mapping[str, str]:
        return texts_of(documents.get(details.key))

    return await merged_form(visit, typed_fields, read_fields, result, keys=[details.key])


async def _for_admin(
    visit: Visit, details: RouteDetails, result: RouteActionResult, code: Code | None
) -> Mapping[str, Any]:
    entries = {one.name: one for one in await visit.call(SecretOperations.list)}
    stored_entries = {name for name, one in entries.items() if one.kept}
    exam_id = query_value(visit, "exam")
    return {
        "stored_entries": stored_entries,
        "vault_entries": entries,
        "facts": _facts(visit, details) if details.account is None else (),
        "step": next_step(details, stored_entries),
        "entries": entries_of(details),
        "guide": await _guide(visit, details),
        "certificate": await _certificate(visit, details, stored_entries),
        "returns_here": port_for(visit.request.url, details.redirect) is not None,
        "exam": await exam_of_route(visit, details.name, exam_id) if exam_id else None,
        # It is there again when the page is loaded anew.
        "device_code": device_of(visit, details.name, code) if code else None,
        "check": query_value(visit, "check") == "1" and not result.reasons,
        "google": (details.account or {}).get("cloud") == "google",
        "is_signed_in": details.row.status.state in ("well", "down")
        and details.account is not None,
    }


def _sender_address(details: RouteDetails) -> str:
    """Return the address that the route sends from, to begin with."""
    if details.account is not None:
        return str(details.account.get("mailbox", ""))
    return str(details.definition.get("options", {}).get("sender", ""))


async def _test_recipient(visit: Visit) -> str:
    """Return the first suggestion for the recipient of a test mail: the first contact, else the
    visitor, if the visitor's name is an address. The sender would look into the wrong
    mailbox."""
    contacts = await visit.call(HistoryOperations.contacts)
    addresses = [address for one in contacts for address in one.addresses]
    own_name = visit.person.name if visit.person else ""
    return next((one for one in (*addresses, own_name) if is_address(one)), "")


async def _guide(visit: Visit, details: RouteDetails) -> GuideShown | None:
    """Return the administrator's steps; None for providers without a guide."""
    cloud = (details.account or {}).get("cloud", "")
    if details.account is None or cloud == "google":
        return None
    outcome = await run(visit, GuideOperations.guide, route=details.name, way=WAYS[details.way])
    return outcome.answer


async def _certificate(
    visit: Visit, details: RouteDetails, stored_entries: set[str]
) -> Certificate | None:
    entry = (details.account or {}).get("certificate", "")
    if not entry or entry not in stored_entries:
        return None
    outcome = await run(visit, CertificateOperations.show, name=details.row.status.account)
    return outcome.answer


def _order(
    visit: Visit, details: RouteDetails, key: str, names: Sequence[str]
) -> Mapping[str, Any]:
    titles = definitions_of(details.documents, "routes")
    return {
        "title": order_title(visit, key, details.documents),
        "routes": [(one, str(titles.get(one, {}).get("title") or one)) for one in names],
    }


def _facts(visit: Visit, details: RouteDetails) -> list[tuple[str, str]]:
    """Return the settings of a route without an account."""
    options = details.definition.get("options", {})
    return [
        (label(name, details.row.status.kind, visit.say), str(value))
        for name, value in options.items()
        if isinstance(value, str | int) and name not in SECRETIVE
    ]


async def steps(visit: Visit) -> Response:
    """Send the administrator's steps as a text to hand on."""
    name, way = visit.request.path_params["name"], query_value(visit, "way")
    guide = await visit.call(GuideOperations.guide, route=name, way=WAYS.get(way, ""))
    return _file(visit.say(guide.text), f"noroshi-{name}.md", "text/markdown")


async def certificate(visit: Visit) -> Response:
    """Send the certificate to be uploaded to the provider; never the key."""
    answer = await visit.call(
        CertificateOperations.show, name=visit.request.path_params["name"]
    )
    return _file(answer.pem, f"noroshi-{answer.account}.cer", "application/x-x509-ca-cert")


def _file(text: str, name: str, kind: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(text, headers=headers, media_type=kind)
