"""Work out the last day of servers: when something was not OK, and the key values of now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from noroshi.core.levels import Level
from noroshi.core.model import Event, ItemState, Limits, Monitor, Reading, Sample, State
from noroshi.operations.server_answers import KeyQuantity, KeyValue, Spell

KEY_READINGS: Mapping[KeyQuantity, Mapping[str, str]] = {
    KeyQuantity.CPU: {"cpu": "busy"},
    KeyQuantity.MEMORY: {"memory": "used"},
    KeyQuantity.DISK: {"disk": "used"},
    KeyQuantity.RESPONSE: {"reach": "time", "http": "time", "port": "connect", "dns": "time"},
}
"""The reading of each kind of monitor that a key value shows."""
MOST_SPELLS = 100
"""The most times of one server: more could not be told apart in a day."""
NO_LIMITS = Limits()
NOT_JUDGED = ItemState()


def key_monitors(monitors: Sequence[Monitor]) -> Mapping[KeyQuantity, Sequence[Monitor]]:
    """Return the monitors of an instance that give its key values. How fast it responds is told
    by one alone, and only of a computer whose inner_quantities is not seen."""
    by_quantity = {
        quantity: [one for one in monitors if one.kind in readings and not one.disabled]
        for quantity, readings in KEY_READINGS.items()
    }
    inner_quantities = (KeyQuantity.CPU, KeyQuantity.MEMORY, KeyQuantity.DISK)
    if any(by_quantity[quantity] for quantity in inner_quantities):
        by_quantity[KeyQuantity.RESPONSE] = []
    kinds = tuple(KEY_READINGS[KeyQuantity.RESPONSE])
    by_quantity[KeyQuantity.RESPONSE].sort(key=lambda one: kinds.index(one.kind))
    by_quantity[KeyQuantity.RESPONSE] = by_quantity[KeyQuantity.RESPONSE][:1]
    return by_quantity


def key_values(
    monitors: Mapping[KeyQuantity, Sequence[Monitor]],
    samples: Mapping[str, Sample],
    states: Mapping[str, State],
) -> Iterator[KeyValue]:
    """Yield the key values of an instance; nothing of what was never measured."""
    for quantity, sources in monitors.items():
        values = [
            value
            for one in sources
            if one.id in samples
            for value in _values_of(quantity, one, samples[one.id], states.get(one.id))
        ]
        if values:
            yield max(values, key=_gravity)


def _gravity(value: KeyValue) -> tuple[int, float]:
    return value.level.severity, -1.0 if value.value is None else value.value


def _values_of(
    quantity: KeyQuantity, monitor: Monitor, sample: Sample, state: State | None
) -> Iterator[KeyValue]:
    name = KEY_READINGS[quantity][monitor.kind]
    readings: list[Reading | None] = [one for one in sample.readings if one.name == name]
    for one in readings or [None]:
        yield _key_value(quantity, monitor, sample, one, state or State())


def _key_value(
    quantity: KeyQuantity, monitor: Monitor, sample: Sample, one: Reading | None, state: State
) -> KeyValue:
    item = "" if one is None else one.item
    name = KEY_READINGS[quantity][monitor.kind]
    limits = monitor.limits.get(name, NO_LIMITS)
    item_state = state.items.get(item, NOT_JUDGED)
    is_of_reading = one is None or item_state.cause.name == name
    return KeyValue(
        quantity=quantity,
        path=monitor.path,
        item=item,
        title=item or monitor.title or monitor.name,
        value=None if one is None else one.value,
        unit="" if one is None else one.unit,
        warning=limits.warning,
        critical=limits.critical,
        rising=limits.rising,
        level=item_state.level if is_of_reading else Level.OK,
        measured_at=sample.measured_at,
    )


def spells_by_instance(
    monitors: Mapping[str, Monitor],
    states: Mapping[str, State],
    events: Iterable[Event],
    since: datetime,
) -> Mapping[str, Sequence[Spell]]:
    """Return by instance when items of it were not OK since then, in the order of time. `events`
    are the newest first; those of monitors that are gone are left out."""
    spells = dict[str, list[Spell]]()
    for monitor in monitors.values():
        state = states.get(monitor.id)
        if state is not None and not monitor.disabled:
            spells.setdefault(monitor.instance.name, []).extend(_present(monitor, state))
    for event in events:
        event_monitor = monitors.get(event.monitor)
        if event_monitor is None or event.before is Level.OK or event.before is event.after:
            continue
        if event.at > since:
            spells.setdefault(event_monitor.instance.name, []).append(
                _past(event_monitor, event)
            )
    return {name: _in_order(of_instance) for name, of_instance in spells.items()}


def _present(monitor: Monitor, state: State) -> Iterator[Spell]:
    for item, item_state in state.items.items():
        if item_state.level is not Level.OK and item_state.level_since is not None:
            yield Spell(
                path=monitor.path,
                item=item,
                title=monitor.title or monitor.name,
                level=item_state.level,
                begins=item_state.level_since,
            )


def _past(monitor: Monitor, event: Event) -> Spell:
    return Spell(
        path=monitor.path,
        item=event.item,
        title=monitor.title or monitor.name,
        level=event.before,
        begins=event.since or event.at,
        ends=event.at,
    )


def _in_order(spells: list[Spell]) -> Sequence[Spell]:
    """Return the newest spells, the oldest of these first, each marked that follows another one of
    its item."""
    ends = {(one.path, one.item, one.ends) for one in spells if one.ends is not None}
    ordered = sorted(spells, key=lambda one: one.begins)[-MOST_SPELLS:]
    return [replace(one, follows=(one.path, one.item, one.begins) in ends) for one in ordered]


def quiet_since(monitors: Iterable[Monitor], states: Mapping[str, State]) -> datetime | None:
    """Return when the last item of these became OK again; None where one is not OK, or none ever
    was otherwise."""
    items = [
        item
        for one in monitors
        if not one.disabled and one.id in states
        for item in states[one.id].items.values()
    ]
    if any(item.level is not Level.OK for item in items):
        return None
    return max((item.level_since for item in items if item.level_since), default=None)
