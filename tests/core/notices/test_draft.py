"""Who is told of what happens to an instance or to Noroshi itself, and at which fixed times."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from noroshi.core.cadence import FixedTimes
from noroshi.core.mail import Envelope
from noroshi.core.model import Contact, Rule
from noroshi.core.notices.draft import (
    BUILT_IN,
    MOST_SHOWN,
    last_due,
    may_tell_of,
    notification_envelopes,
    notifications_elsewhere,
    report_before,
    report_due,
    with_default_notifications,
)
from noroshi.core.notices.notice import (
    Happening,
    MailCameBack,
    MailSetAside,
    MissedMonitor,
    MonitoredInstance,
    MonitoringGap,
    MonitoringStarted,
    Notification,
    SettingsChanged,
)
from noroshi.core.translation import NOTHING, plain
from tests.sweeps import sweep

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
OPS = Contact(id="ops", addresses=("ops@example.com",))
SAM = Contact(id="sam", addresses=("sam@example.com",))


def notification(*events, **other):
    given = {"id": "n", "contacts": (OPS,), "routes": ("smtp1",)} | other
    return Notification(events=frozenset(events), **given)


def rule(name, *contacts, routes=("smtp1", "smtp2")):
    return Rule(id=name, action="mail", contacts=contacts, routes=routes)


def told(notice, *asked, serial="7"):
    def draft(action, _contact, part):
        return {"action": action, "part": part}

    return list(notification_envelopes(notice, serial, asked, draft, NOW))


def started(*names):
    watched = tuple(MonitoredInstance(name, "", 1) for name in names)
    return MonitoringStarted(happened_at=NOW, node="node", instances=watched, version=1)


def changed(*differences):
    lines = tuple((instance, plain(text)) for instance, text in differences)
    return SettingsChanged(
        happened_at=NOW, version=7, author="sato", note=NOTHING, differences=lines
    )


ASIDE = MailSetAside(
    happened_at=NOW,
    mail="m.1/r/ops",
    contact="ops",
    addresses=("x",),
    subject="s",
    route="smtp2",
    reason=plain("550"),
)


CAME_BACK = MailCameBack(
    happened_at=NOW,
    mail="m.1/r/ops",
    contact="ops",
    address="x",
    subject="s",
    route="smtp1",
    accepted_at=NOW,
    reason=plain("550"),
)


def test_an_envelope_is_known_by_what_happened_to_whom_it_is_told_and_by_whose_wish():
    [envelope] = told(started("web1"), notification(Happening.STARTED), serial="node.7")
    assert envelope.id == "notice/started/node.7/n/ops"
    assert (envelope.order, envelope.alarms, envelope.routes) == (
        "notice/n/ops",
        (),
        ("smtp1",),
    )


def test_what_a_notification_does_not_name_is_not_told_by_it():
    assert told(started("web1"), notification(Happening.STOPPED)) == []


def test_of_the_instances_only_those_that_a_notification_names_are_told():
    asked = notification(Happening.STARTED, instances=frozenset({"web2"}))
    [envelope] = told(started("web1", "web2"), asked)
    assert [one.name for one in envelope.payload["part"].instances] == ["web2"]
    assert told(started("web1"), asked) == []


def test_a_change_of_another_instance_is_not_told_and_one_of_what_all_share_is():
    asked = notification(Happening.CHANGED, instances=frozenset({"web2"}))
    assert told(changed(("web1", "its port")), asked) == []
    [envelope] = told(changed(("web1", "its port"), ("", "the rule"), ("web2", "x")), asked)
    lines = [words.en for _, words in envelope.payload["part"].differences]
    assert lines == ["the rule", "x"]


def test_a_great_change_is_told_in_part_and_counted():
    many = [("web1", str(number)) for number in range(MOST_SHOWN + 3)]
    [envelope] = told(changed(*many), notification(Happening.CHANGED))
    part = envelope.payload["part"]
    assert (len(part.differences), part.left_out) == (MOST_SHOWN, 3)


def test_fixed_times_are_listed_for_the_instances_that_are_asked_for():
    missed = tuple(MissedMonitor(name, f"{name}/g/m", "", NOW) for name in ("web1", "web2"))
    ends = NOW + timedelta(hours=1)
    gap = MonitoringGap(happened_at=NOW, ended_at=ends, node="n1", missed=missed)
    asked = notification(Happening.UNWATCHED, instances=frozenset({"web2"}))
    [envelope] = told(gap, asked)
    assert [one.instance for one in envelope.payload["part"].missed] == ["web2"]


UNTOLD = {
    Happening.ASIDE,
    Happening.CAME_BACK,
    Happening.UNWATCHED,
    Happening.AGENT_REFUSED,
    Happening.HUB_REFUSED,
    Happening.HUB_UNREACHABLE,
}


def test_what_must_not_stay_untold_goes_to_the_contacts_of_all_rules_each_once():
    rules = (rule("a", OPS), rule("b", SAM, OPS, routes=("smtp3",)))
    asked = with_default_notifications((), rules)
    assert [(n.id, n.contacts, n.routes) for n in asked] == [
        (BUILT_IN, (OPS,), ("smtp1", "smtp2")),
        (BUILT_IN, (SAM,), ("smtp3",)),
    ]
    assert all(n.events == UNTOLD for n in asked)


def test_who_says_who_is_told_of_it_has_the_last_word():
    mine = notification(Happening.UNWATCHED)
    first, built_in = with_default_notifications((mine,), (rule("a", SAM),))
    assert first is mine
    assert built_in.events == UNTOLD - {Happening.UNWATCHED}
    all_of_them = notification(*UNTOLD)
    assert with_default_notifications((all_of_them,), (rule("a", SAM),)) == (all_of_them,)


def test_the_contacts_of_a_hub_are_told_by_a_node_that_has_no_rule_of_its_own_and_a_route():
    of_hub = replace(rule("h", SAM), of_hub=True)
    assert [n.contacts for n in with_default_notifications((), (of_hub,))] == [(SAM,)]
    asked = with_default_notifications((), (of_hub, rule("a", OPS)))
    assert [n.contacts for n in asked] == [(OPS,)]
    nowhere = replace(SAM, addresses=())
    for one in (replace(of_hub, routes=()), replace(of_hub, contacts=(nowhere,))):
        assert with_default_notifications((), (one,)) == ()


def test_a_mail_that_was_set_aside_is_told_to_others_and_by_another_way():
    asked = (notification(Happening.ASIDE, contacts=(OPS, SAM), routes=("smtp2", "smtp3")),)
    [wanted] = notifications_elsewhere(
        ASIDE, asked, ("smtp1", "smtp2"), ("smtp1", "smtp2", "smtp3")
    )
    assert (wanted.contacts, wanted.routes) == ((SAM,), ("smtp3", "smtp2"))


def test_a_mail_that_came_back_is_told_to_others_and_by_another_way_than_it_went():
    asked = with_default_notifications((), (rule("r", OPS, SAM),))
    (wanted,) = notifications_elsewhere(
        CAME_BACK, asked, ("smtp1",), ("smtp1", "smtp2", "smtp3")
    )
    assert (wanted.contacts, wanted.routes) == ((SAM,), ("smtp2", "smtp1"))


def test_where_there_is_nobody_else_its_own_contact_is_told_by_any_way_that_is_left():
    asked = with_default_notifications((), (rule("r", OPS),))
    [wanted] = notifications_elsewhere(
        ASIDE, asked, ("smtp1", "smtp2"), ("smtp1", "smtp2", "smtp3")
    )
    assert (wanted.contacts, wanted.routes) == ((OPS,), ("smtp3", "smtp1", "smtp2"))


@pytest.mark.parametrize(
    ("id", "may"),
    [
        pytest.param("m.1/r/ops", True, id="an alarm"),
        pytest.param("notice/started/node.7/n/ops", True, id="a start"),
        pytest.param("notice/set-aside/m.1/r/ops/n/sam", False, id="an undeliverable message"),
        pytest.param("notice/came-back/m.1/r/ops/x/n/sam", False, id="a message that bounced"),
        pytest.param(
            "notice/action-failed/route/smtp1/2026-04-01/n/sam", False, id="a failure"
        ),
    ],
)
def test_what_tells_of_a_failure_leads_to_no_further_telling(id, may):
    envelope = Envelope(
        id=id, routes=(), contact="", to=(), order="", alarms=(), payload={}, born=NOW
    )
    assert may_tell_of(envelope) is may


def daily(*times, zone="UTC", days=frozenset(range(7))):
    return FixedTimes(
        times=tuple(time.fromisoformat(one) for one in times), zone=zone, days=days
    )


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@sweep(
    ("cadence", "looked", "now", "due"),
    [
        pytest.param(
            daily("08:00"), "2026-04-01 07:59", "2026-04-01 08:00", "2026-04-01 08:00", id="met"
        ),
        pytest.param(
            daily("08:00"), "2026-04-01 08:00", "2026-04-01 08:01", None, id="told already"
        ),
        pytest.param(
            daily("08:00"),
            "2026-04-01 02:00",
            "2026-04-01 11:00",
            "2026-04-01 08:00",
            id="late",
        ),
        pytest.param(
            daily("08:00"), "2026-04-01 02:00", "2026-04-01 20:00", None, id="twelve hours late"
        ),
        pytest.param(
            daily("08:00"),
            "2026-03-20 02:00",
            "2026-04-01 09:00",
            "2026-04-01 08:00",
            id="days",
        ),
        pytest.param(
            daily("08:00", "18:00"),
            "2026-04-01 07:00",
            "2026-04-01 19:00",
            "2026-04-01 18:00",
            id="of two the last",
        ),
        pytest.param(
            daily("08:00", days=frozenset({0})),
            "2026-04-01 07:00",
            "2026-04-01 09:00",
            None,
            id="another day of the week",
        ),
        pytest.param(
            daily("08:00"), "2026-04-01 08:30", "2026-04-01 07:30", None, id="clock set back"
        ),
        pytest.param(
            daily("08:00", zone="Asia/Tokyo"),
            "2026-03-31 22:59",
            "2026-03-31 23:00",
            "2026-03-31 23:00",
            id="Tokyo",
        ),
        pytest.param(
            daily("02:30", zone="Europe/Berlin"),
            "2026-03-29 00:59",
            "2026-03-29 01:30",
            "2026-03-29 01:30",
            id="Berlin, the hour that is skipped: an hour later by the clock",
        ),
        pytest.param(
            daily("02:30", zone="Europe/Berlin"),
            "2026-10-25 00:29",
            "2026-10-25 00:30",
            "2026-10-25 00:30",
            id="Berlin, the hour that comes twice: the first time",
        ),
        pytest.param(
            daily("02:30", zone="Europe/Berlin"),
            "2026-10-25 00:30",
            "2026-10-25 01:30",
            None,
            id="Berlin, the hour that comes twice: not the second time",
        ),
    ],
)
def test_a_report_is_owed_once_for_each_of_its_times(cadence, looked, now, due):
    assert report_due(cadence, utc(looked), utc(now)) == (due and utc(due))


@pytest.mark.parametrize(
    ("cadence", "due", "before"),
    [
        pytest.param(daily("08:00"), "2026-04-02 08:00", "2026-04-01 08:00", id="a day"),
        pytest.param(
            daily("08:00", days=frozenset({0})),
            "2026-04-06 08:00",
            "2026-03-30 08:00",
            id="a week",
        ),
        pytest.param(
            daily("08:00", zone="Europe/Berlin"),
            "2026-03-29 06:00",
            "2026-03-28 07:00",
            id="Berlin, the short day",
        ),
        pytest.param(
            daily("08:00", zone="Europe/Berlin"),
            "2026-10-25 07:00",
            "2026-10-24 06:00",
            id="Berlin, the long day",
        ),
    ],
)
def test_a_report_goes_on_where_the_one_before_it_ended(cadence, due, before):
    assert report_before(cadence, utc(due)) == utc(before)


def test_what_was_last_due_is_found_however_long_nobody_looked():
    ever = datetime.min.replace(tzinfo=UTC)
    for cadence, last in (
        (daily("08:00", "05:59"), "2026-04-01 05:59"),
        (daily("06:00", days=frozenset({2})), "2026-04-01 06:00"),  # a Wednesday
        (daily("06:01", days=frozenset({2})), "2026-03-25 06:01"),
        (daily("23:59", zone="Pacific/Kiritimati"), "2026-03-31 09:59"),
        (daily("00:01", zone="Pacific/Pago_Pago"), "2026-03-31 11:01"),
    ):
        assert last_due(cadence, ever, NOW) == utc(last)
        assert last_due(cadence, utc(last), NOW) is None


def test_each_minute_of_both_odd_nights_owes_a_report_just_once():
    for night in (
        datetime(2026, 3, 28, 12, tzinfo=UTC),
        datetime(2026, 10, 24, 12, tzinfo=UTC),
    ):
        for cadence in (
            daily("02:30", zone="Europe/Berlin"),
            daily("02:30", zone="Asia/Tokyo"),
        ):
            minutes = [night + timedelta(minutes=n) for n in range(24 * 60)]
            owed = [
                report_due(cadence, minute, minute + timedelta(minutes=1)) for minute in minutes
            ]
            assert len([due for due in owed if due]) == 1


def test_a_notification_without_contacts_left_is_not_asked():
    others = (notification(Happening.ASIDE), replace(notification(Happening.ASIDE), id="x"))
    both = (*others, notification(Happening.ASIDE, id="sams", contacts=(SAM,)))
    assert [n.id for n in notifications_elsewhere(ASIDE, both, (), ())] == ["sams"]
