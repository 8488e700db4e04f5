"""Planned work: which windows the definitions have, one more, one less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import _, pgettext
from noroshi.web.context import WebContext
from noroshi.web.view.form_operations import Outcome, address, may, query_value, run, typed
from noroshi.web.view.language import TONGUES
from noroshi.web.view.live_updates import Live
from noroshi.web.view.maintenance import (
    OWN,
    Planned,
    document_of,
    is_over,
    key_of,
    planned,
    put_in,
    taken_out,
    titled,
)
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.search import EVERYTHING, Labels, require_place

HERE = "/alarms/maintenance"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIELDS = ("place", "title", "sort", "from_day", "from_time", "to_day", "to_time")
MOST_PLACES = 300
BETWEEN_DAYS = pgettext("between days", ", ")


def routes(web: WebContext, live: Live) -> list[Route]:
    """Its address."""

    async def one(visit: Visit) -> Response:
        return await maintenance(visit, live)

    return [Route(HERE, page(web, one), methods=["GET", "POST"])]


async def maintenance(visit: Visit, live: Live) -> Response:
    """Show what is planned, and a form for one more."""
    if visit.request.method == "GET":
        return await _shown(visit, Outcome())
    deed = visit.form.get("do", "")
    done = await (_removed(visit) if deed == "remove" else _added(visit))
    if done.why:
        return await _shown(visit, done)
    live.changed()
    return visit.to(address(HERE, did="removed" if deed == "remove" else "added"))


async def _added(visit: Visit) -> Outcome:
    shown = await visit.call("definition_show")
    given, labels = visit.form.get("place", ""), _labels(shown["documents"])
    place, refused = require_place(visit, given, labels)
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
    content = document_of(shown["documents"], place)
    window = _window(visit)
    changed = None if content is None else put_in(content, place, window)
    if content is None or changed is None:
        return refused
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
    return await _put(visit, shown, place, changed)


def _window(visit: Visit) -> Mapping[str, Any]:
    """Return a window as a definition says it; what is missing is told by its check."""
    form = visit.form
    once = form.get("sort") == "once"
    said = {
        name: f"{form.get(f'{side}_day', '')} {form.get(f'{side}_time', '')}".strip()
        if once
        else form.get(f"{side}_time", "")
        for name, side in (("begins", "from"), ("ends", "to"))
    }
    days = [] if once else [day for day in DAYS if form.get(f"day_{day}")]
    title = form.get("title", "").strip()
    return {**({"title": title} if title else {}), **said, **({"days": days} if days else {})}


async def _removed(visit: Visit) -> Outcome:
    shown = await visit.call("definition_show")
    place, number = visit.form.get("place", ""), visit.form.get("number", "")
    try:
        window = json.loads(visit.form.get("said", ""))
    except ValueError:  # no form of ours
        window = None
    content = document_of(shown["documents"], place)
    changed = None
    if content is not None and isinstance(window, dict) and number.isdecimal():
        changed = taken_out(content, place, int(number[:6]), window)
    if changed is None:
        return Outcome(
            None,
            (visit.say(_("This maintenance no longer exists. Someone else changed it.")),),
            409,
        )
    return await _put(visit, shown, place, changed)


async def _put(
    visit: Visit, shown: Mapping[str, Any], place: str, content: Mapping[str, Any]
) -> Outcome:
    key = key_of(place)
    etags = {key: shown["etags"].get(key, "")}
    return await run(visit, "definition_change", put={key: content}, etags=etags)


async def _shown(visit: Visit, done: Outcome) -> Response:
    shown = await visit.call("definition_show")
    found = await visit.call("alarms")
    tongue = TONGUES[visit.language]
    return await visit.show(
        "maintenance.html",
        200 if not done.why else done.status,
        rows=[_row(visit, one) for one in planned(shown["documents"])],
        coming=found["maintenance"],
        at=lambda instant: tongue.moment(instant, found["at"]),
        called=lambda place: titled(shown["documents"], place),
        places=list(_labels(shown["documents"]).items())[:MOST_PLACES],
        days=[(day, _day(visit, day), bool(visit.form.get(f"day_{day}"))) for day in DAYS],
        form=typed(visit, *FIELDS),
        where=visit.form.get("place", "") or query_value(visit, "place"),
        did=query_value(visit, "did"),
        why=done.why,
        bad=done.bad,
        may=may(visit),
    )


def _row(visit: Visit, one: Planned) -> Mapping[str, Any]:
    days = [_day(visit, day) for day in one.said.get("days", ())]
    begins, ends = str(one.said.get("begins", "")), str(one.said.get("ends", ""))
    weekly = " " not in begins
    every = visit.say(_("every day")) if weekly else visit.say(_("once"))
    return {
        "place": one.place,
        "number": one.number,
        "said": json.dumps(one.said, ensure_ascii=False),
        "title": one.said.get("title", ""),
        "begins": begins,
        "ends": ends,
        "weekly": weekly,
        "days": BETWEEN_DAYS.say(visit.language).join(days) or every,
    }


def _day(visit: Visit, day: str) -> str:
    texts = {
        "mon": visit.say(_("Mon")),
        "tue": visit.say(_("Tue")),
        "wed": visit.say(_("Wed")),
        "thu": visit.say(_("Thu")),
        "fri": visit.say(_("Fri")),
        "sat": visit.say(_("Sat")),
        "sun": visit.say(_("Sun")),
    }
    return texts.get(day, day)


def _labels(documents: Mapping[str, Mapping[str, Any]]) -> Labels:
    """Instances, groups and monitors, to choose from; that of the node itself needs no file."""
    found: tuple[list[str], ...] = ([OWN], [], [])
    for key, content in sorted(documents.items()):
        sort, _, name = key.partition("/")
        if sort == "instances":
            found[0].append(name)
            for group in content.get("group", ()):
                inside = f"{name}/{group.get('name', '')}"
                found[1].append(inside)
                found[2].extend(
                    f"{inside}/{o.get('name', '')}" for o in group.get("monitor", ())
                )
    return {place: titled(documents, place) for places in found for place in places}
