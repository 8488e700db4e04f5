"""An agent reports only as much as a thousand monitors measure; the rest waits there."""

from __future__ import annotations

import pytest

from noroshi.link.link_messages import LinkFault
from noroshi.service.agents.link_refusal import LinkRefusedError
from noroshi.service.agents.report_rates import (
    DAY,
    LONGEST_RETRY,
    ROWS_A_DAY,
    ROWS_A_SECOND,
    SAMPLES_A_SECOND,
    SAMPLES_AT_ONCE,
    SAMPLES_BURST,
    ReportRates,
)

BURST = int(SAMPLES_BURST)


def test_samples_beyond_the_burst_are_put_off_for_as_long_as_they_take():
    rates = ReportRates()
    rates.take_samples("a", BURST, 1000.0, 0.0)
    with pytest.raises(LinkRefusedError) as refused:
        rates.take_samples("a", 1000, 10.0, 0.0)
    assert refused.value.fault is LinkFault.BUSY
    assert refused.value.retry_after == 1000 / SAMPLES_A_SECOND
    rates.take_samples("a", 1000, 10.0, 1000 / SAMPLES_A_SECOND)


def test_no_pause_is_longer_than_the_longest():
    with pytest.raises(LinkRefusedError) as refused:
        ReportRates().take_samples("a", 10_000_000, 0.0, 0.0)
    assert refused.value.retry_after == LONGEST_RETRY


def test_one_agent_takes_nothing_of_another_and_one_that_left_is_forgotten():
    rates = ReportRates()
    rates.take_samples("a", BURST, 1000.0, 0.0)
    rates.take_samples("b", BURST, 1000.0, 0.0)
    rates.forget("a")
    rates.take_samples("a", BURST, 1000.0, 0.0)


def test_rows_beyond_the_burst_are_too_many_only_if_the_agent_makes_them_so_fast():
    rates = ReportRates()
    rates.take("a", 1000, 0.0)
    for seconds, count in ((200.0, 0), (199.9, 1)):
        with pytest.raises(LinkRefusedError) as refused:
            rates.take("a", 1000, 0.0, backlog=3000, seconds=seconds)
        assert refused.value.retry_after == 1000 / ROWS_A_SECOND
        assert rates.recently_excessive("a", 0.0) == count
    rates.take("a", 1000, 100.0, backlog=3000, seconds=299.0)
    assert rates.recently_excessive("a", 3700.0) == 0


def test_a_million_rows_in_a_day_are_too_many_however_slowly_they_come():
    rates, seconds = ReportRates(), 0.0
    for _ in range(ROWS_A_DAY // 1000):
        rates.take("a", 1000, seconds)
        seconds += 100.0
    with pytest.raises(LinkRefusedError) as refused:
        rates.take("a", 1000, seconds, backlog=800_000, seconds=1e9)
    assert refused.value.retry_after == LONGEST_RETRY
    assert rates.recently_excessive("a", seconds) == 1
    rates.take("a", 1000, DAY)


def test_samples_are_too_many_only_if_the_agent_measures_so_often():
    rates = ReportRates()
    rates.take_samples("a", BURST, 1000.0, 0.0)
    for samples, count in ((SAMPLES_AT_ONCE + 1000, 0), (SAMPLES_AT_ONCE + 1001, 1)):
        with pytest.raises(LinkRefusedError):
            rates.take_samples("a", samples, 10.0, 0.0)
        assert rates.recently_excessive("a", 0.0) == count
    rates.forget("a")
    assert rates.recently_excessive("a", 0.0) == 0
