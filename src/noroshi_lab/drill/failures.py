"""The ten failures: how each is brought about in the lab, and what a person does about it.

They are those of Microsoft's own pages (docs/verdicts.md) that stop mail most often.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from noroshi.core.words import Words
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
    title: Words
    course: Course
    breaks: Callable[[Stage], None]
    mends: Callable[[Stage], None] = lambda stage: None
    mended: Words = Words(en="", ja="")
    unknown: bool = False


def _secret_ends(stage: Stage) -> None:
    stage.lab.set("secret", "ended")
    stage.let_tokens_end()


def _consent_goes(stage: Stage) -> None:
    stage.lab.set("consent", "withdrawn")
    stage.let_tokens_end()


def _switched(name: str, off: str, on: str) -> tuple[Callable[[Stage], None], ...]:
    """Off, felt by the next connection; and on again, with a look at the route."""

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
    """Each of the three ways in turn: the token endpoint, the greeting, the end of a mail."""
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
_SWITCHED_ON = Words(
    en="SMTP AUTH was switched on again, and the held mail tried at once (noroshi queue retry)",
    ja="SMTP AUTH を有効に戻し、待たせていたものをすぐに再試行しました (noroshi queue retry)",
)

TEN = (
    Failure(
        name="secret",
        title=Words(
            en="The client secret has ended", ja="クライアント シークレットの期限が切れた"
        ),
        course=Course.STOPS,
        breaks=_secret_ends,
        mends=Stage.enter_new_secret,
        mended=Words(
            en="a new secret was made and put in (noroshi secret set {entry})",
            ja="新しいシークレットを作って入れました (noroshi secret set {entry})",
        ),
    ),
    Failure(
        name="consent",
        title=Words(
            en="The consent was withdrawn, so the refresh token is dead",
            ja="同意が取り消され、更新トークンが無効になった",
        ),
        course=Course.STOPS,
        breaks=_consent_goes,
        mends=Stage.sign_in,
        mended=Words(
            en="somebody signed in again (noroshi authorize {first})",
            ja="サインインし直しました (noroshi authorize {first})",
        ),
    ),
    Failure(
        name="tenant",
        title=Words(
            en="SMTP AUTH is off for the tenant", ja="テナント全体の SMTP AUTH が無効になった"
        ),
        course=Course.STOPS,
        breaks=_TENANT[0],
        mends=_TENANT[1],
        mended=_SWITCHED_ON,
    ),
    Failure(
        name="mailbox",
        title=Words(
            en="SMTP AUTH is off for the mailbox",
            ja="メールボックスの SMTP AUTH が無効になった",
        ),
        course=Course.STOPS,
        breaks=_MAILBOX[0],
        mends=_MAILBOX[1],
        mended=_SWITCHED_ON,
    ),
    Failure(
        name="basic",
        title=Words(
            en="Sign-in by password is retired", ja="パスワードによるサインインが終了した"
        ),
        course=Course.SPARES,
        breaks=_password_sign_in_ends,
    ),
    Failure(
        name="throttling",
        title=Words(
            en="Microsoft says to slow down (429, 421, 432)",
            ja="送信が多すぎると言われた (429、421、432)",
        ),
        course=Course.PASSES,
        breaks=_slows_down,
    ),
    Failure(
        name="full",
        title=Words(
            en="The sending mailbox is full", ja="送信元のメールボックスがいっぱいになった"
        ),
        course=Course.STOPS,
        breaks=_fills_up,
        mends=_has_room,
        mended=Words(
            en="room was made, and the held mail tried at once (noroshi queue retry)",
            ja="空きを作り、待たせていたものをすぐに再試行しました (noroshi queue retry)",
        ),
    ),
    Failure(
        name="before",
        title=Words(
            en="The connection breaks before the mail is taken",
            ja="メールが受け取られる前に接続が切れた",
        ),
        course=Course.PASSES,
        breaks=lambda stage: stage.fault_once("END", "drop"),
    ),
    Failure(
        name="after",
        title=Words(
            en="The connection breaks after the mail is taken, before the answer",
            ja="メールは受け取られたが、返事の前に接続が切れた",
        ),
        course=Course.PASSES,
        breaks=lambda stage: stage.fault_once("END", "keep-then-drop"),
        unknown=True,
    ),
    Failure(
        name="down",
        title=Words(en="All of Microsoft 365 is down", ja="Microsoft 365 全体が停止した"),
        course=Course.LASTS,
        breaks=_goes_down,
        mends=_comes_back,
        mended=Words(en="Microsoft 365 is back", ja="Microsoft 365 が動き始めました"),
    ),
)
