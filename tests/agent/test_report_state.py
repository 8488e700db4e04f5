"""What an agent does next with its log, as a table: state and outcome, then action, reason, pause."""

from dataclasses import replace

import pytest

from noroshi.agent.link_state import (
    AT_ONCE,
    HubNotReached,
    LinkReason,
    LinkRequest,
    LinkState,
    Pause,
    RequestRefused,
)
from noroshi.agent.report_state import (
    FIRST_STEP,
    Allowance,
    BegunAnew,
    ReportAction,
    ReportReason,
    ReportState,
    Resumed,
    Woken,
    next_report_step,
)
from noroshi.core.report import Resumption
from noroshi.link.link_messages import LinkFault

COMPARE, SEND, GAP, BEGIN, REST = ReportAction
RESTING = ReportState(action=REST)
SENDING = ReportState(action=SEND)
TIRED = replace(SENDING, link=LinkState(request=LinkRequest.WAIT, failures=2))
GATHERED = Pause(0.05, 0.05)

TABLE = [
    # state, outcome, action, reason, pause
    (RESTING, Woken(now=0), REST, ReportReason.NOTHING_NEW, AT_ONCE),
    (RESTING, Woken(now=0, has_rows=True), SEND, ReportReason.ROWS, GATHERED),
    (
        RESTING,
        Woken(now=0, has_rows=True, is_hub_restored=True),
        COMPARE,
        ReportReason.HUB_RESTORED,
        AT_ONCE,
    ),
    (ReportState(), Resumed(Resumption.SEND), REST, ReportReason.NOTHING_NEW, AT_ONCE),
    (SENDING, Resumed(Resumption.SEND), REST, ReportReason.NOTHING_NEW, AT_ONCE),
    (SENDING, Resumed(Resumption.GAP), GAP, ReportReason.ROWS_MISSING, AT_ONCE),
    (SENDING, Resumed(Resumption.FORK), BEGIN, ReportReason.OTHER_LOG, AT_ONCE),
    (SENDING, Resumed(Resumption.BEHIND), BEGIN, ReportReason.SET_BACK, AT_ONCE),
    (TIRED, Resumed(Resumption.FORK), BEGIN, ReportReason.OTHER_LOG, Pause(0, 8)),
    (replace(SENDING, action=BEGIN), BegunAnew(), SEND, ReportReason.ROWS, AT_ONCE),
    (SENDING, HubNotReached(), COMPARE, LinkReason.NOT_REACHED, AT_ONCE),
    (SENDING, RequestRefused(LinkFault.STALE), SEND, LinkReason.STALE_STAMP, AT_ONCE),
    (SENDING, RequestRefused(LinkFault.BUSY, 4), SEND, LinkReason.HUB_BUSY, Pause(4, 6)),
    (
        SENDING,
        RequestRefused(LinkFault.REVOKED),
        COMPARE,
        LinkReason.REMOVED,
        Pause(3600, 3960),
    ),
    (SENDING, RequestRefused(None), COMPARE, LinkReason.REFUSED, Pause(0, 10)),
]


@pytest.mark.parametrize(("state", "outcome", "action", "reason", "pause"), TABLE)
def test_what_follows(state, outcome, action, reason, pause):
    step = next_report_step(state, outcome)
    assert (step.action, step.reason) == (action, reason)
    assert (step.pause.least, step.pause.most) == pytest.approx((pause.least, pause.most))
    assert step.needs_contact is isinstance(outcome, HubNotReached)


def test_a_run_begins_with_a_comparison_of_the_logs():
    assert (FIRST_STEP.action, FIRST_STEP.reason) == (COMPARE, ReportReason.STARTED)


def test_a_stamp_that_is_stale_twice_is_a_failure():
    stale = RequestRefused(LinkFault.STALE)
    step = next_report_step(next_report_step(SENDING, stale).state, stale)
    assert (step.action, step.reason) == (COMPARE, LinkReason.REFUSED)


def test_what_the_hub_took_ends_a_row_of_failures_and_a_comparison_does_not():
    compared = next_report_step(replace(TIRED, action=COMPARE), Resumed(Resumption.SEND))
    assert compared.state.link.failures == 2
    assert next_report_step(TIRED, Resumed(Resumption.SEND)).state.link.failures == 0


def test_a_hub_that_never_finds_the_log_is_asked_more_and_more_seldom():
    state, pauses = SENDING, []
    for _ in range(4):
        step = next_report_step(state, Resumed(Resumption.FORK))
        pauses.append(step.pause.most)
        state = next_report_step(step.state, BegunAnew()).state
    assert pauses == [0, 4, 8, 16]


def test_reports_that_follow_each_other_without_end_become_twenty_a_minute():
    allowance, now, times = Allowance(), 0.0, []
    for _ in range(40):
        allowance, pause = allowance.take(now)
        now += pause
        times.append(now)
    assert times[:10] == [0.0] * 10
    assert times[20] - times[10] == pytest.approx(30, abs=0.1)
