"""Answer programs that monitor Noroshi: liveness, readiness, metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from noroshi import __version__
from noroshi.core.levels import Level
from noroshi.operations.mail_answers import Ledger
from noroshi.operations.status_answers import RouteStatus, Status
from noroshi.ports import StoreError
from noroshi.service import OperationError, name_of, perform
from noroshi.service.mail.ledger import LedgerOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.context import WebContext
from noroshi.web.http.authentication import authenticate
from noroshi.web.view.tree import NEW, STOPPED, level_of

PROMETHEUS = "text/plain; version=0.0.4"
MOMENTS: Mapping[str, tuple[Callable[[RouteStatus], date | None], str]] = {
    "noroshi_route_accepted_timestamp_seconds": (
        lambda route: route.accepted,
        "When a provider last took a mail by a route.",
    ),
    "noroshi_route_credential_end_timestamp_seconds": (
        lambda route: route.ends,
        "The day on which the secret or certificate of a route ends.",
    ),
}
QUEUE_STATES = ("waiting", "out", "held", "set_aside")
STATES = ("well", "down", "not signed in", "needs somebody")


def routes(web: WebContext) -> list[Route]:
    """Return the routes. /healthz and /readyz tell nothing but yes or no, so nobody needs to
    log in."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        try:
            ready = await web.ready() is None
        except StoreError:
            ready = False
        return PlainTextResponse("ok\n" if ready else "not ready\n", 200 if ready else 503)

    async def metrics(request: Request) -> Response:
        try:
            person = (await authenticate(request, web)).person
        except OperationError as refusal:
            return PlainTextResponse(f"{refusal.words.en}\n", 401)
        try:
            status = await perform(web.service, person, name_of(StatusOperations.status), {})
            newest = {"last": 1}
            ledger = await perform(
                web.service, person, name_of(LedgerOperations.ledger), newest
            )
        except OperationError:
            return PlainTextResponse("not now\n", 503)
        lines = figures(status, ledger)
        return PlainTextResponse("\n".join(lines) + "\n", media_type=PROMETHEUS)

    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def figures(status: Status, ledger: Ledger) -> Iterator[str]:
    """Yield the node's metrics in Prometheus' text format."""
    yield from _metric_head(
        "noroshi_info", "gauge", "The node, its release and its definitions."
    )
    labels = _labels(node=status.node, release=__version__)
    yield f"noroshi_info{labels} 1"
    yield from _metric_head("noroshi_definitions_version", "gauge", "The version in force.")
    yield f"noroshi_definitions_version {status.version}"
    counts = Counter(map(level_of, status.monitors))
    yield from _metric_head(
        "noroshi_monitors", "gauge", "Monitors by level, or new, or stopped."
    )
    for level in [*(one.value for one in Level), NEW, STOPPED]:
        yield f"noroshi_monitors{_labels(level=level)} {counts[level]}"
    yield from _metric_head(
        "noroshi_route_state", "gauge", "1 for the state in which a route is."
    )
    for route in status.routes:
        for state in STATES:
            route_labels = _labels(route=route.name, kind=route.kind, state=state)
            yield f"noroshi_route_state{route_labels} {int(route.state == state)}"
    yield from _route_lines(status.routes)
    yield from _metric_head(
        "noroshi_queue", "gauge", "Mails in the queue by what they wait for."
    )
    mails = {name: one for name, one in asdict(status.queue).items() if name in QUEUE_STATES}
    for name, count in mails.items():
        yield f"noroshi_queue{_labels(state=name)} {count}"
    oldest = status.queue.oldest
    metric = "noroshi_queue_oldest_timestamp_seconds"
    yield from _metric_head(metric, "gauge", "When the oldest that waits was made.")
    yield from () if oldest is None else (f"{metric} {_seconds(oldest)}",)
    yield from _metric_head(
        "noroshi_alarms", "gauge", "All alarms ever, and what became of them."
    )
    for name, count in asdict(ledger.sum).items():
        yield f"noroshi_alarms{_labels(fate=name)} {count}"
    yield from _metric_head("noroshi_troubles", "gauge", "Troubles of Noroshi itself.")
    yield f"noroshi_troubles {len(status.troubles)}"


def _route_lines(routes: Sequence[RouteStatus]) -> Iterator[str]:
    """Yield the lines of the routes; what is not known of a route has no line."""
    yield from _metric_head("noroshi_route_waiting", "gauge", "Mails that may go by a route.")
    for route in routes:
        yield f"noroshi_route_waiting{_labels(route=route.name)} {route.waiting}"
    for name, (moment_of, help) in MOMENTS.items():
        yield from _metric_head(name, "gauge", help)
        for route in routes:
            if (moment := moment_of(route)) is not None:
                yield f"{name}{_labels(route=route.name)} {_seconds(moment)}"


def _seconds(at: date) -> int:
    """Return the seconds of an instant, or of the beginning of a day (UTC), since 1970."""
    moment = at if isinstance(at, datetime) else datetime.combine(at, time(), UTC)
    return int(moment.timestamp())


def _metric_head(name: str, kind: str, help: str) -> Iterator[str]:
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {kind}"


def _labels(**labels: str) -> str:
    return "{" + ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
