"""Make the fragments of the overview that all who look share, and how far each alarm has come.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import sqrt
from typing import Any
from urllib.parse import quote

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.levels import Level
from noroshi.core.mail import Verdict
from noroshi.core.own_instance import AGENT
from noroshi.core.route_readiness import ReadinessCounts, Sends, count_readiness
from noroshi.core.state_names import ROUTE_STATE_NAMES
from noroshi.core.translation import COMMA, Message, _, ngettext, pgettext
from noroshi.operations.alarm_answers import SilenceShown, WindowShown
from noroshi.operations.history_answers import Happened
from noroshi.operations.mail_answers import Ledger, LedgerRow
from noroshi.operations.status_answers import (
    ItemStatus,
    MonitorStatus,
    RouteStatus,
    Status,
    StoppedBy,
)
from noroshi.web.view.language import Localizer
from noroshi.web.view.tree import (
    CALM,
    Instance,
    called_of,
    level_of,
    place_title,
    tally,
    tree_of,
)

KINDS: Mapping[str, Message] = {
    "smtp": _("SMTP"),
    "graph": _("Microsoft Graph"),
    "webhook": pgettext("overview", "Webhook"),
    "pickup": _("Pickup folder"),
}
Place = tuple[str, str]
"""A title, and the address of its page."""
NO_NAMES: Mapping[str, str] = {}
NO_TREE: Mapping[str, Instance] = {}
MOST_WRONG = 30
MOST_SILENT = 4
LONGEST, WIDE = 365, 300
MARKS = (7, 14, 30, 60, 180, 365)
SOON, VERY_SOON = 60, 14
"""Days before the end of a credential from which it is a warning, and is critical."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AlarmPost:
    """Hold one post of the relay: `state` is lit, stuck, or "" for not yet."""

    name: str
    state: str
    text: str = ""

    @property
    def line(self) -> str:
        """Return the post on one line, as "Accepted 12:30" and "Sending: waiting for retry"."""
        separator = ": " if self.state == "stuck" and self.text else " "
        return f"{self.name}{separator}{self.text}".strip()


@dataclass(frozen=True, slots=True)
class SilentAgent:
    """Hold what else the silence of an agent means: how many monitors nobody knows of now, and
    the instances of them."""

    name: str
    monitors: int
    instances: Sequence[Place]


@dataclass(frozen=True, slots=True)
class ItemNotOk:
    """Hold one item that is not OK; `silent_agent` where it is that an agent was not heard."""

    monitor: MonitorStatus
    item: ItemStatus
    relay: Sequence[AlarmPost]
    silent_agent: SilentAgent | None = None

    @property
    def display_name(self) -> str:
        """Return the name of the monitor and the item, by titles."""
        return called_of(self.monitor, self.item.item)

    @property
    def far(self) -> str:
        """Return the last post that it reached, in words."""
        lit = [post for post in self.relay if post.state]
        return lit[-1].line if lit else ""


def present_path(one: Happened | LedgerRow) -> str:
    """Return the present path of the monitor of an event or an alarm; the last one if that is
    gone."""
    return one.path_now or one.path


def wrong_items(status: Status) -> list[tuple[MonitorStatus, ItemStatus]]:
    """Return the monitors and items that are not OK: those that nobody acknowledged first, the
    worst first, of those the newest first. What is unknown because its agent is silent is left
    out where the silence itself stands: it is one problem."""
    agents_with_problem = _agents_with_problem(status)
    items = [
        (one, item)
        for one in status.monitors
        if one.known and one.level is not Level.OK
        for item in one.items
        if item.level is not Level.OK
        and not (_is_unknown_by_silence(one, item) and one.agent in agents_with_problem)
    ]
    items.sort(key=lambda pair: pair[1].since or LONG_AGO, reverse=True)
    items.sort(key=lambda pair: -pair[1].level.severity)
    items.sort(key=lambda pair: pair[1].acknowledged is not None)
    return items


def _agents_with_problem(status: Status) -> frozenset[str]:
    """Return the agents of whose silence a monitor of the node itself tells."""
    return frozenset(
        item.item
        for one in status.monitors
        if one.kind == AGENT
        for item in one.items
        if item.level is not Level.OK
    )


def _is_unknown_by_silence(monitor: MonitorStatus, item: ItemStatus) -> bool:
    return monitor.agent_silent_since is not None and item.level is Level.UNKNOWN


def _silent_agent(
    status: Status, monitor: MonitorStatus, item: ItemStatus
) -> SilentAgent | None:
    """Return what the silence of an agent means, where that is what the item is about."""
    of_agent = [
        one
        for one in status.monitors
        if monitor.kind == AGENT
        and one.agent == item.item
        and one.agent_silent_since is not None
    ]
    if not of_agent:
        return None
    names = {one.path.partition("/")[0]: one.instance_title for one in of_agent}
    places = tuple((title or name, part_page(name)) for name, title in names.items())
    return SilentAgent(item.item, len(of_agent), places)


def items_not_ok(
    status: Status, rows: Sequence[LedgerRow], localizer: Localizer
) -> Sequence[ItemNotOk]:
    """Return the first of the items that are not OK, each with the progress of the newest
    alarm."""
    newest = dict[tuple[str, str], LedgerRow]()
    for row in rows:
        newest.setdefault((present_path(row), row.item), row)
    rows_not_ok, route_titles = list[ItemNotOk](), titles_of_routes(status)
    for monitor, item in wrong_items(status)[:MOST_WRONG]:
        alarm, relay = newest.get((monitor.path, item.item)), tuple[AlarmPost, ...]()
        if alarm is not None and alarm.level is item.level:
            relay = tuple(relay_of(alarm, status.at, localizer, route_titles))
        silent_agent = _silent_agent(status, monitor, item)
        rows_not_ok.append(ItemNotOk(monitor, item, relay, silent_agent))
    return rows_not_ok


def titles_of_routes(status: Status) -> Mapping[str, str]:
    """Return the title of each route by name."""
    return {one.name: one.title or one.name for one in status.routes}


def relay_of(
    row: LedgerRow,
    now: datetime,
    localizer: Localizer,
    route_titles: Mapping[str, str] = NO_NAMES,
) -> Iterator[AlarmPost]:
    """Yield the posts of an alarm: detected, recorded, sent, accepted, arrival confirmed. A
    post is lit only after the one before."""
    delivery_attempts = row.tried
    acceptance = next(
        (one for one in reversed(delivery_attempts) if one.verdict is Verdict.ACCEPTED), None
    )
    arrival = next((one for one in row.arrived if one.state == row.state), None)

    def at(instant: datetime | None) -> str:
        return localizer.moment(instant, now, seconds=True)

    yield AlarmPost(localizer.say(_("Raised")), "lit", at(row.raised))
    yield AlarmPost(localizer.say(_("Queued")), "lit", at(row.queued))
    route = delivery_attempts[-1].route if delivery_attempts else ""
    route = route_titles.get(route, route)
    stop_text = _stop_text(row.state, bool(delivery_attempts), localizer)
    if acceptance:
        yield AlarmPost(
            localizer.say(_("Sending")),
            "lit",
            route_titles.get(acceptance.route, acceptance.route),
        )
        yield AlarmPost(localizer.say(_("Accepted")), "lit", at(acceptance.at))
    else:
        yield AlarmPost(
            localizer.say(_("Sending")), "stuck" if stop_text else "", stop_text or route
        )
        yield AlarmPost(localizer.say(_("Accepted")), "")
    came_back = localizer.say(_("bounced")) if row.state == DeliveryState.CAME_BACK else ""
    arrival_state = "lit" if arrival and not came_back else ""
    arrival_text = came_back or (at(arrival.at) if arrival else "")
    yield AlarmPost(
        localizer.say(_("Arrival confirmed")),
        "stuck" if came_back else arrival_state,
        arrival_text,
    )


def _stop_text(state: str, is_tried: bool, localizer: Localizer) -> str:
    if state == DeliveryState.HELD:
        return localizer.say(_("held manually"))
    if state == DeliveryState.SET_ASIDE:
        return localizer.say(_("undeliverable"))
    if state == DeliveryState.DROPPED:
        return localizer.say(_("dropped"))
    return localizer.say(_("waiting for retry")) if is_tried else ""


def heading(status: Status, localizer: Localizer) -> str:
    """Say whether anybody must act, in a sentence."""
    monitors = [one for one in status.monitors if one.stopped is None]
    if not monitors and status.monitors:
        return localizer.say(_("Nothing is monitored: all monitoring is stopped."))
    if not monitors:
        return localizer.say(_("Nothing is monitored yet."))
    count, not_ok = len(monitors), sum(level_of(one) not in CALM for one in monitors)
    acknowledged = sum(map(_is_acknowledged, monitors))
    if not_ok and acknowledged and count == 1:
        return localizer.say(_("The only monitor is not OK (acknowledged)."))
    if not_ok and acknowledged:
        return localizer.say(
            ngettext(
                "{wrong} of {count} monitors is not OK ({had} acknowledged).",
                "{wrong} of {count} monitors are not OK ({had} acknowledged).",
                by="wrong",
            ).fill(wrong=not_ok, count=count, had=acknowledged)
        )
    if not_ok:
        return localizer.say(
            _("The only monitor needs attention.")
            if count == 1
            else ngettext(
                "{wrong} of {count} monitors needs attention.",
                "{wrong} of {count} monitors need attention.",
                by="wrong",
            ).fill(wrong=not_ok, count=count)
        )
    not_measured = sum(not one.known for one in monitors)
    return localizer.say(
        _none_wrong(count, not_measured, status, doubts_of_routes(status, localizer))
    )


def _none_wrong(count: int, not_measured: int, status: Status, routes: str) -> Message:
    """Say that no monitor is wrong; `not_measured` of them were not measured yet."""
    if count == 1:
        return _the_only_one(bool(not_measured), status, routes)
    if not_measured:
        text = ngettext(
            "No problems so far; {new} of {count} monitor not measured yet.",
            "No problems so far; {new} of {count} monitors not measured yet.",
        )
        if status.troubles:
            text = ngettext(
                "{new} of {count} monitor not measured yet. Noroshi itself has a problem.",
                "{new} of {count} monitors not measured yet. Noroshi itself has a problem.",
            )
        elif routes:
            text = ngettext(
                "{new} of {count} monitor not measured yet. Also, {routes}.",
                "{new} of {count} monitors not measured yet. Also, {routes}.",
            )
        return text.fill(new=not_measured, count=count, routes=routes)
    if status.troubles:
        return _("All monitors are OK ({count}), but Noroshi itself has a problem.").fill(
            count=count
        )
    if routes:
        return _("All monitors are OK ({count}), but {routes}.").fill(
            count=count, routes=routes
        )
    return _("No known problems. All monitors are OK ({count}).").fill(count=count)


def _the_only_one(is_unmeasured: bool, status: Status, routes: str) -> Message:
    """Say that the only monitor is not wrong."""
    if is_unmeasured:
        text = _("No problems so far; the only monitor has not been measured yet.")
        if status.troubles:
            text = _(
                "The only monitor has not been measured yet. Noroshi itself has a problem."
            )
        elif routes:
            text = _("The only monitor has not been measured yet. Also, {routes}.")
        return text.fill(routes=routes)
    if status.troubles:
        return _("The only monitor is OK, but Noroshi itself has a problem.")
    if routes:
        return _("The only monitor is OK, but {routes}.").fill(routes=routes)
    return _("No known problems. The only monitor is OK.")


def needs_action(readiness: ReadinessCounts) -> Message:
    """Say of how many routes the sign-in is about to end, or the like."""
    if readiness.count == 1:
        return _("The only route needs action; sending may still work for a while.")
    return ngettext(
        "{bad} of {count} routes needs action; sending may still work for a while.",
        "{bad} of {count} routes need action; sending may still work for a while.",
        by="bad",
    ).fill(bad=readiness.unsure_count, count=readiness.count)


def doubts_of_routes(status: Status, localizer: Localizer) -> str:
    """Return the reasons not to call the routes well; "": there are none."""
    readiness = count_readiness(one.sends for one in status.routes)
    if cannot_send(status, localizer):
        return localizer.say(_("the routes need attention"))
    if readiness.doubted_count:
        return localizer.say(
            _("the last diagnosis of a route found a problem, so alarms might not be sent")
        )
    if readiness.unproved_count:
        return localizer.say(
            ngettext(
                "nothing has been sent yet through {bad} of {all} route",
                "nothing has been sent yet through {bad} of {all} routes",
                by="all",
            ).fill(bad=readiness.unproved_count, all=readiness.count)
        )
    return ""


def _is_acknowledged(monitor: MonitorStatus) -> bool:
    """Return True if somebody acknowledged all items that are not OK."""
    not_ok = [one for one in monitor.items if one.level is not Level.OK]
    is_each_held = all(one.acknowledged is not None for one in not_ok)
    return bool(not_ok) and monitor.known and is_each_held


def current_silence(
    status: Status, localizer: Localizer, tree: Mapping[str, Instance] = NO_TREE
) -> tuple[str, str] | None:
    """Return the latest end of a silence, and the places; None: there is no silence."""
    return _latest_end(status.silences, status.at, localizer, tree)


def current_maintenance(
    status: Status, localizer: Localizer, tree: Mapping[str, Instance] = NO_TREE
) -> tuple[str, str] | None:
    """Return the latest end of maintenance, and the places; None: there is none now."""
    return _latest_end(status.maintenance, status.at, localizer, tree)


def _latest_end(
    pauses: Sequence[SilenceShown | WindowShown],
    now: datetime,
    localizer: Localizer,
    tree: Mapping[str, Instance],
) -> tuple[str, str] | None:
    if not pauses:
        return None
    everything = localizer.say(_("everything"))
    places = [place_title(one.place, tree) or everything for one in pauses[:MOST_SILENT]]
    if len(pauses) > MOST_SILENT:
        places.append("…")
    latest_end = max(one.ends for one in pauses)
    places_text = COMMA.say(localizer.language).join(dict.fromkeys(places))
    return localizer.moment(latest_end, now), places_text


def cannot_send(status: Status, localizer: Localizer) -> str:
    """Say that alarms may not be sent, or soon not; "" if nothing is known against a route."""
    readiness = count_readiness(one.sends for one in status.routes)
    if not readiness.count:
        return (
            localizer.say(_("There is no delivery route, so no alarm can be sent."))
            if status.monitors and not status.sending_hub
            else ""
        )
    if readiness.blocked_count == readiness.count:
        return localizer.say(_("Alarms cannot be sent: no route can send now."))
    sentences = []
    if readiness.blocked_count:
        sentences.append(
            localizer.say(
                ngettext(
                    "Alarms might not be sent: {bad} of {all} route cannot send.",
                    "Alarms might not be sent: {bad} of {all} routes cannot send.",
                    by="all",
                ).fill(bad=readiness.blocked_count, all=readiness.count)
            )
        )
    if readiness.unsure_count:
        sentences.append(localizer.say(needs_action(readiness)))
    return ("" if localizer.language == "ja" else " ").join(sentences)


def stopped_parts(
    status: Status, localizer: Localizer, tree: Mapping[str, Instance] = NO_TREE
) -> Sequence[tuple[str, str, str]]:
    """Return the parts that are not monitored: title, page, and who stopped it when."""
    return [
        (
            place_title(one.path, tree),
            part_page(one.path),
            stopped_by(one, status.at, localizer),
        )
        for one in status.stopped[:MOST_WRONG]
    ]


def stopped_by(one: StoppedBy, now: datetime, localizer: Localizer) -> str:
    """Say who stopped a part, when, and with which version; "" where that is not known any
    more."""
    if not one.version:
        return ""
    at = localizer.moment(one.at, now)
    return localizer.say(
        _("stopped by {who}, {at}, version {version}").fill(
            who=one.who, at=at, version=one.version
        )
    )


def part_page(path: str) -> str:
    """Return the address of the page of an instance, a group or a monitor."""
    sort = ("instance", "group", "monitor")[min(path.count("/"), 2)]
    return f"/{sort}/{quote(path)}"


@dataclass(frozen=True, slots=True)
class RemainingValidity:
    """Hold the remaining validity of a credential: `x` on the ruler, which gives the last week
    room."""

    days: int
    level: str
    x: float
    marks: Sequence[tuple[int, float]]


def remaining_validity(ends: date | None, now: datetime) -> RemainingValidity | None:
    """Return the time until that day; None where nothing ends."""
    if ends is None:
        return None
    days = (ends - now.date()).days
    level = "ok" if days > SOON else "warning" if days > VERY_SOON else "critical"
    return RemainingValidity(
        days, level, _ruler_position(days), [(one, _ruler_position(one)) for one in MARKS]
    )


def _ruler_position(days: int) -> float:
    return round(WIDE * sqrt(min(max(days, 0), LONGEST) / LONGEST), 1)


def route_level(route: RouteStatus) -> str:
    """Return the level of a route's state, as `route_state` words it: the remaining time of the
    credential has a level of its own."""
    if route.state != "well":
        return "critical"
    if route.examined_in_vain.en:
        return "warning"
    return "ok" if route.accepted else "paused"


def route_state(route: RouteStatus, localizer: Localizer) -> str:
    """Return a route's state in words."""
    if route.sends is Sends.DOUBTED:
        return localizer.say(
            _("the diagnosis failed: {stage}").fill(stage=localizer.say(route.examined_in_vain))
        )
    if route.sends is Sends.UNPROVED:
        return localizer.say(_("not verified yet"))
    return localizer.say(ROUTE_STATE_NAMES[route.state])


def view(status: Status, ledger: Ledger, localizer: Localizer) -> Mapping[str, Any]:
    """Return all values that the fragments show."""
    now = status.at
    items = len(wrong_items(status))
    has_places = any((status.stopped, status.silences, status.maintenance, status.untold))
    tree = tree_of(status.monitors) if has_places else NO_TREE
    return {
        "status": status,
        "head": heading(status, localizer),
        "cannot_send": cannot_send(status, localizer),
        "against": doubts_of_routes(status, localizer),
        "silent": current_silence(status, localizer, tree),
        "works": current_maintenance(status, localizer, tree),
        "untold": [(place_title(path, tree), part_page(path)) for path in status.untold],
        "stopped": stopped_parts(status, localizer, tree),
        "tally": tally(status.monitors),
        "wrongs": items_not_ok(status, ledger.rows, localizer),
        "more": max(0, items - MOST_WRONG),
        "sum": ledger.sum,
        "routes": [
            (
                one,
                route_level(one),
                route_state(one, localizer),
                remaining_validity(one.ends, now),
            )
            for one in status.routes
        ],
        "at": lambda instant: localizer.moment(instant, now),
        "exact": lambda instant: localizer.moment(instant, now, seconds=True),
        "kind": lambda name: localizer.say(KINDS[name]) if name in KINDS else name,
        "level": localizer.level,
        "day": localizer.day,
    }
