"""The ten failures: how each is brought about in the lab, and what a person does about it.

They are those of Microsoft's own pages (docs/use/verdicts.md) that stop mail most often.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from noroshi.core.translation import NOTHING, Message, _
from noroshi_lab.drill.stage import Stage

SLOW_DOWN = "sender-threads"
"""The lab's short name for Exchange's 432 4.3.2."""


class Course(Enum):
    """Hold how a failure goes: it stops the route until somebody acts, or until the other side
    is back; it passes by itself; or it does not touch a route that signs in by OAuth 2.0."""

    STOPS = "stops"
    LASTS = "lasts"
    PASSES = "passes"
    SPARES = "spares"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """`name` is for the command line; `mended` is what a person did. `unknown`: nobody can
    know whether the mail was taken, so it may come twice."""

    name: str
    title: Message
    course: Course
    breaks: Callable[[Stage], None]
    mends: Callable[[Stage], None] = lambda stage: None
    mended: Message = NOTHING
    unknown: bool = False


def _secret_ends(stage: Stage) -> None:
    stage.lab.set("secret", "ended")
    stage.let_tokens_end()


def _consent_goes(stage: Stage) -> None:
    stage.lab.set("consent", "withdrawn")
    stage.let_tokens_end()


def _switched(name: str, off: str, on: str) -> tuple[Callable[[Stage], None], ...]:
    """Return two functions: one switches something off, felt by the next connection; one
    switches it on again and retries."""

    def breaks(stage: Stage) -> None:
        stage.lab.set(name, off)
        stage.cut()

    def mends(stage: Stage) -> None:
        stage.lab.set(name, on)
        stage.try_again()

    return breaks, mends


def _password_sign_in_ends(stage: Stage) -> None:
    stage.lab.set("basic", "removed")
    stage.cut()


def _slows_down(stage: Stage) -> None:
    """Slow down in each of three ways in turn: the token endpoint, the greeting, the end of a
    mail."""
    stage.lab.set("retry-after", "2")
    stage.let_tokens_end()
    stage.lab.fault("TOKEN", "429")
    stage.lab.fault("CONNECT", "421")
    stage.lab.fault("END", SLOW_DOWN)


def _fills_up(stage: Stage) -> None:
    stage.lab.fault("END", "5.2.2", left=None)


def _has_room(stage: Stage) -> None:
    stage.lab.clear()
    stage.try_again()


def _goes_down(stage: Stage) -> None:
    stage.lab.set("microsoft", "refuses")


def _comes_back(stage: Stage) -> None:
    stage.lab.set("microsoft", "up")


_TENANT = _switched("tenant-smtp-auth", "off", "on")
_MAILBOX = _switched("mailbox-smtp-auth", "off", "on")
_SWITCHED_ON = _(
    "Authenticated SMTP was turned on again, and the waiting messages were retried "
    "immediately (noroshi queue retry)"
)

TEN = (
    Failure(
        name="secret",
        title=_("The client secret has expired"),
        course=Course.STOPS,
        breaks=_secret_ends,
        mends=Stage.enter_new_secret,
        mended=_("a new secret was created and stored (noroshi secret set {entry})"),
    ),
    Failure(
        name="consent",
        title=_("The consent was withdrawn, so the refresh token is invalid"),
        course=Course.STOPS,
        breaks=_consent_goes,
        mends=Stage.sign_in,
        mended=_("a user signed in again (noroshi authorize {first})"),
    ),
    Failure(
        name="tenant",
        title=_("Authenticated SMTP is off for the tenant"),
        course=Course.STOPS,
        breaks=_TENANT[0],
        mends=_TENANT[1],
        mended=_SWITCHED_ON,
    ),
    Failure(
        name="mailbox",
        title=_("Authenticated SMTP is off for the mailbox"),
        course=Course.STOPS,
        breaks=_MAILBOX[0],
        mends=_MAILBOX[1],
        mended=_SWITCHED_ON,
    ),
    Failure(
        name="basic",
        title=_("Password sign-in is retired"),
        course=Course.SPARES,
        breaks=_password_sign_in_ends,
    ),
    Failure(
        name="throttling",
        title=_("Microsoft throttles (429, 421, 432)"),
        course=Course.PASSES,
        breaks=_slows_down,
    ),
    Failure(
        name="full",
        title=_("The sending mailbox is full"),
        course=Course.STOPS,
        breaks=_fills_up,
        mends=_has_room,
        mended=_(
            "space was freed, and the waiting messages were retried immediately (noroshi queue retry)"
        ),
    ),
    Failure(
        name="before",
        title=_("The connection is lost before the message is accepted"),
        course=Course.PASSES,
        breaks=lambda stage: stage.fault_once("END", "drop"),
    ),
    Failure(
        name="after",
        title=_("The connection is lost after the message is accepted, before the reply"),
        course=Course.PASSES,
        breaks=lambda stage: stage.fault_once("END", "keep-then-drop"),
        unknown=True,
    ),
    Failure(
        name="down",
        title=_("All of Microsoft 365 is down"),
        course=Course.LASTS,
        breaks=_goes_down,
        mends=_comes_back,
        mended=_("Microsoft 365 was restored"),
    ),
)
