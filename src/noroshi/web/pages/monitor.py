"""Show one monitor: the state, recent values, events, and the decisions of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.actions.phrases import quantity
from noroshi.core.levels import Level
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.operations.status_answers import ItemStatus, MonitorShown, MonitorStatus, Series
from noroshi.service.mail.ledger import LedgerOperations
from noroshi.service.monitors.history import HistoryOperations
from noroshi.web.context import WebContext
from noroshi.web.pages.instances import done_text
from noroshi.web.pages.run_now import monitor_shown, needs_password
from noroshi.web.view.charts import HALF, NARROW, WIDE, chart, shown_unit
from noroshi.web.view.decisions import decisions_of
from noroshi.web.view.form_operations import permissions_of, query_value
from noroshi.web.view.instances import stops_of
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.live_updates import Live
from noroshi.web.view.mail import load_titles
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.sidebar import sidebar_html
from noroshi.web.view.timestamps import zone_of
from noroshi.web.view.tree import level_of, place_title

EVENTS, TELLINGS, ROWS, CHARTS = 30, 30, 30, 6


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the route of the page."""

    async def monitor(visit: Visit) -> Response:
        path = visit.request.path_params["path"]
        answer = await monitor_shown(visit, path)
        path = answer.status.path
        log = await visit.call(HistoryOperations.log, monitor=path, last=EVENTS)
        notifications = await visit.call(LedgerOperations.ledger, monitor=path, last=TELLINGS)
        snapshot = (await live.now()).read_in(visit.language)
        return visit.page(
            "monitor.html",
            ledger_sum=snapshot.ledger.sum,
            serial=snapshot.serial,
            side=sidebar_html(snapshot, visit.language, path=path),
            log=log,
            why=decisions_of(log, notifications.rows),
            contact=(await load_titles(visit)).contact,
            switch=stops_of(snapshot.status, LOCALIZERS[visit.language]).switch_of(path),
            open=_open_problems(answer.status),
            called=lambda place: place_title(place, snapshot.tree),
            own=path.startswith(f"{OWN_INSTANCE}/"),
            needs_password=needs_password(visit, answer),
            may=permissions_of(visit),
            done_text=await done_text(visit, snapshot),
            deed_done=query_value(visit, "said"),
            **_view(answer, visit.language),
        )

    return [Route("/monitor/{path:path}", page(web, monitor), methods=["GET"])]


def _open_problems(status: MonitorStatus) -> int:
    """Return the number of the monitor's items with an open problem."""
    return sum(item.level is not Level.OK for item in status.items)


def _view(answer: MonitorShown, language: str) -> Mapping[str, Any]:
    localizer, now = LOCALIZERS[language], answer.at
    faults = answer.faults
    series = answer.series[:CHARTS]
    widths = (HALF if len(series) > 1 else WIDE, NARROW)
    drawings_by_series = [
        (one, [chart(one, faults, width, language) for width in widths]) for one in series
    ]
    return {
        "monitor": answer,
        "names": answer.status.path.split("/", 2),
        "level": localizer.level,
        "level_now": level_of(answer.status),
        "all_acknowledged": _all_acknowledged(answer.status.items),
        "charts": [(one, drawings) for one, drawings in drawings_by_series if all(drawings)],
        "tables": [(one, _rows(one, language)) for one in series],
        "at": lambda instant: localizer.moment(instant, now, seconds=True),
        "zone": zone_of(now.astimezone()),
    }


def _all_acknowledged(items: Sequence[ItemStatus]) -> bool:
    """Return True if somebody acknowledged all items that are not OK."""
    return all(one.acknowledged is not None for one in items if one.level is not Level.OK)


def _rows(series: Series, language: str) -> list[tuple[datetime, str]]:
    points, unit = series.points[::-1][:ROWS], shown_unit(series)
    return [(one.at, quantity(one.value, unit, language)) for one in points]
