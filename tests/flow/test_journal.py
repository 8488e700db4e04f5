"""What the node's own log says of an outage: enough to follow it, and nothing twice."""

import logging
from dataclasses import replace

import pytest

from noroshi.core.mail import Answer, Verdict
from noroshi.core.translation import Message, bilingual, plain
from noroshi.engine import journal
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FaultyStore, ScriptedTransport
from tests.flow.scene import RULE, Scene, disk_monitor


async def test_the_log_follows_an_alarm_through_an_outage_of_its_route(caplog):
    caplog.set_level(logging.INFO, "noroshi")
    scene = Scene(Verdict.ROUTE_DOWN, Verdict.ROUTE_DOWN, Verdict.ROUTE_DOWN, Verdict.ACCEPTED)
    await scene.run(monitor=disk_monitor(rules=(replace(RULE, routes=("smtp1",)),)), a=95)
    assert [record.getMessage() for record in caplog.records] == [
        "definitions in use version=1 monitors=1 routes=smtp1,smtp2",
        "level OK > CRITICAL monitor=web1/g/disk item='/a' event=m.1",
        "route down, its mail waits route=smtp1: route down",
        "route is back route=smtp1",
        "mail accepted route=smtp1 id=m.1/r/ops",
    ]


WAITS = Message("at {at}: {reply}")
SAID = [
    "connection refused",
    "connection refused",
    "535 5.7.3 Authentication unsuccessful [TY2PR01CA0012.outlook.com 2026-04-01T06:00]",
    "535 5.7.3 Authentication unsuccessful [SG2PR04CA0190.outlook.com 2026-04-01T06:01]",
]


class Down(ScriptedTransport):
    """A route that is down, and says why: one thing after the other."""

    async def send(self, envelope):
        receipt = await super().send(envelope)
        text = SAID[min(len(self.sent_envelopes), len(SAID)) - 1]
        answers = {to: Answer(Verdict.ROUTE_DOWN, text) for to in receipt.answers}
        return replace(receipt, answers=answers)


async def test_a_store_that_cannot_be_written_is_told_in_a_line_and_no_traceback(caplog):
    store = FaultyStore(MemoryStore())
    scene = Scene(store=store)
    await scene.run(a=10)
    store.read_only = True
    await scene.run(a=95)
    told = [one for one in caplog.records if "cannot go on as usual" in one.getMessage()]
    assert told and [one for one in told if one.exc_info] == []


async def test_a_route_that_stays_down_is_told_of_again_for_another_reason_alone(caplog):
    scene = Scene()
    scene.smtp = Down(lambda: scene.time.now)
    await scene.run(monitor=disk_monitor(rules=(replace(RULE, routes=("smtp1",)),)), a=95)
    told = [one.getMessage() for one in caplog.records if "down" in one.getMessage()]
    assert told == [
        f"route down, its mail waits route=smtp1: {SAID[0]}",
        f"route still down, for another reason route=smtp1: {SAID[2]}",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (WAITS.fill(at=1, reply="busy [A1]"), WAITS.fill(at=2, reply="busy [B2]"), True),
        (WAITS.fill(at=1, reply="busy"), WAITS.fill(at=1, reply="gone"), False),
        (WAITS.fill(at=1, reply="busy"), Message("{reply}").fill(reply="busy"), False),
        (
            WAITS.fill(at=1, reply=plain("busy 1")),
            WAITS.fill(at=1, reply=plain("busy 2")),
            True,
        ),
        (WAITS.fill(at=1, reply=plain("busy")), WAITS.fill(at=1, reply="busy"), False),
        (WAITS.fill(at=1, reply="busy"), bilingual(en="at 7: busy", ja="7: busy"), True),
    ],
    ids=[
        "its ids",
        "another reply",
        "another text",
        "its numbers",
        "of another sort",
        "old row",
    ],
)
def test_a_reason_is_another_one_if_its_text_or_what_was_said_is(one, other, same):
    assert journal.same_reason(one, other) is journal.same_reason(other, one) is same
