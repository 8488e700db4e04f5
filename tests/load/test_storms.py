"""Storms of the benchmarks, small: nothing is lost and nothing told twice, whatever fails meanwhile. All of
them rage at once. Full size, one at a time: -m long.
"""

from __future__ import annotations

import pytest

from benchmarks import storm
from tests.load.at_once import at_once
from tests.load.promised import broken

A_STORM = storm.Size(
    sick=50, healthy=10, period=2.0, outage=3.0, killed_after=1.0, dead_for=1.0, patience=240.0
)
WEATHERS = {
    "a": "mail server up",
    "b": "mail server refusing",
    "c": "mail server silent",
    "d": "node killed",
    "e": "mail server refusing and node killed",
}
every_weather = pytest.mark.parametrize(
    "weather", storm.WEATHERS, ids=lambda weather: WEATHERS[weather.name]
)


@pytest.fixture(scope="module")
def storms(tmp_path_factory):
    with at_once(len(storm.WEATHERS), tmp_path_factory.mktemp("storms")) as scenes:
        for weather in storm.WEATHERS:
            scenes.begin(weather, storm.run_storm, weather, A_STORM)
        yield scenes


@every_weather
def test_a_storm_loses_no_alarm_and_tells_none_twice(storms, weather):
    seen = storms.seen(weather)
    assert (seen.lost, seen.wrong, seen.twice, seen.left_in_queue) == (0, 0, 0, 0)
    assert len(seen.again) == 0 or weather.kill
    assert seen.healthy_done > 0


@pytest.mark.long
@pytest.mark.timeout(300)
@every_weather
def test_a_storm_of_five_hundred_is_told_in_time(tmp_path, weather):
    seen = storm.run_storm(tmp_path / "run", weather, storm.Size())
    assert broken("storm", weather.name, storm.row_of(weather, storm.Size(), seen)) == {}
