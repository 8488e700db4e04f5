"""The service check, on made-up services."""

from __future__ import annotations

import pytest

from noroshi import schema
from noroshi.checks import service
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.ports import ServiceFact, ServiceState, StartType, Unmeasurable
from tests.checks.systems import host
from tests.sweeps import sweep

SPOOLER = ServiceFact(
    name="Spooler",
    title="Print Spooler",
    state=ServiceState.RUNNING,
    start_type=StartType.AUTOMATIC,
    run="1200",
)


def fact(state="running", start_type="automatic", **others):
    return ServiceFact(
        name="web", state=ServiceState(state), start_type=StartType(start_type), **others
    )


async def look(*facts, memory=(), **options):
    given = service.Options(include=("*",), **options)
    outcome = await service.run(given, host(services=facts), dict(memory))
    readings = {(reading.item, reading.name): reading for reading in outcome.readings}
    return readings, outcome.memory


async def value(facts, name, memory=(), **options):
    readings, _ = await look(facts, memory=memory, **options)
    return readings["web", name].value


@sweep(
    ("given", "expected", "wrong"),
    [
        (fact("running"), "running", 0),
        (fact("stopped"), "running", 1),
        (fact("failed"), "running", 1),
        (fact("paused"), "running", 1),
        (fact("missing"), "running", 1),
        (fact("running"), "stopped", 1),
        (fact("stopped"), "stopped", 0),
        (fact("missing"), "stopped", 0),
        (fact("unreadable", "unknown"), "running", 1),
        (fact("unreadable", "unknown"), "stopped", 1),
        (fact("unreadable", "unknown"), "by_start_type", 1),
        (fact("failed"), "stopped", 0),
        (fact("stopped"), "by_start_type", 1),
        (fact("stopped", ends_by_itself=True), "by_start_type", 0),
        (fact("failed", ends_by_itself=True), "by_start_type", 1),
        (fact("stopped", "manual"), "by_start_type", 0),
        (fact("running", "manual"), "by_start_type", 0),
        (fact("failed", "manual"), "by_start_type", 1),
        (fact("running", "disabled"), "by_start_type", 1),
        (fact("stopped", "disabled"), "by_start_type", 0),
        (fact("stopped", "unknown"), "by_start_type", 0),
        (fact("missing", "unknown"), "by_start_type", 1),
    ],
)
async def test_a_service_is_in_the_expected_state_or_not(given, expected, wrong):
    assert await value(given, "wrong_state", state=expected) == wrong


async def test_a_service_that_starts_is_wrong_only_at_the_second_measurement():
    readings, memory = await look(fact("starting"))
    assert readings["web", "wrong_state"].value == 0
    assert await value(fact("starting"), "wrong_state", memory) == 1
    assert await value(fact("running"), "wrong_state", memory) == 0


async def test_the_note_says_what_is_and_what_should_be():
    readings, _ = await look(fact("failed", detail="exit-code, 1"))
    note = readings["web", "wrong_state"].note
    assert note.en == "failed (exit-code, 1), but should be running (start type: automatic)"
    assert note.ja == (
        "異常終了 (exit-code, 1) (期待する状態: 実行中。スタートアップの種類: 自動)"
    )
    readings, _ = await look(fact("running"))
    assert readings["web", "wrong_state"].note.en == "running (start type: automatic)"


async def test_the_start_type_is_compared_only_if_one_is_expected():
    readings, _ = await look(fact("running", "manual"))
    assert ("web", "wrong_start_type") not in readings
    readings, _ = await look(fact("running", "manual"), start_type="automatic")
    reading = readings["web", "wrong_start_type"]
    assert reading.value == 1
    assert reading.note.en == "the start type is manual, but should be automatic"
    assert await value(fact("running"), "wrong_start_type", start_type="automatic") == 0


async def test_another_run_is_a_restart():
    _, memory = await look(fact(run="a"))
    assert await value(fact(run="a"), "restarts", memory) == 0
    assert await value(fact(run="b"), "restarts", memory) == 1


async def test_restarts_that_the_system_counted_are_counted():
    _, memory = await look(fact(run="a", restarts=2))
    assert await value(fact(run="b", restarts=5), "restarts", memory) == 3
    assert await value(fact(run="b", restarts=0), "restarts", memory) == 1


async def test_a_service_that_did_not_run_before_was_not_restarted():
    _, memory = await look(fact("stopped"))
    assert await value(fact(run="a"), "restarts", memory) == 0


async def test_services_are_excluded_by_name_or_display_name():
    for pattern in ("spool*", "print spooler"):
        readings, _ = await look(fact(), SPOOLER, exclude=(pattern,))
        assert {item for item, _ in readings} == {"web"}


async def test_no_service_cannot_be_measured():
    with pytest.raises(Unmeasurable, match=r"no service matches \*"):
        await look()


def test_a_name_must_be_given():
    with pytest.raises(schema.Invalid, match="must contain the name of a service"):
        schema.read(service.Options, {"include": [""]})


async def test_a_stopped_service_is_critical_and_a_restarted_one_a_warning():
    limits = service.CHECK.limits
    readings, memory = await look(fact("stopped"))
    assert judge(readings["web", "wrong_state"], limits["wrong_state"]) is Level.CRITICAL
    _, memory = await look(fact(run="a"))
    readings, _ = await look(fact(run="b"), memory=memory)
    assert judge(readings["web", "restarts"], limits["restarts"]) is Level.WARNING
