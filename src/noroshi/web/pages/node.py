"""The node itself: how it is, and its ports, files and folders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import Message, _
from noroshi.hosts.footprint import FILES, GOES, LISTENS, size_text
from noroshi.web.context import WebContext
from noroshi.web.view.form_operations import LENGTHS, clock, may
from noroshi.web.view.mail import level
from noroshi.web.view.page_context import Visit, page

PLACES: Mapping[str, Message] = {
    LISTENS: _("Listens at"),
    FILES: _("Files and folders"),
    GOES: _("Outgoing notifications"),
}


def routes(web: WebContext) -> list[Route]:
    """Their addresses."""
    return [
        Route("/settings/health", page(web, health), methods=["GET"]),
        Route("/settings/places", page(web, places), methods=["GET"]),
    ]


async def health(visit: Visit) -> Response:
    """Show the health of Noroshi itself, in figures and by its own monitors."""
    found = await visit.call("health")
    kinds = await visit.call("kinds")
    titles = {one["kind"]: one["title"] for one in kinds if one["family"] == "monitor"}
    return await visit.show(
        "health.html",
        one=found,
        state=level(visit, found["level"]),
        at=clock(visit, found["at"]),
        began=clock(visit, found["began"]),
        ran=_long(visit, found["seconds"]),
        size=size_text(found["size"]),
        free=size_text(found["free"]),
        oldest=clock(visit, found["queue"]["oldest"]),
        own=[_monitor(visit, one, titles) for one in found["own"]],
        may=may(visit),
    )


def _long(visit: Visit, seconds: float) -> str:
    """A length of time in its two largest units."""
    parts, left = list[str](), int(seconds)
    for length, text in LENGTHS:
        count, left = divmod(left, length)
        if count or (length == 1 and not parts):
            parts.append(visit.say(text.fill(n=count)))
    return " ".join(parts[:2])


def _monitor(
    visit: Visit, one: Mapping[str, Any], titles: Mapping[str, Any]
) -> Mapping[str, Any]:
    bad = [item for item in one["items"] if item["level"] == one["level"]] or one["items"]
    return {
        "name": one["title"] or one["path"].rpartition("/")[2],
        "kind": visit.say(titles[one["kind"]]) if one["kind"] in titles else one["kind"],
        "path": one["path"],
        "level": level(visit, one["level"] if one["known"] else None),
        "words": visit.say(bad[0]["words"]) if bad else "",
    }


async def places(visit: Visit) -> Response:
    """Show what listens where, which files and folders, what goes out; the last backup."""
    found = await visit.call("places")
    last = found["backup"]
    sorts = [
        (sort, title, [one for one in found["places"] if one["sort"] == sort])
        for sort, title in PLACES.items()
    ]
    return await visit.show(
        "places.html",
        sorts=sorts,
        backup=last and {**last, "at": clock(visit, last["at"])},
        may=may(visit),
    )
