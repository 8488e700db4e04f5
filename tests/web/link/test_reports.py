"""What an agent reports: the hub keeps it, drafts what is told, and takes nothing else from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.alarms import Acknowledgement, Remark, Remarked, Silence
from noroshi.core.judgement import MOST_ITEMS
from noroshi.core.levels import Level, Reason
from noroshi.core.mail import EnvelopeState, Origin
from noroshi.core.model import Decision, ItemState, State
from noroshi.core.report import MOST_ROWS, START, Position, RowKind
from noroshi.core.translation import Message, plain
from noroshi.link.link_messages import (
    FETCH,
    MOST_BYTES_INFLATED,
    REPORT,
    FetchAnswer,
    FetchRequest,
)
from noroshi.link.message_body import text_of
from noroshi.link.report_messages import GapOfRow, ReportAnswer, ReportRequest, StatesOfHub
from noroshi.schema import text
from noroshi.service.agents.reporting import bounded_states
from tests.web.link.agent_client import invite
from tests.web.link.reporting_agent import (
    CONTENT,
    FILES,
    LIFE,
    M,
    ReportingAgent,
    found,
    positions_of,
    publish,
)

CRITICAL, WARNING, OK = Level.CRITICAL, Level.WARNING, Level.OK


@pytest.fixture
async def fs01(harness, agent):
    harness.extra_ids = []
    await publish(harness)
    await agent.greet()
    return ReportingAgent(agent, lambda: harness.time.now)


def at(harness, level, **given):
    return found(level, now=harness.time.now, **given)


async def mails(harness):
    return [row.envelope for row in await harness.store.queue()]


async def level_of(harness, id=M):
    return (await harness.store.states())[id].level


async def test_a_change_is_kept_and_the_hub_drafts_by_its_own_plan(harness, fs01):
    answer = await fs01.report(at(harness, CRITICAL))
    assert positions_of(answer) == ("apply", 1) and answer.refused_rows == ()
    assert await level_of(harness) is CRITICAL
    (event,) = await harness.store.events()
    assert (event.id, event.path) == (f"{M}.1~{LIFE}", "files/base/disks")
    (mail,) = await mails(harness)
    assert (mail.id, mail.to, mail.routes) == (
        f"{M}.1~{LIFE}/all/ops",
        ("ops@example.com",),
        ("plain",),
    )
    assert mail.born == harness.time.now
    assert mail.origin == Origin(harness.store.origin.installation, LIFE)
    assert mail.known_as == mail.id


async def test_a_repeat_changes_nothing_and_drafts_nothing_twice(harness, fs01):
    await fs01.report(at(harness, CRITICAL))
    answer = (await fs01.send(start=0)).message(ReportAnswer)
    assert positions_of(answer) == ("repeat", 1)
    assert len(await mails(harness)) == 1
    assert len(await harness.store.events()) == 1


async def test_a_change_may_come_in_several_rows_each_with_other_contacts(harness, fs01):
    rule = CONTENT["rules/all"] | {"contacts": ["ops", "boss"]}
    await publish(harness, CONTENT | {"rules/all": rule})
    change = at(harness, CRITICAL)
    (alarm,) = change.alarms
    id = f"{alarm.event}/all/boss"
    of_boss = replace(alarm, id=id, contact="boss", thread=id)
    answer = await fs01.report(change, replace(change, alarms=(of_boss,), decisions=()))
    assert positions_of(answer) == ("apply", 2) and answer.refused_rows == ()
    assert [mail.to for mail in await mails(harness)] == [
        ("ops@example.com",),
        ("boss@example.com",),
    ]
    assert len(await harness.store.events()) == 1
    assert await level_of(harness) is CRITICAL


async def test_a_recovery_hangs_on_the_mail_that_told_the_problem(harness, fs01):
    await fs01.report(at(harness, CRITICAL))
    await fs01.report(at(harness, OK, serial=2, before=CRITICAL))
    first, second = await mails(harness)
    assert second.thread == (first.known_as,)


async def test_rows_after_a_gap_are_wanted_from_the_hubs_position(harness, fs01):
    fs01.write(at(harness, CRITICAL), at(harness, OK, serial=2, before=CRITICAL))
    answer = (await fs01.send(start=1)).message(ReportAnswer)
    assert positions_of(answer) == ("want", 0)
    assert await harness.store.events() == []


async def test_rows_that_the_agent_no_longer_has_are_counted(harness, fs01):
    fs01.write(*[at(harness, CRITICAL, serial=n) for n in (1, 2, 3)])
    answer = (await fs01.send(start=2, has_gap=True)).message(ReportAnswer)
    assert positions_of(answer) == ("apply", 3)
    assert harness.service.context.agent_names.refused_rows(fs01.client.id) == 2
    harness.time.pass_by(seconds=3700)
    assert harness.service.context.agent_names.refused_rows(fs01.client.id) == 0


async def test_another_log_under_known_numbers_is_a_fork(harness, fs01):
    await fs01.report(at(harness, CRITICAL))
    other = ReportingAgent(fs01.client, lambda: harness.time.now)
    other.write(at(harness, OK), at(harness, WARNING, serial=2))
    answer = (await other.send(start=1)).message(ReportAnswer)
    assert positions_of(answer) == ("fork", 1)
    assert await level_of(harness) is CRITICAL


async def test_an_agent_that_was_set_back_is_told_so_and_gets_the_hubs_states(harness, fs01):
    await fs01.report(at(harness, CRITICAL, serial=7))
    answer = (await fs01.client.send(REPORT, ReportRequest(start=START))).message(ReportAnswer)
    assert positions_of(answer) == ("behind", 1)
    greeting = await fs01.client.greet()
    assert greeting.position == answer.position != START
    fetched = await fs01.client.send(FETCH, FetchRequest(configuration=greeting.configuration))
    states = fetched.message(FetchAnswer).states
    assert states.position == answer.position
    assert {id: state.serial for id, state in states.states.items()} == {M: 7}
    assert states.states[M].level is CRITICAL


async def test_one_bad_row_is_refused_alone_and_named(harness, fs01):
    bad = [
        at(harness, CRITICAL, monitor="here1"),
        at(harness, CRITICAL, monitor="nothing\x1b[2J"),
        "{",
        at(
            harness,
            CRITICAL,
            state=State(items={"x" * 200 + str(n): ItemState() for n in range(2000)}),
        ),
    ]
    fs01.write(*bad, at(harness, WARNING))
    answer = (await fs01.send()).message(ReportAnswer)
    assert positions_of(answer) == ("apply", 5)
    assert [(row.seq, row.reason) for row in answer.refused_rows] == [
        (1, "here1 is no monitor of this agent"),
        (2, "nothing?[2J is no monitor of this agent"),
        (3, "the change cannot be read"),
        (4, "the state is too large"),
    ]
    assert await level_of(harness) is WARNING
    assert await level_of(harness, "here1") is OK


async def test_a_monitor_of_as_many_items_as_a_node_judges_is_heard(harness, fs01):
    """Such as all services of a computer, a third of which have ended."""
    change = at(harness, CRITICAL)
    (critical,) = change.state.items.values()
    items = {
        f"some-service-{n}.service": ItemState() if n % 3 else critical
        for n in range(MOST_ITEMS)
    }
    answer = await fs01.report(replace(change, state=replace(change.state, items=items)))
    assert answer.refused_rows == ()
    assert len(await mails(harness)) == 1


def test_states_in_another_script_are_given_as_far_as_an_agent_takes_them():
    """A letter may take three bytes."""
    items = {f"ボリューム{n}{'あ' * 2000}": ItemState() for n in range(200)}
    states = {f"m{n}": State(items=items, serial=n) for n in range(30)}
    answer = FetchAnswer(
        configuration="c1",
        documents=(),
        states=StatesOfHub(states=bounded_states(states), position=START),
    )
    assert len(text_of(answer)) < MOST_BYTES_INFLATED
    given = answer.states.states
    assert [one.serial for one in given.values()] == list(range(30))
    assert given["m0"].items == items and not given["m29"].items


async def test_what_a_refused_row_notifies_of_is_given_up_at_the_agent_too(harness, fs01):
    unfit = replace(at(harness, CRITICAL, serial=2), state=State(serial=-1))
    answer = await fs01.report(at(harness, CRITICAL, monitor="here1"), unfit, "{")
    assert [row.seq for row in answer.refused_rows] == [1, 2, 3]
    fates = [(one.envelope, one.state) for one in await harness.store.fates_of(fs01.client.id)]
    assert fates == [
        (f"here1.1~{LIFE}/all/ops", EnvelopeState.DROPPED),
        (f"{M}.2~{LIFE}/all/ops", EnvelopeState.DROPPED),
    ]


async def test_the_last_row_of_a_monitor_that_is_gone_at_the_hub_too_is_no_fault(harness, fs01):
    gone = at(harness, OK, monitor="gone1", is_retired=True)
    moved = at(harness, OK, monitor="here1", is_retired=True)
    answer = await fs01.report(gone, moved)
    assert positions_of(answer) == ("apply", 2) and answer.refused_rows == ()
    assert await harness.store.events() == []


async def test_a_report_of_another_agents_monitor_changes_nothing(harness, fs01, newcomer):
    other = newcomer()
    await other.join(await invite(harness), name="db01")
    db01 = ReportingAgent(other, lambda: harness.time.now)
    answer = await db01.report(at(harness, CRITICAL))
    assert answer.refused_rows[0].reason == f"{M} is no monitor of this agent"
    assert (await mails(harness), await level_of(harness)) == ([], OK)


async def test_an_agent_cannot_use_up_the_ids_of_others_events(harness, fs01):
    change = at(harness, CRITICAL)
    stolen = replace(change.events[0], id="here1.1")
    foreign = replace(change.events[0], monitor="here1")
    answer = await fs01.report(
        replace(change, events=(stolen,)), replace(change, events=(foreign,))
    )
    reasons = {row.reason for row in answer.refused_rows}
    assert reasons == {"an event is not of this monitor"}
    assert await harness.store.events() == []


async def test_rules_and_contacts_that_the_hub_does_not_have_are_told_to_nobody(harness, fs01):
    change = at(harness, CRITICAL)
    (alarm,) = change.alarms
    answer = await fs01.report(
        replace(
            change, alarms=(alarm, replace(alarm, rule="evil"), replace(alarm, contact="boss"))
        )
    )
    (row,) = answer.refused_rows
    assert row.reason == (
        "boss is no contact of the rule all; evil is no rule of files/base/disks"
    )
    assert [mail.to for mail in await mails(harness)] == [("ops@example.com",)]
    assert await level_of(harness) is CRITICAL


async def test_who_replaced_a_contact_meanwhile_is_told_in_its_place(harness, fs01):
    rule = CONTENT["rules/all"] | {"contacts": ["boss"]}
    await publish(harness, CONTENT | {"rules/all": rule})
    await fs01.report(at(harness, CRITICAL))
    (mail,) = await mails(harness)
    assert (mail.to, mail.id) == (("boss@example.com",), f"{M}.1~{LIFE}/all/boss")


async def test_what_is_silenced_at_the_hub_is_not_told_and_the_decision_says_so(harness, fs01):
    now = harness.time.now
    silence = Silence(
        id="s", place="files", begins=now, ends=now + timedelta(hours=1), why="", who="aki"
    )
    await harness.store.silence(silence)
    await fs01.report(
        at(harness, CRITICAL, decisions=(Decision("all", "/var", Reason.NEW_LEVEL, now),))
    )
    assert await mails(harness) == []
    (decision,) = await harness.store.decisions(M)
    assert decision == Decision("all", "/var", Reason.SILENCED, now)
    state = (await harness.store.states())[M]
    assert state.items["/var"].reasons == {"all": Reason.SILENCED}


async def test_maintenance_of_the_hub_keeps_alarms_back(harness, fs01):
    day, now = timedelta(days=1), harness.time.now
    window = {"begins": f"{now - day:%Y-%m-%d %H:%M}", "ends": f"{now + day:%Y-%m-%d %H:%M}"}
    monitor = FILES | {"maintenance": [window]}
    group = {"name": "base", "monitor": [monitor]}
    await publish(harness, CONTENT | {"instances/files": {"source": "fs01", "group": [group]}})
    await fs01.report(at(harness, CRITICAL))
    assert await mails(harness) == []
    (decision,) = await harness.store.decisions(M)
    assert decision.reason is Reason.MAINTENANCE


async def test_an_acknowledgement_lasts_until_the_problem_ends_or_is_worse(harness, fs01):
    await fs01.report(at(harness, WARNING))
    remark = Remark(
        monitor=M,
        item="/var",
        sort=Remarked.ACKNOWLEDGED,
        at=harness.time.now,
        who="aki",
        level=WARNING,
    )
    assert await harness.store.acknowledge(remark.acknowledgement, remark)
    reminder = at(harness, WARNING, serial=2, before=WARNING)
    (alarm,) = reminder.alarms
    reminder = replace(reminder, alarms=(replace(alarm, reason="repeat"),))
    # In one report: what ends the acknowledgement counts for the rows after it.
    await fs01.report(
        reminder,
        at(harness, CRITICAL, serial=3, before=WARNING),
        replace(
            reminder,
            events=at(harness, WARNING, serial=4, before=WARNING).events,
            alarms=(replace(alarm, event=f"{M}.4~{LIFE}", reason="repeat"),),
        ),
    )
    assert [mail.id.split("~")[0] for mail in await mails(harness)] == [
        f"{M}.1",
        f"{M}.3",
        f"{M}.4",
    ]
    acknowledged: tuple[Acknowledgement, ...] = (
        await harness.store.suppressions(harness.time.now)
    ).acknowledged
    assert acknowledged == ()


async def test_what_an_agent_says_is_neutral_text(harness, fs01):
    change = at(harness, CRITICAL, item="/var\x1b[2J\u202e")
    (item,) = change.state.items.values()
    huge = Message("{used:>1000000000} {used.__class__}", arguments={"used": "x"})
    words = replace(
        item.cause, reading=replace(item.cause.reading, note=huge), words=plain("{")
    )
    event = replace(change.events[0], cause=words, path="other/evil/path")
    state = State(items={"/var\x1b[2J\u202e": replace(item, cause=words)}, serial=1)
    await fs01.report(replace(change, state=state, events=(event,)))
    (kept,) = await harness.store.events()
    assert (kept.item, kept.path) == ("/var?[2J?", "files/base/disks")
    assert kept.cause.reading.note.en == "x {used.__class__}"
    assert list((await harness.store.states())[M].items) == ["/var?[2J?"]


async def test_times_of_a_wrong_clock_are_those_of_the_hub(harness, fs01):
    now = harness.time.now
    fs01.write(found(CRITICAL, now=now + timedelta(days=4000)), at=now + timedelta(days=4000))
    await fs01.send()
    (event,) = await harness.store.events()
    (mail,) = await mails(harness)
    assert (event.at, mail.born) == (now, now)


async def test_rows_of_other_kinds_and_of_none_move_the_position_alone(harness, fs01):
    fs01.write('{"odd": 1}', kind=RowKind.LIFE)
    fs01.write("{}", kind="of a newer version")
    answer = (await fs01.send()).message(ReportAnswer)
    assert positions_of(answer) == ("apply", 2) and answer.refused_rows == ()


async def test_an_agent_that_reports_too_much_is_put_off_and_its_log_keeps_the_rest(
    harness, fs01
):
    fs01.write(*["{}"] * 1000, kind=RowKind.LIFE)
    assert positions_of((await fs01.send()).message(ReportAnswer)) == ("apply", 1000)
    fs01.write("{}", kind=RowKind.LIFE)
    reply = await fs01.send()
    assert (reply.status, reply.fault) == (429, "busy")
    assert int(reply.headers["retry-after"]) >= 1
    harness.time.pass_by(seconds=1)
    assert positions_of((await fs01.send()).message(ReportAnswer)) == ("apply", 1001)


@pytest.mark.parametrize(
    "changed",
    [
        {"start": Position(seq=1 << 60)},
        {"start": Position(seq=-1)},
        {"last": Position(seq=1, tag="x" * 100)},
    ],
)
async def test_positions_out_of_bounds_are_no_positions(fs01, changed):
    request = ReportRequest(**{"start": START} | changed)
    reply = await fs01.client.send(REPORT, request)
    assert (reply.status, reply.fault) == (400, "malformed")


async def test_a_row_without_a_time_zone_and_too_many_rows_are_refused(harness, fs01):
    fs01.write(at(harness, CRITICAL))
    row = replace(fs01.rows[0], written_at=harness.time.now.replace(tzinfo=None))
    assert (await fs01.send(rows=(row,))).fault == "malformed"
    assert (await fs01.send(rows=(fs01.rows[0],) * 1001)).fault == "too-large"


async def test_definitions_that_cannot_be_read_put_an_agent_off(harness, fs01):
    await publish(harness, CONTENT | {"instances/here": {"group": "none"}})
    fs01.write(at(harness, CRITICAL))
    reply = await fs01.send()
    assert (reply.status, reply.fault) == (429, "busy")
    assert b"here" not in reply.content
    configuration = (await fs01.client.greet()).configuration
    fetched = await fs01.client.send(FETCH, FetchRequest(configuration=configuration))
    assert fetched.message(FetchAnswer).states.states == {}


async def test_the_hub_knows_how_far_behind_an_agent_is(harness, fs01):
    fs01.write(at(harness, CRITICAL), at(harness, OK, serial=2, before=CRITICAL))
    await fs01.send(rows=tuple(fs01.rows[:1]))
    seen = (await harness.service.agents_hub.last_seen())[fs01.client.id]
    assert seen.backlog == 1


async def test_what_the_agent_tells_once_a_silence_is_over_by_its_clock_is_told(harness, fs01):
    now = harness.time.now
    ends = {"s": timedelta(seconds=5), "t": timedelta(0)}
    for id, rest in ends.items():
        silence = Silence(id=id, place="files", begins=now, ends=now + rest, why="", who="aki")
        await harness.store.silence(silence)
    await fs01.report(at(harness, CRITICAL))  # the clocks may be some seconds apart
    assert len(await mails(harness)) == 1
    silence = replace(silence, ends=now + timedelta(hours=1))
    await harness.store.silence(silence)
    reminder = at(harness, CRITICAL, serial=2, before=CRITICAL)
    (alarm,) = reminder.alarms
    again = replace(reminder, alarms=(replace(alarm, reason="after-silence"),))
    await fs01.report(again)
    assert len(await mails(harness)) == 2


async def test_maintenance_is_that_of_the_hubs_clock(harness, fs01):
    now, hour = harness.time.now, timedelta(hours=1)
    await fs01.client.greet(clock=(now + hour).timestamp())
    window = {
        "begins": f"{now - hour:%Y-%m-%d %H:%M}",
        "ends": f"{now + hour / 2:%Y-%m-%d %H:%M}",
    }
    group = {"name": "base", "monitor": [FILES | {"maintenance": [window]}]}
    await publish(harness, CONTENT | {"instances/files": {"source": "fs01", "group": [group]}})
    await fs01.report(at(harness, CRITICAL))
    assert await mails(harness) == []


async def states_for(agent):
    """What an agent is given of the states of its monitors."""
    name = (await agent.greet()).configuration
    answer = await agent.send(FETCH, FetchRequest(configuration=name))
    return answer.message(FetchAnswer).states.states


async def test_another_agent_begins_with_the_serial_alone_and_one_that_joined_again_with_all(
    harness, fs01, newcomer
):
    await fs01.report(at(harness, CRITICAL, serial=7))
    reported = (await harness.store.states())[M]
    assert await states_for(fs01.client) == {M: reported}
    other = newcomer()
    await other.join(await invite(harness), name="db01")
    await publish(
        harness, CONTENT | {"instances/files": CONTENT["instances/files"] | {"source": "db01"}}
    )
    assert await states_for(other) == {M: State(serial=7)}
    await harness.service.agents_hub.revoke(fs01.client.id)
    again = newcomer()
    await again.join(await invite(harness), name="fs01")
    await publish(harness)
    assert await states_for(again) == {M: reported}


async def test_an_agent_that_was_set_back_counts_from_a_serial_that_is_over_here(harness, fs01):
    await fs01.report(at(harness, CRITICAL, serial=7))
    position = fs01.positions[-1]
    begun_anew = ReportingAgent(fs01.client, lambda: harness.time.now)
    begun_anew.positions = [Position(epoch=1, seq=position.seq, tag=position.tag)]
    answer = await begun_anew.report(at(harness, WARNING, serial=3))
    assert positions_of(answer) == ("apply", 2)
    assert await level_of(harness) is WARNING


def excessive_reports(harness, fs01):
    return harness.service.context.agent_names.excessive_reports(fs01.client.id)


def write_gaps(harness, fs01, count, apart=timedelta(0)):
    """Write rows that cost the hub little, each so long after the one before; the last is new."""
    gap = text(GapOfRow(count=1, start=harness.time.now, end=harness.time.now))
    for number in reversed(range(count)):
        fs01.write(gap, kind=RowKind.GAP, at=harness.time.now - number * apart)


async def send_all(harness, fs01):
    """Send what there is as an agent does, and return how often the hub put it off."""
    postponed = 0
    while fs01.acknowledged < len(fs01.rows):
        end = fs01.acknowledged + MOST_ROWS
        reply = await fs01.send(rows=tuple(fs01.rows[fs01.acknowledged : end]))
        if reply.status != 200:
            assert (reply.status, reply.fault) == (429, "busy")
            postponed += 1
            harness.time.pass_by(seconds=int(reply.headers["retry-after"]))
            await fs01.client.greet()
    return postponed


async def test_an_agent_that_makes_more_than_the_hub_takes_is_put_off_and_told_of(
    harness, fs01
):
    write_gaps(harness, fs01, 3 * MOST_ROWS)
    assert await send_all(harness, fs01) == 2
    assert fs01.acknowledged == 3 * MOST_ROWS
    assert excessive_reports(harness, fs01) >= 1
    assert harness.service.context.agent_names.refused_rows(fs01.client.id) == 0
    harness.time.pass_by(hours=1, minutes=2)
    assert excessive_reports(harness, fs01) == 0


async def test_an_agent_that_was_alone_for_long_waits_for_its_turn_and_nobody_is_told(
    harness, fs01
):
    write_gaps(harness, fs01, 3 * MOST_ROWS, apart=timedelta(minutes=1))
    assert await send_all(harness, fs01) == 2
    assert excessive_reports(harness, fs01) == 0
