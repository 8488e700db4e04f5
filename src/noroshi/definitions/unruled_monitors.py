"""Find the monitors of which this node notifies nobody: no rule acts on them, or the hub tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.model import Monitor
from noroshi.core.translation import COMMA, Message, _, joined, ngettext, plain
from noroshi.definitions.compilation import Plan

FIRST = 5
"""The most names that are told of a longer list."""
NOBODY_TOLD = ngettext(
    "{count} monitor has no rule, so nobody is notified ({names}). Set rules for the "
    "monitor, its group or its instance.",
    "{count} monitors have no rule, so nobody is notified ({names}). Set rules for each "
    "monitor, its group or its instance.",
)
AND_MORE = _("{names} and {count} more")


def without_rule(plan: Plan) -> Iterator[Message]:
    """Say that nobody is told of some monitors, as no rule acts on them."""
    names = [_display_path(monitor) for monitor in _without_rule(plan)]
    if names:
        yield NOBODY_TOLD.fill(count=len(names), names=first_names(names))


def paths_without_rule(plan: Plan) -> Sequence[str]:
    """Return the monitors on which no rule acts."""
    return [monitor.path for monitor in _without_rule(plan)]


def is_notified_by_hub(plan: Plan) -> bool:
    """Return whether a node that has a hub needs no route: the hub gave it all its monitors but
    those of itself."""
    return not plan.routes and all(
        one.instance.of_hub or is_own(one) for one in plan.monitors.values()
    )


def _without_rule(plan: Plan) -> Sequence[Monitor]:
    enabled_monitors = (monitor for monitor in plan.monitors.values() if not monitor.disabled)
    return sorted((one for one in enabled_monitors if not one.rules), key=lambda one: one.path)


def _display_path(monitor: Monitor) -> str:
    """Return the titles of a monitor and its instance; where neither has one, the path that
    files have."""
    instance = monitor.instance
    if not (instance.title or monitor.title):
        return monitor.path
    return f"{instance.title or instance.name} › {monitor.title or monitor.name}"


def first_names(names: Sequence[str]) -> Message:
    """Return the first names, and how many more there are."""
    words = joined(map(plain, names[:FIRST]), COMMA)
    remaining = len(names) - FIRST
    return AND_MORE.fill(names=words, count=remaining) if remaining > 0 else words
