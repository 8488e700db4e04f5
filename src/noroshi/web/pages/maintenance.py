"""Show the windows of maintenance, add and remove them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.value_syntax import DAYS
from noroshi.core.translation import _, pgettext
from noroshi.operations.definition_answers import Applied, DefinitionsShown
from noroshi.service.alarms.acknowledgements import AlarmOperations
from noroshi.service.definitions.edit import EditOperations
from noroshi.web.context import WebContext
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    permissions_of,
    query_value,
    refused_input,
    run,
)
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.live_updates import Live
from noroshi.web.view.maintenance import (
    OWN,
    PlannedWindow,
    add_window,
    document_of,
    is_over,
    key_of,
    path_of_titles,
    planned_windows,
    remove_window,
)
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.search import EVERYTHING, Labels, require_place
from noroshi.web.view.setting_names import CHOICE_NAMES

HERE = "/alarms/maintenance"
FIELDS = ("place", "title", "sort", "from_day", "from_time", "to_day", "to_time")
MOST_PLACES = 300
BETWEEN_DAYS = pgettext("between days", ", ")
EVERY_WEEK = _("weekly: {days}")


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the route of the page."""

    async def page_handler(visit: Visit) -> Response:
        return await maintenance(visit, live)

    return [Route(HERE, page(web, page_handler), methods=["GET", "POST"])]


async def maintenance(visit: Visit, live: Live) -> Response:
    """Show the windows, and a form for another one."""
    if visit.request.method == "GET":
        return await _page(visit, Outcome())
    deed = visit.form.get("do", "")
    outcome = await (_remove(visit) if deed == "remove" else _add(visit))
    if outcome.reasons:
        return await _page(visit, outcome)
    live.expire()
    return visit.redirect(address(HERE, did="removed" if deed == "remove" else "added"))


async def _add(visit: Visit) -> Outcome[Applied]:
    definitions = await visit.call(EditOperations.read)
    typed_place, labels = visit.form.get("place", ""), _labels(definitions.documents)
    place, refusal = require_place(visit, typed_place, labels)
    if place == EVERYTHING:
        return Outcome(
            None,
            (
                visit.say(
                    _(
                        "Maintenance applies to an instance, a group or a monitor, not to everything. To silence "
                        "everything for a while, use Silence on the Alarms page."
                    )
                ),
            ),
            400,
        )
    content = document_of(definitions.documents, place)
    window = _window(visit)
    document = None if content is None else add_window(content, place, window)
    if content is None or document is None:
        return refusal
    if is_over(window, str(content.get("zone", "UTC")), visit.web.service.now()):
        return Outcome(
            None,
            (
                visit.say(
                    _("The end, {given}, is already in the past. Enter a later time.").fill(
                        given=window["ends"]
                    )
                ),
            ),
            400,
        )
    return await _put(visit, definitions, place, document)


def _window(visit: Visit) -> Mapping[str, Any]:
    """Return a window as a definition has it; the check of definitions reports missing
    values."""
    form = visit.form
    is_once = form.get("sort") == "once"
    times = {
        name: f"{form.get(f'{side}_day', '')} {form.get(f'{side}_time', '')}".strip()
        if is_once
        else form.get(f"{side}_time", "")
        for name, side in (("begins", "from"), ("ends", "to"))
    }
    days = [] if is_once else [day for day in DAYS if form.get(f"day_{day}")]
    title = form.get("title", "").strip()
    return {**({"title": title} if title else {}), **times, **({"days": days} if days else {})}


async def _remove(visit: Visit) -> Outcome[Applied]:
    definitions = await visit.call(EditOperations.read)
    place, number = visit.form.get("place", ""), visit.form.get("number", "")
    try:
        window = json.loads(visit.form.get("said", ""))
    except ValueError:  # no form of ours
        window = None
    content = document_of(definitions.documents, place)
    document = None
    if content is not None and isinstance(window, dict) and number.isdecimal():
        document = remove_window(content, place, int(number[:6]), window)
    if document is None:
        return Outcome(
            None,
            (visit.say(_("Someone else has already changed or cancelled this maintenance.")),),
            409,
        )
    return await _put(visit, definitions, place, document)


async def _put(
    visit: Visit, definitions: DefinitionsShown, place: str, content: Mapping[str, Any]
) -> Outcome[Applied]:
    key = key_of(place)
    etags = {key: definitions.etags.get(key, "")}
    return await run(visit, EditOperations.change, put={key: content}, etags=etags)


async def _page(visit: Visit, outcome: Outcome[Applied]) -> Response:
    definitions = await visit.call(EditOperations.read)
    alarms = await visit.call(AlarmOperations.list)
    localizer = LOCALIZERS[visit.language]
    return await visit.show(
        "maintenance.html",
        200 if not outcome.reasons else outcome.status,
        rows=[_row(visit, one) for one in planned_windows(definitions.documents)],
        coming_windows=alarms.maintenance,
        at=lambda instant: localizer.moment(instant, alarms.at),
        called=lambda place: path_of_titles(definitions.documents, place),
        places=list(_labels(definitions.documents).items())[:MOST_PLACES],
        days=[(day, _day(visit, day), bool(visit.form.get(f"day_{day}"))) for day in DAYS],
        form=refused_input(visit, *FIELDS),
        typed_place=visit.form.get("place", "") or query_value(visit, "place"),
        deed_done=query_value(visit, "did"),
        why=outcome.reasons,
        bad=outcome.wrong_fields,
        may=permissions_of(visit),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """Show a planned window; `window` is the whole of it, by which it is removed."""

    place: str
    number: int
    window: str
    title: str
    begins: str
    ends: str
    days: str


def _row(visit: Visit, planned: PlannedWindow) -> WindowRow:
    begins, ends = str(planned.window.get("begins", "")), str(planned.window.get("ends", ""))
    return WindowRow(
        place=planned.place,
        number=planned.number,
        window=json.dumps(planned.window, ensure_ascii=False),
        title=str(planned.window.get("title", "")),
        begins=begins,
        ends=ends,
        days=_recurrence(visit, planned.window),
    )


def _recurrence(visit: Visit, window: Mapping[str, Any]) -> str:
    """Return the recurrence of a window. "Weekly" stands beside the days: Sunday is written
    like "day" in Japanese, and alone reads as every day."""
    if days := [_day(visit, day) for day in window.get("days", ())]:
        return visit.say(EVERY_WEEK.fill(days=BETWEEN_DAYS.say(visit.language).join(days)))
    return visit.say(_("once") if " " in str(window.get("begins", "")) else _("every day"))


def _day(visit: Visit, day: str) -> str:
    return visit.say(CHOICE_NAMES[day]) if day in DAYS else day


def _labels(documents: Mapping[str, Mapping[str, Any]]) -> Labels:
    """Return the labels of instances, groups and monitors; the node's own instance needs no
    file."""
    places_by_depth: tuple[list[str], ...] = ([OWN], [], [])
    for key, content in sorted(documents.items()):
        sort, _, name = key.partition("/")
        if sort == "instances":
            places_by_depth[0].append(name)
            for group in content.get("group", ()):
                group_path = f"{name}/{group.get('name', '')}"
                places_by_depth[1].append(group_path)
                places_by_depth[2].extend(
                    f"{group_path}/{o.get('name', '')}" for o in group.get("monitor", ())
                )
    return {
        place: path_of_titles(documents, place)
        for same_depth in places_by_depth
        for place in same_depth
    }
