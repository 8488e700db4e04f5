"""Kinds of our own making, so that these tests hang on no plug-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from noroshi.core.model import Limits
from noroshi.core.network_policy import CLOSED, NetworkPolicy
from noroshi.core.translation import Message, bilingual, plain
from noroshi.ports import Action, Check, TransportKind, options

WORDS = plain("…")


@options
class Disk:
    exclude: tuple[str, ...] = ()


@options
class Port:
    port: int
    address: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.port < 65536:
            raise ValueError(
                "port must be between 1 and 65535 / port は1～65535の範囲で指定してください"
            )


@options
class Process:
    name: str


@options
class Script:
    argv: tuple[str, ...]


@options
class Heartbeat:
    job: str
    at: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    grace: str = "30m"


@options
class Mail:
    subject: str = ""


@options
class Smtp:
    host: str
    port: int = 25
    protection: Literal["none", "starttls", "tls"] = "starttls"
    account: str = ""
    user: str = ""
    ca_file: str = ""
    sender: str = ""
    auth: str = "auto"


def _goes_to(wanted: Any, own: str) -> str:
    return str(wanted.address or own)


async def _run(*_: Any) -> Any:
    raise AssertionError("nothing is measured here")


def _draft(*_: Any) -> Mapping[str, Any]:
    raise AssertionError("nothing is sent here")


async def _try_out(given: Mail) -> list[Message]:
    wrong = bilingual(en="subject: {oops} does not exist", ja="subject: {oops} はありません")
    return [wrong] if "{" in given.subject else []


def _check(kind: str, wanted: type, **limits: Limits) -> Check:
    names = {"script": {"status": WORDS}, "port": {"connect": WORDS}}.get(kind, {})
    return Check(
        kind=kind,
        title=WORDS,
        help=WORDS,
        options=wanted,
        limits=limits,
        names=dict.fromkeys(limits, WORDS) | names,
        run=_run,
        goes_to=_goes_to if hasattr(wanted, "address") else None,
    )


@dataclass(frozen=True)
class Kinds:
    checks: Mapping[str, Check]
    actions: Mapping[str, Action]
    transports: Mapping[str, TransportKind]
    policy: NetworkPolicy = CLOSED

    def agent_of(self, _monitor):
        return ""


KINDS = Kinds(
    checks={
        "disk": _check("disk", Disk, used=Limits(warning=80, critical=90)),
        "heartbeat": _check("heartbeat", Heartbeat, overdue=Limits(critical=1)),
        "port": _check("port", Port, closed=Limits(critical=1)),
        "process": _check("process", Process, count=Limits(critical=0, rising=False)),
        "script": _check("script", Script),
    },
    actions={
        "mail": Action(
            kind="mail", title=WORDS, help=WORDS, options=Mail, draft=_draft, try_out=_try_out
        )
    },
    transports={
        "smtp": TransportKind(kind="smtp", title=WORDS, help=WORDS, options=Smtp, open=_draft)
    },
)
