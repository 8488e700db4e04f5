"""Answers of the operations of the initial setup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from noroshi.core.translation import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """The progress of the first start; "" is not there yet. `open`: it was begun, and is
    neither proved nor put away. `ready`: nothing is known against the `route`, which is no
    proof; `accepted`: a provider took a mail by that route. `mail` is the mail of the last test
    alarm; `seen` is when `by` entered the number in that mail, which is the proof."""

    open: bool
    contact: str
    instance: str
    route: str
    ready: bool
    accepted: bool
    mail: str
    to: tuple[str, ...]
    sent: datetime | None
    seen: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class AlarmSent:
    """The mail that goes to a contact, with a number in it."""

    id: str
    contact: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """One monitor to have. `found` says what there is now, `limit` when it would be told of;
    `there`: the instance has it already."""

    id: str
    title: Message
    found: Message
    limit: Message
    there: bool
    monitor: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Monitors for what runs on this computer, and a name for the computer's instance."""

    instance: str
    title: str
    zone: str
    monitors: tuple[Suggested, ...]
