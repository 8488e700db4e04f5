"""The kinds that watch the node itself: its ways out, its accounts, its queue, its health."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi import checks
from noroshi.core.judgement import advance
from noroshi.core.levels import Level
from noroshi.core.mail import Fault
from noroshi.core.model import Instance, Monitor, Sample, State
from noroshi.core.translation import NOTHING, bilingual, plain
from noroshi.ports import (
    AccountFacts,
    NodeFacts,
    QueueFacts,
    RoundTripFacts,
    RouteFacts,
    Unmeasurable,
)
from noroshi.testing import DAWN, FakeHost
from tests.sweeps import sweep

KINDS = {check.kind: check for check in checks.BUILT_IN}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OK, WARNING, CRITICAL = Level.OK, Level.WARNING, Level.CRITICAL
WHY = plain("AADSTS7000222: the secret has ended")


class Own:
    def __init__(self, **facts):
        self.facts = facts

    async def route(self, name):
        return self.facts.get("route")

    async def account(self, name):
        return self.facts.get("account")

    async def queue(self):
        return self.facts["queue"]

    async def node(self):
        return self.facts["node"]


async def readings(kind, now=DAWN, options=None, **facts):
    return (await outcome_of(kind, {}, now, options, **facts)).readings


async def outcome_of(kind, memory, now=DAWN, options=None, **facts):
    check = KINDS[f"noroshi-{kind}"]
    wanted = options or {"route": {"route": "smtp1"}, "account": {"account": "m365"}}.get(
        kind, {}
    )
    host = FakeHost(own=Own(**facts), now=now)
    return await check.run(check.options(**wanted), host, memory)


async def levels(kind, now=DAWN, **facts):
    """The level of each item, by the kind's own limits."""
    return levels_in(kind, Sample(now, await readings(kind, now, **facts)))


def levels_in(kind, sample):
    monitor = Monitor(
        id="m",
        name="m",
        instance=Instance(name="noroshi"),
        group="mail",
        kind=kind,
        options=None,
        limits=KINDS[f"noroshi-{kind}"].limits,
    )
    state, _, _ = advance(monitor, State(), sample)
    return {name: item.level for name, item in state.items.items()}


def down(fault, minutes):
    return RouteFacts(down_since=DAWN - minutes * MINUTE, fault=fault, reason=WHY)


def trip(hours):
    at = DAWN - 60 * hours * MINUTE
    return RouteFacts(
        trip=RoundTripFacts(counts_from=at, last_arrival=at, duration=7.25, trouble=WHY)
    )


@sweep(
    ("facts", "level"),
    [
        pytest.param(RouteFacts(), OK, id="well"),
        pytest.param(
            RouteFacts(last_accepted=DAWN - 90 * DAY), OK, id="well, and long not used"
        ),
        pytest.param(down(Fault.NETWORK, 1), OK, id="nobody answers for a minute"),
        pytest.param(down(Fault.NETWORK, 6), WARNING, id="nobody answers for six"),
        pytest.param(down(Fault.SERVER, 31), CRITICAL, id="the server is ill for half an hour"),
        pytest.param(down(Fault.SIGN_IN, 0), CRITICAL, id="somebody has to sign in"),
        pytest.param(down(Fault.PERMISSION, 0), CRITICAL, id="an administrator has to act"),
        pytest.param(down(Fault.QUOTA, 0), CRITICAL, id="the day's allowance is used up"),
        pytest.param(down(Fault.SETUP, 0), CRITICAL, id="our settings do not fit"),
        pytest.param(RouteFacts(retiring=True), WARNING, id="a password that will end"),
        pytest.param(trip(29), OK, id="a mail was arrival confirmed a day ago"),
        pytest.param(trip(31), WARNING, id="none was seen for longer"),
    ],
)
async def test_a_route_is_as_bad_as_what_keeps_mails_from_leaving(facts, level):
    assert await levels("route", route=facts) == {"": level}


async def test_a_lost_sign_in_is_told_of_its_account_and_not_of_its_routes_as_well():
    lost = replace(down(Fault.SIGN_IN, 10), account="m365", open_until=DAWN + 60 * MINUTE)
    looks = [
        (lost, True),
        (replace(lost, account="", open_until=DAWN), True),  # signed in anew, and tried at once
        (replace(lost, account=""), False),  # the route does not take that, either
        (replace(lost, account="", open_until=DAWN), False),  # which stays so while it is tried
        (replace(lost, fault=Fault.NETWORK), False),  # nobody answers: of that no account tells
        (RouteFacts(unready_reason=WHY, account="m365", never_signed_in=True), True),
        (RouteFacts(), False),
    ]
    memory, found = {}, []
    for facts, _ in looks:
        outcome = await outcome_of("route", memory, route=facts)
        memory = outcome.memory
        found.append(KINDS["noroshi-route"].spoken_for(memory))
        shown = levels_in("route", Sample(DAWN, outcome.readings))[""]
        assert (shown is OK) is (facts == RouteFacts())
    assert found == [spoken for _, spoken in looks]


NEW = {
    "route": RouteFacts(down_since=DAWN, fault=Fault.SIGN_IN, reason=WHY, never_signed_in=True),
    "account": AccountFacts(is_well=False, reason=WHY, never_signed_in=True),
}
FIRST = {"route": "blocked", "account": "sign_in"}


async def looked(kind, facts, minutes, memory):
    """What is shown so many minutes after dawn, whether it is told then, and what is remembered."""
    check, now = KINDS[f"noroshi-{kind}"], DAWN + minutes * MINUTE
    host = FakeHost(own=Own(**{kind: facts}), now=now)
    outcome = await check.run(check.options(**{kind: kind}), host, memory)
    found = {one.name: one.value for one in outcome.readings}
    until = check.setting_up(outcome.memory, now).get(FIRST[kind], now)
    return bool(found[FIRST[kind]]), until <= now, outcome.memory


@pytest.mark.parametrize("kind", ["route", "account"])
async def test_what_nobody_has_signed_in_yet_is_shown_at_once_and_told_once_there_was_time_to_do_it(
    kind,
):
    shown, told, memory = await looked(kind, NEW[kind], 0, {})
    assert (shown, told) == (True, False)
    shown, told, memory = await looked(kind, NEW[kind], 14, memory)
    assert (shown, told) == (True, False)
    assert (await looked(kind, NEW[kind], 16, memory))[:2] == (True, True)


@pytest.mark.parametrize("kind", ["route", "account"])
async def test_a_sign_in_that_is_lost_after_there_was_one_is_told_at_once(kind):
    *_, memory = await looked(kind, NEW[kind], 0, {})
    shown, told, memory = await looked(
        kind, replace(NEW[kind], never_signed_in=False), 1, memory
    )
    assert shown and told and not memory


async def test_a_route_by_which_no_mail_was_tried_is_not_well_when_it_could_take_none():
    facts = RouteFacts(unready_reason=WHY, never_signed_in=True)
    assert await levels("route", route=facts) == {"": CRITICAL}
    assert {r.name: r.note for r in await readings("route", route=facts)}["blocked"] == WHY


async def test_what_stops_a_route_is_told_in_its_words():
    found = await readings("route", route=down(Fault.SIGN_IN, 0))
    assert {r.name: r.note for r in found}["blocked"] == WHY


async def test_of_passwords_that_end_nothing_is_said_of_a_route_without_one():
    found = {r.name: r for r in await readings("route", route=RouteFacts())}
    assert found["retiring"].note == NOTHING
    found = {r.name: r for r in await readings("route", route=RouteFacts(retiring=True))}
    assert "password" in found["retiring"].note.en


async def test_a_route_whose_mailbox_is_read_tells_when_a_mail_was_seen_and_how_long_it_took():
    found = {r.name: r for r in await readings("route", route=trip(5))}
    assert (found["seen"].value, found["seen"].unit, found["seen"].note) == (5, "h", WHY)
    assert (found["took"].value, found["took"].unit) == (7.2, "s")
    not_yet = await readings("route", route=RouteFacts(trip=RoundTripFacts(counts_from=DAWN)))
    assert {"seen", "took"} & {r.name for r in not_yet} == {"seen"}
    without = await readings("route", route=RouteFacts())
    assert not {"seen", "took"} & {r.name for r in without}


def told_of(found, name):
    """How a mail tells a reading: its note where it has no unit, else the number."""
    reading = next(r for r in found if r.name == name)
    return reading.note.en if not reading.unit else f"{reading.value:g} {reading.unit}"


@pytest.mark.parametrize("name", ["blocked", "down"])
async def test_what_is_well_again_is_told_as_well(name):
    found = await readings("route", route=RouteFacts())
    assert told_of(found, name) == "messages can be sent through this route"


async def test_minutes_are_told_of_a_route_that_is_down():
    found = await readings("route", route=down(Fault.NETWORK, 6))
    assert told_of(found, "down") == "6 min"


@pytest.mark.parametrize(
    ("left", "told"),
    [
        pytest.param(61, ("left_60", OK), id="61 days"),
        pytest.param(60, ("left_60", WARNING), id="60 days"),
        pytest.param(29, ("left_30", WARNING), id="29 days"),
        pytest.param(14, ("left_14", WARNING), id="14 days"),
        pytest.param(7, ("left_7", CRITICAL), id="7 days"),
        pytest.param(0, ("left_1", CRITICAL), id="the last day"),
        pytest.param(-3, ("left_1", CRITICAL), id="over"),
    ],
)
async def test_the_end_of_a_secret_is_one_item_with_another_cause_at_each_of_its_days(
    left, told
):
    midnight = DAWN.replace(hour=0)
    facts = AccountFacts(is_well=True, ends=(midnight + left * DAY).date())
    name, level = told
    assert await levels("account", midnight, account=facts) == {"": level}
    found = await readings("account", midnight, account=facts)
    (reading,) = [one for one in found if one.name.startswith("left_")]
    assert (reading.name, reading.unit) == (name, "") and reading.note != NOTHING


async def test_each_of_the_days_is_told_once():
    midnight = DAWN.replace(hour=0)
    ends, state, told = (midnight + 61 * DAY).date(), State(), []
    monitor = Monitor(
        id="m",
        name="m",
        instance=Instance(name="noroshi"),
        group="mail",
        kind="account",
        options=None,
        limits=KINDS["noroshi-account"].limits,
    )
    for day in range(63):
        now = midnight + day * DAY
        found = await readings("account", now, account=AccountFacts(is_well=True, ends=ends))
        state, events, _ = advance(monitor, state, Sample(now, found))
        told += [event.cause.name for event in events if event.after is not OK]
    assert told == ["left_60", "left_30", "left_14", "left_7", "left_1"]


@pytest.mark.parametrize(
    ("hours", "en", "ja"),
    [
        pytest.param(30 * 24 - 0.01, "in 30 days.", "(あと30日)", id="it has just turned 30"),
        pytest.param(29, "in 2 days.", "(あと2日)", id="more than a day"),
        pytest.param(23, "in less than a day.", "(あと1日未満)", id="the last hours"),
    ],
)
async def test_how_long_a_secret_lasts_is_not_told_as_less_than_it_is(hours, en, ja):
    ends = (DAWN + 90 * DAY).date()
    midnight = DAWN.replace(hour=0) + 90 * DAY
    facts = AccountFacts(is_well=True, ends=ends)
    found = await readings("account", midnight - timedelta(hours=hours), account=facts)
    note = next(r.note for r in found if r.name.startswith("left_"))
    assert en in note.en and ja in note.ja


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        pytest.param(AccountFacts(is_well=True), OK, id="well"),
        pytest.param(
            AccountFacts(is_well=False, reason=WHY), CRITICAL, id="somebody has to sign in"
        ),
        pytest.param(
            AccountFacts(is_well=True, renewed_at=DAWN - 8 * DAY), OK, id="renewed last week"
        ),
        pytest.param(
            AccountFacts(is_well=True, renewed_at=DAWN - 31 * DAY), WARNING, id="a month ago"
        ),
        pytest.param(
            AccountFacts(is_well=True, renewed_at=DAWN - 80 * DAY), CRITICAL, id="80 days ago"
        ),
    ],
)
async def test_an_account_is_as_bad_as_its_sign_in(facts, level):
    assert await levels("account", account=facts) == {"": level}


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        pytest.param(QueueFacts(), OK, id="empty"),
        pytest.param(QueueFacts(waiting=3, oldest=DAWN - MINUTE), OK, id="a minute old"),
        pytest.param(
            QueueFacts(waiting=3, oldest=DAWN - 20 * MINUTE), WARNING, id="20 minutes"
        ),
        pytest.param(QueueFacts(waiting=3, oldest=DAWN - 60 * MINUTE), CRITICAL, id="an hour"),
        pytest.param(QueueFacts(set_aside=1), WARNING, id="one set aside"),
        pytest.param(QueueFacts(lost=1), CRITICAL, id="one lost"),
    ],
)
async def test_a_queue_is_as_bad_as_what_does_not_leave(facts, level):
    assert await levels("queue", queue=facts) == {"": level}


GIB = 2**30


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        pytest.param(NodeFacts(free_bytes=GIB), OK, id="well"),
        pytest.param(NodeFacts(free_bytes=GIB, lateness=6), WARNING, id="late"),
        pytest.param(
            NodeFacts(free_bytes=GIB, trouble=plain("full")), CRITICAL, id="its store"
        ),
        pytest.param(NodeFacts(free_bytes=100 * 2**20), WARNING, id="little room"),
        pytest.param(
            NodeFacts(free_bytes=GIB, clock_set=-3600), WARNING, id="the clock was set back"
        ),
    ],
)
async def test_a_node_is_as_bad_as_its_store_its_clock_and_its_punctuality(facts, level):
    assert await levels("node", node=facts) == {"": level}


@pytest.mark.parametrize("kind", ["route", "account"])
async def test_one_that_is_not_there_cannot_be_measured(kind):
    with pytest.raises(Unmeasurable):
        await readings(kind)


async def test_a_sign_in_that_is_needed_is_told_with_whose_it_is_and_what_shows_the_way():
    why = bilingual(en="The secret has ended.", ja="シークレットの期限が切れました")
    facts = AccountFacts(
        is_well=False,
        reason=why,
        mailbox="n@example.com",
        client_id="6fd",
        routes=("smtp1", "graph1"),
    )
    (found, *_) = await readings("account", account=facts)
    assert found.note.en.startswith("The secret has ended. (mailbox n@example.com, ")
    assert found.note.en.endswith("noroshi doctor smtp1")
    assert found.note.ja.startswith(
        "シークレットの期限が切れました (メールボックス n@example.com、"
    )
    assert "6fd" in found.note.ja and "smtp1、graph1" in found.note.ja
