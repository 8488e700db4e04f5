"""One monitor: how it is, its recent values, what happened, what the rules decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.actions.phrases import quantity
from noroshi.core.definitions.self_monitoring import OWN
from noroshi.core.levels import Level
from noroshi.web.context import WebContext
from noroshi.web.pages.instances import did
from noroshi.web.pages.run_now import needs_password
from noroshi.web.view.charts import HALF, NARROW, WIDE, chart
from noroshi.web.view.decisions import decided
from noroshi.web.view.form_operations import may, query_value
from noroshi.web.view.instances import stops_of
from noroshi.web.view.language import TONGUES
from noroshi.web.view.live_updates import Live
from noroshi.web.view.mail import names
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.sidebar import side_of
from noroshi.web.view.tree import called, level_of

EVENTS, TELLINGS, ROWS, CHARTS = 30, 30, 30, 6


def routes(web: WebContext, live: Live) -> list[Route]:
    """Its address."""

    async def monitor(visit: Visit) -> Response:
        path = visit.request.path_params["path"]
        shown = await visit.call("monitor_show", monitor=path)
        path = shown["status"]["path"]
        log = await visit.call("log", monitor=path, last=EVENTS)
        told = await visit.call("ledger", monitor=path, last=TELLINGS)
        seen = await live.now()
        return visit.page(
            "monitor.html",
            ledger_sum=seen.ledger["sum"],
            serial=seen.serial,
            side=side_of(seen, visit.language, path=path),
            log=log,
            why=decided(log, told["rows"]),
            contact=(await names(visit)).contact,
            switch=stops_of(seen.status, TONGUES[visit.language]).of(path),
            open=_open(shown["status"]),
            called=lambda place: called(place, seen.tree),
            own=path.startswith(f"{OWN}/"),
            needs_password=needs_password(visit, shown),
            may=may(visit),
            did=await did(visit, seen),
            said=query_value(visit, "said"),
            **_view(shown, visit.language),
        )

    return [Route("/monitor/{path:path}", page(web, monitor), methods=["GET"])]


def _open(status: Mapping[str, Any]) -> int:
    """Return how many of its items have an open problem."""
    return sum(item["level"] != Level.OK.value for item in status["items"])


def _view(shown: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    tongue, now = TONGUES[language], shown["at"]
    faults = shown["faults"]
    series = shown["series"][:CHARTS]
    widths = (HALF if len(series) > 1 else WIDE, NARROW)
    drawn = [(one, [chart(one, faults, width, language) for width in widths]) for one in series]
    return {
        "shown": shown,
        "names": shown["status"]["path"].split("/", 2),
        "level": tongue.level,
        "level_now": level_of(shown["status"]),
        "all_had": _all_had(shown["status"]["items"]),
        "charts": [(one, drawings) for one, drawings in drawn if all(drawings)],
        "tables": [(one, _rows(one, language)) for one in series],
        "at": lambda instant: tongue.moment(instant, now, seconds=True),
        "zone": f"{datetime.fromisoformat(now).astimezone():%Z %z}",
    }


def _all_had(items: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether somebody has all that is not well."""
    return all(one["acknowledged"] for one in items if one["level"] != Level.OK.value)


def _rows(series: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    newest = series["points"][::-1][:ROWS]
    return [(one["at"], quantity(one["value"], series["unit"], language)) for one in newest]
