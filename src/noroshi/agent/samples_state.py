"""Decide when an agent sends samples to its hub again, and why. Nothing here waits or sends."""

from __future__ import annotations

from dataclasses import dataclass, replace

from noroshi.agent.link_state import (
    AT_ONCE,
    HubNotReached,
    LinkReason,
    LinkRequest,
    LinkState,
    Pause,
    RequestRefused,
    next_step,
)

FIRST_STATE = LinkState(request=LinkRequest.WAIT)


@dataclass(frozen=True, slots=True)
class SamplesTaken:
    """Report that the hub has the samples, or that there were none."""


SamplesOutcome = SamplesTaken | RequestRefused | HubNotReached


@dataclass(frozen=True, slots=True)
class SamplesStep:
    """Hold how long to wait, beside the time at which samples are due. `state` counts failures, as
    the link does. `needs_contact`: wait until the link hears of the hub again."""

    state: LinkState
    reason: LinkReason
    pause: Pause = AT_ONCE
    needs_contact: bool = False


def next_samples_step(state: LinkState, outcome: SamplesOutcome) -> SamplesStep:
    """Return what follows from the outcome of the last sending."""
    match outcome:
        case SamplesTaken():
            answered_state = replace(state, failures=0, is_stamp_fresh=True)
            return SamplesStep(answered_state, LinkReason.NO_NEWS)
        case HubNotReached():
            fresh_state = replace(state, is_stamp_fresh=True)
            return SamplesStep(fresh_state, LinkReason.NOT_REACHED, needs_contact=True)
        case RequestRefused():
            step = next_step(state, outcome)
            waiting_state = replace(step.state, request=LinkRequest.WAIT)
            return SamplesStep(waiting_state, step.reason, step.pause)
