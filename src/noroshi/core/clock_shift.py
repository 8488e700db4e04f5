"""Move the times of what was judged: a clock was set, or they are told by another computer's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from noroshi.core.model import Change, Event, ItemState, RuleNotification, State


def shift_state(state: State, amount: timedelta) -> State:
    """Return the state with all its times moved."""
    if not amount:
        return state
    items = {name: _shift_item(item, amount) for name, item in state.items.items()}
    return state if items == state.items else replace(state, items=items)


def shift_for_hub(change: Change, amount: timedelta) -> Change:
    """Return what the hub is told of a change, with its times moved: the state, the events, the
    decisions, and the notifications of its rules."""
    if not amount:
        return change
    return replace(
        change,
        state=shift_state(change.state, amount),
        events=tuple(_shift_event(event, amount) for event in change.events),
        decisions=tuple(
            replace(one, decided_at=one.decided_at + amount) for one in change.decisions
        ),
        hub_notifications=tuple(
            _shift_notification(one, amount) for one in change.hub_notifications
        ),
    )


def _shift_item(item: ItemState, amount: timedelta) -> ItemState:
    last_notifications = {
        rule: replace(notification, at=notification.at + amount)
        for rule, notification in item.last_notifications.items()
    }
    return replace(
        item,
        level_since=_shift(item.level_since, amount),
        missing_since=_shift(item.missing_since, amount),
        last_notifications=last_notifications,
    )


def _shift_event(event: Event, amount: timedelta) -> Event:
    return replace(event, at=event.at + amount, since=_shift(event.since, amount))


def _shift_notification(one: RuleNotification, amount: timedelta) -> RuleNotification:
    alarms = (replace(alarm, event=_shift_event(alarm.event, amount)) for alarm in one.alarms)
    return replace(one, alarms=tuple(alarms))


def _shift(moment: datetime | None, amount: timedelta) -> datetime | None:
    return None if moment is None else moment + amount
