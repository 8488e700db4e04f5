"""Make alarms of every sort that never happened, on which a template is tried before it is
saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from noroshi.core.levels import Level, Reason
from noroshi.core.model import Alarm, Cause, Contact, Event, Instance, Limits, Monitor, Reading
from noroshi.core.translation import _
from noroshi.ports import Topic

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
LIMITS = Limits(warning=80, critical=90)
MONITOR = Monitor(
    id="01J00000000000000000000000",
    name="disk",
    title="Disk space",
    instance=Instance(name="FS01", title="File server"),
    group="disks",
    group_title="Disks",
    kind="disk",
    options=None,
)
TOPIC = Topic(MONITOR, _("Disk space"), {"used": _("Used")}, "noroshi1")
CONTACTS = (
    Contact(id="aki", addresses=("aki@example.com",), language="ja", zone="Asia/Tokyo"),
    Contact(id="sam", addresses=("sam@example.com",), language="en"),
)


def made_up_alarms() -> Iterator[tuple[Contact, Topic, tuple[Alarm, ...]]]:
    """Yield each sort of alarm, for a contact in each language."""
    full_disk = _alarm(
        1, "/data", Level.WARNING, Level.CRITICAL, _usage(95.2), Reason.NEW_LEVEL
    )
    repeat = _alarm(2, "/data", Level.CRITICAL, Level.CRITICAL, _usage(96), Reason.REPEAT)
    recovery = _alarm(3, "/home", Level.WARNING, Level.OK, _usage(60), Reason.RECOVERED)
    cause = Cause(words=_("the host does not answer"))
    fault = _alarm(4, "", Level.OK, Level.UNKNOWN, cause, Reason.NEW_LEVEL)
    for contact in CONTACTS:
        for alarms in (
            (full_disk,),
            (repeat,),
            (recovery,),
            (fault,),
            (full_disk, recovery, fault),
        ):
            yield contact, TOPIC, alarms


def _usage(value: float) -> Cause:
    note = _("96 GB free of 2 TB")
    return Cause(Reading("used", value, "%", note=note), LIMITS)


def _alarm(
    serial: int,
    item: str,
    level_before: Level,
    level_after: Level,
    cause: Cause,
    reason: Reason,
) -> Alarm:
    id = f"{MONITOR.id}.{serial}"
    event = Event(
        id=id,
        monitor=MONITOR.id,
        path=MONITOR.path,
        item=item,
        at=NOON,
        before=level_before,
        after=level_after,
        since=NOON - timedelta(hours=2),
        cause=cause,
    )
    return Alarm(f"{id}/ops/aki", event, reason, f"{id}/ops/aki")
