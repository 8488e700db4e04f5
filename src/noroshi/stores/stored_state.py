"""Keep the stored form of a monitor's state, which is JSON.

The keys of an item are those of the first release: rows that it wrote are read, and an earlier
program reads what is written here. In code the fields have other names, so each is named twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from noroshi import schema
from noroshi.core import model
from noroshi.core.levels import Level, Reason
from noroshi.core.model import Cause, LastNotification


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Mirror `ItemState` with the stored keys."""

    level: Level = Level.OK
    since: datetime | None = None
    cause: Cause = Cause()
    looks: tuple[Level, ...] = ()
    turned: int = 0
    run: int = 0
    gone: datetime | None = None
    held: Level = Level.OK
    told: Mapping[str, LastNotification] = field(default_factory=dict)
    reasons: Mapping[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstState:
    """Mirror `State` as the first release wrote it, where the monitor's type is not known."""

    items: Mapping[str, Item] = field(default_factory=dict)
    serial: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class State(FirstState):
    """Mirror `State` with the stored keys. The error for a row that is none shows this class
    name."""

    kind: str = ""
    target: str = ""


def state_text(state: model.State) -> str:
    """Return the stored form of a state."""
    items = {name: _stored_item(item) for name, item in state.items.items()}
    if not state.kind:
        return schema.text(FirstState(items=items, serial=state.serial))
    return schema.text(
        State(items=items, serial=state.serial, kind=state.kind, target=state.target)
    )


def read_state(text: str | bytes) -> model.State:
    """Return the state that was stored. Raise Unreadable if the text is none."""
    stored_state = schema.value(State, text)
    items = {name: _item(item) for name, item in stored_state.items.items()}
    return model.State(
        items=items,
        serial=stored_state.serial,
        kind=stored_state.kind,
        target=stored_state.target,
    )


def _stored_item(item: model.ItemState) -> Item:
    return Item(
        level=item.level,
        since=item.level_since,
        cause=item.cause,
        looks=item.pending_levels,
        turned=item.pending_cause_count,
        run=item.consecutive,
        gone=item.missing_since,
        held=item.level_before_unknown,
        told=item.last_notifications,
        reasons=item.reasons,
    )


def _item(stored_item: Item) -> model.ItemState:
    return model.ItemState(
        level=stored_item.level,
        level_since=stored_item.since,
        cause=stored_item.cause,
        pending_levels=stored_item.looks,
        pending_cause_count=stored_item.turned,
        consecutive=stored_item.run,
        missing_since=stored_item.gone,
        level_before_unknown=stored_item.held,
        last_notifications=stored_item.told,
        reasons=stored_item.reasons,
    )
