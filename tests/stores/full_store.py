"""Fill a store by its own verbs, so that each of its tables has rows."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from noroshi.core.custody_changes import CustodyChange
from noroshi.core.delivery import Accepted, OpenCircuit, Retry, SetAside
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.digest import digest
from noroshi.core.levels import Reason
from noroshi.core.mail import Answer, Fault, Receipt, Verdict
from noroshi.core.model import Reading, Sample
from noroshi.core.people import ApiToken, Audited
from noroshi.core.report import START, Position, ReportDraft, RowKind
from noroshi.core.sender_lease import Custody, SendRight
from noroshi.core.translation import bilingual, plain
from noroshi.ports import Arrival, Beat
from tests.contracts.sample_records import (
    DAWN,
    DISK,
    HOUR,
    MINUTE,
    OK,
    ROUTE,
    change,
    decision,
    event,
    letter,
    version,
)
from tests.contracts.test_store_agents import FS01, INVITATION, SEEN
from tests.contracts.test_store_alarms import MINE, SAID, silence
from tests.contracts.test_store_people import SATO, session
from tests.contracts.test_store_reports import report

DAY = timedelta(days=1)
FOUND = Receipt(
    at=DAWN,
    answers={"a": Answer(Verdict.ACCEPTED)},
    message_ids=("<m1@noroshi>", "<m2@noroshi>"),
)
BUSY = Receipt(at=DAWN, answers={"a": Answer(Verdict.DEFERRED, "busy", 450, again=DAWN + HOUR)})
SEALED = bytes(range(256))
DOWN = OpenCircuit(DAWN, DAWN + HOUR, plain("down"), Fault.SERVER, can_probe=True)
REASONS = (Reason.NEW_LEVEL, *[one for one in Reason if one is not Reason.NEW_LEVEL][:2])
OUT = "out"
"""The mail that is in transit as the node of a full store is killed."""


async def fill(store, *, monitors=12, mails=12):
    """Do on an empty store whatever fills a table, and leave one mail in transit and one behind each
    other fate."""
    ids = ["m", "n", *(f"m{number}" for number in range(monitors))]
    await store.publish(version(DISK), ids, 0)
    await store.publish(version(DISK, ROUTE, author="高橋", note="二番目"), ids, 1)
    node = await store.begin("one", DAWN)
    block = await store.lease_monitors(node, DAWN)
    await _monitor(store, block.fence, ids)
    await _people(store)
    await _agents(store)
    await _mails(store, node, mails)
    return node


async def _monitor(store, fence, ids):
    for serial in (1, 2):
        await store.commit(
            fence,
            change(
                serial=serial,
                events=(event(serial),),
                decisions=(decision(REASONS[serial], DAWN + serial * MINUTE),),
            ),
        )
    samples = [(id, _sample(number, id)) for number, id in enumerate(ids * 4)]
    await store.append(samples, fence)


def _sample(number, id):
    """Return one of each form that a store tells apart."""
    at = DAWN + (number % 3) * DAY + number * timedelta(milliseconds=7)
    forms = (
        Sample(at, (Reading("used", number or -0.0, "%", "/"),), memory={"line": "é\u0000"}),
        Sample(at, (Reading("used", 1.5, "%", "/"), Reading("free", 1e300, "B", "/data"))),
        Sample(at, (Reading("used", math.inf, "%", "/"),)),
        Sample(at, fault=bilingual(en="refused", ja="拒否されました")),
        Sample(at),
    )
    return forms[number % len(forms)]


async def _people(store):
    await store.put_user(SATO, None)
    await store.put_session(session("1"))
    await store.put_api_token(
        ApiToken(name="ci", role="viewer", hash="1", by="sato", made=DAWN, until=DAWN)
    )
    await store.audit(Audited(at=DAWN, who="sato", door="web", address="192.0.2.9", op="apply"))
    await store.acknowledge(MINE, SAID)
    await store.silence(silence())
    await store.put_secret("smtp/password", SEALED)
    await store.put_value("inbox/ops", '{"uid": 7}')
    await store.beat("backup", Beat(at=DAWN, ok=False, text="no space: 空きがありません"))


async def _agents(store):
    await store.put_invitation(replace(INVITATION, id="i2", hash="def"))
    await store.put_invitation(INVITATION)
    await store.admit("abc", replace(FS01, needs_lease=True), DAWN)
    await store.put_last_seen([SEEN])
    await store.receive("a1", report("a", "b"), {})
    await store.begin_reports(Position(epoch=1, seq=4, tag=START.tag))
    draft = ReportDraft(kind=RowKind.CHANGE, written_at=DAWN, body='{"a": 1}')
    await store.add_reports(draft, draft)


async def _mails(store, node, count):
    async def lend(route="smtp"):
        return await store.claim_parcel(
            node, route, DAWN + MINUTE, send_rights=(SendRight("a1", Custody.HUB),)
        )

    await store.post(letter("seen"))
    await store.settle(await lend(), FOUND, Accepted(DAWN))
    await store.record_arrival(
        "seen",
        Arrival(address="a", state=DeliveryState.SEEN_ARRIVED, reported_at=DAWN, text="ok"),
    )
    await store.post(letter("busy"))
    await store.settle(await lend(), BUSY, Retry(DAWN + HOUR, plain("busy")))
    await store.post(letter("aside"))
    await store.settle(await lend(), OK, SetAside(plain("refused")))
    await store.post(letter("held"), letter("dropped"))
    await store.hold("held", "sato")
    await store.drop("dropped", "sato")
    await store.post(letter("of-agent", agent="a1"))
    await store.settle(await lend(), OK, Accepted(DAWN))
    await store.post(letter("kept-by-agent", agent="a1"))
    await store.put_custody(
        "a1",
        CustodyChange(envelopes=("kept-by-agent",), custody=Custody.AGENT, changed_at=DAWN),
    )
    await store.post(letter(OUT))
    assert (await lend()).envelope.id == OUT
    await _digests(store, lend)
    await store.post(letter("at-sms", routes=("sms", "smtp")))
    await store.settle(await lend("sms"), OK, DOWN)
    await store.post(
        *(letter(f"w{number}", order=f"key {number % 3}") for number in range(count))
    )


async def _digests(store, lend):
    for name in ("sent", "waits"):
        members = [replace(letter(f"{name}-{one}"), payload=_told(one)) for one in "ab"]
        await store.post(*members)
        assert await store.replace_by_digest(
            await lend(), digest(tuple(members), {"subject": "[2]"}, DAWN)
        )
        if name == "sent":
            await store.settle(await lend(), OK, Accepted(DAWN))


def _told(one):
    return {"subject": one, "told": [{"level": "critical"}]}


NUMBERS = (
    """with recursive n (n) as (select 1 union all select n + 1 from n where n < {count})"""
)
MANY = (
    (
        10_000,
        (
            "insert into monitor (id, state, standing, named, reporter) "
            "{n} select 'x' || n, state, standing, named, reporter from monitor, n where id = 'm'"
        ),
    ),
    (
        100_000,
        (
            "insert into event (id, monitor, body) "
            "{n} select 'x' || n || '.1', 'x' || (n % 10000 + 1), body from event, n where id = 'm.1'"
        ),
    ),
    (
        36_500,
        (
            "insert into spool (id, order_key, due, head, attempts, fate, why, lane, contact, alone, agent, "
            "custody, envelope) {n} select 'y' || n, 'y' || n, due + n * 864000000, 0, attempts, fate, why, lane, "
            "contact, alone, agent, custody, json_set(envelope, '$.id', 'y' || n) from spool, n where id = 'seen'"
        ),
    ),
    (
        1_000,
        (
            "insert into spool (id, order_key, due, head, attempts, fate, why, lane, contact, alone, agent, "
            "custody, envelope) {n} select 'z' || n, 'z' || n, due, 1, attempts, fate, why, lane, contact, alone, "
            "agent, custody, json_set(envelope, '$.id', 'z' || n) from spool, n where id = 'w1'"
        ),
    ),
    (1, "insert into way select seq, 0, 'smtp' from spool where id glob 'z[0-9]*'"),
    (
        1,
        (
            "insert into receipt (envelope, body, at, route, taken) select s.seq, r.body, s.due, 'smtp', 1 "
            "from spool s, (select body from receipt where taken > 0 limit 1) r where s.id glob 'y[0-9]*'"
        ),
    ),
    (
        1,
        "insert into message select '<' || id || '@noroshi>', seq from spool where id glob 'y[0-9]*'",
    ),
    (1, "insert into alarm select id, seq from spool where id glob 'y[0-9]*'"),
    (200, "insert into secret {n} select 'route/' || n, sealed from secret, n"),
    (
        200,
        "insert into agent {n} select 'b' || n, 'b' || n, body from agent, n where id = 'a1'",
    ),
    (20_000, "insert into audit (at, body) {n} select at + n, body from audit, n"),
    (
        2_000_000,
        "insert into sample {n} select 1775023200000 + n * 300, 1 + n % 5, n * 0.5 from n",
    ),
)


def multiply(db):
    """Make of a full file that of 10,000 monitors and a year of ledger, and two million samples."""
    for count, sql in MANY:
        db.execute(sql.format(n=NUMBERS.format(count=count)))
    db.commit()
