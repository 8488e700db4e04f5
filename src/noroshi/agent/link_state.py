"""Decide what an agent does next on the link to its hub, and why. Nothing here waits or sends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from noroshi.link.link_messages import LinkFault

FIRST_PAUSE, LONGEST_PAUSE, PAUSE_UNIT = 10.0, 60.0, 2.0
"""Seconds: reconnecting waits for a random time of up to the first of these, then of up to
2 s · 2ⁿ, but never more than the second: many agents lose their hub at the same instant."""
TURNED_AWAY_PAUSE = 3600.0
"""Seconds after which an agent that was removed, or has a twin, asks again."""
OTHER_VERSION_PAUSE = 600.0
BUSY_PAUSE = 30.0
"""Seconds after "busy" without Retry-After."""
IDLE_PAUSE = 20.0
"""Seconds between two requests to a hub that answers at once and has no news."""
SPREAD = 1.5
"""A pause that the hub asks for becomes up to so many times as long, so that not all come back at
one instant."""


class LinkRequest(Enum):
    """Name the next request."""

    HELLO = "hello"
    WAIT = "wait"
    FETCH = "fetch"
    KEY = "key"


class LinkReason(Enum):
    """Name why that is the next request, and that so long a pause is before it."""

    STARTED = "started"
    NO_NEWS = "no-news"
    NEW_CONFIGURATION = "new-configuration"
    KEY_DUE = "key-due"
    STALE_STAMP = "stale-stamp"
    HUB_BUSY = "hub-busy"
    NOT_REACHED = "not-reached"
    REMOVED = "removed"
    CLONED = "cloned"
    OTHER_VERSION = "other-version"
    KEY_UNKNOWN = "key-unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Pause:
    """Give the bounds of a random pause, in seconds."""

    least: float = 0.0
    most: float = 0.0


AT_ONCE = Pause()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """Hold what the next request depends on. `configuration` is in force,
    `refused_configuration` was not taken up. `failures` counts requests in a row that the hub did
    not answer, or refused."""

    configuration: str = ""
    refused_configuration: str = ""
    offered_configuration: str = ""
    is_key_due: bool = False
    is_stamp_fresh: bool = True
    request: LinkRequest = LinkRequest.HELLO
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Report an answer to hello or wait: the configuration that it names ("" if none), and whether
    the key is to be replaced, as the hub orders it or by its age. `is_early`: a wait was not held."""

    configuration: str = ""
    is_key_due: bool = False
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class ConfigurationAccepted:
    """Report that a configuration is in force."""

    configuration: str


@dataclass(frozen=True, slots=True)
class ConfigurationRefused:
    """Report that a configuration was not taken up."""

    configuration: str


@dataclass(frozen=True, slots=True)
class KeyReplaced:
    """Report that the hub knows the next key."""


@dataclass(frozen=True, slots=True)
class RequestRefused:
    """Report that the hub refused the request; None: in a way that is not known here. `pause`:
    the seconds of Retry-After."""

    fault: LinkFault | None
    pause: float | None = None


@dataclass(frozen=True, slots=True)
class HubNotReached:
    """Report that there was no answer."""


Outcome = (
    News
    | ConfigurationAccepted
    | ConfigurationRefused
    | KeyReplaced
    | RequestRefused
    | HubNotReached
)


@dataclass(frozen=True, slots=True)
class LinkStep:
    """Hold what to do next: wait for a random time, then send `state.request`."""

    state: LinkState
    reason: LinkReason
    pause: Pause = AT_ONCE

    @property
    def request(self) -> LinkRequest:
        return self.state.request


def first_step(configuration: str) -> LinkStep:
    """Return the first step of a run, or of a new enrolment."""
    return LinkStep(LinkState(configuration=configuration), LinkReason.STARTED)


def next_step(state: LinkState, outcome: Outcome) -> LinkStep:
    """Return what follows from the outcome of the last request."""
    match outcome:
        case RequestRefused():
            return _after_refusal(state, outcome)
        case HubNotReached():
            return _reconnect(state, LinkReason.NOT_REACHED)
        case News():
            return _after_news(_heard_state(state), outcome)
        case ConfigurationAccepted(configuration):
            updated_state = replace(
                _answered(state), configuration=configuration, refused_configuration=""
            )
            return _by_state(updated_state)
        case ConfigurationRefused(configuration):
            return _by_state(replace(_answered(state), refused_configuration=configuration))
        case KeyReplaced():
            return _by_state(replace(_answered(state), is_key_due=False))


def _answered(state: LinkState) -> LinkState:
    return replace(state, failures=0, is_stamp_fresh=True)


def _heard_state(state: LinkState) -> LinkState:
    """An answered hello does not end the row of failures: what follows on it may fail each time."""
    if state.request is LinkRequest.HELLO:
        return replace(state, is_stamp_fresh=True)
    return _answered(state)


def _after_news(state: LinkState, news: News) -> LinkStep:
    informed_state = replace(
        state,
        offered_configuration=news.configuration,
        is_key_due=state.is_key_due or news.is_key_due,
    )
    step = _by_state(informed_state)
    if step.request is LinkRequest.WAIT and news.is_early:
        return replace(step, pause=Pause(IDLE_PAUSE, SPREAD * IDLE_PAUSE))
    return step


def _by_state(state: LinkState) -> LinkStep:
    known_configurations = ("", state.configuration, state.refused_configuration)
    if state.offered_configuration not in known_configurations:
        return _ask(state, LinkRequest.FETCH, LinkReason.NEW_CONFIGURATION)
    if state.is_key_due:
        return _ask(state, LinkRequest.KEY, LinkReason.KEY_DUE)
    return _ask(state, LinkRequest.WAIT, LinkReason.NO_NEWS)


def _ask(
    state: LinkState, request: LinkRequest, reason: LinkReason, pause: Pause = AT_ONCE
) -> LinkStep:
    return LinkStep(replace(state, request=request), reason, pause)


def _after_refusal(state: LinkState, outcome: RequestRefused) -> LinkStep:
    match outcome.fault:
        case LinkFault.STALE if state.is_stamp_fresh:
            resent = replace(state, is_stamp_fresh=False)
            return LinkStep(resent, LinkReason.STALE_STAMP)
        case LinkFault.BUSY:
            return _ask_later(state, _asked_pause(outcome.pause))
        case LinkFault.REVOKED:
            return _turned_away(state, LinkReason.REMOVED, TURNED_AWAY_PAUSE)
        case LinkFault.CLONED:
            return _turned_away(state, LinkReason.CLONED, TURNED_AWAY_PAUSE)
        case LinkFault.VERSION:
            return _turned_away(state, LinkReason.OTHER_VERSION, OTHER_VERSION_PAUSE)
        case LinkFault.BAD_SIGNATURE:
            return _reconnect(state, LinkReason.KEY_UNKNOWN)
        case _:
            return _reconnect(state, LinkReason.REFUSED, outcome.pause)


def _ask_later(state: LinkState, pause: Pause) -> LinkStep:
    """A hub that stops refuses waits. Whoever answers next is to answer at once, and not when a wait
    ends: until then, this node would look as if it did not reach the hub."""
    request = LinkRequest.HELLO if state.request is LinkRequest.WAIT else state.request
    return _ask(state, request, LinkReason.HUB_BUSY, pause)


def _asked_pause(seconds: float | None) -> Pause:
    least = BUSY_PAUSE if seconds is None else seconds
    return Pause(least, SPREAD * max(least, 1.0))


def _turned_away(state: LinkState, reason: LinkReason, seconds: float) -> LinkStep:
    return _ask(_answered(state), LinkRequest.HELLO, reason, Pause(seconds, 1.1 * seconds))


def _reconnect(
    state: LinkState, reason: LinkReason, asked_pause: float | None = None
) -> LinkStep:
    failures = state.failures + 1
    most = FIRST_PAUSE
    if failures > 1:
        most = min(LONGEST_PAUSE, PAUSE_UNIT * 2.0 ** min(failures - 1, 10))
    pause = Pause(0.0, most) if asked_pause is None else _asked_pause(asked_pause)
    failed_state = replace(state, failures=failures, is_stamp_fresh=True)
    return _ask(failed_state, LinkRequest.HELLO, reason, pause)
