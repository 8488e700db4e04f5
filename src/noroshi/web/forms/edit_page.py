"""Show the page on which one definition is edited: read, previewed, saved, shown again with the
input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from noroshi.core.translation import _
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.definitions.renames import FOLLOWS
from noroshi.web.forms.change_preview import preview
from noroshi.web.forms.conflict import by_title, differences_between
from noroshi.web.forms.edit_session import REMOVE, Edit, open_edit, submit
from noroshi.web.forms.fields import Field, problems_elsewhere
from noroshi.web.forms.layout import Block, Outline
from noroshi.web.forms.location import Spot
from noroshi.web.forms.relocation import find_moved, page_of
from noroshi.web.view.difference import DifferenceText
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    permissions_of,
    query_value,
    require_change_allowed,
)
from noroshi.web.view.page_context import Visit

Link = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Hold a part of the page: fields, limits, or text that cannot be edited."""

    id: str
    title: str
    description: str = ""
    fields: Sequence[Field] = ()
    blocks: Sequence[Block] = ()
    folded: bool = False
    text: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFrame:
    """Hold the surroundings of a form. `removal` explains the removal; "": there is nothing to
    remove. `place` is the part of the manager that the form is in."""

    title: str
    crumbs: Sequence[Link]
    sections: Sequence[Section]
    description: str = ""
    links: Sequence[Link] = ()
    removal: str = ""
    place: str = "settings"


async def apply_edit(visit: Visit, outline: Outline, edit: Edit) -> Edit:
    """Save, preview or remove after a POST, and return the edit with the outcome."""
    if visit.request.method != "POST":
        return edit
    await require_change_allowed(visit)
    if visit.form.get("do") != REMOVE:
        return await submit(visit, edit, outline.content(visit.form, edit.base_content))
    if visit.form.get("meant") != "yes":
        edit.outcome = Outcome(
            None,
            (visit.say(_("Nothing was removed. Select the check box first.")),),
            400,
            kind="invalid",
        )
        return edit
    return await submit(visit, edit, None, empty=True)


def name_field(visit: Visit, edit: Edit, help: str = "", proposal: str = "") -> Field:
    """Draw the field for the name of a document, as the content has no setting for it. For an
    existing document the help says what a new name changes; a new one may have a proposal."""
    name = proposal if edit.spot.new else edit.spot.name
    if not edit.spot.new:
        help = visit.say(FOLLOWS[edit.spot.type])
    return Field(
        name="name",
        code="name",
        label=visit.say(_("Name")),
        help=help,
        sort="text",
        value=visit.form.get("name", name),
        is_required=True,
        problems=tuple(text for place, text in edit.problems if place == "name"),
    )


async def edit_page(visit: Visit, edit: Edit, frame: FormFrame) -> Response:
    """Return the page, with the input if it was not saved."""
    etag, version = edit.to_send()
    names = [one.name for section in frame.sections for one in section.fields]
    rows = [row for section in frame.sections for block in section.blocks for row in block.rows]
    names += [f"{row.prefix}{cell}" for row in rows for cell in row.cells]
    at_rows = {row.prefix.rstrip(".") for row in rows}
    stray_problems = problems_elsewhere(
        [one for one in edit.problems if one[0] not in at_rows], names, visit.language
    )
    outcome, saved_version = edit.outcome, query_value(visit, "did")
    return await visit.show(
        "edit.html",
        200 if outcome.answer is not None else outcome.status,
        place=frame.place,
        title=frame.title,
        about=frame.description,
        crumbs=frame.crumbs,
        links=frame.links,
        sections=frame.sections,
        removal=frame.removal,
        action=visit.page_address.partition("&did=")[0],
        reload_address=visit.page_address.partition("&did=")[0],
        etag=etag,
        version_seen=version,
        overtaken=edit.is_overtaken,
        gone=edit.is_gone,
        stranded=edit.is_stranded,
        new_link=_new_link(edit),
        changes=outcome.problems,
        changes_by_others=await _changes_by_others(visit, edit),
        why=_reasons(visit, edit),
        stray_problems=stray_problems,
        problem_count=len(edit.problems) - len(stray_problems),
        dry_run=edit.dry_run,
        differences=await preview(visit, edit.dry_run),
        needs_password=outcome.needs_password,
        note=visit.form.get("note", ""),
        saved_version=saved_version if saved_version.isdecimal() else "",
        cautions=await cautions(visit),
        may=permissions_of(visit),
    )


def _new_spot(edit: Edit) -> Spot | None:
    """Return the new spot, if somebody else renamed the edited part."""
    if not (edit.is_overtaken and edit.is_gone):
        return None
    return find_moved(
        edit.spot, edit.base_document, edit.definitions.documents, edit.outcome.problems
    )


def _new_link(edit: Edit) -> Link | None:
    """Return the new name and page of a definition that somebody else renamed or moved."""
    spot = _new_spot(edit)
    return (spot.path, page_of(spot)) if spot else None


async def _changes_by_others(visit: Visit, edit: Edit) -> Sequence[DifferenceText]:
    """Return the differences that somebody else made in it."""
    if not edit.is_overtaken:
        return ()
    documents, spot = edit.definitions.documents, _new_spot(edit)
    key = spot.key if spot and edit.now is None else edit.spot.key
    return await differences_between(
        visit, (edit.spot.key, edit.base_document), (key, documents.get(key))
    )


def _reasons(visit: Visit, edit: Edit) -> Sequence[str]:
    if not edit.is_overtaken:
        return edit.outcome.reasons
    definition = (edit.spot.key, edit.base_document)
    return [by_title(visit, sentence, definition) for sentence in edit.outcome.reasons]


def redirect_to_saved(
    visit: Visit, edit: Edit, path: str, parent_page: str, **query: str
) -> Response:
    """Redirect to the page of the saved definition, or to the parent page after a removal."""
    target = parent_page if visit.form.get("do") == REMOVE else address(path, **query)
    separator = "&" if "?" in target else "?"
    warning_query = "&beware=yes" if edit.outcome.ok.cautions else ""
    return visit.redirect(f"{target}{separator}did={edit.outcome.ok.version}{warning_query}")


async def cautions(visit: Visit) -> list[str]:
    """Return the warnings about what was just saved, which the address asks for."""
    if not query_value(visit, "beware") or not permissions_of(visit)["rule"]:
        return []
    answer = await visit.call(EditOperations.change, dry=True)
    return [visit.say(words) for words in answer.cautions]


def inherited_settings(*levels: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schedule and rules that are inherited: of the nearest level that has some (the
    nearest first)."""
    inherited = dict[str, Any]()
    schedule = next(
        (one for one in levels if one.get("every") or one.get("at")), {"every": "1m"}
    )
    inherited |= {
        name: schedule[name] for name in ("every", "at", "days") if schedule.get(name)
    }
    rules_source = next((one for one in levels if one.get("rules") is not None), {})
    if rules_source.get("rules"):
        inherited["rules"] = rules_source["rules"]
    return inherited


__all__ = [
    "Link",
    "FormFrame",
    "Section",
    "cautions",
    "apply_edit",
    "inherited_settings",
    "name_field",
    "open_edit",
    "redirect_to_saved",
    "edit_page",
]
