"""The memory check, against made-up computers."""

from __future__ import annotations

import pytest

from noroshi.checks import memory
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.ports import Memory
from noroshi.testing import FakeHost

GIB = 2**30


async def look(**of):
    found = FakeHost(memory=Memory(**of))
    outcome = await memory.run(memory.Options(), found, {})
    return {reading.name: reading for reading in outcome.readings}


async def test_what_programs_can_still_get_is_not_used():
    found = await look(total=16 * GIB, available=4 * GIB)
    assert (found["used"].value, found["used"].unit) == (75.0, "%")
    assert (found["available"].value, found["available"].unit) == (4.0, "GiB")
    assert found["used"].note.en == "4.0 of 16.0 GiB available"
    assert found["used"].note.ja == "16.0 GiB のうち空き 4.0 GiB"


async def test_a_small_computer_has_more_than_nothing():
    assert (await look(total=GIB // 4, available=GIB // 64))["available"].value == 0.016


@pytest.mark.parametrize(
    ("swap", "used"),
    [
        pytest.param({"swap_total": 4 * GIB, "swap_free": 3 * GIB}, 25.0, id="some of it"),
        pytest.param({"swap_total": 4 * GIB, "swap_free": 4 * GIB}, 0.0, id="none of it"),
        pytest.param({}, None, id="there is none"),
    ],
)
async def test_swap_is_told_where_there_is_some(swap, used):
    found = await look(total=GIB, available=GIB, **swap)
    assert (found["swap"].value if "swap" in found else None) == used


@pytest.mark.parametrize(
    ("available", "level"),
    [(11, Level.OK), (10, Level.WARNING), (6, Level.WARNING), (5, Level.CRITICAL)],
)
async def test_it_warns_at_nine_tenths_unless_told_otherwise(available, level):
    found = await look(total=100, available=available)
    assert judge(found["used"], memory.CHECK.limits["used"]) is level
