"""The check of performance counters, on made-up values."""

from __future__ import annotations

import pytest

from noroshi import schema
from noroshi.checks import counter
from noroshi.ports import CounterValue, Unmeasurable
from tests.checks.systems import host

QUEUES = r"\PhysicalDisk(*)\Avg. Disk Queue Length"
VALUES = [
    CounterValue(value=0.12345, item="0 C:"),
    CounterValue(value=2, item="1 D:"),
    CounterValue(value=2.1, item="_Total"),
]


async def look(path=QUEUES, is_english=True, **options):
    system = host(counters={(path, is_english): VALUES})
    outcome = await counter.run(counter.Options(counter=path, **options), system, {})
    return outcome.readings


async def test_each_instance_is_an_item():
    readings = await look(exclude=("_Total",))
    assert [(one.item, one.value) for one in readings] == [("0 C:", 0.123), ("1 D:", 2)]


async def test_the_unit_is_the_administrators():
    assert {one.unit for one in await look(unit="IO")} == {"IO"}


async def test_names_are_english_unless_told_otherwise():
    assert await look(r"\物理ディスク(*)\キュー", is_english=False, local_names=True)


async def test_no_instance_cannot_be_measured():
    with pytest.raises(Unmeasurable, match="no instance of"):
        await look(exclude=("*",))


@pytest.mark.parametrize("path", ["Processor", r"\Processor", r"\\server\System\Processes", ""])
def test_what_is_no_path_of_a_counter_here_is_refused(path):
    with pytest.raises(schema.Invalid, match="must be the path of a counter"):
        schema.read(counter.Options, {"counter": path})
