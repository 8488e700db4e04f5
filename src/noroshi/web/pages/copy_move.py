"""Copy an instance, copy or move a group or a monitor, after a preview."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.problems import read_location
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.operations.definition_answers import Applied
from noroshi.service import NotFoundError
from noroshi.service.definitions.copy_move import CopyMoveOperations
from noroshi.service.definitions.edit import EditOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.change_preview import created_monitors, preview
from noroshi.web.forms.location import title_of
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    permissions_of,
    refusal_texts,
    refused_input,
    require_administrator,
    run_reauthenticated,
)
from noroshi.web.view.live_updates import Live
from noroshi.web.view.overview import part_page
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.problem_text import problems_at
from noroshi.web.view.tree import STEP

FIELDS = ("how", "to", "group", "name", "title", "address", "stopped")
MOST_SEGMENTS = 3
PREVIEW = "preview"


TO, TYPED = "to", ("name", "title", "address")
GROUP = 2
"""The number of names in a group's path."""


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the route of the form."""

    async def place(visit: Visit) -> Response:
        return await _place(visit, live)

    return [Route("/place/{path:path}", page(web, place), methods=["GET", "POST"])]


async def _place(visit: Visit, live: Live) -> Response:
    require_administrator(visit)
    path = visit.request.path_params["path"]
    documents = (await visit.call(EditOperations.read)).documents
    part = _find_part(documents, path.split("/"))
    if part is None:
        raise NotFoundError(NO_SUCH_PAGE)
    if visit.request.method == "GET":
        return await _page(visit, path, part, documents)
    operation, arguments, target = _operation(visit, path)
    is_preview = visit.form.get("do") == PREVIEW
    outcome = await run_reauthenticated(visit, operation, **arguments, dry=is_preview)
    if outcome.answer is None or is_preview:
        return await _page(visit, path, part, documents, outcome)
    live.expire()
    deed = "move" if operation is CopyMoveOperations.move_monitor else "copy"
    return visit.redirect(address(part_page(target), did=deed, part=path))


def _operation(
    visit: Visit, path: str
) -> tuple[Callable[..., Awaitable[Applied]], dict[str, Any], str]:
    """Return the operation, the arguments, and the new place of the part."""
    form = {name: visit.form.get(name, "").strip() for name in FIELDS}
    if "/" not in path:
        names = {name: form[name] for name in ("name", "title", "address")}
        arguments = {"instance": path, **names, "stopped": form["stopped"] == "yes"}
        return CopyMoveOperations.copy_instance, arguments, form["name"]
    target = f"{form['group'] or form['to']}/{form['name'] or path.rpartition('/')[2]}"
    if form["how"] == "move":
        return CopyMoveOperations.move_monitor, {"monitor": path, "to": target}, target
    return (
        CopyMoveOperations.copy_monitor,
        {"monitor": path, "to": target, "title": form["title"]},
        target,
    )


def _find_part(documents: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any] | None:
    """Return the definition of a part; the node's own instance cannot be placed."""
    if names[0] == OWN_INSTANCE or len(names) > MOST_SEGMENTS:
        return None
    part: Mapping[str, Any] | None = documents.get(f"instances/{names[0]}")
    for table, name in zip(("group", "monitor"), names[1:], strict=False):
        parts = part.get(table, ()) if part else ()
        part = next((one for one in parts if one.get("name") == name), None)
    return part


def _choices(documents: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
    """Return the instances or groups that it may go to, with the title of each."""
    return [(one, _titles_and_path(documents, one)) for one in _paths(documents, path)]


def _titles_and_path(documents: Mapping[str, Any], path: str) -> str:
    names = path.split("/")
    titles = [title_of(one, _find_part(documents, names[:n])) for n, one in enumerate(names, 1)]
    return path if titles == names else f"{STEP.join(titles)} ({path})"


def _paths(documents: Mapping[str, Any], path: str) -> list[str]:
    paths = list[str]()
    for key, content in sorted(documents.items()):
        name = key.removeprefix("instances/")
        if name in (key, OWN_INSTANCE):
            continue
        groups = [f"{name}/{one.get('name')}" for one in content.get("group", ())]
        paths += [name] if path.count("/") == 1 else groups
    return paths


async def _page(
    visit: Visit,
    path: str,
    part: Mapping[str, Any],
    documents: Mapping[str, Any],
    outcome: Outcome[Applied] | None = None,
) -> Response:
    names = path.split("/")
    outcome = outcome or Outcome[Applied]()
    form = {**refused_input(visit, *FIELDS)}
    if visit.request.method == "GET":
        form |= {"how": "copy", "to": path.rpartition("/")[0], "name": names[-1]}
        form |= {"name": "", "stopped": "yes"} if len(names) == 1 else {}
    reasons, texts_by_field = _at_fields(visit, outcome, form, documents)
    return await visit.show(
        "place.html",
        outcome.status,
        path=path,
        names=names,
        titles=[
            title_of(one, _find_part(documents, names[:n])) for n, one in enumerate(names, 1)
        ],
        part=part,
        places=_choices(documents, path),
        form=form,
        dry_run=outcome.answer,
        differences=await preview(visit, outcome.answer),
        added_monitors=await created_monitors(visit, outcome.answer),
        why=reasons,
        bad=texts_by_field,
        needs_password=outcome.needs_password,
        may=permissions_of(visit),
        back_address=part_page(path),
    )


def _at_fields(
    visit: Visit,
    outcome: Outcome[Applied],
    form: Mapping[str, str],
    documents: Mapping[str, Any],
) -> tuple[Sequence[str], Mapping[str, Sequence[str]]]:
    """Return the texts above the form, and those at the fields, by name of the field."""
    texts_by_field, other_texts = dict[str, list[str]](), list[str]()
    for place, text in outcome.problems:
        field = _field(place, form, documents)
        if field:
            texts_by_field.setdefault(field, []).append(text)
        else:
            other_texts.append(problems_at(place, text, visit.language))
    return (
        ((outcome.reasons[0], *other_texts), texts_by_field)
        if texts_by_field
        else (refusal_texts(visit, outcome), {})
    )


def _field(place: str, form: Mapping[str, str], documents: Mapping[str, Any]) -> str:
    """Return the field that a problem is about. The place of a part is typed in up to three of
    them."""
    if place != TO:
        setting = read_location(place).setting
        return setting if setting in TYPED else ""
    group = form["group"].split("/") if form["group"] else []
    is_unknown = bool(group) and f"instances/{group[0]}" not in documents
    if group and (is_unknown or len(group) != GROUP or not all(map(is_name, group))):
        return "group"
    return "name"
