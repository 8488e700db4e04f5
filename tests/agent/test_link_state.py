"""What an agent does next on its link, as a table: state and outcome, then request, reason, pause."""

from dataclasses import replace

import pytest

from noroshi.agent.link_state import (
    AT_ONCE,
    ConfigurationAccepted,
    ConfigurationRefused,
    HubNotReached,
    KeyReplaced,
    LinkReason,
    LinkRequest,
    LinkState,
    News,
    Pause,
    RequestRefused,
    first_step,
    next_step,
)
from noroshi.link.link_messages import LinkFault

HELLO, WAIT, FETCH, KEY = LinkRequest
WAITING = LinkState(configuration="c1", request=WAIT)

TABLE = [
    # state, outcome, request, reason, pause
    (LinkState(), News(), WAIT, LinkReason.NO_NEWS, AT_ONCE),
    (LinkState(), News(configuration="c1"), FETCH, LinkReason.NEW_CONFIGURATION, AT_ONCE),
    (WAITING, News(configuration="c1"), WAIT, LinkReason.NO_NEWS, AT_ONCE),
    (WAITING, News(configuration="c2"), FETCH, LinkReason.NEW_CONFIGURATION, AT_ONCE),
    (WAITING, News(is_key_due=True), KEY, LinkReason.KEY_DUE, AT_ONCE),
    (
        WAITING,
        News(configuration="c2", is_key_due=True),
        FETCH,
        LinkReason.NEW_CONFIGURATION,
        AT_ONCE,
    ),
    (WAITING, News(is_early=True), WAIT, LinkReason.NO_NEWS, Pause(20, 30)),
    (
        replace(WAITING, refused_configuration="c2"),
        News(configuration="c2", is_early=True),
        WAIT,
        LinkReason.NO_NEWS,
        Pause(20, 30),
    ),
    (
        replace(WAITING, refused_configuration="c2"),
        News(configuration="c3"),
        FETCH,
        LinkReason.NEW_CONFIGURATION,
        AT_ONCE,
    ),
    (
        replace(WAITING, offered_configuration="c2", request=FETCH),
        ConfigurationAccepted("c2"),
        WAIT,
        LinkReason.NO_NEWS,
        AT_ONCE,
    ),
    (
        replace(WAITING, offered_configuration="c2", request=FETCH),
        ConfigurationRefused("c2"),
        WAIT,
        LinkReason.NO_NEWS,
        AT_ONCE,
    ),
    (
        replace(WAITING, offered_configuration="c2", is_key_due=True, request=FETCH),
        ConfigurationAccepted("c2"),
        KEY,
        LinkReason.KEY_DUE,
        AT_ONCE,
    ),
    (
        replace(WAITING, is_key_due=True, request=KEY),
        KeyReplaced(),
        WAIT,
        LinkReason.NO_NEWS,
        AT_ONCE,
    ),
    (WAITING, RequestRefused(LinkFault.STALE), WAIT, LinkReason.STALE_STAMP, AT_ONCE),
    (
        replace(WAITING, is_stamp_fresh=False),
        RequestRefused(LinkFault.STALE),
        HELLO,
        LinkReason.REFUSED,
        Pause(0, 10),
    ),
    (WAITING, RequestRefused(LinkFault.BUSY), HELLO, LinkReason.HUB_BUSY, Pause(30, 45)),
    (WAITING, RequestRefused(LinkFault.BUSY, 8.0), HELLO, LinkReason.HUB_BUSY, Pause(8, 12)),
    (WAITING, RequestRefused(LinkFault.BUSY, 0.0), HELLO, LinkReason.HUB_BUSY, Pause(0, 1.5)),
    (WAITING, RequestRefused(LinkFault.REVOKED), HELLO, LinkReason.REMOVED, Pause(3600, 3960)),
    (WAITING, RequestRefused(LinkFault.CLONED), HELLO, LinkReason.CLONED, Pause(3600, 3960)),
    (
        WAITING,
        RequestRefused(LinkFault.VERSION),
        HELLO,
        LinkReason.OTHER_VERSION,
        Pause(600, 660),
    ),
    (
        WAITING,
        RequestRefused(LinkFault.BAD_SIGNATURE),
        HELLO,
        LinkReason.KEY_UNKNOWN,
        Pause(0, 10),
    ),
    (WAITING, RequestRefused(LinkFault.TOO_LARGE), HELLO, LinkReason.REFUSED, Pause(0, 10)),
    (WAITING, RequestRefused(None), HELLO, LinkReason.REFUSED, Pause(0, 10)),
    (WAITING, RequestRefused(None, 20.0), HELLO, LinkReason.REFUSED, Pause(20, 30)),
    (WAITING, HubNotReached(), HELLO, LinkReason.NOT_REACHED, Pause(0, 10)),
    (replace(WAITING, failures=1), HubNotReached(), HELLO, LinkReason.NOT_REACHED, Pause(0, 4)),
    (
        replace(WAITING, failures=5),
        HubNotReached(),
        HELLO,
        LinkReason.NOT_REACHED,
        Pause(0, 60),
    ),
    (
        replace(WAITING, failures=5000),
        HubNotReached(),
        HELLO,
        LinkReason.NOT_REACHED,
        Pause(0, 60),
    ),
]


@pytest.mark.parametrize(("state", "outcome", "request_", "reason", "pause"), TABLE)
def test_each_outcome_leads_to_one_next_request(state, outcome, request_, reason, pause):
    step = next_step(state, outcome)
    found = step.request, step.reason, step.pause
    assert found == (request_, reason, pause) or (
        found[:2] == (request_, reason)
        and step.pause.least == pause.least
        and step.pause.most == pytest.approx(pause.most)
    )


def test_a_run_begins_with_hello_at_once():
    step = first_step("c1")
    assert (step.request, step.pause, step.state.configuration) == (HELLO, AT_ONCE, "c1")


def test_an_answer_ends_the_row_of_failures():
    state = replace(WAITING, failures=7, is_stamp_fresh=False)
    for request_, failures in ((WAIT, 0), (FETCH, 0), (HELLO, 7)):
        asked = replace(state, request=request_)
        assert next_step(asked, News()).state.failures == failures
    assert next_step(state, News()).state.is_stamp_fresh


def test_a_request_that_is_refused_after_each_hello_is_sent_more_and_more_seldom():
    state, pauses = LinkState(), []
    for _ in range(7):
        state = next_step(replace(state, request=HELLO), News(is_key_due=True)).state
        step = next_step(state, RequestRefused(LinkFault.MALFORMED))
        state = step.state
        pauses.append(step.pause.most)
    assert pauses == [10, 4, 8, 16, 32, 60, 60]


def test_an_accepted_configuration_is_in_force_and_clears_the_refused_one():
    state = replace(WAITING, offered_configuration="c3", refused_configuration="c2")
    accepted = next_step(state, ConfigurationAccepted("c3")).state
    assert (accepted.configuration, accepted.refused_configuration) == ("c3", "")
    refused = next_step(state, ConfigurationRefused("c3")).state
    assert (refused.configuration, refused.refused_configuration) == ("c1", "c3")


def test_after_a_stale_stamp_the_same_request_is_sent_again():
    for request_ in LinkRequest:
        step = next_step(replace(WAITING, request=request_), RequestRefused(LinkFault.STALE))
        assert step.request is request_
