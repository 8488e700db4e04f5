"""Run a monitor now and show the readings and levels, where it ran, and whom it would
notify."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response
from starlette.routing import Route

from noroshi.operations.status_answers import MonitorShown, MonitorTried, with_titles_in
from noroshi.service.monitors.details import MonitorOperations
from noroshi.service.monitors.run_now import RunNowOperations
from noroshi.web.context import WebContext
from noroshi.web.view.form_operations import (
    Outcome,
    clock,
    permissions_of,
    refusal_texts,
    run_reauthenticated,
)
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.overview import part_page
from noroshi.web.view.page_context import Visit, page


def routes(web: WebContext) -> list[Route]:
    """Return the route of the page."""
    return [Route("/try/{path:path}", page(web, try_monitor), methods=["GET", "POST"])]


async def try_monitor(visit: Visit) -> Response:
    """Show the form; after it was sent, with the result."""
    path = visit.request.path_params["path"]
    answer = await monitor_shown(visit, path, last=1)
    path = answer.status.path
    if visit.request.method == "GET":
        return await _page(visit, answer, Outcome())
    outcome = await run_reauthenticated(visit, RunNowOperations.try_monitor, monitor=path)
    return await _page(visit, answer, outcome)


async def monitor_shown(visit: Visit, path: str, **limits: int) -> MonitorShown:
    """Return the facts about a monitor, with titles in the visitor's language."""
    answer = await visit.call(MonitorOperations.show, monitor=path, **limits)
    return replace(answer, status=with_titles_in(answer.status, visit.language))


async def _page(visit: Visit, answer: MonitorShown, outcome: Outcome[MonitorTried]) -> Response:
    path = answer.status.path
    return await visit.show(
        "try.html",
        outcome.status,
        path=path,
        names=path.split("/", 2),
        monitor=answer,
        back_address=part_page(path),
        measurement=outcome.answer,
        now=clock(visit, visit.web.service.now()),
        why=refusal_texts(visit, outcome),
        needs_password=needs_password(visit, answer) or outcome.needs_password,
        level=LOCALIZERS[visit.language].level,
        may=permissions_of(visit),
    )


def needs_password(visit: Visit, answer: MonitorShown) -> bool:
    """Return True if this person has to give the password again to run it."""
    return answer.runs and not (visit.person is not None and visit.person.reauthenticated)
