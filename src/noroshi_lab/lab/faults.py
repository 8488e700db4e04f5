"""List what can be made to go wrong in the lab while it runs: switches, and faults by count."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from noroshi_lab.lab.certificates import Shown
from noroshi_lab.lab.graph.errors import ERRORS
from noroshi_lab.lab.replies import REPLIES

OAUTH_ERRORS = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "invalid_scope",
    "access_denied",
    "interaction_required",
    "server_error",
    "temporarily_unavailable",
)
SMTP_PLACES = (
    "CONNECT",
    "EHLO",
    "STARTTLS",
    "TLS",
    "AUTH",
    "MAIL",
    "RCPT",
    "DATA",
    "END",
    "RSET",
    "QUIT",
)
GRAPH_PLACES = ("SENDMAIL", "MESSAGES")
WEB_PLACES = ("TOKEN", "METADATA", "DEVICE", *GRAPH_PLACES)
PLACES = (*SMTP_PLACES, *WEB_PLACES)
"""The places where a fault may strike: an SMTP command, the end of a mail, or an endpoint of
the web."""
_DOES = re.compile(r"drop|silent|keep-then-drop|ok-then-drop|wait:\d{1,4}(?:\.\d+)?")
_REPLY = re.compile(r"(?:([245]\d\d)-[ -~]{1,400}\r\n)*([245]\d\d) [ -~]{1,400}")
_WEB_DOES = re.compile(
    r"drop|silent|html|html-200|truncated|wait:\d{1,4}(?:\.\d+)?|[45]\d\d|(?:AADSTS)?\d{4,8}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Hold one scripted fault. `left` None: until it is cleared."""

    at: str
    does: str
    to: str = ""  # at RCPT: for this recipient alone
    left: int | None = 1


@dataclass(slots=True, kw_only=True)
class Faults:
    """Hold the switches that the servers read before each answer, and the scripted faults.

    A connection that was met with silence stays silent until the other side closes it.
    `answers` replaces the answer to a command, by verb; "." is the end of a mail, "CONNECT" the
    greeting. A refused mail is not kept.
    """

    refuse_auth: bool = False
    silent: bool = False
    busy: bool = False  # 421 to whoever says anything
    drop_before_ok: int = 0  # so many mails are kept, but the connection ends before the 250
    drop_after_ok: int = 0  # so many connections end right after the 250
    delay: float = 0.0  # seconds before each answer by SMTP
    connections: int = 3  # at once for each mailbox
    answers: dict[str, str] = field(default_factory=dict)
    graph_delay: float = 0.0  # seconds that each of Graph's requests takes
    retry_after: str = "30"  # seconds, told with each 429 and 503 of the web
    token_code: int = 0  # the AADSTS code with which each token request is refused
    certificates: dict[str, Shown] = field(default_factory=dict)  # shown by a door, if not good
    scripted: list[Fault] = field(default_factory=list)

    def next(self, at: str, to: str = "") -> str:
        """Return what the first scripted fault for this place does, counted down; "" for
        none."""
        for number, fault in enumerate(self.scripted):
            if fault.at == at and fault.to in ("", to.lower()):
                self._count_down(number, fault)
                return fault.does
        return ""

    def _count_down(self, number: int, fault: Fault) -> None:
        if fault.left is None:
            return
        if fault.left <= 1:
            del self.scripted[number]
        else:
            self.scripted[number] = replace(fault, left=fault.left - 1)


def read_fault(at: str, does: str, *, to: str = "", left: int | None = 1) -> Fault | None:
    """Return the fault that a person asked for, Exchange's sentence put in; None if there is
    none such."""
    at, does = at.upper(), does.strip()
    effect = does if at in WEB_PLACES else REPLIES.get(does, does).replace("\\n", "\r\n")
    too_few = left is not None and left < 1
    if at not in PLACES or too_few or _misplaced(at, effect):
        return None
    if not (_is_web(at, effect) if at in WEB_PLACES else _is_smtp(effect)):
        return None
    if to and at != "RCPT":
        return None
    return Fault(at=at, does=effect, to=to.lower(), left=left)


def _misplaced(at: str, effect: str) -> bool:
    """Return whether a fault stands at a wrong place: what ends a connection after the fact
    belongs where there is one; TLS has no words."""
    if effect == "keep-then-drop":
        return at not in ("END", "SENDMAIL")
    return (effect == "ok-then-drop" and at != "END") or (at == "TLS" and effect[:1].isdigit())


def _is_web(at: str, effect: str) -> bool:
    if at not in GRAPH_PLACES:
        return effect in OAUTH_ERRORS or bool(_WEB_DOES.fullmatch(effect))
    if effect in ERRORS or effect == "keep-then-drop":
        return True
    return bool(_WEB_DOES.fullmatch(effect)) and not re.fullmatch(r"(?:AADSTS)?\d{4,8}", effect)


def _is_smtp(effect: str) -> bool:
    """Return whether it is a word for what happens, or a whole answer; one of several lines has
    one code."""
    if _DOES.fullmatch(effect):
        return True
    return (
        bool(_REPLY.fullmatch(effect)) and len({line[:3] for line in effect.split("\r\n")}) == 1
    )


def seconds(does: str) -> float | None:
    """Return how long a fault waits before all goes on as usual; None if it does something
    else."""
    return float(does.removeprefix("wait:")) if does.startswith("wait:") else None
