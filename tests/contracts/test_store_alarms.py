"""What every store promises of what people say of alarms."""

from __future__ import annotations

from dataclasses import replace

from noroshi.core.alarms import (
    Acknowledgement,
    AcknowledgementOfHub,
    Remark,
    Remarked,
    Silence,
    Suppressions,
)
from noroshi.core.levels import Level
from noroshi.core.model import State
from tests.contracts.sample_records import DAWN, HOUR, MINUTE, change, event

ITS = {"monitor": "m", "item": "/", "who": "aki", "at": DAWN, "level": Level.CRITICAL}
MINE = Acknowledgement(words="見ています", **ITS)
SAID = Remark(sort=Remarked.ACKNOWLEDGED, words="見ています", **ITS)
BACK = replace(SAID, sort=Remarked.TAKEN_BACK, words="")


def silence(id="s1", hours=1, place="web"):
    return Silence(
        id=id, place=place, begins=DAWN, ends=DAWN + hours * HOUR, why="電源", who="aki"
    )


async def bad(store, node):
    block = await store.lease_monitors(node, DAWN)
    assert await store.commit(block.fence, change(events=(event(1),)))
    return block.fence


async def test_who_has_an_alarm_is_kept_with_what_they_said(store, node):
    await bad(store, node)
    assert await store.acknowledge(MINE, SAID)
    assert await store.suppressions(DAWN) == Suppressions((), (MINE,))
    assert list(await store.remarks("m")) == [SAID]


async def test_a_silence_of_a_clock_that_was_ahead_hushes_nothing_before_it_begins(store):
    await store.silence(silence())
    assert await store.suppressions(DAWN - HOUR) == Suppressions()
    assert (await store.suppressions(DAWN)).silences == (silence(),)


async def test_one_alone_can_have_it(store, node):
    await bad(store, node)
    await store.acknowledge(MINE, SAID)
    assert not await store.acknowledge(replace(MINE, who="rin"), replace(SAID, who="rin"))
    assert list(await store.remarks()) == [SAID]


async def test_nobody_can_have_what_is_well_or_is_not_as_they_saw_it(store, node):
    assert not await store.acknowledge(MINE, SAID)
    await bad(store, node)
    seen = replace(MINE, level=Level.WARNING)
    assert not await store.acknowledge(seen, SAID)
    assert not await store.acknowledge(replace(MINE, item="/home"), SAID)
    assert not await store.acknowledge(replace(MINE, monitor="x"), SAID)
    assert (await store.suppressions(DAWN), list(await store.remarks())) == (Suppressions(), [])


async def test_it_can_be_taken_back_once(store, node):
    await bad(store, node)
    await store.acknowledge(MINE, SAID)
    assert await store.unacknowledge(BACK)
    assert not await store.unacknowledge(BACK)
    assert await store.suppressions(DAWN) == Suppressions()
    assert list(await store.remarks("m")) == [BACK, SAID]


async def test_it_ends_with_the_change_that_ends_the_problem_and_with_no_other(store, node):
    fence = await bad(store, node)
    await store.acknowledge(MINE, SAID)
    reminder = replace(event(2), before=Level.CRITICAL)
    await store.commit(fence, change(serial=2, events=(reminder,)))
    elsewhere = replace(event(3), item="/home", after=Level.OK)
    await store.commit(fence, change(serial=3, events=(elsewhere,)))
    assert (await store.suppressions(DAWN)).acknowledged == (MINE,)
    over = replace(event(4), before=Level.CRITICAL, after=Level.OK)
    await store.commit(fence, change(serial=4, events=(over,)))
    assert (await store.suppressions(DAWN)).acknowledged == ()


async def test_it_is_of_one_problem_though_nobody_saw_its_end(store, node):
    fence = await bad(store, node)
    await store.acknowledge(MINE, SAID)
    await store.commit(fence, change(serial=2, events=(event(2),)))
    assert (await store.suppressions(DAWN)).acknowledged == ()


async def test_a_change_that_was_refused_ends_nothing(store, node):
    fence = await bad(store, node)
    await store.acknowledge(MINE, SAID)
    over = replace(event(2), after=Level.OK)
    assert not await store.commit(fence + 1, change(serial=2, events=(over,)))
    assert (await store.suppressions(DAWN)).acknowledged == (MINE,)


async def test_a_monitor_that_is_retired_leaves_its_remarks_alone(store, node):
    fence = await bad(store, node)
    await store.acknowledge(MINE, SAID)
    await store.enroll(1, ["n"])
    assert await store.retire(fence, replace(change(serial=2), state=State()))
    assert await store.suppressions(DAWN) == Suppressions()
    assert list(await store.remarks("m")) == [SAID]


async def test_a_renewal_tells_what_people_say(store, node):
    fence = await bad(store, node)
    await store.acknowledge(MINE, SAID)
    await store.silence(silence())
    renewal = await store.renew(fence, DAWN)
    assert renewal.suppressions == Suppressions((silence(),), (MINE,))
    assert (await store.renew(fence, DAWN + HOUR)).suppressions.silences == ()


async def test_silences_end_by_themselves_in_their_order(store):
    for one in (silence("s2", 2), silence("s1", 1), silence("s3", 1)):
        await store.silence(one)
    assert [one.id for one in (await store.suppressions(DAWN)).silences] == ["s1", "s3", "s2"]
    assert [one.id for one in (await store.suppressions(DAWN + HOUR)).silences] == ["s2"]
    assert [one.id for one in await store.silences()] == ["s2", "s1", "s3"]
    assert [one.id for one in await store.silences(1)] == ["s2"]


async def test_a_silence_can_be_ended_by_hand_once(store):
    await store.silence(silence())
    assert await store.end_silence("s1", "rin", DAWN + MINUTE) == silence()
    assert await store.end_silence("s1", "rin", DAWN + MINUTE) is None
    assert await store.end_silence("s9", "rin", DAWN) is None
    assert (await store.suppressions(DAWN + MINUTE)).silences == ()
    (one,) = await store.silences()
    assert (one.ends, one.ended_by) == (DAWN + MINUTE, "rin")


async def test_the_newest_remarks_come_first(store):
    for n in range(3):
        await store.remark(replace(SAID, sort=Remarked.COMMENT, words=str(n)))
    await store.remark(replace(SAID, monitor="n", words="other"))
    assert [one.words for one in await store.remarks("m", 2)] == ["2", "1"]
    assert [one.words for one in await store.remarks()] == ["other", "2", "1", "0"]


async def test_what_was_said_long_ago_is_forgotten_but_not_what_holds(store, node):
    await bad(store, node)
    await store.acknowledge(MINE, SAID)
    await store.silence(silence())
    await store.silence(silence("s2", 3))
    assert await store.forget_suppressions(DAWN + 2 * HOUR) == 2
    assert [one.id for one in await store.silences()] == ["s2"]
    assert (await store.suppressions(DAWN)).acknowledged == (MINE,)


async def test_a_clock_that_is_set_moves_no_silence_as_people_said_until_when(store):
    await store.silence(silence())
    await store.shift(HOUR, "one/1/1")
    assert (await store.suppressions(DAWN)).silences == (silence(),)


async def test_what_is_said_of_several_is_kept_as_far_as_it_can_be(store, node):
    await bad(store, node)
    well = replace(SAID, item="/home")
    assert list(await store.remark_all([SAID, well, replace(SAID, who="rin")])) == [
        True,
        False,
        False,
    ]
    assert await store.suppressions(DAWN) == Suppressions((), (MINE,))
    comment = replace(BACK, sort=Remarked.COMMENT, words="x")
    assert list(await store.remark_all([BACK, BACK, comment])) == [True, False, True]
    assert await store.suppressions(DAWN) == Suppressions()
    assert list(await store.remarks("m")) == [comment, BACK, SAID]
    assert list(await store.remark_all([])) == []


def of_hub(serial=1, **other):
    return AcknowledgementOfHub(
        acknowledgement=replace(MINE, who="rin", **other), serial=serial
    )


HUBS = replace(MINE, who="rin", of_hub=True)


async def test_what_a_hub_says_stands_beside_what_people_say_here_and_is_replaced_as_a_whole(
    store, node
):
    await bad(store, node)
    await store.silence(silence("s1"))
    first, second = silence("hub/h1", 2), silence("hub/h2", 3)
    await store.put_hub_suppressions([first, second], [of_hub()])
    assert await store.suppressions(DAWN) == Suppressions(
        (silence("s1"), first, second), (HUBS,)
    )
    await store.put_hub_suppressions([second], [])
    assert await store.suppressions(DAWN) == Suppressions((silence("s1"), second), ())
    assert list(await store.remarks()) == []


async def test_what_somebody_acknowledged_here_is_theirs(store, node):
    await bad(store, node)
    await store.acknowledge(MINE, SAID)
    await store.put_hub_suppressions([], [of_hub()])
    await store.put_hub_suppressions([], [])
    assert (await store.suppressions(DAWN)).acknowledged == (MINE,)


async def test_a_hub_acknowledges_nothing_that_is_well_unknown_or_worse(store, node):
    await store.put_hub_suppressions([], [of_hub()])
    await bad(store, node)
    unknown = (of_hub(item="/home"), of_hub(monitor="x"), of_hub(level=Level.WARNING))
    await store.put_hub_suppressions([], unknown)
    assert (await store.suppressions(DAWN)).acknowledged == ()


async def test_what_a_hub_acknowledged_holds_unless_an_event_ended_it_that_the_hub_lacks(
    store, node
):
    fence = await bad(store, node)
    elsewhere = replace(event(2), item="/home")
    await store.commit(fence, change(serial=2, events=(elsewhere,)))
    await store.put_hub_suppressions([], [of_hub(serial=1)])
    assert (await store.suppressions(DAWN)).acknowledged == (HUBS,)
    over = replace(event(3), before=Level.CRITICAL, after=Level.OK)
    again = replace(event(4))
    await store.commit(fence, change(serial=4, events=(over, again)))
    assert (await store.suppressions(DAWN)).acknowledged == ()
    await store.put_hub_suppressions([], [of_hub(serial=2)])
    assert (await store.suppressions(DAWN)).acknowledged == ()
    await store.put_hub_suppressions([], [of_hub(serial=4)])
    assert (await store.suppressions(DAWN)).acknowledged == (HUBS,)
