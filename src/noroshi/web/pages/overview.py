"""The first page: for now, in a sentence, whether anything is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.web.house import House
from noroshi.web.visit import Visit, page


def routes(house: House) -> list[Route]:
    """Its address."""
    return [Route("/", page(house, overview), methods=["GET"])]


async def overview(visit: Visit) -> Response:
    """The heading answers whether anybody must act."""
    found = await visit.need("status")
    return await visit.show("overview.html", head=_head(visit, found), status=found)


def _head(visit: Visit, status: Mapping[str, Any]) -> str:
    monitors = status["monitors"]
    wrong = sum(one["level"] != "ok" for one in monitors)
    if not monitors:
        return visit.text("overview.none")
    if wrong:
        return visit.text("overview.wrong", wrong=wrong, count=len(monitors))
    new = sum(not one["known"] for one in monitors)
    if new:
        return visit.text("overview.not_yet", count=new)
    return visit.text("overview.well", count=len(monitors))
