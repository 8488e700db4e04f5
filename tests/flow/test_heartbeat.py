"""A job that does not report, from its silence to the mail and back; in the mail's own words."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from noroshi.actions.mail import Options, action
from noroshi.actions.template import TemplateRenderer
from noroshi.checks import heartbeat
from noroshi.core.cadence import FixedInterval
from noroshi.core.model import Contact, Monitor, Rule
from noroshi.hosts.jobs import Jobs
from noroshi.hosts.local import LocalHost, SharedParts
from noroshi.hosts.programs import ProgramRules
from noroshi.ports import Beat
from tests.flow.scene import WEB1, Scene

RULE = Rule(
    id="r",
    action="mail",
    contacts=(
        Contact(id="aki", addresses=("aki@example.com",), language="ja", zone="Asia/Tokyo"),
        Contact(id="sam", addresses=("sam@example.com",)),
    ),
    routes=("smtp1",),
    options=Options(),
)
MONITOR = Monitor(
    id="m",
    name="backup",
    instance=WEB1,
    group="jobs",
    kind="heartbeat",
    options=heartbeat.Options(job="backup", every="1h", grace="10m"),
    limits=heartbeat.CHECK.limits,
    cadence=FixedInterval(timedelta(seconds=30)),
    rules=(RULE,),
)


class Night(Scene):
    """Its host is a real one, which reads what was reported from the scene's own store."""

    def __init__(self):
        super().__init__()
        self.checks, self.actions = (heartbeat.CHECK,), (action(TemplateRenderer()),)
        clocks = self.time.clocks
        jobs = Jobs(self.store.beats, clocks.steady)
        zone = ZoneInfo("Asia/Tokyo")
        self.here = LocalHost(
            ProgramRules(), clocks, zone=zone, shared_parts=SharedParts(jobs=jobs)
        )

    def host(self, _monitor):
        return self.here

    async def report(self, **said):
        await self.store.beat("backup", Beat(at=self.time.now, **said))

    def told(self, contact):
        return [e.payload for e in self.smtp.sent_envelopes if e.contact == contact]


@pytest.fixture
async def night():
    found = Night()
    await found.plan(MONITOR)
    return found


def subjects(night, contact="sam"):
    return [payload["subject"] for payload in night.told(contact)]


async def test_a_job_that_is_late_is_told_of_and_its_report_ends_it(night):
    await night.run(minutes=69)
    assert subjects(night) == []
    await night.run(minutes=6)
    await night.report(text="12 GiB")
    await night.run(minutes=69)
    alarm, recovery = subjects(night)
    assert alarm.startswith(
        "[CRITICAL] web1 backup: backup has never reported; it was expected"
    )
    assert recovery.startswith("[RECOVERED] web1 backup: backup reported at 2026-04-01 16:15")
    alarm, _ = subjects(night, "aki")
    assert alarm.startswith("[危険] web1 backup: backup からまだ一度も報告がありません")


async def test_a_job_that_reports_in_time_is_told_of_to_nobody(night):
    for _ in range(4):
        await night.report()
        await night.run(minutes=60)
    assert night.smtp.sent_envelopes == []


async def test_a_failure_is_told_in_the_jobs_own_words(night):
    await night.report(ok=False, text="no space on tape")
    await night.run(minutes=1)
    for contact, said in (
        ("sam", "reported a failure at 2026-04-01 15:00 +09:00"),
        ("aki", "失敗の報告がありました"),
    ):
        (only,) = night.told(contact)
        assert f"{said}: no space on tape" in only["text"]


async def test_a_clock_that_was_set_back_holds_off_no_alarm(night):
    await night.report()
    await night.run(minutes=1)
    night.time.jump(hours=-6)
    await night.run(minutes=73)
    assert len(subjects(night)) == 1


async def test_after_a_restart_it_counts_from_where_it_was(night):
    await night.run(minutes=40)
    await night.run(minutes=31)
    assert len(subjects(night)) == 1


async def test_a_job_that_was_late_and_then_says_that_it_failed_is_told_of_again(night):
    await night.run(minutes=75)
    await night.report(ok=False, text="no space on tape")
    await night.run(minutes=3)
    late, failed = subjects(night)
    assert late.startswith("[CRITICAL] web1 backup: backup has never reported")
    assert failed.startswith("[CRITICAL] web1 backup: backup reported a failure at")
    assert "a different reading is now the cause" in night.told("sam")[1]["text"]
