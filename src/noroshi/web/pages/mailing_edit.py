"""A route, an account or a network as a form of all its settings: changed, added, removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi import schema
from noroshi.core.defined import AccountDef, NetworkDef, RouteDef
from noroshi.core.written import is_name
from noroshi.service import NotFound
from noroshi.web.api import STATUS
from noroshi.web.doing import address, asked, for_sure, see_that_may
from noroshi.web.forms import Drawn, Field, elsewhere, fields_of, read
from noroshi.web.house import House
from noroshi.web.mailing import DEFINED, Answer, clouds, href, kind, of_type, orders
from noroshi.web.pages.mailing_new import first_free, into_of, named_in, with_route
from noroshi.web.visit import Visit, page
from noroshi.web.words import TEXTS

SORTS: Mapping[str, type] = {"routes": RouteDef, "accounts": AccountDef, "networks": NetworkDef}
LEFT_OUT = ("name", "kind", "options")
OPTIONS = "options."
KINDS = ("smtp", "webhook", "pickup", "graph")
"""What can be added by a form of all settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """One definition that is edited: `before` is it as its editor saw it, {} for a new one."""

    type: str
    name: str
    kind: str
    before: Answer
    etag: str
    documents: Mapping[str, Answer]
    options: Answer
    known: Mapping[str, Sequence[str]]

    @property
    def key(self) -> str:
        return f"{self.type}/{self.name}"

    @property
    def new(self) -> bool:
        return not self.before


def routes(house: House) -> list[Route]:
    """Its address."""
    return [Route("/mail/edit", page(house, edit), methods=["GET", "POST"])]


async def edit(visit: Visit) -> Response:
    """The form; what was sent is tried at once, and told at its fields if it cannot be."""
    see_that_may(visit)
    post = visit.request.method == "POST"
    key = visit.form.get("key", "") if post else asked(visit, "key")
    of = visit.form.get("of", "") if post else asked(visit, "of")
    edited = await _edited(visit, key, of)
    if not post:
        return await _shown(visit, edited)
    if visit.form.get("do") == "remove":
        return await _remove(visit, edited)
    return await _save(visit, edited)


async def _edited(visit: Visit, key: str, of: str) -> Edited:
    type, _, name = key.partition("/")
    defined = await visit.need("definition_show", types=DEFINED)
    documents = defined["documents"]
    before = documents.get(key, {})
    if type not in SORTS or (name and not before) or (type == "accounts" and not name):
        raise NotFound(TEXTS["error.not_there"])
    its = str(before.get("kind", "")) or of
    if type == "routes" and not name and its not in KINDS:
        raise NotFound(TEXTS["error.not_there"])
    known = {
        "network": sorted(of_type(documents, "networks")),
        "account": sorted(of_type(documents, "accounts")),
        "cloud": [cloud for cloud, _ in clouds(visit, documents)],
    }
    etag = visit.form.get("etag", defined["etags"].get(key, ""))
    options = await _options(visit, its) if type == "routes" else {}
    parts = {"documents": documents, "options": options, "known": known}
    return Edited(type=type, name=name, kind=its, before=before, etag=etag, **parts)


async def _options(visit: Visit, name: str) -> Answer:
    found = await visit.need("kinds")
    kinds = (one for one in found if one["family"] == "route" and one["kind"] == name)
    its: Answer = next((one["options"] for one in kinds), {})
    return its


async def _save(visit: Visit, edited: Edited) -> Response:
    form = visit.form
    name = edited.name or form.get("name", "").strip().lower()
    if not is_name(name):
        why = (visit.text("mailing.edit.no_name"),)
        return await _shown(visit, edited, why=why, status=400)
    key = f"{edited.type}/{name}"
    put: dict[str, Any] = {key: content_of(edited, form)}
    if edited.new and edited.type == "routes":
        put |= with_route(edited.documents, named_in(form), name)
    told = await visit.ask("definition_change", put=put, etags={key: edited.etag})
    if "ok" not in told:
        return await _not_saved(visit, edited, key, told)
    where = href(name, did="added" if edited.new else "saved")
    return visit.to(where if edited.type == "routes" else address("/mail", did="saved"))


def content_of(edited: Edited, form: Mapping[str, str]) -> dict[str, Any]:
    """What the definition says after the form."""
    its = schema.form(SORTS[edited.type])
    content = read(its, form, edited.before, known=edited.known, leave_out=LEFT_OUT)
    if edited.type != "routes":
        return content
    before = edited.before.get("options", {})
    options = read(
        edited.options, form, before, known=edited.known, prefix=OPTIONS, leave_out=()
    )
    content = {**content, "kind": edited.kind}
    content.pop("options", None)
    return {**content, "options": options} if options else content


async def _not_saved(visit: Visit, edited: Edited, key: str, told: Answer) -> Response:
    if told["error"] == "password":
        return for_sure(visit, address("/mail/edit", key=edited.key))
    start = f"{key}.toml: "
    problems = [
        (one["where"].removeprefix(start), visit.say(one["what"]))
        for one in told.get("problems", ())
    ]
    why = (visit.say(told["words"]),)
    status = STATUS.get(told["error"], 503)
    return await _shown(visit, edited, why=why, problems=problems, status=status)


async def _remove(visit: Visit, edited: Edited) -> Response:
    """Away with it, and out of every order that names it."""
    if edited.new:
        raise NotFound(TEXTS["error.not_there"])
    put = dict(without(edited.documents, edited.name)) if edited.type == "routes" else {}
    etags = {edited.key: edited.etag}
    told = await visit.ask("definition_change", put=put, remove=[edited.key], etags=etags)
    if "ok" not in told:
        return await _not_saved(visit, edited, edited.key, told)
    return visit.to("/mail?did=removed")


def without(documents: Mapping[str, Answer], route: str) -> Iterator[tuple[str, Answer]]:
    """The rules and notifications that name a route, without it."""
    for key, names in orders(documents):
        if route in names:
            left = [name for name in names if name != route]
            yield key, {**documents[key], "routes": left}


def _title(visit: Visit, edited: Edited) -> str:
    if edited.name:
        return visit.text(f"mailing.edit.{edited.type}", name=edited.name)
    return visit.text("mailing.add" if edited.type == "routes" else "mailing.networks.add")


def _fields(
    visit: Visit, edited: Edited, problems: Sequence[tuple[str, str]]
) -> tuple[list[Field], list[Field]]:
    typed = visit.form if visit.request.method == "POST" else None
    drawn = Drawn(say=visit.say, known=edited.known, kind=edited.kind, typed=typed)
    its = schema.form(SORTS[edited.type])
    own = fields_of(its, edited.before, problems, drawn=drawn, leave_out=LEFT_OUT)
    if edited.type != "routes":
        return own, []
    before = edited.before.get("options", {})
    # An account says which server it is, so that nothing is needed beside it.
    free: Answer = {**edited.options, "required": ()}
    wanted = free if before.get("account") else edited.options
    options = fields_of(wanted, before, problems, drawn=drawn, prefix=OPTIONS, leave_out=())
    return own, options


async def _shown(
    visit: Visit,
    edited: Edited,
    why: tuple[str, ...] = (),
    problems: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Response:
    own, options = _fields(visit, edited, problems)
    names = [field.name for field in (*own, *options)]
    return await visit.show(
        "mailing_edit.html",
        status,
        edited=edited,
        own=own,
        options=options,
        why=(*why, *elsewhere(problems, names)),
        sort=kind(visit, edited.kind),
        name=visit.form.get("name", "")
        or first_free(edited.documents, edited.type, edited.kind),
        title=_title(visit, edited),
        into=into_of(visit, edited.documents) if edited.new and edited.type == "routes" else (),
        back=href(edited.name) if edited.type == "routes" and edited.name else "/mail",
    )
