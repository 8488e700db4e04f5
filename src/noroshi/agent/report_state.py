"""Decide what an agent does next with the log for its hub, and why. Nothing here waits or sends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

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
from noroshi.core.report import Resumption

GATHER = 0.05
"""Seconds for which more rows are waited for: what happens together is sent together."""
BURST, SECONDS_PER_REPORT = 10.0, 3.0
"""So many reports may follow at once, and one more each few seconds: the hub lets an agent ask 30
times a minute, and the link needs some of these."""


class ReportAction(Enum):
    """Name what is done next."""

    COMPARE = "compare"
    """A report without rows compares the two logs."""
    SEND = "send"
    SEND_WITH_GAP = "send-with-gap"
    """The first rows that are there still, and a row that tells how many are missing."""
    BEGIN = "begin"
    """The log begins anew on the hub's position, with how the monitors stand."""
    REST = "rest"
    """Until there is something to send."""


class ReportReason(Enum):
    """Name why that is next."""

    STARTED = "started"
    NOTHING_NEW = "nothing-new"
    ROWS = "rows"
    ROWS_MISSING = "rows-missing"
    HUB_RESTORED = "hub-restored"
    OTHER_LOG = "other-log"
    SET_BACK = "set-back"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Hold how many reports may follow at once, as of an instant of the steady clock."""

    remaining: float = BURST
    filled_at: float = 0.0

    def take(self, now: float) -> tuple[Allowance, float]:
        """Return what remains after one report, and the seconds until it may be sent."""
        gained = max(0.0, now - self.filled_at) / SECONDS_PER_REPORT
        remaining = min(BURST, self.remaining + gained) - 1.0
        pause = max(0.0, -remaining) * SECONDS_PER_REPORT
        return Allowance(remaining, now), pause


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportState:
    """Hold what the next action depends on. `link` counts failures, as the link does."""

    action: ReportAction = ReportAction.COMPARE
    link: LinkState = LinkState(request=LinkRequest.WAIT)
    allowance: Allowance = field(default_factory=Allowance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """Report what there is to do: rows that the hub lacks, or a hub that may have been restored.
    `now` is the steady clock's."""

    now: float
    has_rows: bool = False
    is_hub_restored: bool = False


@dataclass(frozen=True, slots=True)
class Resumed:
    """Report how the log goes on from the position that the hub has."""

    resumption: Resumption


@dataclass(frozen=True, slots=True)
class BegunAnew:
    """Report that the log began anew."""


ReportOutcome = Woken | Resumed | BegunAnew | RequestRefused | HubNotReached


@dataclass(frozen=True, slots=True)
class ReportStep:
    """Hold what to do next: wait for a random time, then do `state.action`. `needs_contact`: wait
    until the link hears of the hub again, which knows how often to try."""

    state: ReportState
    reason: ReportReason | LinkReason
    pause: Pause = AT_ONCE
    needs_contact: bool = False

    @property
    def action(self) -> ReportAction:
        return self.state.action


FIRST_STEP = ReportStep(ReportState(), ReportReason.STARTED)
RESUMPTIONS = {
    Resumption.GAP: (ReportAction.SEND_WITH_GAP, ReportReason.ROWS_MISSING),
    Resumption.FORK: (ReportAction.BEGIN, ReportReason.OTHER_LOG),
    Resumption.BEHIND: (ReportAction.BEGIN, ReportReason.SET_BACK),
}

REPEATED_AFTER = frozenset({LinkReason.STALE_STAMP, LinkReason.HUB_BUSY})
"""Refusals that say nothing against the report itself."""


def next_report_step(state: ReportState, outcome: ReportOutcome) -> ReportStep:
    """Return what follows from the outcome of the last action."""
    match outcome:
        case HubNotReached():
            compared_state = replace(_with_fresh_stamp(state), action=ReportAction.COMPARE)
            return ReportStep(compared_state, LinkReason.NOT_REACHED, needs_contact=True)
        case RequestRefused():
            return _after_refusal(state, outcome)
        case Woken():
            return _after_rest(state, outcome)
        case Resumed(resumption):
            return _after_answer(state, resumption)
        case BegunAnew():
            return _step(state, ReportAction.SEND, ReportReason.ROWS)


def _step(
    state: ReportState, action: ReportAction, reason: ReportReason, pause: Pause = AT_ONCE
) -> ReportStep:
    return ReportStep(replace(state, action=action), reason, pause)


def _after_rest(state: ReportState, woken: Woken) -> ReportStep:
    if woken.is_hub_restored:
        return _step(state, ReportAction.COMPARE, ReportReason.HUB_RESTORED)
    if woken.has_rows:
        allowance, seconds = state.allowance.take(woken.now)
        pause = Pause(max(GATHER, seconds), max(GATHER, seconds))
        state = replace(state, allowance=allowance)
        return _step(state, ReportAction.SEND, ReportReason.ROWS, pause)
    return _step(state, ReportAction.REST, ReportReason.NOTHING_NEW)


def _after_answer(state: ReportState, resumption: Resumption) -> ReportStep:
    if resumption is Resumption.SEND:
        # A comparison that is answered does not end the row of failures: what follows may fail.
        is_compared = state.action is ReportAction.COMPARE
        state = _with_fresh_stamp(state) if is_compared else _answered(state)
        return _step(state, ReportAction.REST, ReportReason.NOTHING_NEW)
    action, reason = RESUMPTIONS[resumption]
    if action is not ReportAction.BEGIN:
        return _step(_with_fresh_stamp(state), action, reason)
    later_step = next_step(state.link, HubNotReached())
    pause = later_step.pause if state.link.failures else AT_ONCE
    link = replace(later_step.state, request=LinkRequest.WAIT)
    return _step(replace(state, link=link), action, reason, pause)


def _after_refusal(state: ReportState, outcome: RequestRefused) -> ReportStep:
    """Pause as the link does; what is not asked for again as it is begins with a comparison."""
    step = next_step(state.link, outcome)
    link = replace(step.state, request=LinkRequest.WAIT)
    action = state.action if step.reason in REPEATED_AFTER else ReportAction.COMPARE
    return ReportStep(replace(state, action=action, link=link), step.reason, step.pause)


def _answered(state: ReportState) -> ReportState:
    return replace(state, link=replace(state.link, failures=0, is_stamp_fresh=True))


def _with_fresh_stamp(state: ReportState) -> ReportState:
    return replace(state, link=replace(state.link, is_stamp_fresh=True))
