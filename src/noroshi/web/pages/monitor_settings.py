"""Edit one monitor's settings, with the options of the kind and the limits; choose a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi import schema
from noroshi.core.definitions.schema import MonitorDef
from noroshi.core.own_instance import KINDS
from noroshi.core.translation import _, pgettext
from noroshi.operations.kind_answers import Kind
from noroshi.service import NotFoundError, OperationError
from noroshi.service.monitors.details import MonitorOperations
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
from noroshi.web.forms.limits import kind_of, unit_word
from noroshi.web.forms.location import Content, Spot, title_of, unique_label
from noroshi.web.forms.table import HelpNames, help_of
from noroshi.web.pages.monitors import (
    GROUP,
    HOME,
    MONITOR,
    NEW,
    checks,
    crumbs,
    documents_of_type,
)
from noroshi.web.view.form_operations import address, permissions_of, query_value
from noroshi.web.view.page_context import Visit, page

WHEN = ("every", "at", "days", "timeout", "patience", "may_vanish")
HIDDEN = ("id", "kind", "options", "limits")


def routes(web: WebContext) -> list[Route]:
    """Return the route of the form."""
    return [Route(MONITOR, page(web, monitor), methods=["GET", "POST"])]


async def monitor(visit: Visit) -> Response:
    """Edit one monitor; without a name a new one, and without a kind the choice of one."""
    instance_name, group, name = (query_value(visit, one) for one in ("in", "group", "name"))
    edit = await open_edit(
        visit, Spot(f"instances/{instance_name}", group, name or NEW, new=not name)
    )
    group_content = Spot(f"instances/{instance_name}", group).content_in(edit.now)
    if group_content is None and visit.request.method == "GET":
        return visit.redirect(HOME)
    group_content = group_content or {}  # somebody removed it, which the change will tell
    kind_name = (
        edit.base_content.get("kind") or edit.current.get("kind") or query_value(visit, "kind")
    )
    kind = next((one for one in await checks(visit) if one.kind == kind_name), None)
    if kind is None and edit.spot.new:
        return await _choose(visit, edit.now, instance_name, group)
    units = {} if edit.spot.new else await _units(visit, f"{instance_name}/{group}/{name}")
    outline = _outline(visit, edit, kind, group_content, units)
    edit = await apply_edit(visit, outline, edit)
    if edit.is_saved:
        in_group = {"in": instance_name, "group": group}
        new_name = visit.form.get("name", "").strip() or name
        return redirect_to_saved(
            visit,
            edit,
            MONITOR,
            address(GROUP, **{"in": instance_name}, name=group),
            **in_group,
            name=new_name,
        )
    return await edit_page(
        visit, edit, _frame(visit, edit, outline, kind, (instance_name, group, name))
    )


async def _units(visit: Visit, path: str) -> Mapping[str, str]:
    """Return the units of the monitor's last readings in the visitor's language, by the titles
    of the readings."""
    try:
        answer = await visit.call(MonitorOperations.show, monitor=path, last=1)
    except OperationError:  # there are none of one that is not known, or not now
        return {}
    return {
        visit.say(one.name): unit_word(one.unit, visit.language)
        for one in answer.series
        if one.unit.strip()
    }


def _outline(
    visit: Visit,
    edit: Edit,
    kind: Kind | None,
    group_content: Content,
    units: Mapping[str, str],
) -> Outline:
    by_network = kind is not None and kind.by_network
    hidden_settings = HIDDEN if by_network else (*HIDDEN, "network")
    parts = [Part(schema=schema.form(MonitorDef), leave_out=hidden_settings)]
    documents = edit.definitions.documents
    if kind is None:
        return Outline(parts=tuple(parts), names_by_setting=_names_by_setting(documents))
    parts.append(Part(schema=kind.options, table="options"))
    inherited_limits = [
        (level.get("limits") or {}).get(kind.kind, {})
        for level in (edit.now or {}, group_content)
    ]
    limits_kind = kind_of(kind, visit.language, *inherited_limits)
    levels, known_names = (group_content, edit.now or {}), _names_by_setting(documents)
    return Outline(
        parts=tuple(parts),
        kinds=(replace(limits_kind, units={**limits_kind.units, **units}),),
        kind=kind.kind,
        start=_start_content(kind, levels, known_names["rules"]) if edit.spot.new else {},
        names_by_setting=known_names,
        defaults=inherited_settings(*levels),
    )


def _start_content(kind: Kind, levels: Sequence[Content], rules: list[str]) -> dict[str, Any]:
    """Return the first content of a new one. It notifies by the first rule, unless instance or
    group have rules, or none on purpose."""
    without_rules = all(one.get("rules") is None for one in levels)
    return {"kind": kind.kind, **({"rules": rules[:1]} if without_rules and rules else {})}


def _names_by_setting(documents: Mapping[str, Content]) -> dict[str, list[str]]:
    """Return the names that a monitor may refer to."""
    types_by_setting = {"rules": "rules", "route": "routes", "account": "accounts"}
    types_by_setting |= {"network": "networks"}
    return {
        name: [one for one, _ in documents_of_type(type, documents)]
        for name, type in types_by_setting.items()
    }


def _frame(
    visit: Visit, edit: Edit, outline: Outline, kind: Kind | None, path: tuple[str, str, str]
) -> FormFrame:
    instance_name, group, name = path
    kind_title = visit.say(kind.title) if kind else str(edit.base_content.get("kind", ""))
    frame = FormFrame(
        title=visit.say(_("New monitor: {kind}").fill(kind=kind_title)),
        crumbs=crumbs(visit, edit.now or edit.base_document, instance_name, group),
        sections=_sections(visit, edit, outline, kind, kind_title),
    )
    if not name:
        return frame
    return replace(
        frame,
        title=visit.say(
            _("Settings for monitor “{name}”").fill(name=title_of(name, edit.base_content))
        ),
        links=[
            (visit.say(_("Show current state")), f"/monitor/{instance_name}/{group}/{name}")
        ],
        removal=visit.say(
            _(
                "Removes monitor “{name}”. Its history is kept as long as that of any other monitor."
            ).fill(name=unique_label(name, edit.base_content))
        ),
    )


def _sections(
    visit: Visit, edit: Edit, outline: Outline, kind: Kind | None, kind_title: str
) -> list[Section]:
    fields = outline.fields(visit, edit)
    options = [fields.pop(name) for name in list(fields) if name.startswith("options.")]
    schedule_fields, rules = [fields.pop(one) for one in WHEN], fields.pop("rules")
    code = edit.base_content.get("kind") or outline.kind
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
            description=_help_of_kind(visit, kind)
            if kind
            else visit.say(_("This type is not installed, so its options cannot be shown.")),
            fields=options,
        ),
        Section(
            id="limits",
            title=visit.say(_("Limits")),
            description=visit.say(
                _(
                    "If a row is empty, the values shown in grey apply. If you enter anything in a row, only "
                    "what you enter applies."
                )
            ),
            blocks=outline.blocks(visit, edit),
        ),
        Section(id="when", title=visit.say(_("Measurement")), fields=schedule_fields),
        Section(id="told", title=visit.say(_("Notification rules")), fields=[rules]),
    ]


def _help_of_kind(visit: Visit, kind: Kind) -> str:
    names = HelpNames(kind=kind.kind, readings=kind.readings)
    return help_of(kind.help, names, visit.say)


async def _choose(
    visit: Visit, document: Content | None, instance_name: str, group: str
) -> Response:
    """Ask for the kind of the new monitor. Kinds that Noroshi monitors by itself come last."""
    if visit.request.method == "POST":
        raise NotFoundError(NO_SUCH_PAGE)
    rows = [
        {
            "kind": one.kind,
            "title": visit.say(one.title),
            "help": _help_of_kind(visit, one),
            "runs": one.runs,
            "href": address(MONITOR, **{"in": instance_name}, group=group, kind=one.kind),
        }
        for one in sorted(await checks(visit), key=lambda one: one.kind in KINDS)
    ]
    trail = crumbs(visit, document, instance_name, group)
    return await visit.show(
        "choose_kind.html", rows=rows, crumbs=trail, may=permissions_of(visit)
    )
