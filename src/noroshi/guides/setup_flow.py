"""Decide the steps of a setup: which there are for a goal, what each one finds out, and which
comes next. The terminal's setup and the pages of the first start only ask and show. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from noroshi.guides.setup_goal import SetupGoal


class SetupStep(StrEnum):
    """The steps of a setup, in order."""

    CONTACT = "contact"
    MACHINE = "machine"
    SENDER = "sender"
    CERTIFICATE = "certificate"
    REGISTRATION = "registration"
    CREDENTIAL = "credential"
    SIGN_IN = "sign_in"
    PERMISSION = "permission"
    TEST_MAIL = "test_mail"
    ARRIVAL = "arrival"


class SetupFact(StrEnum):
    """A thing that a setup finds out or proves, in the order in which one needs the other."""

    RECIPIENT = "recipient"
    INSTANCE = "instance"
    MAILBOX = "mailbox"
    TENANT = "tenant"
    SIGN_IN_WAY = "sign_in_way"
    CERTIFICATE = "certificate"
    APP = "app"
    CREDENTIAL = "credential"
    SIGN_IN = "sign_in"
    PERMISSION = "permission"
    ACCEPTANCE = "acceptance"
    RECEIPT = "receipt"


STEPS: Mapping[SetupFact, SetupStep] = {
    SetupFact.RECIPIENT: SetupStep.CONTACT,
    SetupFact.INSTANCE: SetupStep.MACHINE,
    SetupFact.MAILBOX: SetupStep.SENDER,
    SetupFact.TENANT: SetupStep.SENDER,
    SetupFact.SIGN_IN_WAY: SetupStep.SENDER,
    SetupFact.CERTIFICATE: SetupStep.CERTIFICATE,
    SetupFact.APP: SetupStep.REGISTRATION,
    SetupFact.CREDENTIAL: SetupStep.CREDENTIAL,
    SetupFact.SIGN_IN: SetupStep.SIGN_IN,
    SetupFact.PERMISSION: SetupStep.PERMISSION,
    SetupFact.ACCEPTANCE: SetupStep.TEST_MAIL,
    SetupFact.RECEIPT: SetupStep.ARRIVAL,
}
"""The step in which each fact is found out."""
SENDING = (SetupFact.MAILBOX, SetupFact.ACCEPTANCE)
"""The facts for a route without a sign-in, such as one's own mail server."""


def next_step(
    needed_facts: Collection[SetupFact], known_facts: Collection[SetupFact]
) -> SetupStep | None:
    """Return the first step that finds out something needed; None: all of it is known."""
    missing = (fact for fact in SetupFact if fact in needed_facts and fact not in known_facts)
    return next((STEPS[fact] for fact in missing), None)


def facts_of_step(step: SetupStep) -> frozenset[SetupFact]:
    """Return what is known once a step is done."""
    return frozenset(fact for fact, one in STEPS.items() if one is step)


def facts_before(step: SetupStep) -> frozenset[SetupFact]:
    """Return what is known once all steps before that one are done."""
    order = list(SetupStep)
    return frozenset(f for f, one in STEPS.items() if order.index(one) < order.index(step))


def facts_for(goal: SetupGoal | None) -> tuple[SetupFact, ...]:
    """Return what a route needs until a mail is accepted by it: one that signs in for a goal at
    Microsoft 365, or one without (None)."""
    return SENDING if goal is None else tuple(_facts_of_goal(goal))


def _facts_of_goal(goal: SetupGoal) -> Iterator[SetupFact]:
    yield from (SetupFact.MAILBOX, SetupFact.TENANT, SetupFact.SIGN_IN_WAY)
    if goal.certified:  # it is uploaded when the app is registered
        yield SetupFact.CERTIFICATE
    yield SetupFact.APP
    if goal.certified or goal.secret:
        yield SetupFact.CREDENTIAL
    yield SetupFact.SIGN_IN
    if goal.kind == "smtp" or goal.app_only or goal.is_shared:  # Exchange has a say in it
        yield SetupFact.PERMISSION
    yield SetupFact.ACCEPTANCE


def first_start(route: Sequence[SetupFact]) -> tuple[SetupFact, ...]:
    """Return what the first start needs, from a node that knows nothing to an alarm that
    somebody has received by that route."""
    return (SetupFact.RECIPIENT, SetupFact.INSTANCE, *route, SetupFact.RECEIPT)
