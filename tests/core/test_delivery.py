"""What becomes of an envelope after an attempt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.delivery import (
    BACKOFF,
    TRIES_A_ROUTE,
    Accepted,
    NextRoute,
    OpenCircuit,
    Retry,
    SetAside,
    decide_fate,
    settle_envelope,
)
from noroshi.core.mail import Answer, Envelope, Fault, Parcel, Receipt, Verdict
from noroshi.core.translation import NOTHING, bilingual, plain
from noroshi.testing import DAWN
from tests.sweeps import sweep

YES, LATER, NO, DOWN = (Verdict.ACCEPTED, Verdict.DEFERRED, Verdict.REFUSED, Verdict.ROUTE_DOWN)
LETTER = Envelope(
    id="m.1/r/ops",
    routes=("smtp1", "smtp2"),
    contact="ops",
    to=("a", "b"),
    order="m/ops",
    alarms=("m.1/r/ops",),
    payload={},
    born=DAWN,
)


def parcel(route="smtp1", **other):
    return Parcel(replace(LETTER, **other), route, "lease")


def receipt(a, b=None, code=0):
    answers = {"a": Answer(a, "said a", code), "b": Answer(b or a, "said b", code)}
    return Receipt(at=DAWN, answers=answers)


def down(fault, again=None):
    answers = {x: Answer(DOWN, f"said {x}", fault=fault, again=again) for x in "ab"}
    return Receipt(at=DAWN, answers=answers)


@pytest.mark.parametrize(
    ("route", "said", "expected"),
    [
        pytest.param("smtp1", receipt(YES), Accepted(DAWN), id="accepted"),
        pytest.param("smtp1", receipt(YES, NO), Accepted(DAWN), id="one of two refused"),
        pytest.param(
            "smtp1", receipt(NO), NextRoute(plain("said a; said b")), id="refused by the first"
        ),
        pytest.param(
            "smtp2",
            receipt(NO),
            NextRoute(plain("said a; said b")),
            id="refused by the second while the first rests",
        ),
        pytest.param(
            "smtp1", receipt(YES, LATER), Retry(DAWN + BACKOFF[0], plain("said b")), id="one"
        ),
    ],
)
def test_the_receipt_decides(route, said, expected):
    assert decide_fate(parcel(route), said, 0.0) == expected


def test_only_what_every_route_refused_is_set_aside():
    first = parcel("smtp2")
    left, due = settle_envelope(first, receipt(NO), decide_fate(first, receipt(NO), 0.0))
    assert (left.routes, left.to, due) == (("smtp1",), ("a", "b"), DAWN)
    assert isinstance(decide_fate(Parcel(left, "smtp1", "lease"), receipt(NO), 0.0), SetAside)


def test_a_route_that_is_named_twice_is_no_other_route():
    """Else it would have none left, and wait for ever."""
    twice = parcel("smtp2", routes=("smtp2", "smtp2"))
    assert decide_fate(twice, receipt(NO), 0.0) == SetAside(plain("said a; said b"))


def test_accepted_addresses_are_done_and_deferred_ones_stay():
    left, due = settle_envelope(parcel(), receipt(YES, LATER), Retry(DAWN, NOTHING))
    assert (left.to, left.reached, left.attempts, due) == (("b",), ("a",), 1, DAWN)


def test_who_was_refused_is_remembered_while_others_are_tried_again():
    left, _ = settle_envelope(parcel(), receipt(NO, LATER), Retry(DAWN, NOTHING))
    assert (left.to, left.reached, left.refused) == (("b",), (), ("a",))
    left, _ = settle_envelope(parcel(), receipt(NO), NextRoute(NOTHING))
    assert (left.to, left.refused) == (("a", "b"), ())


def test_a_refusal_after_others_were_reached_ends_it_well():
    assert decide_fate(parcel("smtp2", to=("b",), reached=("a",)), receipt(NO), 0) == Accepted(
        DAWN
    )


def test_pauses_grow_and_stay_within_an_hour_and_a_quarter():
    pauses = [
        decide_fate(parcel("smtp2", attempts=n), receipt(LATER), 1.0).retry_at - DAWN
        for n in range(12)
    ]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=1.25)


def test_after_some_tries_the_next_route_has_its_turn():
    said = decide_fate(parcel(attempts=TRIES_A_ROUTE - 1), receipt(LATER), 0.0)
    assert said == NextRoute(plain("said a; said b"))


def test_an_address_that_the_receipt_does_not_name_is_tried_again():
    said = Receipt(at=DAWN, answers={"a": Answer(YES)})
    assert isinstance(decide_fate(parcel(), said, 0.0), Retry)


def test_our_own_words_stand_before_what_the_other_side_said():
    words = bilingual(en="it did not let us sign in: 535", ja="サインインできません: 535")
    said = Receipt(at=DAWN, answers={"a": Answer(DOWN, "5.7.3 no", 535, words=words)})
    assert decide_fate(parcel(to=("a",)), said, 0.0).reason == words


def test_what_was_said_without_a_word_has_words_in_both_languages():
    said = Receipt(at=DAWN, answers={"a": Answer(NO), "b": Answer(NO)})
    why = decide_fate(parcel(), said, 0.0).reason
    assert (why.en, why.ja) == (
        "refused without giving a reason",
        "理由が示されないまま、拒否されました",
    )


def test_a_route_that_is_down_costs_the_envelope_nothing():
    said = decide_fate(parcel(attempts=2), receipt(DOWN), 0.0)
    assert isinstance(said, OpenCircuit)
    left, _ = settle_envelope(parcel(attempts=2), receipt(DOWN), said)
    assert (left.attempts, left.routes) == (2, LETTER.routes)


@sweep(
    ("down_for", "fault", "seconds"),
    [
        pytest.param(0, Fault.NETWORK, 1, id="nobody answers: at once again"),
        pytest.param(30, Fault.NETWORK, 3, id="nobody answers: a tenth of the outage"),
        pytest.param(86400, Fault.NETWORK, 120, id="nobody answers: every two minutes"),
        pytest.param(0, Fault.SERVER, 1, id="too busy is no refusal"),
        pytest.param(0, Fault.QUOTA, 900, id="the day's quota: a quarter of an hour"),
        pytest.param(86400, Fault.QUOTA, 3600, id="the day's quota: at last each hour"),
        pytest.param(0, Fault.SIGN_IN, 900, id="nobody signed in: a quarter of an hour"),
        pytest.param(86400, Fault.SIGN_IN, 3600, id="nobody signed in: at last each hour"),
        pytest.param(0, Fault.PERMISSION, 900, id="not allowed: after a quarter of an hour"),
        pytest.param(7200, Fault.PERMISSION, 1800, id="not allowed: a quarter of the outage"),
        pytest.param(86400, Fault.PERMISSION, 3600, id="not allowed: at last each hour"),
        pytest.param(0, Fault.SETUP, 60, id="our own settings: after a minute"),
        pytest.param(86400, Fault.SETUP, 1800, id="our own settings: at last each half hour"),
    ],
)
def test_a_route_rests_in_proportion_to_its_outage(down_for, fault, seconds):
    since = DAWN - timedelta(seconds=down_for)
    said = decide_fate(replace(parcel(), down_since=since), down(fault), 0.0)
    until = DAWN + timedelta(seconds=seconds)
    assert said == OpenCircuit(since, until, plain("said a; said b"), fault)


def test_a_route_without_a_fault_of_its_own_rests_as_a_sick_server_does():
    assert decide_fate(parcel(), receipt(DOWN), 0.0).fault is Fault.SERVER


@pytest.mark.parametrize("hours", [1, 0], ids=["longer than ours", "shorter than ours"])
def test_a_route_rests_at_least_as_long_as_the_other_side_asks(hours):
    again = DAWN + timedelta(hours=hours)
    said = decide_fate(parcel(), down(Fault.SERVER, again), 0.0)
    assert said.open_until == max(again, DAWN + timedelta(seconds=1))


def test_a_mail_waits_at_least_as_long_as_the_other_side_asks():
    again = DAWN + timedelta(hours=1)
    answers = {"a": Answer(LATER, "said a", again=again), "b": Answer(LATER, "said b")}
    assert decide_fate(parcel(), Receipt(at=DAWN, answers=answers), 0.0).retry_at == again
