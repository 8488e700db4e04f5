"""Copying an instance; copying and moving a group or a monitor: what changes is shown before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.problems import read_location
from noroshi.core.definitions.self_monitoring import OWN
from noroshi.core.definitions.value_syntax import is_name
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.change_preview import created, preview
from noroshi.web.forms.location import called
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    may,
    require_administrator,
    run_reauthenticated,
    told,
    typed,
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
"""So many names a group's path has."""


def routes(web: WebContext, live: Live) -> list[Route]:
    """Its address."""

    async def place(visit: Visit) -> Response:
        return await _place(visit, live)

    return [Route("/place/{path:path}", page(web, place), methods=["GET", "POST"])]


async def _place(visit: Visit, live: Live) -> Response:
    require_administrator(visit)
    path = visit.request.path_params["path"]
    documents = (await visit.call("definition_show"))["documents"]
    its = _there(documents, path.split("/"))
    if its is None:
        raise NotFoundError(NO_SUCH_PAGE)
    if visit.request.method == "GET":
        return await _shown(visit, path, its, documents)
    op, what, target = _asked(visit, path)
    only_try = visit.form.get("do") == PREVIEW
    done = await run_reauthenticated(visit, op, **what, dry=only_try)
    if done.ok is None or only_try:
        return await _shown(visit, path, its, documents, done)
    live.changed()
    did = "move" if op == "monitor_move" else "copy"
    return visit.to(address(part_page(target), did=did, part=path))


def _asked(visit: Visit, path: str) -> tuple[str, dict[str, Any], str]:
    """The operation, what it is given, and where the part will be."""
    form = {name: visit.form.get(name, "").strip() for name in FIELDS}
    if "/" not in path:
        given = {name: form[name] for name in ("name", "title", "address")}
        what = {"instance": path, **given, "stopped": form["stopped"] == "yes"}
        return "instance_copy", what, form["name"]
    to = f"{form['group'] or form['to']}/{form['name'] or path.rpartition('/')[2]}"
    if form["how"] == "move":
        return "monitor_move", {"monitor": path, "to": to}, to
    return "monitor_copy", {"monitor": path, "to": to, "title": form["title"]}, to


def _there(documents: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any] | None:
    """Return what the definitions say of the part; the node's own instance cannot be placed."""
    if names[0] == OWN or len(names) > MOST_SEGMENTS:
        return None
    its: Mapping[str, Any] | None = documents.get(f"instances/{names[0]}")
    for table, name in zip(("group", "monitor"), names[1:], strict=False):
        inside = its.get(table, ()) if its else ()
        its = next((one for one in inside if one.get("name") == name), None)
    return its


def _places(documents: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
    """Return where it may go, into which instances or which groups, and what each is called."""
    return [(one, _called(documents, one)) for one in _paths(documents, path)]


def _called(documents: Mapping[str, Any], path: str) -> str:
    names = path.split("/")
    told = [called(one, _there(documents, names[:n])) for n, one in enumerate(names, 1)]
    return path if told == names else f"{STEP.join(told)} ({path})"


def _paths(documents: Mapping[str, Any], path: str) -> list[str]:
    found = list[str]()
    for key, its in sorted(documents.items()):
        name = key.removeprefix("instances/")
        if name in (key, OWN):
            continue
        groups = [f"{name}/{one.get('name')}" for one in its.get("group", ())]
        found += [name] if path.count("/") == 1 else groups
    return found


async def _shown(
    visit: Visit,
    path: str,
    its: Mapping[str, Any],
    documents: Mapping[str, Any],
    outcome: Outcome | None = None,
) -> Response:
    names = path.split("/")
    outcome = outcome or Outcome()
    form = {**typed(visit, *FIELDS)}
    if visit.request.method == "GET":
        form |= {"how": "copy", "to": path.rpartition("/")[0], "name": names[-1]}
        form |= {"name": "", "stopped": "yes"} if len(names) == 1 else {}
    why, bad = _at_fields(visit, outcome, form, documents)
    return await visit.show(
        "place.html",
        outcome.status,
        path=path,
        names=names,
        way=[called(one, _there(documents, names[:n])) for n, one in enumerate(names, 1)],
        its=its,
        places=_places(documents, path),
        form=form,
        tried=outcome.ok,
        differs=await preview(visit, outcome.ok),
        added=await created(visit, outcome.ok),
        why=why,
        bad=bad,
        needs_password=outcome.needs_password,
        may=may(visit),
        back=part_page(path),
    )


def _at_fields(
    visit: Visit, outcome: Outcome, form: Mapping[str, str], documents: Mapping[str, Any]
) -> tuple[Sequence[str], Mapping[str, Sequence[str]]]:
    """Return what is told above the form, and what at its fields, by their names."""
    bad, rest = dict[str, list[str]](), list[str]()
    for where, what in outcome.problems:
        field = _field(where, form, documents)
        if field:
            bad.setdefault(field, []).append(what)
        else:
            rest.append(problems_at(where, what, visit.language))
    return ((outcome.why[0], *rest), bad) if bad else (told(visit, outcome), {})


def _field(where: str, form: Mapping[str, str], documents: Mapping[str, Any]) -> str:
    """The field that a problem is about. The place of a part is typed in up to three of them."""
    if where != TO:
        setting = read_location(where).setting
        return setting if setting in TYPED else ""
    group = form["group"].split("/") if form["group"] else []
    unknown = bool(group) and f"instances/{group[0]}" not in documents
    if group and (unknown or len(group) != GROUP or not all(map(is_name, group))):
        return "group"
    return "name"
