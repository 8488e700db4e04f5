"""The processor check, against made-up counters."""

from __future__ import annotations

import pytest

from noroshi.checks import cpu
from noroshi.ports import Processor
from noroshi.testing import FakeHost


def counters(total, busy, **other):
    return Processor(cores=4, total=total, busy=busy, **other)


async def look(memory, *counted):
    outcome = await cpu.run(cpu.Options(), FakeHost(processors=counted), memory)
    return {reading.name: reading.value for reading in outcome.readings}, outcome.memory


async def remembered(*counted):
    _, memory = await look({}, *counted)
    return memory


async def test_it_tells_what_was_done_since_the_last_look():
    memory = await remembered(counters(1000, 900))
    found, _ = await look(memory, counters(1240, 960))
    assert found == {"busy": 25.0, "cores": 4}


async def test_the_first_look_counts_over_a_moment():
    found, memory = await look({}, counters(1000, 900), counters(1002, 901))
    assert found["busy"] == 50.0
    assert memory == {"total": 1002, "busy": 901}


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(counters(10, 9), id="started anew"),
        pytest.param(counters(2000, 9), id="started anew long ago"),
        pytest.param(counters(1000, 900), id="not a tick later"),
    ],
)
async def test_counters_that_did_not_go_on_are_counted_from_anew(then):
    memory = await remembered(counters(1000, 900))
    later = counters(then.total + 4, then.busy + 1)
    found, _ = await look(memory, then, later)
    assert found["busy"] == 25.0


async def test_a_processor_that_tells_nothing_at_all_is_said_to_do_nothing_wrong():
    found, _ = await look({}, counters(0, 0), counters(0, 0))
    assert found == {"cores": 4}


async def test_waiting_for_disks_and_stolen_time_are_told_where_they_are_counted():
    memory = await remembered(counters(1000, 500, iowait=10, steal=0))
    found, _ = await look(memory, counters(1100, 550, iowait=30, steal=5))
    assert (found["iowait"], found["steal"]) == (20.0, 5.0)


async def test_a_wait_for_disks_that_is_taken_back_is_none():
    memory = await remembered(counters(1000, 500, iowait=10))
    found, _ = await look(memory, counters(1100, 500, iowait=9))
    assert found["iowait"] == 0.0


async def test_load_is_told_for_each_core():
    found, _ = await look(
        {}, counters(1, 1, load=6.0), counters(2, 2, load=6.0), counters(3, 3, load=6.0)
    )
    assert found["load"] == 1.5
