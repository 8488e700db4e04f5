"""The scenes of the benchmarks but the storms, small: no check and no mail is lost. A few of them run at
once. Full size, one at a time: -m long.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from math import inf

import pytest

from benchmarks import apply, browsers, hub, load, local, scripts, sending
from tests.load.at_once import at_once
from tests.load.promised import broken

A_LOAD = load.Size(monitors=100, period=2.0, timeout=1.0, window=6.0)
AN_APPLY = apply.Size(monitors=100, period=2.0, timeout=2.0, window=8.0)
SCENES = {
    "all answer": (load.run_load, replace(A_LOAD, slow_disk=True)),
    "some fall silent": (load.run_load, replace(A_LOAD, silent=20, window=8.0)),
    "all changed": (apply.run_apply, replace(AN_APPLY, changed=100)),
    "one changed": (apply.run_apply, replace(AN_APPLY, changed=1)),
    "local": (local.run_local, local.Size(monitors=60, period=2.0, window=6.0)),
    "scripts": (scripts.run_scripts, scripts.Size(monitors=20, period=1.0, window=4.0)),
    "browsers": (
        browsers.run_browsers,
        browsers.Size(monitors=50, period=2.0, timeout=1.0, browsers=10, window=4.0),
    ),
    "sending": (sending.run_sending, sending.Size(mails=60)),
    "hub": (
        hub.run_hub,
        hub.Size(agents=10, monitors=3, window=2.0, alarms=5, orders=5, orders_window=2.0),
    ),
}
AT_ONCE = 3
"""More would keep each other from a processor, and the scenes count checks."""


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    with at_once(AT_ONCE, tmp_path_factory.mktemp("scenes")) as found:
        for name, (run, size) in SCENES.items():
            found.begin(name, run, size)
        yield found


# loads: every monitor is checked, and those that fall silent are told of


def test_every_monitor_is_checked_and_nothing_is_told_while_all_answer(scenes):
    seen = scenes.seen("all answer")
    assert seen.done > 0
    assert seen.unchecked == ()
    assert seen.named == 0


def test_monitors_that_fall_silent_become_unknown_and_are_told_of(scenes):
    seen = scenes.seen("some fall silent")
    assert len(seen.unknown_after) == 20
    assert seen.named == 20
    assert seen.unchecked == ()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("slow", [False, True], ids=["a good disk", "each fsync takes 10 ms"])
def test_five_thousand_monitors_are_on_time(tmp_path, slow):
    seen = load.run_load(tmp_path / "run", replace(load.Size(), slow_disk=slow))
    assert seen.done >= 0.999 * seen.due
    assert seen.late_99 < 0.25
    if not slow:  # a reference is measured, and a ratio promised, on a good disk alone
        assert seen.cpu_per_1000 <= 1.8 * seen.bare_cpu_per_1000
    assert seen.peak <= 120
    assert seen.written_per_second <= 1e6


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_thousand_that_never_answer_make_no_other_late(tmp_path):
    seen = load.run_load(tmp_path / "run", replace(load.Size(), silent=1000))
    assert seen.late_worst <= 0.25
    assert len(seen.unknown_after) == 1000
    assert seen.unknown_after[-1] <= load.Size().period + load.Size().timeout + 0.25
    assert seen.peak <= 135


# an apply to a running node: no monitor loses a check by it


@pytest.mark.parametrize("changed", ["all changed", "one changed"])
def test_no_monitor_is_lost_by_an_apply(scenes, changed):
    seen = scenes.seen(changed)
    assert seen.done > 0
    assert seen.unchecked == ()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("changed", [5000, 1], ids=["all changed", "one changed"])
def test_an_apply_of_five_thousand_is_quick_and_makes_nobody_late(tmp_path, changed):
    seen = apply.run_apply(tmp_path / "run", apply.Size(changed=changed))
    assert seen.done == seen.due
    assert seen.took < 20 * seen.bare
    assert seen.until_in_use < 20 * seen.bare
    assert seen.late_worst <= 0.25


# local checks and scripts: each is looked at, each runs. At full size: `make bench`


def test_every_monitor_of_this_computer_is_looked_at(scenes):
    seen = scenes.seen("local")
    assert seen.due >= 180  # more if the window of a busy machine is longer
    assert seen.done >= 0.9 * seen.due  # a look at either end of the window may not be written


def test_scripts_are_run_and_measured_beside_their_program_alone(scenes):
    ran = scenes.seen("scripts")
    assert ran.due >= 80  # more if the window of a busy machine is longer
    assert ran.done >= 0.7 * ran.due  # a check at either end of the window may not be written
    assert 0 < ran.bare_cpu < ran.cpu


# browsers follow the overview live: none is lost, little is sent


def test_whoever_follows_hears_nothing_while_nothing_happens(scenes):
    seen = scenes.seen("browsers")
    assert seen.done > 0
    assert seen.ended == 0
    assert seen.size > 1000
    # A machine that is busy may make the node late, which each browser hears once.
    assert seen.got <= 10 * (2 * 100 + seen.size)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_two_hundred_browsers_do_not_disturb_five_thousand_monitors(tmp_path):
    seen = browsers.run_browsers(tmp_path / "run", browsers.Size())
    assert seen.done >= 0.999 * seen.due
    assert seen.late_99 < 0.25
    assert seen.first[-1] < 1
    assert seen.ended == 0


# a queue of mails leaves by kept connections, each once


def test_every_mail_of_a_queue_comes_once(scenes):
    seen = scenes.seen("sending")
    assert (seen.missing, seen.left_in_queue) == (0, 0)
    assert seen.ours > 0 and seen.bare > 0 and seen.cpu_per_1000 > 0


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_long_queue_leaves_in_time(tmp_path):
    seen = sending.run_sending(tmp_path / "run", sending.Size())
    assert broken("sending", "", asdict(seen)) == {}


# a hub: no alarm of an agent is lost, and all come back after it was killed


def test_a_hub_tells_each_alarm_of_its_agents_and_all_come_back(scenes):
    seen = scenes.seen("hub")
    assert (seen.untold, seen.refused) == (0, 0)
    assert len(seen.stored) == len(seen.told) == 5
    assert len(seen.answered) == 5 and seen.answered[-1] < inf
    assert seen.back > 0 and seen.health
    assert 0 < seen.bare_cpu < seen.cpu
