"""Values that the stores' tests are about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from noroshi.core.levels import Level, Reason
from noroshi.core.mail import Answer, Envelope, Origin, Receipt, Verdict
from noroshi.core.model import (
    Cause as Why,
    Change,
    Decision,
    Event,
    ItemState,
    Reading,
    Sample,
    State,
)
from noroshi.core.translation import bilingual
from noroshi.ports import Document, Version

DAWN = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
OK = Receipt(at=DAWN, answers={"a": Answer(Verdict.ACCEPTED)}, provider_id="250 queued")
LATER = Receipt(at=DAWN, answers={"a": Answer(Verdict.DEFERRED, "busy", 450)})
DISK = Document("instance/web", '{"name":"web"}')
ROUTE = Document("route/smtp", '{"name":"smtp"}')


def version(*documents, **other):
    given = {
        "number": 0,
        "documents": documents,
        "author": "sato",
        "saved_at": DAWN,
        "note": "first",
    }
    return Version(**given | other)


MADE_BY = Origin("11aa22bb33cc44dd", "aa11bb22cc")


def letter(id="m.1/r/ops", **other):
    given = {"origin": MADE_BY} if "origin" not in other else {}
    given |= {"routes": ("smtp",), "contact": "ops", "to": ("a",), "order": id, "alarms": (id,)}
    return Envelope(id=id, payload={"subject": "危険"}, born=DAWN, **given | other)


def state(serial=1):
    item = ItemState(level=Level.CRITICAL, level_since=DAWN, reasons={"r": Reason.NEW_LEVEL})
    return State(items={"/": item}, serial=serial)


def event(serial, monitor="m"):
    return Event(
        id=f"{monitor}.{serial}",
        monitor=monitor,
        path="web/os/disk",
        item="/",
        at=DAWN,
        before=Level.OK,
        after=Level.CRITICAL,
        since=None,
        cause=Why(Reading("used", 95.0, "%", "/"), words=bilingual(en="full", ja="満杯です")),
    )


def decision(reason, at=DAWN):
    return Decision("r", "/", reason, at)


def change(*envelopes, monitor="m", serial=1, **other):
    return Change(monitor=monitor, state=state(serial), envelopes=envelopes, **other)


def used(value, *, after=timedelta(), **other):
    return Sample(DAWN + after, (Reading("used", value, "%", "/"),), **other)


def tried(envelope):
    """The envelope after one more attempt that counts."""
    return replace(envelope, attempts=envelope.attempts + 1)
