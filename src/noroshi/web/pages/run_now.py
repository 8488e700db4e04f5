"""Run a monitor now and show its readings and levels, where it ran, and whom it would
notify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.own_instance import with_titles_in
from noroshi.web.context import WebContext
from noroshi.web.view.form_operations import (
    Outcome,
    clock,
    may,
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
    path = answer["status"]["path"]
    if visit.request.method == "GET":
        return await _page(visit, answer, Outcome())
    return await _page(
        visit, answer, await run_reauthenticated(visit, "try_monitor", monitor=path)
    )


async def monitor_shown(visit: Visit, path: str, **limits: int) -> Mapping[str, Any]:
    """Return what is known of a monitor, with its titles in the visitor's language."""
    answer = await visit.call("monitor_show", monitor=path, **limits)
    return {**answer, "status": with_titles_in(answer["status"], visit.language)}


async def _page(visit: Visit, answer: Mapping[str, Any], outcome: Outcome[Any]) -> Response:
    path = answer["status"]["path"]
    return await visit.show(
        "try.html",
        outcome.status,
        path=path,
        names=path.split("/", 2),
        monitor=answer,
        back_address=part_page(path),
        measurement=outcome.answer,
        now=clock(visit, visit.web.service.now().isoformat()),
        why=refusal_texts(visit, outcome),
        needs_password=needs_password(visit, answer) or outcome.needs_password,
        level=LOCALIZERS[visit.language].level,
        may=may(visit),
    )


def needs_password(visit: Visit, answer: Mapping[str, Any]) -> bool:
    """Return True if this person has to give the password again to run it."""
    return bool(answer["runs"]) and not (
        visit.person is not None and visit.person.reauthenticated
    )
