"""Two machines with one key are noticed by their lives; a machine that starts again is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.core.agent_lives import HeardLife, LifeHistory
from noroshi.core.agents import Life, versions_fit
from tests.contracts.sample_records import DAWN

OLD, NEW, NEWER = Life(3, "aa"), Life(4, "bb"), Life(4, "cc")


def heard(*requests, enrolled="m1", machines=None):
    """Return the history of requests: each a life, and the seconds at which it is heard."""
    history = LifeHistory()
    for life, seconds in requests:
        one = HeardLife(
            life=life,
            began_at=DAWN + timedelta(seconds=seconds),
            machine_id=(machines or {}).get(life, "m1"),
        )
        history = history.with_request(one, enrolled)
    return history


def clones(history):
    return {one.life for one in history.clones}


@pytest.mark.parametrize(
    "requests",
    [
        [(OLD, 0), (OLD, 40), (NEW, 50), (NEW, 90), (NEW, 400)],
        [(OLD, 0), (NEW, 10), (OLD, 30), (OLD, 69), (OLD, 69.9)],
        [(OLD, 0), (NEW, 10), (OLD, 71), (NEW, 80), (NEW, 900)],
        [(OLD, 0), (NEW, 10), (OLD, 71), (NEW, 80), (OLD, 672)],
        [(NEWER, 0), (OLD, 10), (OLD, 100), (OLD, 200)],
        [(NEW, 0), (NEWER, 10), (NEWER, 100), (NEWER, 200)],
    ],
    ids=[
        "it started again",
        "requests of before came late",
        "once is no proof",
        "twice in more than ten minutes",
        "a snapshot was restored",
        "a snapshot was restored and started again",
    ],
)
def test_one_machine_is_no_clone(requests):
    assert heard(*requests).clones == ()


ALTERNATE = [(OLD, 0), (NEW, 10), (OLD, 71), (NEW, 80), (OLD, 111)]


def test_two_lives_that_go_on_are_two_machines_and_the_first_goes_on():
    history = heard(*ALTERNATE)
    assert clones(history) == {NEW}
    assert history.is_clone(NEW) and not history.is_clone(OLD)


def test_two_lives_of_one_number_are_two_machines():
    assert clones(heard((NEW, 0), (NEWER, 10), (NEW, 71), (NEW, 111))) == {NEWER}


def test_the_machine_that_was_enrolled_goes_on():
    history = heard(*ALTERNATE, machines={OLD: "m2", NEW: "m1"})
    assert clones(history) == {OLD}
    assert history.is_clone(Life(9, "dd"), "m2") and not history.is_clone(Life(9, "dd"), "m1")


def test_of_two_machines_that_are_alike_a_new_life_is_no_clone_yet():
    history = heard(*ALTERNATE)
    assert not history.is_clone(Life(9, "dd"), "m1")


def test_what_goes_on_starts_again_as_ever():
    history = heard(*ALTERNATE, (NEWER, 200), (NEWER, 300))
    assert clones(history) == {NEW} and history.lives[-1].life == NEWER


@pytest.mark.parametrize(
    ("hub", "agent", "fit"),
    [
        ("0.1.0", "0.1.9", True),
        ("0.1.0", "0.2.0", True),
        ("0.3.0", "0.2.7.dev1", True),
        ("0.1.0", "0.3.0", False),
        ("1.0.0", "0.9.0", False),
        ("0.1.0", "", True),
        ("0.1.0", "next", True),
    ],
)
def test_versions_one_minor_step_apart_fit(hub, agent, fit):
    assert versions_fit(hub, agent) is fit
