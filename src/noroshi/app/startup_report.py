"""Say when a node starts what it watches, and by which routes it sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from noroshi.agent.enrolment import Enrolment
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.mail import Route
from noroshi.core.translation import Message, _, ngettext, pgettext, plain
from noroshi.definitions.accounts_of_routes import mark_of
from noroshi.definitions.compilation import Plan
from noroshi.definitions.unruled_monitors import is_notified_by_hub

WATCHES = ngettext("monitoring {name}: {count} monitor", "monitoring {name}: {count} monitors")
SENDS = _("sending through {name} ({kind}{host})")
REMARK = _("{name}: {remark}")
KIND_WITH_MARK = _("{kind} [{mark}]")
NOTHING_WATCHED = with_commands(
    _("no monitors yet; set them up in the manager, or apply definitions: {command}"),
    command=CommandText("apply", pgettext("command", "DIR")),
)
NOTHING_GIVEN = _("no monitors yet; set them up on the hub")
THROUGH_HUB = _("hub {hub} sends the alarms of this server")
NO_ROUTE = _("there is no delivery route, so no alarm can be sent")


AGENT_OF = _("agent {name} of hub {hub}")


def announce(current: Plan, enrolment: Enrolment | None = None) -> Sequence[Message]:
    """Return what the node watches, by which routes it sends, and to which hub it belongs, a line
    each."""
    watched_monitors = [monitor for monitor in current.monitors.values() if not is_own(monitor)]
    instances = Counter(monitor.instance.name for monitor in watched_monitors)
    lines = [WATCHES.fill(name=name, count=count) for name, count in sorted(instances.items())]
    for name, route in current.routes.items():
        route_title = route.title or name
        lines.append(
            SENDS.fill(name=route_title, kind=_kind_of(current, route), host=_host_in(route))
        )
        remarks = getattr(route.options, "remarks", ())
        lines += [REMARK.fill(name=route_title, remark=remark) for remark in remarks]
    if not watched_monitors:
        lines.append(NOTHING_WATCHED if enrolment is None else NOTHING_GIVEN)
    if enrolment is not None and is_notified_by_hub(current):
        lines.append(THROUGH_HUB.fill(hub=enrolment.hub_name))
    elif not current.routes:
        lines.append(NO_ROUTE)
    if enrolment is not None:
        lines.append(AGENT_OF.fill(name=enrolment.name, hub=enrolment.hub_name))
    return lines


def _kind_of(current: Plan, route: Route) -> Message:
    """With a mark where the provider is none of the built-in ones: the lab, or one's own."""
    mark = mark_of(current, route)
    return KIND_WITH_MARK.fill(kind=route.kind, mark=mark) if mark else plain(route.kind)


def _host_in(route: Route) -> str:
    server_name = getattr(route.options, "where", "")
    return f" {server_name}" if server_name else ""
