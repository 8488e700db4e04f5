"""What mails say of an instance or of Noroshi itself, in both languages."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noroshi.actions.notice import notice
from noroshi.agent import link_loop
from noroshi.core.levels import Level
from noroshi.core.model import Contact
from noroshi.core.notices.notice import (
    ActionFailed,
    AgentConflict,
    AgentRefused,
    Failure,
    Happening,
    HubRefusal,
    HubRefused,
    HubUnreachable,
    MailCameBack,
    MailSetAside,
    MissedMonitor,
    MonitoredInstance,
    MonitoringGap,
    MonitoringStarted,
    MonitoringStopped,
    SettingsChanged,
    StatusReport,
    UnhealthyMonitor,
)
from noroshi.core.translation import plain
from noroshi.service.agents import conversation
from noroshi.stores.sqlite.quarantine import UNREADABLE
from tests.sweeps import sweep

NOTICES = Path(__file__).parents[1] / "data" / "notices"
NIGHT = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AKI = Contact(id="aki", addresses=("aki@example.com",), language="ja", zone="Asia/Tokyo")
SAM = Contact(id="sam", addresses=("sam@example.com",), language="en")
WEB1, FS01 = MonitoredInstance("web1", "Web server", 12), MonitoredInstance("fs01", "", 3)
STARTED = MonitoringStarted(happened_at=NIGHT, node="n1", instances=(WEB1, FS01), version=7)
WELL = StatusReport(
    happened_at=NIGHT,
    due=NIGHT,
    tally_since=NIGHT - 24 * HOUR,
    instances=("fs01", "web1"),
    healthy_count=15,
    unmeasured_count=0,
    unhealthy=(),
    tally={"accepted": 5, "": 1},
    waiting_count=1,
    set_aside_count=0,
)
NOT_OK = (UnhealthyMonitor("web1", "web1/os/disk", plain("Disk space"), Level.WARNING, None),)
ASIDE = MailSetAside(
    happened_at=NIGHT,
    mail="01J.1/ops/ops",
    contact="ops",
    addresses=("ops@example.com",),
    subject="[CRITICAL] FS01 Disk space",
    route="smtp2",
    reason=plain("550 5.1.1 no such user"),
)
CAME_BACK = MailCameBack(
    happened_at=NIGHT + HOUR,
    mail="01J.1/ops/ops",
    contact="ops",
    address="gone@example.com",
    subject="[CRITICAL] FS01 Disk space",
    route="smtp1",
    accepted_at=NIGHT,
    reason=plain("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
)
FAILED = ActionFailed(
    happened_at=NIGHT,
    failure=Failure.TEXT,
    name="ops",
    contact="ops",
    subject="[CRITICAL] FS01 Disk space",
    reason=plain("boom is undefined"),
    mail="01J.1/ops/ops",
)
INTRUDER = AgentRefused(
    happened_at=NIGHT,
    conflict=AgentConflict.INVITATION,
    agent="fs01",
    inviter="sato",
    machine="laptop",
    address="192.0.2.7",
)
TURNED_AWAY = HubRefused(
    happened_at=NIGHT, refusal=HubRefusal.REMOVED, hub="tokyo", agent="fs01"
)
ALL = {
    "started": STARTED,
    "stopped": MonitoringStopped(happened_at=NIGHT, node="n1", instances=(WEB1,), version=7),
    "removed": MonitoringStopped(
        happened_at=NIGHT, node="n1", instances=(WEB1,), version=8, by_version=True
    ),
    "changed": SettingsChanged(
        happened_at=NIGHT,
        version=8,
        author="sato",
        note=plain("more room"),
        differences=(("web1", plain("~ instances/web1: os/disk limits.used.warning 80 → 85")),),
        left_out=3,
        is_offline_change=True,
    ),
    "changed-in-a-row": SettingsChanged(
        happened_at=NIGHT,
        version=8,
        author="sato",
        note=plain("setup"),
        differences=(("", plain("+ routes/smtp1")), ("", plain("+ accounts/m365"))),
        first=5,
    ),
    "text-failed": FAILED,
    "route-refused": replace(
        FAILED, failure=Failure.ROUTE, name="smtp1", reason=plain("550 5.7.60")
    ),
    "address-refused": replace(
        FAILED,
        failure=Failure.ADDRESS,
        reason=plain("550 5.1.1"),
        addresses=("old@example.com",),
    ),
    "set-aside": ASIDE,
    "unread": replace(
        ASIDE,
        addresses=(),
        subject="?",
        reason=UNREADABLE.fill(said="not a valid record: Input data was truncated"),
        is_unreadable=True,
    ),
    "came-back": CAME_BACK,
    "well": WELL,
    "not-well": replace(
        WELL,
        happened_at=NIGHT + 2 * HOUR,
        healthy_count=13,
        unmeasured_count=1,
        unhealthy=(
            UnhealthyMonitor(
                "web1", "web1/os/disk", plain("Disk space"), Level.CRITICAL, NIGHT - 5 * HOUR
            ),
        ),
    ),
    "not-measured": replace(WELL, healthy_count=12, unmeasured_count=3),
    "lost": replace(WELL, tally={"accepted": 5, "came back": 1, "set aside": 1}, lost_count=2),
    "unwatched": MonitoringGap(
        happened_at=NIGHT - 3 * HOUR,
        ended_at=NIGHT,
        node="tokyo",
        missed=(MissedMonitor("web1", "web1/os/backup", "Backup", NIGHT - HOUR),),
    ),
    "invitation-stolen": INTRUDER,
    "agent-cloned": replace(INTRUDER, conflict=AgentConflict.KEY, machine=""),
    "removed-by-hub": TURNED_AWAY,
    "cloned": replace(TURNED_AWAY, refusal=HubRefusal.CLONED),
    "other-version": replace(
        TURNED_AWAY,
        refusal=HubRefusal.OTHER_VERSION,
        detail=link_loop.OTHER_VERSION.fill(
            message=conversation.OTHER_VERSION.fill(hub_version="3.0.0", agent_version="1.0.0")
        ),
    ),
    "hub-unreachable": HubUnreachable(
        happened_at=NIGHT, hub="tokyo", agent="fs01", last_contact=NIGHT - HOUR
    ),
    "slept": MonitoringGap(
        happened_at=NIGHT - HOUR, ended_at=NIGHT, node="tokyo", was_suspended=True
    ),
    "hub-unwatched": MonitoringGap(
        happened_at=NIGHT - HOUR, ended_at=NIGHT, node="tokyo", has_agents=True
    ),
}


def subjects(*names, contact=SAM):
    return [notice(contact, ALL[name])["subject"] for name in names]


@sweep("contact", [SAM, AKI], ids=["en", "ja"])
@sweep("name", ALL)
def test_a_notice_reads_as_the_golden_file(name, contact):
    payload = notice(contact, ALL[name])
    said = f"{payload['subject']}\n\n{payload['text']}"
    file = NOTICES / f"{name}.{contact.language}.txt"
    assert said == file.read_text(encoding="utf-8")


@sweep("name", ALL)
def test_the_html_says_what_the_text_says_first(name):
    payload = notice(SAM, ALL[name])
    assert payload["subject"].removeprefix("[Noroshi] ") in html.unescape(payload["html"])


def changed(count, more=0, width=1):
    lines = tuple(("web1", plain(f"~ difference {n} {'&' * width}.")) for n in range(count))
    return replace(ALL["changed"], differences=lines, left_out=more)


@pytest.mark.parametrize(("count", "more"), [(9, 0), (50, 0), (50, 7)])
def test_the_html_shows_all_that_is_listed_and_no_hint_that_there_is_more(count, more):
    html = notice(SAM, changed(count, more))["html"]
    assert all(f"difference {n} " in html for n in range(count))
    assert "in the plain-text version" not in html
    assert ("and 7 more" in html) is bool(more)


def test_what_does_not_fit_is_counted_in_the_html_and_whole_in_the_text():
    html = notice(SAM, changed(50, width=10_000))["html"]
    assert "42 more lines, in the plain-text version of this message" in html
    payload = notice(AKI, changed(50, width=10_000))
    assert "ほかに42行あります。全文は、このメールのテキスト形式の本文に" in payload["html"]
    assert "difference 49 " in payload["text"]


def test_each_instance_of_many_is_named_in_the_html():
    many = tuple(MonitoredInstance(f"server{n:02}", "", 1) for n in range(20))
    html = notice(SAM, replace(STARTED, instances=many))["html"]
    assert all(f"server{n:02}: 1 monitor" in html for n in range(20))


def test_each_thing_that_can_happen_is_told():
    assert {one.happening for one in ALL.values()} == set(Happening)


def test_what_asks_for_a_person_is_urgent_and_what_does_not_is_not():
    importance = {name: notice(SAM, one)["importance"] for name, one in ALL.items()}
    assert {n for n, level in importance.items() if level == "high"} == {
        "text-failed",
        "route-refused",
        "address-refused",
        "unread",
        "set-aside",
        "came-back",
        "lost",
        "invitation-stolen",
        "agent-cloned",
        "removed-by-hub",
        "cloned",
        "other-version",
        "hub-unreachable",
    }
    low = {name for name, level in importance.items() if level == "low"}
    assert low == {"well", "not-well", "not-measured"}


def test_a_refused_agent_whose_name_nobody_knows_leaves_no_hole_in_the_text():
    text = notice(SAM, replace(INTRUDER, agent=""))["text"]
    assert "Agent (not known) joined" in text and "Check that (not known)" in text


def test_an_instance_stands_in_the_subject_and_of_several_how_many_more():
    assert subjects("stopped", "started") == [
        "[Noroshi] web1: monitoring stopped",
        "[Noroshi] web1 and 1 more: monitoring started",
    ]


def test_an_alarm_in_a_state_that_none_may_be_in_is_counted_as_lost():
    text = notice(SAM, replace(WELL, tally={"accepted": 5, "gone": 2}))["text"]
    assert "7 since" in text and "Lost since the store was created: 2" in text


def test_a_line_break_in_what_somebody_else_wrote_begins_no_line_of_ours():
    evil = replace(ASIDE, subject="x\nHow to fix it  pay", reason=plain("550 a\r\nFrom: b"))
    payload = notice(SAM, evil)
    assert "\n" not in payload["subject"]
    assert "\nHow to fix it  pay" not in payload["text"]
    assert not any(line.startswith("From:") for line in payload["text"].splitlines())


@pytest.mark.parametrize(
    ("changed", "headline", "mark"),
    [
        (
            {"healthy_count": 12, "unmeasured_count": 3},
            "12 of 15 monitors OK, 3 not measured yet",
            "",
        ),
        (
            {"healthy_count": 0, "unmeasured_count": 1},
            "0 of 1 monitor OK, 1 not measured yet",
            "",
        ),
        ({"lost_count": 1}, "1 alarm lost", "◆ "),
        ({"tally": {"unheard of": 2}}, "2 alarms lost", "◆ "),
        ({"tally": {"came back": 1, "set aside": 1}}, "2 alarms not delivered", "▲ "),
        (
            {"lost_count": 2, "tally": {"came back": 1}},
            "2 alarms lost; 1 other alarm not delivered",
            "◆ ",
        ),
        ({"lost_count": 1, "unhealthy": NOT_OK}, "1 alarm lost; 1 of 16 monitors not OK", "◆ "),
        ({}, "all 15 monitors are OK", "○ "),
    ],
)
def test_a_report_is_never_kinder_than_what_is_known(changed, headline, mark):
    payload = notice(SAM, replace(WELL, **changed))
    assert payload["subject"] == f"[Noroshi] {headline}"
    assert payload["text"].startswith(f"{mark}NOTICE")


def test_nothing_watched_is_not_called_well():
    payload = notice(SAM, replace(WELL, healthy_count=0, instances=()))
    assert payload["subject"] == "[Noroshi] nothing is monitored"


def test_a_report_tells_of_how_many_nothing_is_told():
    silent = replace(WELL, silent_count=3)
    assert "3 suppressed (silence or maintenance)" in notice(SAM, silent)["text"]
    assert "通知停止またはメンテナンス中 3" in notice(AKI, silent)["text"]
