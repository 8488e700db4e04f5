"""`noroshi status`: is anything wrong, and must I act? What is wrong first, what is well folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from noroshi.answer_json import as_json
from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.silences import lines
from noroshi.cli.output.levels import MARKS, WORST_FIRST, level_of, level_text, tally
from noroshi.cli.output.routes import arrival, sign_in, with_mark
from noroshi.cli.output.tables import columns, table
from noroshi.cli.output.times import clock, elapsed_time
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.levels import Level
from noroshi.core.route_readiness import Sends, count_readiness, nothing_against
from noroshi.core.sources import by_agent
from noroshi.core.translation import Message, _, list_names, ngettext, pgettext, with_full_stop
from noroshi.operations import monitor_operations
from noroshi.operations.status_answers import (
    Counts,
    ItemStatus,
    MonitorStatus,
    NodeStatus,
    RouteStatus,
    Status,
    StoppedBy,
    with_titles_in,
)

MOST_SHOWN = 30
"""The most monitors with level OK that are shown one by one without --all."""

ALL_WELL = ngettext(
    "○ No known problems: the only monitor is OK.",
    "○ No known problems: all {count} monitors are OK.",
)
ALL_OK = ngettext("○ The only monitor is OK.", "○ All {count} monitors are OK.")
CANNOT_SEND = ngettext(
    "▨ {bad} of {count} route cannot send.", "▨ {bad} of {count} routes cannot send."
)
NO_WAY_OUT = _("▲ There is no delivery route, so no alarm can be sent.")
NEEDS_SOMEBODY = _("▨ The only route needs action; sending may still work for a while.")
NEED_SOMEBODY = ngettext(
    "▨ {bad} of {count} routes needs action; sending may still work for a while.",
    "▨ {bad} of {count} routes need action; sending may still work for a while.",
    by="bad",
)
DOUBTED = _("▨ The last diagnosis found a problem, so messages might not be sent: {which}.")
NOT_PROVED = _("－ Not verified yet, because no message has been accepted so far: {which}.")
AND_MORE = _("{names} and {more} more")
MOST_NAMED = 3
"""The most routes that a headline names."""
OF_THE_ONLY_ONE = _("{mark} The only monitor has not been measured yet.")
OK_SO_FAR = ngettext(
    "{mark} {ok} of {count} monitors is OK; {new} not measured yet.",
    "{mark} {ok} of {count} monitors are OK; {new} not measured yet.",
    by="ok",
)
NOT_WELL_OF_ONE = _("{mark}: the only monitor is not OK.")
NOT_WELL = ngettext(
    "{mark}: {bad} of {count} monitors is not OK.",
    "{mark}: {bad} of {count} monitors are not OK.",
    by="bad",
)
NOTHING_WATCHED = with_commands(
    _("No monitors yet. To apply definitions: {command}"),
    command=CommandText("apply", pgettext("command", "DIR")),
)
NODE = _("node {node}, definitions version {version}, {at}")
NODE_ON = _("node {node} on {host}, definitions version {version}, {at}")
NOT_RUNNING = with_commands(
    _(
        "No node is running, so nothing is being measured or sent. This is the last known state. "
        "Start a node: {command}"
    ),
    command=CommandText("serve"),
)
ALL_STOPPED = _("－ All monitoring is stopped.")
START = _("－ To monitor {path} again: {command}")
MONITORS = _("Monitors")
MORE_WELL = with_commands(
    _("… and {count} more that are OK (all: {command})"), command=CommandText("status", "--all")
)
SINCE = _("since {at} ({span})")
MEASURED = _("measured {at}")
HAD = _("acknowledged by {who} at {at}")
HUSHED = _("notifications suppressed until {at}")
NODES = _("Nodes")
NODE_ALIVE, NODE_GONE = _("○ monitoring"), _("▨ not running")
NODE_STOPPED = _("－ stopped")
NODE_UNUSABLE = _("▨ cannot use version {version} of the definitions")
NODE_SENDS = _("sends")
HOLDS = ngettext("{count} monitor", "{count} monitors")
NODE_HOLDS = _("{monitors} ({share})")
NOT_LINKED = _("not linked")
HELD_SINCE = _("lease since {since}, renewed {at}")
RENEWED = _("lease renewed {at}")
SEEN_UNTIL = _("until {at}")
ROUTES = _("Routes")
NO_ROUTES = _("There is no delivery route, so no alarm can be sent.")
WITHOUT_HUB = _("Hub {hub} is unreachable: this node sends its alarms itself.")
THROUGH_HUB = _("Hub {hub} sends the alarms of this server.")
ROUTE_STATES: Mapping[str, Message] = {
    "well": _("○ ready"),
    "down": _("▨ down"),
    "not signed in": _("▨ not signed in"),
    "needs somebody": _("▨ action required"),
}
UNPROVED = _("－ not verified yet")
IN_VAIN = _("▨ diagnosis failed: {stage}")
NEXT_TRY = _("{why} Next attempt: {at}.")
WITH_NEXT = _("{why} The route is retried with the next message.")
QUEUE = _("Queue")
NOTHING_WAITS = _("No messages are waiting.")
MAILS = ngettext("{count} message", "{count} messages")
ALARMS = ngettext("{count} alarm", "{count} alarms")
WAITING = _("{waiting} waiting ({alarms}; oldest {span})")
HELD = with_commands(
    ngettext(
        "{count} message held manually: {command}", "{count} messages held manually: {command}"
    ),
    command=CommandText("queue list"),
)
SET_ASIDE = with_commands(
    ngettext(
        "{count} undeliverable message, decision required: {command}",
        "{count} undeliverable messages, decision required: {command}",
    ),
    command=CommandText("queue list"),
)


def status(context: CommandContext) -> int:
    """Print how everything is; exit code 1 with --check unless all is well."""
    if context.args.json and not context.args.check:
        context.print_json({**context.call("status"), "running": context.is_node_running})
        return exits.DONE  # of 20,000 monitors no object was made
    answer = context.ask(monitor_operations.STATUS, Status)
    if context.args.json:
        context.print_json({**as_json(answer), "running": context.is_node_running})
    else:
        print("\n".join(_page(context, answer, answer.at)))
    if not context.args.check:
        return exits.DONE
    if not context.is_node_running:
        return exits.NO_NODE
    return exits.DONE if _is_healthy(answer) else exits.TROUBLE


def _is_healthy(answer: Status) -> bool:
    """Return whether all is well; monitors whose alarms have no way out are not either."""
    routes_healthy = all(map(nothing_against, _readiness(answer.routes)))
    has_way = bool(answer.routes or answer.sending_hub or not answer.monitors)
    routes_healthy = routes_healthy and has_way
    no_trouble = not answer.queue.set_aside and not answer.troubles
    return answer.level is Level.OK and routes_healthy and no_trouble


def _page(context: CommandContext, answer: Status, now: datetime) -> Iterator[str]:
    yield from _headlines(context, answer)
    at = clock(answer.at, now)
    node_line = (NODE_ON if answer.runs_on else NODE).fill(
        node=answer.node, host=answer.runs_on, version=answer.version, at=at
    )
    yield f"  {context.say(node_line)}"
    if not context.is_node_running:
        yield f"  {context.say(NOT_RUNNING)}"
    yield from (f"  {context.say(words)}" for words in answer.troubles)
    if answer.monitors:
        yield from ("", f"{context.say(MONITORS)}  {_levels(context, answer.monitors)}")
        monitors = [with_titles_in(one, context.language) for one in answer.monitors]
        yield from _monitors(context, monitors, now)
        yield from (f"  {context.say(_stop(stop))}" for stop in answer.stopped)
        yield from (f"  {context.say(words)}" for words in answer.cautions)
    yield from lines(context, answer, now)
    if answer.nodes:
        yield from ("", context.say(NODES))
        yield from _table([_node(context, node, now) for node in answer.nodes])
    yield from ("", context.say(ROUTES))
    yield from _routes(context, answer, now)
    yield from ("", context.say(QUEUE))
    yield from _queue(context, answer.queue, now)


def _headlines(context: CommandContext, answer: Status) -> Iterator[str]:
    monitors, routes = _enabled(answer), answer.routes
    bad_count = sum(monitor.level is not Level.OK for monitor in monitors)
    if not monitors:
        yield context.say(ALL_STOPPED if answer.monitors else NOTHING_WATCHED)
    elif bad_count:
        mark = level_text(answer.level, context.language)
        words = NOT_WELL if len(monitors) > 1 else NOT_WELL_OF_ONE
        yield context.say(words.fill(mark=mark, bad=bad_count, count=len(monitors)))
    elif new := sum(not monitor.known for monitor in monitors):
        yield context.say(_measured_so_far(len(monitors) - new, new))
    else:
        count = len(monitors)
        healthy = _is_healthy(answer) and all(
            readiness is Sends.PROVED for readiness in _readiness(routes)
        )
        yield context.say((ALL_WELL if healthy else ALL_OK).fill(count=count))
    if monitors and not routes and not answer.sending_hub:
        yield context.say(NO_WAY_OUT)
    yield from map(context.say, _of_routes(routes))


def _of_routes(routes: Sequence[RouteStatus]) -> Iterator[Message]:
    """Yield problems of the routes, worst first; a route that has sent nothing yet is one of
    them."""
    counts = count_readiness(_readiness(routes))
    if counts.blocked_count:
        yield CANNOT_SEND.fill(bad=counts.blocked_count, count=counts.count)
    if counts.unsure_count:
        words = NEEDS_SOMEBODY if counts.count == 1 else NEED_SOMEBODY
        yield words.fill(bad=counts.unsure_count, count=counts.count)
    if counts.doubted_count:
        yield DOUBTED.fill(which=_names(routes, Sends.DOUBTED))
    if counts.unproved_count:
        yield NOT_PROVED.fill(which=_names(routes, Sends.UNPROVED))


def _readiness(routes: Sequence[RouteStatus]) -> list[Sends]:
    return [route.sends for route in routes]


def _names(routes: Sequence[RouteStatus], sends: Sends) -> Message:
    """Return the first of these routes by name, and how many more."""
    matches = [route.name for route in routes if route.sends is sends]
    names, more = list_names(matches[:MOST_NAMED]), len(matches) - MOST_NAMED
    return AND_MORE.fill(names=names, more=more) if more > 0 else names


def _enabled(answer: Status) -> Sequence[MonitorStatus]:
    return [monitor for monitor in answer.monitors if not monitor.stopped]


def _measured_so_far(ok: int, new: int) -> Message:
    """Say how many are OK so far: nothing is called OK before anything was measured."""
    words = OF_THE_ONLY_ONE if ok + new == 1 else OK_SO_FAR
    return words.fill(mark=MARKS["ok" if ok else "new"], ok=ok, count=ok + new, new=new)


def _levels(context: CommandContext, monitors: Iterable[MonitorStatus]) -> str:
    return tally(map(level_of, monitors), context.language)


def _monitors(
    context: CommandContext, monitors: Sequence[MonitorStatus], now: datetime
) -> Iterator[str]:
    """Yield the monitors, worst first; what is well is folded when there is much of it."""
    ranked = sorted(monitors, key=lambda m: (WORST_FIRST.index(level_of(m)), m.path))
    well_monitors = [m for m in ranked if level_of(m) == "ok"]
    folded = 0 if context.args.all or len(well_monitors) <= MOST_SHOWN else len(well_monitors)
    visible = [m for m in ranked if not folded or level_of(m) != "ok"]
    rows = [row for monitor in visible for row in _rows(context, monitor, now)]
    yield from _table(rows)
    if folded:
        yield f"  {context.say(MORE_WELL.fill(count=folded))}"


def _rows(
    context: CommandContext, monitor: MonitorStatus, now: datetime
) -> Iterator[Sequence[str]]:
    """Yield a line for each item; the monitor's name stands in the first only."""
    ranked = sorted(monitor.items, key=lambda i: (WORST_FIRST.index(i.level.value), i.item))
    titles = filter(None, (monitor.group_title, monitor.title))
    name = _with_title(monitor.path, " › ".join(titles))
    if monitor.agent:
        name = f"{name} [{context.say(by_agent(monitor.agent))}]"
    for item in ranked:
        level_without_items = level_of(monitor)
        level = level_text(
            item.level if monitor.known else level_without_items, context.language
        )
        since, words = _since(context, monitor, item, now), _words(context, monitor, item, now)
        yield (level, name, item.item, since, words)
        name = ""


def _words(
    context: CommandContext, monitor: MonitorStatus, item: ItemStatus, now: datetime
) -> str:
    """Say what stands behind it; of what is not well, who has it and what keeps it untold."""
    parts = [context.say(item.words)]
    if item.level is not Level.OK:
        if acknowledgement := item.acknowledged:
            parts.append(
                context.say(
                    HAD.fill(who=acknowledgement.who, at=clock(acknowledgement.at, now))
                )
            )
        if ends := monitor.silent or monitor.maintenance:
            parts.append(context.say(HUSHED.fill(at=clock(ends, now))))
    return " · ".join(parts)


def _since(
    context: CommandContext, monitor: MonitorStatus, item: ItemStatus, now: datetime
) -> str:
    """Return since when it is bad; for what is well, when that was last seen."""
    if item.level is not Level.OK or (monitor.stopped and item.since):
        span = elapsed_time(item.since, now)
        return context.say(SINCE.fill(at=clock(item.since, now), span=span))
    if monitor.measured:
        return context.say(MEASURED.fill(at=clock(monitor.measured, now)))
    return ""


def _node(context: CommandContext, node: NodeStatus, now: datetime) -> Sequence[str]:
    monitors = HOLDS.fill(count=node.monitor_count)
    share_text = NODE_HOLDS.fill(monitors=monitors, share=f"{node.share:.0%}")
    return (
        context.say(_node_state(node)),
        node.name,
        node.version,
        node.address or (context.say(NOT_LINKED) if node.is_alive else ""),
        context.say(share_text if node.is_alive else monitors),
        context.say(NODE_SENDS) if node.sends else "",
        context.say(_lease(node, now)),
        context.say(node.unusable_reason),
    )


def _lease(node: NodeStatus, now: datetime) -> Message:
    """Say since when a node has its lease and when it last renewed it, or until when it had one."""
    renewed_at = clock(node.renewed_at, now)
    if not node.is_alive:
        return SEEN_UNTIL.fill(at=renewed_at)
    if node.held_since is None:
        return RENEWED.fill(at=renewed_at)
    return HELD_SINCE.fill(since=clock(node.held_since, now), at=renewed_at)


def _node_state(node: NodeStatus) -> Message:
    if node.unusable_version:
        return NODE_UNUSABLE.fill(version=node.unusable_version)
    if node.is_alive:
        return NODE_ALIVE
    return NODE_STOPPED if node.has_left else NODE_GONE


def _routes(context: CommandContext, answer: Status, now: datetime) -> Iterator[str]:
    if answer.sending_hub:
        yield f"  {context.say(THROUGH_HUB.fill(hub=answer.sending_hub))}"
    elif not answer.routes:
        yield f"  {context.say(NO_ROUTES)}"
    yield from _table([_route(context, route, now) for route in answer.routes])
    if answer.absent_hub:
        yield f"  {context.say(WITHOUT_HUB.fill(hub=answer.absent_hub))}"


def _state(route: RouteStatus) -> Message:
    """Return a route's state; one that nothing has gone by is not called ready."""
    if route.sends is Sends.DOUBTED:
        return IN_VAIN.fill(stage=route.examined_in_vain)
    if route.sends is Sends.UNPROVED:
        return UNPROVED
    return ROUTE_STATES[route.state]


def _route(context: CommandContext, route: RouteStatus, now: datetime) -> Sequence[str]:
    state = context.say(_state(route))
    name = _with_title(route.name, route.title)
    since, reason = "", context.say(route.why)
    if route.state == "well":
        since, reason = sign_in(context, route, now), arrival(context, route, now)
    if route.since and route.state != "well":
        span = elapsed_time(route.since, now)
        since = context.say(SINCE.fill(at=clock(route.since, now), span=span))
    if route.until and route.state == "down":
        past = route.until <= now
        words = WITH_NEXT if past else NEXT_TRY
        reason = context.say(
            words.fill(why=with_full_stop(reason, context.language), at=clock(route.until, now))
        )
    if other := context.say(route.other):
        reason = f"{with_full_stop(reason, context.language)} {other}" if reason else other
    return (state, name, with_mark(context, route.kind, route.mark), since, reason)


def _stop(stop: StoppedBy) -> Message:
    """Return the command that starts an instance or a monitor again; the person who stopped it
    stands beside its monitors."""
    name = "monitor enable" if "/" in stop.path else "instance start"
    return with_commands(START, command=CommandText(name, "{path}")).fill(path=stop.path)


def _with_title(name: str, title: str) -> str:
    return f"{name} ({title})" if title else name


def _queue(context: CommandContext, queue: Counts, now: datetime) -> Iterator[str]:
    if not any((queue.waiting, queue.held, queue.set_aside)):
        yield f"  {context.say(NOTHING_WAITS)}"
    if queue.waiting:
        span = elapsed_time(queue.oldest, now)
        yield "  " + context.say(
            WAITING.fill(
                waiting=MAILS.fill(count=queue.waiting),
                span=span,
                alarms=ALARMS.fill(count=queue.alarms),
            )
        )
    if queue.held:
        yield f"  {context.say(HELD.fill(count=queue.held))}"
    if queue.set_aside:
        yield f"  {context.say(SET_ASIDE.fill(count=queue.set_aside))}"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows indented by two; columns that are empty throughout are left out."""
    used_columns = [
        n for n in range(len(rows[0]) if rows else 0) if any(row[n] for row in rows)
    ]
    room = columns() - 2
    yield from (
        f"  {line}" for line in table([[row[n] for n in used_columns] for row in rows], room)
    )
