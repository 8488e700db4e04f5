"""Alarms as the core makes them, for the tests of actions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from noroshi.core.levels import Level, Reason
from noroshi.core.model import (
    Alarm,
    Cause,
    Contact,
    Event,
    Instance,
    Limits,
    Monitor,
    Reading,
    Rule,
)
from noroshi.core.translation import bilingual
from noroshi.ports import Topic

NOW = datetime(2026, 11, 23, 22, 40, 12, tzinfo=UTC)
EARLIER = datetime(2026, 11, 20, 17, 15, 0, tzinfo=UTC)
LIMITS = Limits(warning=90, critical=95)
NAMES = {
    "used": bilingual(en="Used", ja="使用率"),
    "free": bilingual(en="Free", ja="空き容量"),
    "connect": bilingual(en="Time to connect", ja="接続時間"),
}
AKI = Contact(
    id="aki", addresses=("aki@example.com",), title="情シス", language="ja", zone="Asia/Tokyo"
)
SAM = Contact(
    id="sam", addresses=("sam@example.com",), title="Operations", zone="Europe/Berlin"
)
READERS = {"ja": AKI, "en": SAM}
TITLES = {
    "ja": ("ファイルサーバー", "ディスク", "D: 共有 使用率"),
    "en": ("", "Disks", "D: share"),
}


def rule(**changed):
    told = {"contacts": (AKI, SAM), "routes": ("smtp1",), "repeat": timedelta(hours=4)}
    return Rule(id="ops", action="mail", **(told | changed))


def topic(language="ja", its_rule=None, **changed):
    instance, group, title = TITLES[language]
    told = {
        "id": "01JDE4Z0QH",
        "name": "disk-d",
        "instance": Instance(name="FS01", title=instance),
        "group": "disks",
        "group_title": group,
        "title": title,
        "kind": "disk",
        "options": None,
        "limits": {"used": LIMITS},
        "rules": (its_rule or rule(),),
    }
    kind = bilingual(en="Disk space", ja="ディスク容量")
    return Topic(Monitor(**(told | changed)), kind, NAMES, "kanri01")


def used(value, item="D:", limits=LIMITS):
    note = bilingual(en="96 GB free of 2.0 TB", ja="空き 96 GB、全体 2.0 TB")
    return Cause(Reading("used", value, "%", item, note), limits)


def alarm(
    cause,
    before=Level.OK,
    after=Level.CRITICAL,
    reason=Reason.NEW_LEVEL,
    serial=17,
    item="",
    since=EARLIER,
    contact=AKI,
):
    id = f"01JDE4Z0QH.{serial}"
    event = Event(
        id=id,
        monitor="01JDE4Z0QH",
        path="FS01/disks/disk-d",
        item=item,
        at=NOW,
        before=before,
        after=after,
        since=since,
        cause=cause,
    )
    told = f"{id}/ops/{contact.id}"
    return Alarm(told, event, reason, told)
