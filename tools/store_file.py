"""Make the store file that a released schema leaves behind, with some of everything in it.

    PYTHONPATH=src python tools/store_file.py tests/data/stores/schema-2.db

To be run with the code of the release whose file it shall be; tests/stores/test_released.py
opens each of these files with the code of today and looks for all that is made here.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from noroshi.core.delivery import Accepted, OpenCircuit, SetAside
from noroshi.core.levels import Level, Reason
from noroshi.core.mail import Answer, Envelope, Receipt, Verdict
from noroshi.core.model import (
    Cause,
    Change,
    Decision,
    Event,
    ItemState,
    Reading,
    Sample,
    State,
    Suppression,
)
from noroshi.core.translation import Message, bilingual, plain
from noroshi.ports import Document, Version
from noroshi.stores.sqlite.store import SqliteStore

AT = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SEALED = b"not a real secret"


def event(serial: int) -> Event:
    return Event(
        id=f"disk.{serial}",
        monitor="disk",
        path="web/os/disk",
        item="/",
        at=AT,
        before=Level.OK,
        after=Level.CRITICAL,
        since=None,
        cause=Cause(Reading("used", 95.0, "%", "/"), words=bilingual(en="full", ja="満杯です")),
    )


def envelope(name: str, route: str = "smtp", order: str = "") -> Envelope:
    return Envelope(
        id=f"disk.1/{name}",
        routes=(route,),
        contact="ops",
        to=("ops@example.com",),
        order=order or name,
        alarms=(f"disk.1/{name}",),
        payload={"subject": "危険", "text": "満杯です"},
        born=AT,
    )


def used(value: float, after: int = 0) -> Sample:
    return Sample(AT + after * SECOND, (Reading("used", value, "%", "/"),))


async def fill(store: Any) -> None:
    """Schema 1's content, then what later schemas know."""
    documents = (Document("instance/web", '{"name":"web"}'), Document("route/smtp", "{}"))
    given = {"documents": documents, "author": "sato", "saved_at": AT, "note": "first"}
    await store.publish(Version(number=0, **given), ["disk", "port"], 0)
    await store.publish(Version(number=0, **given | {"note": "second"}), ["disk", "port"], 1)
    node = await store.begin("one", AT)
    block = await store.lease_monitors(node, AT)
    await store.append([("disk", used(80.25)), ("disk", used(95.0, 1))])
    await store.commit(block.fence, bad())
    await store.append([("port", Sample(AT, fault=Message("timed out")))])
    await store.set_suppression("port", Suppression(silenced=AT + timedelta(days=1)))
    await store.put_secret("oauth/m365", SEALED)
    await leave(store, node)
    await store.renew(block.fence, AT + SECOND)
    if hasattr(store, "beat"):
        await later(store)


def bad() -> Change:
    item = ItemState(level=Level.CRITICAL, level_since=AT, reasons={"r": Reason.NEW_LEVEL})
    names = ("accepted", "refused", "out")
    letters = [envelope(name) for name in names]
    letters += [envelope("waits", "down", "same"), envelope("behind", "down", "same")]
    return Change(
        monitor="disk",
        state=State(items={"/": item}, serial=2),
        memory={"offset": 17, "tail": ["危"]},
        events=(event(1), event(2)),
        decisions=(Decision("r", "/", Reason.NEW_LEVEL, AT),),
        envelopes=tuple(letters),
    )


async def leave(store: Any, node: Any) -> None:
    """One mail is accepted, one set aside, one is out, one has found its route down."""
    fates = (Accepted(AT), SetAside(plain("550 no such user")))
    for fate, verdict in zip(fates, (Verdict.ACCEPTED, Verdict.REFUSED), strict=True):
        parcel = await store.claim_parcel(node, "smtp", AT)
        answer = Answer(verdict, "said", 250 if verdict is Verdict.ACCEPTED else 550)
        await store.settle(parcel, Receipt(at=AT, answers={"ops@example.com": answer}), fate)
    await store.claim_parcel(node, "smtp", AT)
    parcel = await store.claim_parcel(node, "down", AT)
    gone = Receipt(
        at=AT, answers={"ops@example.com": Answer(Verdict.ROUTE_DOWN, words=plain("away"))}
    )
    await store.settle(parcel, gone, OpenCircuit(AT, AT + timedelta(hours=1), plain("away")))


async def later(store: Any) -> None:
    """Write what schema 2 knows."""
    from noroshi.ports import Beat

    await store.beat("backup", Beat(at=AT, ok=False, text="exit 1"))
    await store.post(envelope("held", order="held"))
    await store.hold("disk.1/held", "sato")
    await store.post(envelope("dropped", order="dropped"))
    await store.drop("disk.1/dropped", "sato")
    if hasattr(store, "users"):
        await people(store)


async def people(store: Any) -> None:
    """Write what schema 4 knows."""
    from noroshi.core.people import ApiToken, Audited, Session, User

    await store.put_user(User(name="sato", role="administrator", made=AT, step=7), None)
    token = ApiToken(name="ci", role="viewer", hash="0" * 64, by="sato", made=AT)
    await store.put_api_token(token)
    await store.put_session(Session(key="1" * 64, user="sato", begun=AT, seen=AT))
    what = {"op": "queue_hold", "given": {"id": "disk.1/held"}, "after": {"state": "held"}}
    await store.audit(Audited(at=AT, who="sato", door="web", address="192.0.2.7", **what))
    if hasattr(store, "acknowledge"):
        await told(store)


async def told(store: Any) -> None:
    """Write what schema 5 knows."""
    from noroshi.core.alarms import Acknowledgement, Remark, Remarked, Silence

    its = {"monitor": "disk", "item": "/", "level": Level.CRITICAL, "who": "sato", "at": AT}
    remark = Remark(sort=Remarked.ACKNOWLEDGED, words="見ています", **its)
    await store.acknowledge(Acknowledgement(words="見ています", **its), remark)
    time = {"begins": AT, "ends": AT + timedelta(days=1)}
    await store.silence(Silence(id="s1", place="web", why="電源工事", who="sato", **time))
    if hasattr(store, "put_invitation"):
        await agents(store)


async def agents(store: Any) -> None:
    """Write what schema 9 knows."""
    from noroshi.core.agents import Agent, Invitation, LastSeen, Machine

    given = {"creator": "sato", "created_at": AT, "expires_at": AT + timedelta(hours=1)}
    await store.put_invitation(Invitation(id="i1", hash="2" * 64, **given))
    agent = Agent(
        id="a1",
        name="fs01",
        key="{}",
        thumbprint="t1",
        machine=Machine(host_name="fs01"),
        joined_at=AT,
        invited_by="sato",
        invitation="i1",
    )
    await store.admit("2" * 64, agent, AT)
    await store.put_last_seen([LastSeen(agent="a1", last_contact=AT, backlog=3)])
    if hasattr(store, "receive"):
        await reports(store)


async def reports(store: Any) -> None:
    """Write what schema 10 knows: its own log, and up to where the log of an agent is known."""
    from noroshi.core.report import START, Report, ReportDraft, number_rows

    drafts = [ReportDraft(kind="change", written_at=AT, body=body) for body in ("{}", "[]")]
    await store.add_reports(*drafts)
    pairs = list(number_rows(START, 0, drafts))
    await store.acknowledge_reports(pairs[0][1])
    rows, last = tuple(row for row, _ in pairs), pairs[-1][1]
    await store.receive("a1", Report(start=START, rows=rows, last=last), {})


async def make(path: Path) -> None:
    store = SqliteStore.open(path)
    await fill(store)
    await store.close()


def main(path: Path) -> None:
    path.unlink(missing_ok=True)
    asyncio.run(make(path))
    path.with_name(f"{path.name}-ballast").unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
