"""The storm: nothing is lost and nothing told twice, whatever fails meanwhile. Full size: -m long."""

from __future__ import annotations

import pytest

from benchmarks.promises import promises
from benchmarks.storm import WEATHERS, Size, row_of, run_storm

pytestmark = pytest.mark.xdist_group("load")  # they wait: one at a time, beside the others

SMALL = Size(
    sick=50, healthy=10, period=2.0, outage=3.0, killed_after=1.0, dead_for=1.0, patience=240.0
)
NAMES = {
    "a": "mail server up",
    "b": "mail server refusing",
    "c": "mail server silent",
    "d": "node killed",
    "e": "mail server refusing and node killed",
}
every_weather = pytest.mark.parametrize("weather", WEATHERS, ids=lambda w: NAMES[w.name])


@every_weather
def test_a_storm_loses_no_alarm_and_tells_none_twice(tmp_path, weather):
    seen = run_storm(tmp_path / "run", weather, SMALL)
    assert (seen.lost, seen.wrong, seen.twice, seen.left_in_queue) == (0, 0, 0, 0)
    assert len(seen.again) == 0 or weather.kill
    assert seen.healthy_done > 0


@pytest.mark.long
@pytest.mark.timeout(300)
@every_weather
def test_a_storm_of_five_hundred_is_told_in_time(tmp_path, weather):
    row = row_of(weather, Size(), run_storm(tmp_path / "run", weather, Size()))
    broken = {
        p.about: p.value(row) for p in promises("storm", weather.name) if p.value(row) > p.most
    }
    assert broken == {}
