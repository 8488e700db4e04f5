"""The check of Windows' event log, on made-up records."""

from __future__ import annotations

import pytest

from noroshi import schema
from noroshi.checks import eventlog
from noroshi.checks.logs.filters import Term
from noroshi.ports import EventBatch, EventQuery, EventRecord
from noroshi.testing import DAWN
from tests.checks.systems import host

SYSTEM = "System"


def record(number, text="the disk\r\nis bad", source="disk", event_id=7, level=2):
    return EventRecord(
        number=number, created_at=DAWN, source=source, event_id=event_id, level=level, text=text
    )


class Log:
    """A log of these records, of which a query gets as many as it asks for."""

    def __init__(self, *records):
        self.records, self.queries = records, []

    def __call__(self, query):
        self.queries.append(query)
        found = [one for one in self.records if one.number > query.after_number]
        newest = max((one.number for one in self.records), default=0)
        shown = tuple(found[: query.most])
        return EventBatch(records=shown, newest=newest, is_partial=len(found) > len(shown))


async def look(log, memory=(), **options):
    given = eventlog.Options(logs=(SYSTEM,), **options)
    outcome = await eventlog.run(given, host(events=log), dict(memory))
    (reading,) = outcome.readings
    return reading, outcome.memory


def read_up_to(number):
    return {"numbers": {SYSTEM: number}}


async def test_the_first_measurement_counts_nothing_and_remembers_the_end():
    reading, memory = await look(Log(record(41), record(42)))
    assert (reading.item, reading.value) == (SYSTEM, 0)
    assert reading.note.en == "first measurement: only events logged from now on are counted"
    assert memory == read_up_to(42)


async def test_the_end_of_a_log_is_found_without_a_search_through_it():
    """A filter that nothing matches would have Windows read a log of gigabytes to its end."""
    log = Log(record(41))
    await look(log, levels=("warning",), sources=("disk",), ids=(7,), terms=())
    assert log.queries == [EventQuery(log=SYSTEM, most=0)]


async def test_new_events_are_counted_and_shown_on_one_line_each():
    reading, memory = await look(Log(record(41), record(42), record(43)), read_up_to(41))
    assert reading.value == 2
    assert reading.lines[0] == "2026-04-01 06:00:00Z error disk 7: the disk is bad"
    assert reading.note.en == f"first match: {reading.lines[0]}"
    assert memory == read_up_to(43)


async def test_nothing_new_is_nothing():
    reading, memory = await look(Log(record(41)), read_up_to(41))
    assert (reading.value, reading.note.en) == (0, "no matching event")
    assert memory == read_up_to(41)


async def test_windows_is_asked_for_the_levels_sources_and_ids():
    log = Log()
    await look(log, read_up_to(1), levels=("warning",), sources=("disk",), ids=(7, 8))
    (query,) = log.queries
    assert (query.log, query.levels, query.sources) == (SYSTEM, (3,), ("disk",))
    assert (query.ids, query.after_number) == ((7, 8), 1)


@pytest.mark.parametrize(
    ("exclude", "count"), [("Disk", 1), ("7", 1), ("disk:7", 1), ("disk:8", 2), ("d*:?", 1)]
)
async def test_events_are_excluded_by_source_and_id(exclude, count):
    log = Log(record(1), record(2, source="ntfs", event_id=55))
    reading, _ = await look(log, read_up_to(0), exclude=(exclude,))
    assert reading.value == count


async def test_the_text_is_searched_as_a_line_of_a_log():
    log = Log(record(1), record(2, text="the DISK\nis full"), record(3, text="nothing"))
    reading, _ = await look(log, read_up_to(0), terms=(Term(word="disk is"),))
    assert reading.value == 1
    reading, _ = await look(
        log, read_up_to(0), terms=(Term(pattern="disk is (bad|full)"),), ignore_case=True
    )
    assert reading.value == 2


async def test_a_flood_is_read_in_portions():
    log = Log(*(record(number) for number in range(1, eventlog.AT_ONCE + 2)))
    reading, memory = await look(log, read_up_to(0))
    assert reading.value == eventlog.AT_ONCE
    assert memory == read_up_to(eventlog.AT_ONCE)
    reading, _ = await look(log, memory)
    assert reading.value == 1


async def test_a_cleared_log_begins_anew():
    reading, memory = await look(Log(), read_up_to(900))
    assert (reading.value, memory) == (0, read_up_to(0))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"logs": []}, "must contain the name of a log"),
        ({"ids": list(range(21))}, "at most 20 entries"),
        ({"ids": [70000]}, "between 0 and 65535"),
        ({"sources": ["a'\""]}, "cannot contain both"),
        ({"terms": [{"word": "a"}, {"word": "b"}]}, "several terms require match"),
    ],
)
def test_what_cannot_be_asked_is_refused(given, words):
    with pytest.raises(schema.Invalid, match=words):
        schema.read(eventlog.Options, given)
