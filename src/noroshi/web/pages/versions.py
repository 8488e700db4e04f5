"""Show the versions of the definitions with the changes in each, and go back to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import Message
from noroshi.operations.definition_answers import Applied
from noroshi.service.definitions.versions import VersionOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.context import WebContext
from noroshi.web.forms.edit_session import version_number
from noroshi.web.view.difference import difference_texts, names_of
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    clock,
    permissions_of,
    query_value,
    refusal_texts,
    run_reauthenticated,
)
from noroshi.web.view.page_context import Visit, page

LISTED = 100


def routes(web: WebContext) -> list[Route]:
    """Return the routes of the list and of one version."""
    return [
        Route("/settings/versions", page(web, versions), methods=["GET"]),
        Route("/settings/version", page(web, version), methods=["GET", "POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionOnPage:
    """Hold a row of the list of versions; `href` is the page of the version's changes."""

    number: int
    time: str
    author: str
    note: Message
    href: str


async def versions(visit: Visit) -> Response:
    """Show the versions, the newest first; the first is in force."""
    answer = await visit.call(VersionOperations.list, last=LISTED)
    rows = [
        VersionOnPage(
            number=one.number,
            time=clock(visit, one.at),
            author=one.who,
            note=one.note,
            href=address("/settings/version", number=str(one.number)),
        )
        for one in answer
    ]
    applied_version = query_value(visit, "did")
    return await visit.show(
        "versions.html",
        rows=rows,
        may=permissions_of(visit),
        applied_version=applied_version if applied_version.isdecimal() else "",
    )


async def version(visit: Visit) -> Response:
    """Show the changes of a version and those of going back to it; or go back."""
    post = visit.request.method == "POST"
    number = version_number(
        visit.form.get("number", "") if post else query_value(visit, "number")
    )
    if not post:
        return await _page(visit, number)
    arguments: dict[str, Any] = {"number": number, "note": visit.form.get("note", "")}
    # Who saw the difference from another version than the one in force is told first.
    base_version = version_number(visit.form.get("base", ""))
    outcome = await run_reauthenticated(
        visit, VersionOperations.take_back, base=base_version, **arguments
    )
    if outcome.reasons:
        return await _page(visit, number, outcome)
    return visit.redirect(address("/settings/versions", did=str(outcome.ok.version)))


async def _page(visit: Visit, number: int, outcome: Outcome[Applied] | None = None) -> Response:
    outcome = outcome or Outcome[Applied]()
    one = await visit.call(VersionOperations.show, number=number)
    names = names_of(await visit.call(StatusOperations.kinds))
    return await visit.show(
        "version.html",
        outcome.status,
        one=one,
        at=clock(visit, one.row.at),
        differences=difference_texts(one.changed_values, names),
        differences_back=difference_texts(one.back_values, names),
        why=refusal_texts(visit, outcome),
        needs_password=outcome.needs_password,
        may=permissions_of(visit),
        note=visit.form.get("note", ""),
    )
