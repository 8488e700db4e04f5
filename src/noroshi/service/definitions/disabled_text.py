"""Find what stops a monitor, and put it into words. All of it is pure."""

from __future__ import annotations

from collections.abc import Container, Mapping

from noroshi.core.model import Monitor
from noroshi.core.translation import Message, _, plain
from noroshi.operations.status_answers import StoppedBy

SORTS = (_("instance {path}"), _("group {path}"), _("this monitor"))
IS_STOPPED = _("monitoring stopped: {what}")
IS_STOPPED_BY = _("monitoring stopped: {what}, by {who}, since version {version}")


def stop_of(monitor: Monitor, stops: Mapping[str, StoppedBy]) -> StoppedBy | None:
    """Return the outermost that stops it: starting anything inside of that alone starts
    nothing."""
    names = (monitor.instance.name, monitor.group, monitor.name)
    paths = ("/".join(names[:count]) for count in (1, 2, 3))
    return next((stops[path] for path in paths if path in stops), None)


def outermost(stops: Mapping[str, StoppedBy]) -> tuple[StoppedBy, ...]:
    """Return the outermost stopped parts, by path."""
    return tuple(stops[path] for path in sorted(stops) if not _is_inside(path, stops))


def _is_inside(path: str, stops: Container[str]) -> bool:
    names = path.split("/")
    return any("/".join(names[:count]) in stops for count in range(1, len(names)))


def disabled_message(stop: StoppedBy | None) -> Message:
    """Say that a monitor is stopped, by which part and by whom."""
    part = SORTS[stop.path.count("/")].fill(path=stop.path) if stop else SORTS[-1]
    if stop is None or not stop.version:
        return IS_STOPPED.fill(what=part)
    name = plain(stop.who or "?")
    return IS_STOPPED_BY.fill(what=part, who=name, version=stop.version)
