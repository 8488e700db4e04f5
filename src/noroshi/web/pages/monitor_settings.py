"""One monitor's settings, with the options of its kind and its limits; and choosing a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi import schema
from noroshi.core.definitions.schema import MonitorDef
from noroshi.core.definitions.self_monitoring import KINDS
from noroshi.core.translation import _, pgettext
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.edit_page import (
    FormFrame,
    Section,
    apply_edit,
    edit_page,
    inherited_settings,
    open_edit,
    redirect_to_saved,
)
from noroshi.web.forms.edit_session import Edit
from noroshi.web.forms.layout import Outline, Part
from noroshi.web.forms.limits import kind_of
from noroshi.web.forms.location import Content, Spot, called, told_apart
from noroshi.web.pages.monitors import GROUP, HOME, MONITOR, NEW, checks, crumbs, of
from noroshi.web.view.form_operations import address, may, query_value
from noroshi.web.view.page_context import Visit, page

WHEN = ("every", "at", "days", "timeout", "patience", "may_vanish")
HIDDEN = ("id", "kind", "options", "limits")
Answer = Mapping[str, Any]


def routes(web: WebContext) -> list[Route]:
    """Their address."""
    return [Route(MONITOR, page(web, monitor), methods=["GET", "POST"])]


async def monitor(visit: Visit) -> Response:
    """One monitor; without a name a new one, and without a kind the choice of one."""
    where, group, name = (query_value(visit, one) for one in ("in", "group", "name"))
    edit = await open_edit(visit, Spot(f"instances/{where}", group, name or NEW, new=not name))
    above = Spot(f"instances/{where}", group).found(edit.now)
    if above is None and visit.request.method == "GET":
        return visit.to(HOME)
    above = above or {}  # {}: somebody removed it meanwhile, which the change will tell
    wanted = edit.before.get("kind") or edit.current.get("kind") or query_value(visit, "kind")
    kind = next((one for one in await checks(visit) if one["kind"] == wanted), None)
    if kind is None and edit.spot.new:
        return await _choose(visit, edit.now, where, group)
    units = {} if edit.spot.new else await _units(visit, f"{where}/{group}/{name}")
    outline = _outline(visit, edit, kind, above, units)
    edit = await apply_edit(visit, outline, edit)
    if edit.done:
        place = {"in": where, "group": group}
        named = visit.form.get("name", "").strip() or name
        return redirect_to_saved(
            visit,
            edit,
            MONITOR,
            address(GROUP, **{"in": where}, name=group),
            **place,
            name=named,
        )
    return await edit_page(
        visit, edit, _frame(visit, edit, outline, kind, (where, group, name))
    )


async def _units(visit: Visit, path: str) -> Mapping[str, str]:
    """The units of what it measured last, by the readings' titles."""
    answer = await visit.call_json("monitor_show", monitor=path, last=1)
    series = answer["ok"]["series"] if "ok" in answer else ()
    return {visit.say(one["name"]): one["unit"] for one in series if one["unit"].strip()}


def _outline(
    visit: Visit, edit: Edit, kind: Answer | None, above: Content, units: Mapping[str, str]
) -> Outline:
    goes = kind is not None and kind["by_network"]
    hidden = HIDDEN if goes else (*HIDDEN, "network")
    parts = [Part(schema=schema.form(MonitorDef), leave_out=hidden)]
    known = edit.definitions["documents"]
    if kind is None:
        return Outline(parts=tuple(parts), known=_known(known))
    parts.append(Part(schema=kind["options"], inside="options"))
    said = [(up.get("limits") or {}).get(kind["kind"], {}) for up in (edit.now or {}, above)]
    its = kind_of(kind, visit.language, *said)
    levels, named = (above, edit.now or {}), _known(known)
    return Outline(
        parts=tuple(parts),
        kinds=(replace(its, units={**its.units, **units}),),
        kind=kind["kind"],
        start=_begun(kind, levels, named["rules"]) if edit.spot.new else {},
        known=named,
        defaults=inherited_settings(*levels),
    )


def _begun(kind: Answer, levels: Sequence[Content], rules: list[str]) -> dict[str, Any]:
    """Return what a new one says to begin with. Whoever adds one wants somebody to be told,
    unless it is said further up who is, or that nobody is."""
    unsaid = all(one.get("rules") is None for one in levels)
    return {"kind": kind["kind"], **({"rules": rules[:1]} if unsaid and rules else {})}


def _known(documents: Mapping[str, Content]) -> dict[str, list[str]]:
    """Return what a monitor may name."""
    sorts = {"rules": "rules", "route": "routes", "account": "accounts"}
    sorts |= {"network": "networks"}
    return {name: [one for one, _ in of(type, documents)] for name, type in sorts.items()}


def _frame(
    visit: Visit, edit: Edit, outline: Outline, kind: Answer | None, way: tuple[str, str, str]
) -> FormFrame:
    where, group, name = way
    kind_title = visit.say(kind["title"]) if kind else str(edit.before.get("kind", ""))
    look = FormFrame(
        title=visit.say(_("New monitor: {kind}").fill(kind=kind_title)),
        crumbs=crumbs(visit, edit.now or edit.base_document, where, group),
        sections=_sections(visit, edit, outline, kind, kind_title),
    )
    if not name:
        return look
    return replace(
        look,
        title=visit.say(_("Settings of {name}").fill(name=called(name, edit.before))),
        links=[(visit.say(_("Show current state")), f"/monitor/{where}/{group}/{name}")],
        removal=visit.say(
            _(
                "Removes the monitor {name}. Its history is kept as long as that of other monitors."
            ).fill(name=told_apart(name, edit.before))
        ),
    )


def _sections(
    visit: Visit, edit: Edit, outline: Outline, kind: Answer | None, kind_title: str
) -> list[Section]:
    fields = outline.fields(visit, edit)
    options = [fields.pop(name) for name in list(fields) if name.startswith("options.")]
    when, rules = [fields.pop(one) for one in WHEN], fields.pop("rules")
    code = edit.before.get("kind") or outline.kind
    return [
        Section(
            id="what",
            title=visit.say(_("General")),
            fields=list(fields.values()),
            text=[(visit.say(_("Type")), f"{kind_title} ({code})")],
        ),
        Section(
            id="options",
            title=visit.say(pgettext("edit.options", "Target")),
            about=visit.say(kind["help"])
            if kind
            else visit.say(_("This type is not installed, so its options cannot be shown.")),
            fields=options,
        ),
        Section(
            id="limits",
            title=visit.say(_("Limits")),
            about=visit.say(
                _(
                    "An empty row uses the grey values. A row with any entry uses only what is entered."
                )
            ),
            blocks=outline.blocks(visit, edit),
        ),
        Section(id="when", title=visit.say(_("Measurement")), fields=when),
        Section(id="told", title=visit.say(_("Notification rules")), fields=[rules]),
    ]


async def _choose(visit: Visit, document: Content | None, where: str, group: str) -> Response:
    """Ask which kind the new one shall be of. What Noroshi watches by itself comes last."""
    if visit.request.method == "POST":
        raise NotFoundError(NO_SUCH_PAGE)
    rows = [
        {
            "kind": one["kind"],
            "title": visit.say(one["title"]),
            "help": visit.say(one["help"]),
            "runs": one["runs"],
            "href": address(MONITOR, **{"in": where}, group=group, kind=one["kind"]),
        }
        for one in sorted(await checks(visit), key=lambda one: one["kind"] in KINDS)
    ]
    way = crumbs(visit, document, where, group)
    return await visit.show("choose_kind.html", rows=rows, crumbs=way, may=may(visit))
