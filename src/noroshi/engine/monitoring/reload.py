"""What definitions make of a block: their monitors may be new in it, changed, stopped or gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from noroshi.core.model import Instance, Monitor, State
from noroshi.engine.monitoring.schedule import Cause, Held
from noroshi.engine.monitoring.watcher import Watch


def take_up(
    watch: Watch, held: Held, before: Mapping[str, Monitor], now: Mapping[str, Monitor]
) -> None:
    """Only what differs: a monitor with the same id keeps its state and its history."""
    steady, wall = watch.clocks.steady(), watch.clocks.wall()
    differ = {id for id in held.states if before.get(id) != now.get(id)}
    due = held.forget_turns(differ, steady)
    for id in differ & now.keys():
        held.monitors[id] = now[id]
        held.place(id, steady, wall)
        _change(watch, held, before.get(id), now[id])
        if id in due and not now[id].stopped:
            held.repeat(id, Cause.AGAIN, steady, wall)
    # Another name, or a monitor that is new, may be where something is silent.
    watch.weigh(held, held.hear(held.known, held.said))
    watch.close_open(held, differ - now.keys(), Cause.LAST)
    bury(watch, held)


def _change(watch: Watch, held: Held, before: Monitor | None, after: Monitor) -> None:
    """New limits judge from the next sample on; a new kind or target starts afresh."""
    if before is None:
        return
    if after.stopped and not before.stopped:
        watch.close_open(held, [after.id], Cause.STOP)
    elif not after.looks_at_the_same(before):
        watch.close_open(held, [after.id], Cause.AFRESH)
    state = held.states[after.id]
    items = {name: replace(item, looks=()) for name, item in state.items.items()}
    held.states[after.id] = State(items=items, serial=state.serial)


def close_the_stopped(watch: Watch, held: Held) -> None:
    """What was stopped while no node ran, or could not be closed before one ended."""
    stopped = [id for id, monitor in held.monitors.items() if monitor.stopped]
    opened = [id for id in stopped if held.states[id].items or held.memories[id]]
    watch.close_open(held, opened, Cause.STOP)


def bury(watch: Watch, held: Held) -> None:
    """Monitors that were removed while no node ran: nobody knows any more who to tell."""
    unknown = held.states.keys() - held.monitors.keys()
    for id in unknown:
        held.monitors[id] = Monitor(
            id=id, name=id, instance=Instance(name="removed"), group="", kind="", options=None
        )
    watch.close_open(held, unknown, Cause.LAST)
