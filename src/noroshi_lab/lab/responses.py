"""Answer for the lab's web side: pages, JSON and refusals, with the headers of each."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from noroshi_lab.lab import pages
from noroshi_lab.lab.directory import Clock
from noroshi_lab.lab.refusals import Lines, Refusal, Report, report

RETRY_AFTER = "30"
PAGE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Answers:
    """Make answers; `base` is the lab's own address, without a slash at the end."""

    def __init__(self, base: str, clock: Clock) -> None:
        self.base, self.clock = base, clock
        self.lines: Lines = "spaces"

    def report(self, request: web.Request, refusal: Refusal) -> Report:
        """Make a refusal ready to be told."""
        request_id = request.headers.get("client-request-id")
        return report(
            refusal, at=self.clock(), base=self.base, request_id=request_id, lines=self.lines
        )

    def refused(self, request: web.Request, refusal: Refusal) -> web.Response:
        """Show a refusal as a page that a person reads."""
        shown = self.report(request, refusal)
        return page(pages.refusal_page(language(request), shown), 400)


def page(html: str, status: int = 200) -> web.Response:
    """Return a page of the lab's."""
    return web.Response(text=html, status=status, content_type="text/html", headers=PAGE)


def as_json(
    body: Mapping[str, object], status: int = 200, retry_after: str = RETRY_AFTER
) -> web.Response:
    """JSON that nobody may keep; who is told to come back later is told when."""
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    if status in (429, 503):
        headers["Retry-After"] = retry_after
    return web.json_response(dict(body), status=status, headers=headers)


def language(request: web.Request) -> str:
    """Return the language that the browser asks for."""
    query, headers = request.query, request.headers
    return pages.pick_language(query.get("ui_locales", ""), headers.get("Accept-Language", ""))


def texts(form: Mapping[str, object]) -> dict[str, str]:
    """Return a form's fields without files."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
