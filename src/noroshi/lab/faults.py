"""What can be made to go wrong in the lab while it runs, for tests in the same process."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Faults:
    """Switches that the servers look at before each answer.

    A connection that was met with silence stays silent until the other side closes it.
    `answers` replaces the answer to a command, by its verb; "." is the end of a mail,
    "CONNECT" the greeting. A refused mail is not kept.
    """

    refuse_auth: bool = False
    silent: bool = False
    drop_before_ok: int = 0  # so many mails are kept, but the connection ends before the 250
    drop_after_ok: int = 0  # so many connections end right after the 250
    delay: float = 0.0  # seconds before each answer by SMTP
    answers: dict[str, str] = field(default_factory=dict)
    token_code: int = 0  # the AADSTS code with which each token request is refused
