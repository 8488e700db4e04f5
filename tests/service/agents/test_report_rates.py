"""An agent reports only as much as a thousand monitors measure; the rest waits there."""

from __future__ import annotations

import pytest

from noroshi.link.link_messages import LinkFault
from noroshi.service.agents.link_refusal import LinkRefusedError
from noroshi.service.agents.report_rates import (
    LONGEST_RETRY,
    SAMPLES_A_SECOND,
    SAMPLES_BURST,
    ReportRates,
)

BURST = int(SAMPLES_BURST)


def test_samples_beyond_the_burst_are_put_off_for_as_long_as_they_take():
    rates = ReportRates()
    rates.take_samples("a", BURST, 0.0)
    with pytest.raises(LinkRefusedError) as refused:
        rates.take_samples("a", 1000, 0.0)
    assert refused.value.fault is LinkFault.BUSY
    assert refused.value.retry_after == 1000 / SAMPLES_A_SECOND
    rates.take_samples("a", 1000, 1000 / SAMPLES_A_SECOND)


def test_no_pause_is_longer_than_the_longest():
    with pytest.raises(LinkRefusedError) as refused:
        ReportRates().take_samples("a", 10_000_000, 0.0)
    assert refused.value.retry_after == LONGEST_RETRY


def test_one_agent_takes_nothing_of_another_and_one_that_left_is_forgotten():
    rates = ReportRates()
    rates.take_samples("a", BURST, 0.0)
    rates.take_samples("b", BURST, 0.0)
    rates.forget("a")
    rates.take_samples("a", BURST, 0.0)
