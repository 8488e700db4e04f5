"""When a witness tells that the hub is unreachable, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from noroshi.agent.turn_keeper import TurnKeeper, TurnMemory
from noroshi.agent.witness import WitnessMemory, must_tell

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
ALONE_AFTER = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)

TABLE = [
    # rank, minutes without the hub, minutes since it told last, whether it told of this, tells
    (0, 600, None, False, False),
    (1, 1.9, None, False, False),
    (1, 2, None, False, True),
    (1, 2, None, True, False),
    (1, 2, 59, False, False),
    (1, 2, 60, False, True),
    (1, 2, -5, False, True),  # the clock was set back
    (2, 9, None, False, False),
    (2, 10, None, False, True),
    (3, 29, None, False, False),
    (3, 30, None, False, True),
    (7, 29, None, False, False),
]


@pytest.mark.parametrize(("rank", "away", "ago", "has_told", "tells"), TABLE)
def test_who_tells_when(rank, away, ago, has_told, tells):
    told_at = None if ago is None else NOW - ago * MINUTE
    memory = WitnessMemory(rank=rank, told_at=told_at, has_told=has_told)
    assert must_tell(memory, away * MINUTE, ALONE_AFTER, NOW) is tells


def test_a_witness_is_never_earlier_than_an_agent_is_alone():
    memory = WitnessMemory(rank=2)
    assert not must_tell(memory, 15 * MINUTE, timedelta(hours=1), NOW)


def test_each_time_without_the_hub_is_told_once():
    now = 0.0
    memory = TurnMemory(witness=WitnessMemory(rank=1))
    keeper = TurnKeeper(
        memory, lambda: now, lambda: 0, has_route=True, has_own_notifications=False
    )
    now = 121.0
    assert keeper.must_tell(NOW)
    keeper.note_notice(NOW)
    now = 100_000.0
    assert not keeper.must_tell(NOW + timedelta(days=1))
    keeper.note_contact()
    now += 121
    assert not keeper.must_tell(NOW + timedelta(minutes=59))
    assert keeper.must_tell(NOW + timedelta(minutes=60))
