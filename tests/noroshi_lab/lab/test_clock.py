"""The lab's clock, moved from another terminal: everything goes by it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from noroshi_lab.lab.clock import LabClock, read_moment, read_span, write_span
from noroshi_lab.lab.lab import Lab
from tests.noroshi_lab.lab.lab_clients import Client, Clock
from tests.noroshi_lab.lab.test_faults import run

START = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90d", timedelta(days=90)),
        ("+1d12h", timedelta(days=1, hours=12)),
        ("-45s", timedelta(seconds=-45)),
        ("1.5h", timedelta(hours=1, minutes=30)),
        ("0s", timedelta()),
    ],
)
def test_a_span_is_read_and_written(text: str, span: timedelta) -> None:
    assert read_span(text) == span
    assert read_span(write_span(span)) == span


@pytest.mark.parametrize("text", ["", "90", "d", "+", "1y", "90d ago", "--1d"])
def test_what_is_no_span_is_not_taken(text: str) -> None:
    assert read_span(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("+90d", START + timedelta(days=90)),
        ("2026-12-31", datetime(2026, 12, 31, tzinfo=UTC)),
        ("2026-12-31T09:00+09:00", datetime(2026, 12, 31, tzinfo=UTC)),
        ("9999-01-01", None),
        ("tomorrow", None),
    ],
)
def test_a_moment_is_a_date_or_a_span_from_now_on(text: str, moment: datetime | None) -> None:
    assert read_moment(text, START) == moment


async def test_waiting_ends_when_the_clock_has_come_to_the_moment() -> None:
    beneath = Clock()
    clock = LabClock(beneath)
    by_us = asyncio.ensure_future(clock.until(START + timedelta(hours=1)))
    by_hand = asyncio.ensure_future(clock.until(START + timedelta(hours=2)))
    await asyncio.sleep(0)
    clock.move(timedelta(hours=1))
    await by_us
    assert not by_hand.done()
    beneath.move(hours=1)
    await by_hand


async def test_ninety_idle_days_pass_at_once(client: Client) -> None:
    answer = await client.tokens()
    code, told = await run(client.lab, "set", "clock=+91d")
    assert code == 0 and "clock=2027-02-24T01:02:03Z" in told
    assert (await client.refresh(answer["refresh_token"]))[1]["error_codes"] == [700082]
    await run(client.lab, "set", "clock=real")
    assert (await client.refresh(answer["refresh_token"]))[0] == 200


async def test_the_clock_is_set_to_a_date_and_goes_on_from_there(
    lab: Lab, clock: Clock
) -> None:
    await run(lab, "set", "clock=2026-12-31")
    clock.move(hours=1)
    assert lab.clock() == datetime(2026, 12, 31, 1, tzinfo=UTC)
    await run(lab, "set", "clock=-1h")
    assert lab.clock() == datetime(2026, 12, 31, tzinfo=UTC)


async def test_a_skew_stays_when_the_clock_is_set(lab: Lab, clock: Clock) -> None:
    _, told = await run(lab, "set", "skew=-10m")
    assert "skew=-10m" in told
    assert lab.clock() == clock.now - timedelta(minutes=10)
    await run(lab, "set", "clock=real")
    assert lab.clock() == clock.now - timedelta(minutes=10)


async def test_a_change_of_permission_goes_round_only_after_a_while(
    lab: Lab, clock: Clock
) -> None:
    await run(lab, "set", "propagation=1h", "tenant-smtp-auth=off")
    assert lab.directory.tenants[0].smtp_auth is True
    _, told = await run(lab, "show")
    assert "tenant-smtp-auth=off" in told and "2026-11-25T02:02:03Z" in told
    clock.move(hours=1)
    _, told = await run(lab, "show")
    assert lab.directory.tenants[0].smtp_auth is False
