"""Find what stops a monitor, and put it into words. All of it is pure."""

from __future__ import annotations

from collections.abc import Container, Mapping

from noroshi.core.model import Monitor
from noroshi.core.translation import Message, _, plain
from noroshi.service.monitors.status_answers import StoppedBy

SORTS = (_("the instance {path}"), _("the group {path}"), _("this monitor"))
IS_STOPPED = _("monitoring is stopped: {what}")
IS_STOPPED_BY = _("monitoring is stopped: {what}, by {who}, since version {version}")


def stop_of(monitor: Monitor, found: Mapping[str, StoppedBy]) -> StoppedBy | None:
    """Return the outermost that stops it: starting anything inside of that alone starts
    nothing."""
    names = (monitor.instance.name, monitor.group, monitor.name)
    paths = ("/".join(names[:count]) for count in (1, 2, 3))
    return next((found[path] for path in paths if path in found), None)


def outermost(found: Mapping[str, StoppedBy]) -> tuple[StoppedBy, ...]:
    """Return those that are in nothing else that is stopped, by path."""
    return tuple(found[path] for path in sorted(found) if not _above(path, found))


def _above(path: str, found: Container[str]) -> bool:
    names = path.split("/")
    return any("/".join(names[:count]) in found for count in range(1, len(names)))


def stopped_told(stop: StoppedBy | None) -> Message:
    """Say that a monitor is stopped, by what and by whom."""
    what = SORTS[stop.path.count("/")].fill(path=stop.path) if stop else SORTS[-1]
    if stop is None or not stop.version:
        return IS_STOPPED.fill(what=what)
    who = plain(stop.who or "?")
    return IS_STOPPED_BY.fill(what=what, who=who, version=stop.version)
