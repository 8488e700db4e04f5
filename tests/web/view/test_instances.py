"""Instances, groups and monitors as pages show them, of which there may be thousands."""

import pytest

from noroshi.operations.status_answers import StoppedBy
from noroshi.service.definitions.disabled_text import outermost
from noroshi.testing import DAWN
from noroshi.web.view.instances import stops_of, tables
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.tree import tree_of
from tests.web.sample_answers import monitor_status, status


class Walked:
    """How many things were taken out of lists, one after the other."""

    def __init__(self):
        self.steps = 0

    def through(self, kind, given):
        walked = self

        class Counted(kind):
            def __iter__(self):
                for one in super().__iter__():
                    walked.steps += 1
                    yield one

        return Counted(given)


def paths(count):
    return [f"web1/many/m{n:04}" for n in range(count)]


def stopped(path):
    return monitor_status(path, stopped=StoppedBy(path=path))


def each_stopped(count, walked):
    alone = [StoppedBy(path=one, who="aki", version=2, at=DAWN) for one in paths(count)]
    return status(stopped=walked.through(tuple, alone))


@pytest.mark.parametrize("count", [100, 2_000])
def test_a_group_of_monitors_that_are_each_stopped_is_walked_through_once(count):
    walked, groups = Walked(), [{"name": "many"}]
    found = tree_of([stopped(one) for one in paths(count)])["web1"]
    (table,) = tables("web1", groups, found, each_stopped(count, walked), LOCALIZERS["en"])
    assert [row.switch.is_stopped for row in table.rows] == [True] * count
    assert "aki" in table.rows[0].switch.stopped_by and walked.steps <= 2 * count


@pytest.mark.parametrize("count", [100, 2_000])
def test_what_is_in_nothing_else_that_is_stopped_is_found_in_one_walk(count):
    walked = Walked()
    known = {one: StoppedBy(path=one) for one in ["web2", "web2/a/b", *paths(count)]}
    found = outermost(walked.through(dict, known))
    assert [one.path for one in found] == [*paths(count), "web2"]
    assert walked.steps <= 2 * len(known)


def test_a_switch_says_what_it_is_that_stops_it():
    stops = stops_of(status(stopped=(StoppedBy(path="web1/a"),)), LOCALIZERS["en"])
    assert (stops.switch_of("web1/a").stopped_parent, stops.switch_of("web1/a").is_stopped) == (
        "",
        True,
    )
    assert (stops.switch_of("web1/a/m").stopped_parent, stops.switch_of("web1/a/m").href) == (
        "web1/a",
        "/group/web1/a",
    )
    for other in ("web1", "web1/ab", "web1/b/m", "web1/ab/m"):
        assert not stops.switch_of(other).is_stopped, other
