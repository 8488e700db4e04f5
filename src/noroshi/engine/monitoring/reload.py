"""Apply a new plan to a block: monitors may be new in it, changed, disabled or removed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from noroshi.core.model import Instance, Monitor, State
from noroshi.core.target_mark import target_mark
from noroshi.engine.monitoring.schedule import CheckTrigger, MonitorBlock
from noroshi.engine.monitoring.watcher import Watcher

AgentOf = Callable[[Monitor], str]
"""Returns the name of the agent that measures a monitor; "" for none."""


async def follow_agents(
    watcher: Watcher,
    block: MonitorBlock,
    now: Mapping[str, Monitor],
    is_reported: Callable[[Monitor], bool],
) -> frozenset[str]:
    """Leave to agents what they measure by now, and take back what they no longer do; return the
    ids of the latter, which have no place in the schedule yet. Raises StoreError."""
    agents_monitors = {id: monitor for id, monitor in now.items() if is_reported(monitor)}
    returned_ids = frozenset(block.reported_monitors.keys() - agents_monitors.keys())
    for id in returned_ids:
        state, memory = await watcher.store.recall(id)  # the agent reported since it was lent
        block.monitors[id] = block.take_back(id, state, memory)
    block.reported_monitors |= {id: agents_monitors[id] for id in block.reported_monitors}
    left = {id: monitor for id, monitor in agents_monitors.items() if id in block.states}
    for id, monitor in left.items():
        if id in block.monitors and _is_moved(block.monitors[id], monitor):
            await watcher.hand_over(block, id)
    block.leave_to_agents(left)
    for id in left:
        watcher.emergency.forget(id)
    return returned_ids


async def follow_moves(
    watcher: Watcher, block: MonitorBlock, name_of: Callable[[str], str], agents: AgentOf
) -> None:
    """Close what is open of monitors that another agent reported until now: its computer is no
    longer the one that is measured. `name_of` returns the name of an agent by its id. Raises
    StoreError."""
    if not block.reported_monitors:
        return
    for id, reporter in (await watcher.store.reporters()).items():
        monitor = block.reported_monitors.get(id)
        if monitor is None or monitor.goes_to:
            continue
        previous_name = name_of(reporter)
        if previous_name and previous_name != agents(monitor):
            await watcher.hand_on(block, id)


def apply_plan(
    watcher: Watcher,
    block: MonitorBlock,
    previous_monitors: Mapping[str, Monitor],
    now: Mapping[str, Monitor],
    returned_ids: frozenset[str] = frozenset(),
) -> None:
    """Change only what differs: a monitor with the same id keeps its state and its history.
    `returned_ids` are those that agents measured until now."""
    steady, wall = watcher.clocks.steady(), watcher.clocks.wall()
    changed_ids = {id for id in block.states if previous_monitors.get(id) != now.get(id)}
    changed_ids |= returned_ids
    due = block.unschedule(changed_ids, steady)
    for id in changed_ids & now.keys():
        block.monitors[id] = now[id]
        block.schedule(id, steady, wall)
        _change(watcher, block, previous_monitors.get(id), now[id], id in returned_ids)
        if id in due and not now[id].disabled:
            block.repeat(id, CheckTrigger.RETRY, steady, wall)
    # Another name, or a monitor that is new, may be where something is silent.
    reevaluated_ids = block.update_suppressions(block.stored_suppression, block.suppressions)
    watcher.reevaluate(block, reevaluated_ids)
    watcher.close_open(block, changed_ids - now.keys(), CheckTrigger.RETIRE)
    retire_removed(watcher, block)


def _is_moved(previous: Monitor, current: Monitor) -> bool:
    """Return whether another computer is measured, as a monitor comes from an agent or goes to
    one. An agent that joins or goes is no such move: the definition named it all along."""
    return not current.goes_to and previous.instance.source != current.instance.source


def _change(
    watcher: Watcher,
    block: MonitorBlock,
    previous: Monitor | None,
    current: Monitor,
    is_returned: bool,
) -> None:
    """Judge by new limits from the next sample on; start afresh with a new kind or target."""
    if previous is None:
        return
    if current.disabled and not previous.disabled:
        watcher.close_open(block, [current.id], CheckTrigger.DISABLE)
    elif not current.has_same_target(previous) or (
        is_returned and _is_moved(previous, current)
    ):
        watcher.close_open(block, [current.id], CheckTrigger.RESTART)
    state = block.states[current.id]
    items = {name: replace(item, pending_levels=()) for name, item in state.items.items()}
    block.states[current.id] = State(items=items, serial=state.serial)


def close_disabled(watcher: Watcher, block: MonitorBlock, ids: Collection[str]) -> None:
    """Close what was disabled while no node ran, or could not be closed before one ended."""
    disabled = [id for id in ids if id in block.monitors and block.monitors[id].disabled]
    open_ids = [id for id in disabled if block.states[id].items or block.memories[id]]
    watcher.close_open(block, open_ids, CheckTrigger.DISABLE)


def restart_other_targets(watcher: Watcher, block: MonitorBlock, ids: Collection[str]) -> None:
    """Begin monitors anew whose state is of another kind or target: that was changed while no node held
    them, or while one handed them to another."""
    other_ids = [id for id in ids if id in block.monitors and _is_of_other_target(block, id)]
    watcher.close_open(block, other_ids, CheckTrigger.RESTART)


def _is_of_other_target(block: MonitorBlock, id: str) -> bool:
    state, monitor = block.states[id], block.monitors[id]
    if monitor.disabled:
        return False
    if state.kind not in ("", monitor.kind):
        return True
    return bool(state.target) and target_mark(monitor) not in ("", state.target)


def retire_removed(watcher: Watcher, block: MonitorBlock) -> None:
    """Retire monitors that were removed while no node ran: nobody knows any more who to tell."""
    unknown = block.states.keys() - block.monitors.keys()
    for id in unknown:
        block.monitors[id] = Monitor(
            id=id, name=id, instance=Instance(name="removed"), group="", kind="", options=None
        )
    watcher.close_open(block, unknown, CheckTrigger.RETIRE)
