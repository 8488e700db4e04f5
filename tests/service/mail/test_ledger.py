"""What a person is told of an alarm: raised, queued, tried, and what became of it."""

from datetime import timedelta

import pytest

from noroshi.core.delivery import Accepted, Retry, SetAside
from noroshi.core.digest import digest
from noroshi.core.mail import Answer, Envelope, Receipt, Verdict
from noroshi.core.translation import plain
from noroshi.ports import Arrival
from noroshi.service import member, run_as_json
from noroshi.testing import DAWN
from tests.service.clients import ErrorAnswer

SECOND = timedelta(seconds=1)
SUM = {
    "raised",
    "accepted",
    "came_back",
    "waiting",
    "held",
    "set_aside",
    "dropped",
    "forgotten",
    "lost",
}


def alarm(id, **other):
    given = {
        "routes": ("smtp1",),
        "contact": "ops",
        "to": ("a",),
        "order": id,
        "alarms": (id,),
        "payload": {"subject": f"[CRITICAL] {id}", "told": [{"level": "critical"}]},
        "born": DAWN,
    }
    return Envelope(id=id, **given | other)


def said(verdict, code, text, at=DAWN):
    return Receipt(
        at=at, answers={"a": Answer(verdict, text, code)}, provider_id="08DD", route="smtp1"
    )


@pytest.fixture
def store(ask):
    return ask.harness.store


@pytest.fixture
async def lend(store):
    node = await store.begin("one", DAWN)

    async def lend():
        return await store.claim_parcel(node, "smtp1", DAWN + timedelta(hours=1))

    return lend


async def test_an_alarm_that_waits_and_one_that_was_accepted_are_told_with_their_attempts(
    ask, store, lend
):
    await store.post(alarm("m.1/r/ops"))
    busy = said(Verdict.DEFERRED, 450, "4.2.1 busy")
    await store.settle(await lend(), busy, Retry(DAWN, plain("4.2.1 busy")))
    (row,) = (await ask("ledger"))["rows"]
    assert (row["state"], row["why"]["en"], row["digest"]) == ("waiting", "4.2.1 busy", "")
    await store.settle(
        await lend(), said(Verdict.ACCEPTED, 250, "2.0.0 OK", DAWN + SECOND), Accepted(DAWN)
    )
    (row,) = (await ask("ledger", alarm="m.1/r/ops"))["rows"]
    assert (row["state"], row["contact"], row["mail"]) == ("accepted", "ops", "m.1/r/ops")
    tried = [(t["route"], t["verdict"], t["code"], t["provider_id"]) for t in row["tried"]]
    assert tried == [("smtp1", "deferred", 450, "08DD"), ("smtp1", "accepted", 250, "08DD")]


@pytest.mark.parametrize(
    ("arrivals", "state"),
    [
        (["seen arrived"], "seen arrived"),
        (["came back"], "came back"),
        (["seen arrived", "came back"], "came back"),
    ],
)
async def test_accepted_seen_arrived_and_came_back_are_told_apart(
    ask, store, lend, arrivals, state
):
    await store.post(alarm("m.1/r/ops"))
    await store.settle(await lend(), said(Verdict.ACCEPTED, 250, "OK"), Accepted(DAWN))
    for what in arrivals:
        arrival = Arrival(address="a", state=what, reported_at=DAWN + SECOND, text="5.1.10")
        await store.record_arrival("m.1/r/ops", arrival)
    (row,) = (await ask("ledger"))["rows"]
    assert row["state"] == state
    assert [one["state"] for one in row["arrived"]] == arrivals


async def test_an_alarm_in_a_digest_names_the_digest_and_has_its_attempts(ask, store, lend):
    a, b = alarm("a"), alarm("b")
    await store.post(a, b)
    await store.replace_by_digest(await lend(), digest((a, b), {"subject": "[2]"}, DAWN))
    (_, row) = (await ask("ledger"))["rows"]
    assert (row["state"], row["digest"], row["tried"]) == ("waiting", "b/together", [])
    shown = await ask("queue_show", id="b")
    assert shown["queued"]["because"]["en"].endswith("noroshi queue show b/together")
    assert (await ask("queue_show", id="b/together"))["members"] == ["a", "b"]
    await store.settle(await lend(), said(Verdict.REFUSED, 550, "no"), SetAside(plain("no")))
    (_, row) = (await ask("ledger"))["rows"]
    assert (row["state"], len(row["tried"])) == ("set aside", 1)


async def test_a_mail_whose_digest_was_accepted_shows_the_digests_attempts(ask, store, lend):
    a, b = alarm("a"), alarm("b")
    await store.post(a, b)
    await store.replace_by_digest(await lend(), digest((a, b), {"subject": "[2]"}, DAWN))
    await store.settle(await lend(), said(Verdict.ACCEPTED, 250, "OK"), Accepted(DAWN))
    shown = await ask("queue_show", id="b")
    assert shown["queued"]["state"] == "accepted" and len(shown["tried"]) == 1
    assert shown["queued"]["because"]["en"].endswith("noroshi queue show b/together")


async def test_a_mail_whose_digest_was_dropped_names_the_digest_and_not_it_as_a_person(
    ask, store, lend
):
    a, b = alarm("a"), alarm("b")
    await store.post(a, b)
    await store.replace_by_digest(await lend(), digest((a, b), {"subject": "[2]"}, DAWN))
    await ask("queue_drop", id="b/together")
    shown = await ask("queue_show", id="b")
    assert shown["queued"]["because"]["en"].endswith("noroshi queue show b/together")


async def test_the_sum_adds_up(ask, store, lend):
    await store.post(alarm("a"), alarm("b"), alarm("c"))
    await store.settle(await lend(), said(Verdict.ACCEPTED, 250, "OK"), Accepted(DAWN))
    await store.drop("b", "sato")
    sum = (await ask("ledger"))["sum"]
    assert sum.keys() == SUM
    assert (sum["raised"], sum["accepted"], sum["dropped"], sum["waiting"]) == (3, 1, 1, 1)
    assert sum["lost"] == 0


async def test_an_alarm_that_never_was_is_told_as_such(ask):
    with pytest.raises(ErrorAnswer) as refused:
        await ask("ledger", alarm="x")
    assert refused.value.kind == "not found"


async def test_what_a_webhook_was_answered_is_read_by_administrators_alone(ask, store, lend):
    await store.post(alarm("m.1/r/ops"))
    busy = Answer(Verdict.DEFERRED, "canary", 500, private=True)
    receipt = Receipt(at=DAWN, answers={"a": busy}, route="smtp1")
    await store.settle(await lend(), receipt, Retry(DAWN, plain("500 Internal Server Error")))
    for op, given in (("ledger", {}), ("queue_show", {"id": "m.1/r/ops"})):
        assert "canary" in str(await ask(op, **given))
        told = await run_as_json(ask.harness.service, member("eri"), op, given)
        assert "ok" in told and "canary" not in str(told)
