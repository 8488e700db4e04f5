"""How far it is proved that mails arrive, and what is said where it is not."""

from datetime import timedelta

import pytest

from noroshi.core.delivery import Accepted
from noroshi.core.mail import Answer, Receipt, Route, Verdict
from noroshi.ports import Arrival
from noroshi.round_trips import trip_mail
from noroshi.service.mail.delivery_status import limits, unproved
from noroshi.testing import DAWN
from tests.service.clients import apply_definitions
from tests.service.harness import CONTENT

SECOND = timedelta(seconds=1)
BOX = CONTENT["accounts/box"]
ADDRESS = BOX["mailbox"]


@pytest.fixture
async def reading(ask):
    """The account of the route m365 reads its mailbox; plain has no account."""
    await apply_definitions(ask, accounts__box=BOX | {"reads_inbox": True})
    return ask


async def sent(ask, route):
    """One mail, accepted by that route; its id."""
    (id,) = (await ask("send", to=["ops"], subject="s", text="t", routes=[route]))["ids"]
    await accepted(ask, route)
    return id


async def accepted(ask, route):
    store, now = ask.harness.store, ask.harness.time.now
    parcel = await store.claim_parcel(await store.begin("sender", now), route, now)
    answers = {to: Answer(Verdict.ACCEPTED, "OK", 250) for to in parcel.envelope.to}
    receipt = Receipt(at=now, answers=answers, route=route)
    assert await store.settle(parcel, receipt, Accepted(now))


async def route(ask, name):
    return next(one for one in (await ask("status"))["routes"] if one["name"] == name)


async def test_what_was_accepted_is_not_called_proved(reading):
    letter = await reading("queue_show", id=await sent(reading, "m365"))
    assert letter["queued"]["state"] == "accepted" and letter["arrived"] == []
    assert "would be detected" in letter["unproved"]["en"]


async def test_where_no_mailbox_is_read_it_is_told_that_nobody_would_notice(reading):
    letter = await reading("queue_show", id=await sent(reading, "plain"))
    assert "would not be detected" in letter["unproved"]["en"]
    assert "reads_inbox" in letter["unproved"]["ja"]


@pytest.mark.parametrize(
    ("kind", "told"), [("pickup", "picks it up"), ("webhook", "server accepted the message")]
)
def test_of_a_route_that_sends_no_mails_no_mailbox_is_spoken_of(kind, told):
    routes = (Route(name="out", kind=kind),)
    known = limits(routes, {"out"})
    receipt = Receipt(at=DAWN, answers={"a": Answer(Verdict.ACCEPTED)}, route="out")
    assert told in unproved("accepted", [receipt], known).en


def test_of_a_route_that_is_gone_no_mailbox_is_spoken_of_either():
    receipt = Receipt(at=DAWN, answers={"a": Answer(Verdict.ACCEPTED)}, route="out")
    told = unproved("accepted", [receipt], limits((), set()))
    assert "no longer defined" in told.en and "reads_inbox" not in told.ja


async def test_a_mailbox_that_another_account_reads_is_read(ask):
    other = {"kind": "post", "options": {"account": "other"}}
    accounts = {"accounts__box": BOX | {"reads_inbox": True}, "accounts__other": BOX}
    await apply_definitions(ask, **accounts, routes__second=other)
    letter = await ask("queue_show", id=await sent(ask, "second"))
    assert "would be detected" in letter["unproved"]["en"]


async def test_of_a_mail_that_waits_nothing_is_said(reading):
    (id,) = (await reading("send", to=["ops"], subject="s", text="t"))["ids"]
    assert (await reading("queue_show", id=id))["unproved"]["en"] == ""


async def test_a_mail_that_came_back_is_shown_with_what_the_report_says(reading):
    id = await sent(reading, "m365")
    back = Arrival(
        address="ops@example.com", state="came back", reported_at=DAWN, text="550 5.1.10"
    )
    await reading.harness.store.record_arrival(id, back)
    letter = await reading("queue_show", id=id)
    assert letter["queued"]["state"] == "came back" and letter["unproved"]["en"] == ""
    (arrived,) = letter["arrived"]
    assert (arrived["address"], arrived["said"]) == ("ops@example.com", "550 5.1.10")


async def test_a_route_says_when_one_was_accepted_and_nothing_more_where_no_mailbox_is_read(
    reading,
):
    await sent(reading, "plain")
    found = await route(reading, "plain")
    assert found["accepted"] and found["arrives"] is None


async def test_a_route_whose_mailbox_is_read_says_when_a_mail_was_seen_and_how_long_it_took(
    reading,
):
    assert (await route(reading, "m365"))["arrives"]["seen"] is None
    mail = trip_mail("m365", ADDRESS, "X", reading.harness.time.now)
    await reading.harness.store.post(mail)
    assert "waiting in the queue" in (await route(reading, "m365"))["arrives"]["why"]["en"]
    await accepted(reading, "m365")
    at = reading.harness.time.now + 8 * SECOND
    seen = Arrival(address=ADDRESS, state="seen arrived", reported_at=at)
    await reading.harness.store.record_arrival(mail.id, seen)
    found = (await route(reading, "m365"))["arrives"]
    assert (found["took"], found["why"]["en"]) == (8, "") and found["seen"]


async def test_what_keeps_the_mailbox_from_being_read_is_told_with_its_route(reading):
    looked = '{"until":"2026-04-01T06:00:00Z","trouble":{"en":"403 no","ja":"403"}}'
    await reading.harness.store.put_value("inbox/box", looked)
    why = (await route(reading, "m365"))["arrives"]["why"]
    assert why["en"] == "the mailbox cannot be read: 403 no"


async def test_what_is_known_of_a_mailbox_stays_known_when_its_account_is_renamed(reading):
    looked = '{"until":"2026-04-01T06:00:00Z","trouble":{"en":"403 no","ja":"403"}}'
    await reading.harness.store.put_value("inbox/box", looked)
    await reading("definition_change", rename={"accounts/box": "mail1"})
    why = (await route(reading, "m365"))["arrives"]["why"]
    assert why["en"] == "the mailbox cannot be read: 403 no"
