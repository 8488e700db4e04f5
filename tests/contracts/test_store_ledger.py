"""What every store promises of the ledger. Each runs this same file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.core.delivery import Accepted, Retry, SetAside
from noroshi.core.digest import digest
from noroshi.core.translation import plain
from noroshi.ports import Arrival
from tests.contracts.sample_records import DAWN, HOUR, LATER, OK, SECOND, event, letter

ALARM = "m.1/r/ops"
SEEN = Arrival(address="a", state="seen arrived", reported_at=DAWN + SECOND)
BACK = Arrival(
    address="a", state="came back", reported_at=DAWN + HOUR, text="550 5.1.10 no such user"
)


@pytest.fixture
def lend(store, node):
    async def lend():
        parcel = await store.claim_parcel(node, "smtp", DAWN)
        assert parcel is not None
        return parcel

    return lend


async def states(store):
    return [(entry.alarm, entry.row.state) for entry in await store.ledger()]


async def test_an_alarm_is_in_the_ledger_with_its_event_and_its_envelope(store, give):
    await give(letter(), events=(event(1),))
    (entry,) = await store.ledger()
    assert (entry.alarm, entry.event, entry.row.envelope) == (ALARM, event(1), letter())
    assert (entry.sent_in, entry.receipts, entry.arrivals) == (entry.row, (), ())


async def test_each_alarm_of_an_envelope_is_one_and_the_newest_comes_first(store):
    await store.post(letter(), letter("m.2/r/ops", alarms=("m.2/r/ops", "m.3/r/ops")))
    assert [alarm for alarm, _ in await states(store)] == ["m.2/r/ops", "m.3/r/ops", ALARM]
    assert [entry.alarm for entry in await store.ledger(1)] == ["m.2/r/ops"]


async def test_one_alarm_is_found_by_its_id(store):
    await store.post(letter(), letter("m.2/r/ops", alarms=("m.2/r/ops", "m.3/r/ops")))
    (entry,) = await store.ledger(alarm="m.3/r/ops")
    assert entry.row.envelope.id == "m.2/r/ops"
    assert await store.ledger(alarm="m.4/r/ops") == []


async def test_the_alarms_of_one_monitor_are_found_however_many_others_have(store):
    await store.post(letter(), letter("m.2/r/ops"))
    for n in range(30):
        await store.post(
            letter(f"n.{n}/r/ops"), letter(f"mm.{n}/r/ops"), letter(f"m-x.{n}/r/o")
        )
    found = [entry.alarm for entry in await store.ledger(10, monitor="m")]
    assert found == ["m.2/r/ops", ALARM]
    assert [entry.alarm for entry in await store.ledger(1, monitor="m")] == ["m.2/r/ops"]
    assert await store.ledger(monitor="l") == []


async def test_all_attempts_of_an_alarm_are_told_with_what_they_brought(store, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, Retry(DAWN, plain("busy")))
    await store.settle(await lend(), OK, Accepted(DAWN))
    (entry,) = await store.ledger()
    assert entry.receipts == (LATER, OK)
    assert entry.row.state == "accepted"


async def test_an_alarm_in_a_digest_has_the_digests_attempts(store, lend):
    told = {"told": [{"level": "critical"}]}
    a, b = (replace(letter(id), payload=told) for id in ("a", "b"))
    await store.post(a, b)
    await store.replace_by_digest(await lend(), digest((a, b), {}, DAWN))
    await store.settle(await lend(), OK, Accepted(DAWN))
    (entry,) = await store.ledger(alarm="b")
    assert (entry.row.state, entry.sent_in.envelope.id) == ("accepted", "b/together")
    assert entry.receipts == (OK,)


async def test_the_totals_add_up(store, lend):
    await store.post(letter(), letter("b"), letter("c"), letter("d"))
    await store.settle(await lend(), OK, Accepted(DAWN))
    await store.settle(await lend(), LATER, SetAside(plain("no")))
    await store.hold("c", "sato")
    known = {"raised": 4, "forgotten": 0, "lost": 0}
    assert await store.totals() == known | {"accepted": 1, "set aside": 1, "held": 1, "": 1}


async def test_an_envelope_that_was_posted_twice_counts_once(store):
    await store.post(letter())
    await store.post(letter())
    assert await store.totals() == {"": 1, "raised": 1, "forgotten": 0, "lost": 0}


async def test_what_became_of_a_mail_that_was_taken_is_written_down_once(store, lend):
    await store.post(letter())
    await store.settle(await lend(), OK, Accepted(DAWN))
    assert await store.record_arrival(ALARM, SEEN)
    assert not await store.record_arrival(ALARM, replace(SEEN, reported_at=DAWN + HOUR))
    assert await store.record_arrival(ALARM, BACK)
    (entry,) = await store.ledger()
    assert entry.arrivals == (SEEN, BACK)


async def test_what_came_back_counts_as_that_and_no_longer_as_accepted(store, lend):
    await store.post(letter(), letter("b"))
    await store.settle(await lend(), OK, Accepted(DAWN))
    await store.record_arrival(ALARM, BACK)
    await store.record_arrival(ALARM, replace(BACK, address="b"))
    await store.record_arrival(ALARM, SEEN)
    known = {"raised": 2, "forgotten": 0, "lost": 0}
    assert await store.totals() == known | {"came back": 1, "": 1}
    assert await store.tally(DAWN) == {"came back": 1, "": 1}


async def test_all_alarms_of_a_digest_that_came_back_came_back(store, lend):
    told = {"told": [{"level": "critical"}]}
    a, b = (replace(letter(id), payload=told) for id in ("a", "b"))
    await store.post(a, b)
    await store.replace_by_digest(await lend(), digest((a, b), {}, DAWN))
    await store.settle(await lend(), OK, Accepted(DAWN))
    await store.record_arrival("b/together", BACK)
    known = {"raised": 2, "forgotten": 0, "lost": 0}
    assert await store.totals() == known | {"came back": 2}
    assert await store.tally(DAWN) == {"came back": 2}


async def test_alarms_are_counted_by_their_time_though_the_clock_was_set_back(store):
    times = {"old": -HOUR, "a": SECOND, "ahead": 9 * HOUR, "back": -SECOND, "b": HOUR}
    for name, offset in times.items():
        await store.post(replace(letter(name), born=DAWN + offset))
    assert await store.tally(DAWN) == {"": 3}
    assert await store.tally(DAWN, DAWN + HOUR) == {"": 2}
    assert await store.tally(DAWN - SECOND, DAWN + SECOND) == {"": 2}
    assert await store.tally(DAWN - HOUR) == {"": 5}


async def test_nothing_arrived_of_what_is_not_known_or_was_set_aside(store, lend):
    assert not await store.record_arrival("x", SEEN)
    await store.post(letter())
    await store.settle(await lend(), LATER, SetAside(plain("no")))
    assert not await store.record_arrival(ALARM, SEEN)


async def test_what_was_settled_long_ago_is_forgotten_and_what_waits_never(store, give, lend):
    await give(letter(), letter("b"), events=(event(1), event(2)))
    await store.settle(await lend(), OK, Accepted(DAWN))
    assert await store.forget(DAWN, 10) == 0
    assert await store.forget(DAWN + HOUR, 10) == 1
    assert await states(store) == [("b", "")]
    assert await store.totals() == {"": 1, "raised": 2, "forgotten": 1, "lost": 0}
    assert await store.events() == [event(2)]
    assert not await store.faults()


async def test_only_so_many_are_forgotten_at_once(store, lend):
    await store.post(letter("a"), letter("b"))
    for _ in range(2):
        await store.settle(await lend(), OK, Accepted(DAWN))
    assert [await store.forget(DAWN + HOUR, 1) for _ in range(3)] == [1, 1, 0]


async def test_events_of_a_clock_that_was_ahead_keep_no_old_ones(store, give):
    ahead = replace(event(1), at=DAWN + 9999 * HOUR)
    for one in (ahead, event(2), event(3), replace(event(4), at=DAWN + HOUR)):
        await give(events=(one,))
    await store.forget(DAWN + SECOND, 10)
    found = [one.id for one in await store.events()]
    assert "m.2" not in found and "m.3" not in found and found[0] == "m.4"


async def test_events_are_forgotten_from_the_oldest_on_up_to_what_is_kept(store, give):
    young = replace(event(2), at=DAWN + HOUR)
    for one in (event(1), young, replace(event(3), at=DAWN + HOUR), event(1, "other")):
        await give(events=(one,))
    await store.forget(DAWN + SECOND, 10)
    assert [one.id for one in await store.events()] == ["other.1", "m.3", "m.2"]


async def test_the_oldest_of_what_was_settled_goes_first_whatever_its_place(store, lend):
    """Of two mails the younger one was accepted an hour before the older one."""
    await store.post(letter("first"), letter("second"))
    first, second = await lend(), await lend()
    for parcel, at in ((second, DAWN), (first, DAWN + HOUR)):
        assert await store.settle(parcel, replace(OK, at=at), Accepted(at))
    assert await store.forget(DAWN + 2 * HOUR, 1) == 1
    assert [entry.alarm for entry in await store.ledger()] == ["first"]


async def test_no_more_events_than_that_go_at_a_time_the_oldest_first(store, give):
    await give(events=[event(serial) for serial in range(1, 6)])
    await store.forget(DAWN + SECOND, 2)
    assert [one.id for one in await store.events()] == ["m.5", "m.4", "m.3"]


async def test_an_event_that_came_after_a_young_one_stays_as_long_as_that(store, give):
    """The clock was set back in between."""
    early = DAWN - HOUR
    times = (early, DAWN, early, DAWN)
    await give(events=[replace(event(n), at=at) for n, at in enumerate(times)])
    await store.forget(DAWN, 10)
    assert [one.id for one in await store.events()] == ["m.3", "m.2", "m.1"]


async def test_a_monitor_that_is_new_counts_on_from_all_events_also_from_forgotten_ones(
    store, give
):
    await give(events=[event(serial) for serial in range(1, 6)])
    await store.forget(DAWN + SECOND, 10)
    assert await store.enroll(1, ["m", "x"])
    assert (await store.states())["x"].serial == 5


async def test_an_alarm_that_was_put_off_and_then_told_in_a_digest_has_the_digests_fate(
    store, node, lend
):
    one, new = (replace(letter(id), payload={"told": [{}]}, order="m") for id in "ab")
    await store.post(one)
    assert await store.settle(await lend(), LATER, Retry(DAWN, plain("busy")))
    await store.post(new)
    parcel = await lend()
    made = digest((parcel.envelope, new), {}, DAWN, attempted_envelope=parcel.envelope)
    assert await store.replace_by_digest(parcel, made)
    assert await store.settle(await lend(), OK, Accepted(DAWN))
    assert await store.record_arrival(made.id, BACK)
    entries = await store.ledger()
    assert [entry.sent_in.envelope.id for entry in entries] == [made.id] * 2
    assert [(entry.receipts, entry.arrivals) for entry in entries] == [((OK,), (BACK,))] * 2
