"""When an agent sends samples again, as a table: state and outcome, then reason, pause, failures."""

from dataclasses import replace

import pytest

from noroshi.agent.link_state import (
    AT_ONCE,
    HubNotReached,
    LinkReason,
    LinkRequest,
    Pause,
    RequestRefused,
)
from noroshi.agent.samples_state import FIRST_STATE, SamplesTaken, next_samples_step
from noroshi.link.link_messages import LinkFault

TIRED = replace(FIRST_STATE, failures=2)

TABLE = [
    # state, outcome, reason, pause, failures
    (FIRST_STATE, SamplesTaken(), LinkReason.NO_NEWS, AT_ONCE, 0),
    (TIRED, SamplesTaken(), LinkReason.NO_NEWS, AT_ONCE, 0),
    (TIRED, HubNotReached(), LinkReason.NOT_REACHED, AT_ONCE, 2),
    (FIRST_STATE, RequestRefused(LinkFault.STALE), LinkReason.STALE_STAMP, AT_ONCE, 0),
    (FIRST_STATE, RequestRefused(LinkFault.BUSY, 4), LinkReason.HUB_BUSY, Pause(4, 6), 0),
    (FIRST_STATE, RequestRefused(None), LinkReason.REFUSED, Pause(0, 10), 1),
    (TIRED, RequestRefused(None), LinkReason.REFUSED, Pause(0, 8), 3),
    (TIRED, RequestRefused(LinkFault.REVOKED), LinkReason.REMOVED, Pause(3600, 3960), 0),
]


@pytest.mark.parametrize(("state", "outcome", "reason", "pause", "failures"), TABLE)
def test_what_follows(state, outcome, reason, pause, failures):
    step = next_samples_step(state, outcome)
    assert (step.reason, step.state.failures) == (reason, failures)
    assert step.state.request is LinkRequest.WAIT
    assert (step.pause.least, step.pause.most) == pytest.approx((pause.least, pause.most))
    assert step.needs_contact is isinstance(outcome, HubNotReached)


def test_a_stamp_that_is_stale_twice_is_a_failure():
    stale = RequestRefused(LinkFault.STALE)
    step = next_samples_step(next_samples_step(FIRST_STATE, stale).state, stale)
    assert (step.reason, step.state.failures) == (LinkReason.REFUSED, 1)
