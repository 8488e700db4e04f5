"""Which steps a setup has, and which comes next, for each way to sign in."""

import pytest

from noroshi.guides import WAYS
from noroshi.guides.setup_flow import (
    STEPS,
    SetupFact,
    SetupStep,
    facts_before,
    facts_for,
    facts_of_step,
    first_start,
    next_step,
)
from noroshi.guides.setup_goal import SetupGoal

SENDER, CERTIFICATE, APP = SetupStep.SENDER, SetupStep.CERTIFICATE, SetupStep.REGISTRATION
CREDENTIAL, SIGN_IN, PERMISSION = (
    SetupStep.CREDENTIAL,
    SetupStep.SIGN_IN,
    SetupStep.PERMISSION,
)
TEST = SetupStep.TEST_MAIL


def goal(way, kind="smtp", **more):
    return SetupGoal(
        account="m365", route="r", way=way, kind=kind, mailbox="a@contoso.com", **more
    )


def walked(needed):
    """The steps, as whoever does each one that comes next goes them."""
    known, steps = frozenset(), []
    while (following := next_step(needed, known)) is not None:
        steps.append(following)
        known |= facts_of_step(following)
    return steps


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        (None, [SENDER, TEST]),
        (
            goal("app-certificate"),
            [SENDER, CERTIFICATE, APP, CREDENTIAL, SIGN_IN, PERMISSION, TEST],
        ),
        (goal("app-secret"), [SENDER, APP, CREDENTIAL, SIGN_IN, PERMISSION, TEST]),
        (goal("app-secret", "graph"), [SENDER, APP, CREDENTIAL, SIGN_IN, PERMISSION, TEST]),
        (goal("person-paste"), [SENDER, APP, CREDENTIAL, SIGN_IN, PERMISSION, TEST]),
        (goal("person-paste", "graph"), [SENDER, APP, CREDENTIAL, SIGN_IN, TEST]),
        (
            goal("person-paste", "graph", person="b@contoso.com"),
            [SENDER, APP, CREDENTIAL, SIGN_IN, PERMISSION, TEST],
        ),
        (goal("person-device", "graph", secret=False), [SENDER, APP, SIGN_IN, TEST]),
    ],
)
def test_the_steps_of_a_route(given, steps):
    assert walked(facts_for(given)) == steps


@pytest.mark.parametrize(
    ("known", "following"),
    [
        ((), SetupStep.CONTACT),
        ((SetupFact.RECIPIENT,), SetupStep.MACHINE),
        (facts_before(SENDER), SENDER),
        (facts_before(SENDER) | {SetupFact.MAILBOX, SetupFact.TENANT}, SENDER),
        (facts_before(APP), APP),
        (facts_before(TEST), TEST),
        (facts_before(SetupStep.ARRIVAL), SetupStep.ARRIVAL),
        (frozenset(SetupFact), None),
    ],
)
def test_the_first_start_goes_on_at_what_is_not_known_yet(known, following):
    needed = first_start(facts_for(goal("person-paste")))
    assert next_step(needed, known) == following


def test_each_fact_has_a_step_and_the_steps_are_in_their_order():
    assert list(STEPS) == list(SetupFact)
    assert list(dict.fromkeys(STEPS.values())) == list(SetupStep)


@pytest.mark.parametrize("way", WAYS)
def test_no_way_asks_for_a_step_twice(way):
    steps = walked(first_start(facts_for(goal(way))))
    assert len(steps) == len(set(steps))
    assert steps[0] is SetupStep.CONTACT and steps[-1] is SetupStep.ARRIVAL
