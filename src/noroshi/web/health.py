"""Answer programs that monitor Noroshi: whether it lives, whether it is ready, its metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from noroshi import __version__
from noroshi.core.levels import Level
from noroshi.ports import StoreError
from noroshi.service import OperationError, run_as_json
from noroshi.web.context import WebContext
from noroshi.web.http.authentication import authenticate
from noroshi.web.view.tree import NEW, STOPPED, level_of

PROMETHEUS = "text/plain; version=0.0.4"
MOMENTS = {
    "noroshi_route_accepted_timestamp_seconds": (
        "accepted",
        "When a provider last took a mail by a route.",
    ),
    "noroshi_route_credential_end_timestamp_seconds": (
        "ends",
        "The day on which the secret or certificate of a route ends.",
    ),
}
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
        status = await run_as_json(web.service, person, "status", {})
        ledger = await run_as_json(web.service, person, "ledger", {"last": 1})
        if "ok" not in status or "ok" not in ledger:
            return PlainTextResponse("not now\n", 503)
        lines = figures(status["ok"], ledger["ok"])
        return PlainTextResponse("\n".join(lines) + "\n", media_type=PROMETHEUS)

    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def figures(status: Mapping[str, Any], ledger: Mapping[str, Any]) -> Iterator[str]:
    """Yield the node's metrics in Prometheus' text format."""
    yield from _metric_head(
        "noroshi_info", "gauge", "The node, its release and its definitions."
    )
    labels = _labels(node=status["node"], release=__version__)
    yield f"noroshi_info{labels} 1"
    yield from _metric_head("noroshi_definitions_version", "gauge", "The version in force.")
    yield f"noroshi_definitions_version {status['version']}"
    counts = Counter(map(level_of, status["monitors"]))
    yield from _metric_head(
        "noroshi_monitors", "gauge", "Monitors by level, or new, or stopped."
    )
    for level in [*(one.value for one in Level), NEW, STOPPED]:
        yield f"noroshi_monitors{_labels(level=level)} {counts[level]}"
    yield from _metric_head(
        "noroshi_route_state", "gauge", "1 for the state in which a route is."
    )
    for route in status["routes"]:
        for state in STATES:
            route_labels = _labels(route=route["name"], kind=route["kind"], state=state)
            yield f"noroshi_route_state{route_labels} {int(route['state'] == state)}"
    yield from _route_lines(status["routes"])
    yield from _metric_head(
        "noroshi_queue", "gauge", "Mails in the queue by what they wait for."
    )
    for name in ("waiting", "out", "held", "set_aside"):
        yield f"noroshi_queue{_labels(state=name)} {status['queue'][name]}"
    oldest = status["queue"]["oldest"]
    metric = "noroshi_queue_oldest_timestamp_seconds"
    yield from _metric_head(metric, "gauge", "When the oldest that waits was made.")
    yield from () if oldest is None else (f"{metric} {_seconds(oldest)}",)
    yield from _metric_head(
        "noroshi_alarms", "gauge", "All alarms ever, and what became of them."
    )
    for name, count in ledger["sum"].items():
        yield f"noroshi_alarms{_labels(fate=name)} {count}"
    yield from _metric_head("noroshi_troubles", "gauge", "Troubles of Noroshi itself.")
    yield f"noroshi_troubles {len(status['troubles'])}"


def _route_lines(routes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of the routes; what is not known of a route has no line."""
    yield from _metric_head("noroshi_route_waiting", "gauge", "Mails that may go by a route.")
    for route in routes:
        yield f"noroshi_route_waiting{_labels(route=route['name'])} {route['waiting']}"
    for name, (field, help) in MOMENTS.items():
        yield from _metric_head(name, "gauge", help)
        for route in routes:
            if route[field] is not None:
                yield f"{name}{_labels(route=route['name'])} {_seconds(route[field])}"


def _seconds(at: str) -> int:
    """Return the seconds of an instant, or of the beginning of a day (UTC), since 1970."""
    moment = datetime.fromisoformat(at)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _metric_head(name: str, kind: str, help: str) -> Iterator[str]:
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {kind}"


def _labels(**labels: str) -> str:
    return "{" + ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
