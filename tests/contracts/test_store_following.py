"""What every store promises of a mail once a provider has taken it. Each runs this same file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.core.delivery import Accepted, Retry, SetAside
from noroshi.core.digest import digest
from noroshi.core.mail import Answer, Verdict
from noroshi.core.translation import plain
from noroshi.ports import Arrival
from tests.contracts.sample_records import DAWN, HOUR, LATER, OK, SECOND, letter

ALARM = "m.1/r/ops"
OURS, THEIRS = "<m.1/r/ops@example.com>", "<PR0DMB1@PR0DMB1.prod.example>"
KNOWN = replace(OK, message_ids=(OURS, THEIRS))
SEEN = Arrival(address="a", state="seen arrived", reported_at=DAWN + SECOND)
BACK = Arrival(
    address="a", state="came back", reported_at=DAWN + HOUR, text="550 5.1.10 no such user"
)
TELLING = letter("notice/came-back/m.1/r/ops/-/sam", alarms=())


@pytest.fixture
def send(store, node):
    """Post a mail and settle its first attempt."""

    async def send(envelope=None, receipt=KNOWN, fate=None):
        await store.post(envelope or letter())
        parcel = await store.claim_parcel(node, "smtp", DAWN)
        await store.settle(parcel, receipt, fate or Accepted(DAWN))

    return send


async def waiting(store):
    return [row.envelope.id for row in await store.queue()]


async def test_what_became_of_a_mail_is_written_with_what_tells_of_it(store, send):
    await send()
    assert await store.record_arrival(ALARM, BACK, (TELLING,))
    assert await waiting(store) == [TELLING.id]


async def test_what_became_of_a_mail_is_told_oldest_first_and_of_no_other_mail(store, send):
    await send()
    await store.post(letter(f"{ALARM}-2"))
    for arrival in (BACK, SEEN):
        await store.record_arrival(ALARM, arrival)
    assert tuple(await store.arrivals(ALARM)) == (SEEN, BACK)
    assert [*await store.arrivals(f"{ALARM}-2"), *await store.arrivals("x")] == []


@pytest.mark.parametrize("ends", ["held", "dropped", "set aside"])
async def test_who_had_it_already_may_send_it_back_whatever_became_of_the_others(
    store, node, send, ends
):
    both = {"a": Answer(Verdict.ACCEPTED), "b": Answer(Verdict.DEFERRED)}
    taken = replace(KNOWN, answers=both)
    await send(letter(to=("a", "b")), taken, Retry(DAWN, plain("busy")))
    if ends == "set aside":
        parcel = await store.claim_parcel(node, "smtp", DAWN)
        await store.settle(parcel, LATER, SetAside(plain("no")))
    elif ends == "held":
        await store.hold(ALARM, "sato")
    else:
        await store.drop(ALARM, "sato")
    assert await store.record_arrival(ALARM, BACK, (TELLING,))
    assert [one.state for one in await store.arrivals(ALARM)] == ["came back"]


async def test_nothing_comes_back_of_a_mail_that_nobody_has_taken(store):
    await store.post(letter())
    assert not await store.record_arrival(ALARM, BACK, (TELLING,))


async def test_what_is_known_is_not_told_again(store, send):
    await send()
    await store.record_arrival(ALARM, BACK)
    assert not await store.record_arrival(ALARM, replace(BACK, reported_at=DAWN), (TELLING,))
    assert not await store.record_arrival("x", BACK, (TELLING,))
    assert await waiting(store) == []


@pytest.mark.parametrize("asked", [(OURS,), (THEIRS,), ("<x@y>", THEIRS)])
async def test_a_mail_is_found_by_each_of_its_message_ids(store, send, asked):
    await send()
    await store.record_arrival(ALARM, SEEN)
    found = await store.find_by_message_id(asked)
    assert (found.row.envelope.id, found.row.state) == (ALARM, "accepted")
    assert (found.receipts, found.arrivals) == ((KNOWN,), (SEEN,))


async def test_a_mail_is_not_found_by_what_is_no_message_id_of_ours(store, send):
    await send()
    assert await store.find_by_message_id(()) is None
    assert await store.find_by_message_id(("<x@y>", OURS.upper(), ALARM)) is None


async def test_a_mail_that_was_not_taken_is_found_by_no_message_id(store, send):
    refused = replace(LATER, message_ids=(OURS,))
    await send(receipt=refused, fate=SetAside(plain("no")))
    assert await store.find_by_message_id((OURS,)) is None


async def test_a_mail_that_was_taken_in_part_is_found_while_it_waits(store, send):
    await send(fate=Retry(DAWN + HOUR, plain("busy")))
    assert (await store.find_by_message_id((OURS,))).row.state == ""


async def test_a_digest_is_found_by_its_message_id_and_its_members_have_what_became_of_it(
    store, node
):
    told = {"told": [{"level": "critical"}]}
    a, b = (replace(letter(id), payload=told) for id in ("a", "b"))
    await store.post(a, b)
    parcel = await store.claim_parcel(node, "smtp", DAWN)
    await store.replace_by_digest(parcel, digest((a, b), {}, DAWN))
    parcel = await store.claim_parcel(node, "smtp", DAWN)
    await store.settle(parcel, KNOWN, Accepted(DAWN))
    found = await store.find_by_message_id((THEIRS,))
    assert await store.record_arrival(found.row.envelope.id, BACK)
    assert [entry.arrivals for entry in await store.ledger()] == [(BACK,), (BACK,)]


async def test_a_mail_that_was_forgotten_is_found_no_more(store, send):
    await send()
    await store.record_arrival(ALARM, BACK)
    await store.forget(DAWN + HOUR, 10)
    assert await store.find_by_message_id((OURS,)) is None
    assert not await store.faults()


async def test_mails_are_followed_by_how_their_ids_begin_the_last_first(store, send):
    for day in ("02", "03", "01"):
        await send(letter(f"round-trip/smtp1/2026-04-{day}", alarms=()))
    await send(letter("round-trip/smtp11/2026-04-04", alarms=()))
    await store.post(letter("round-trip/smtp1/2026-04-04", alarms=()))
    found = await store.latest_by_prefix("round-trip/smtp1/", 3)
    days = [one.row.envelope.id[-2:] for one in found]
    assert days == ["04", "03", "02"]
    assert [one.receipts for one in found] == [(), (KNOWN,), (KNOWN,)]
    assert await store.latest_by_prefix("round-trip/smtp2/", 3) == []


async def test_a_note_is_kept_under_its_name_and_replaced(store):
    assert "inbox/m365" not in await store.get_values()
    await store.put_value("inbox/m365", "one")
    await store.put_value("inbox/m366", "二")
    await store.put_value("inbox/m365", "three")
    notes = await store.get_values()
    assert (notes["inbox/m365"], notes["inbox/m366"]) == ("three", "二")


async def test_only_what_begins_so_is_found_however_late_it_may_be(store):
    await store.post(*(letter(f"{id}/1", alarms=()) for id in ("trip", "trix")))
    found = await store.latest_by_prefix("trip/", 3, end_id="z")
    assert [one.row.envelope.id for one in found] == ["trip/1"]
