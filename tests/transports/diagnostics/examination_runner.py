"""An examination run to its end, and its stages by name."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from noroshi.core.mail import DIRECT
from noroshi.core.translation import bilingual
from noroshi.network.http import Patience as HttpPatience
from noroshi.ports import Clocks, TransportContext
from noroshi.ports.examination import Exam, Whose, run_steps
from noroshi.transports.smtp.connection import Patience

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
# A busy machine is no failure: what must not run out has minutes.
PATIENT = Patience(connect=300, sign_in=300, command=300, final=300, idle=300, leave=300)
HTTP_PATIENT = HttpPatience(connect=300, answer=300, idle=300)
VALUES = {
    "route": "m365",
    "account": "box",
    "tenant": "contoso.example",
    "client_id": "11111111-2222-3333-4444-555555555555",
    "mailbox": "box@example.com",
    "secret": "app-secret",
    "cloud": "microsoft365",
    "redirect": "http://localhost/MxMail/",
    "graph": "https://graph.microsoft.com",
}
EXAM = Exam(
    user_values=VALUES,
    people={
        Whose.ADMINISTRATOR: bilingual(
            en="your Microsoft 365 administrator", ja="組織の Microsoft 365 管理者"
        )
    },
)


class Tokens:
    """Gives out one token, and remembers what was asked for."""

    def __init__(self, token="a-token"):
        self.token, self.asked = token, []

    async def __call__(self, account, force, resource):
        self.asked.append((account, force, resource))
        return self.token


async def secret(entry):
    return {"proxy": "right", "relay": "a-password"}[entry]


def outside(network=DIRECT, token="a-token", secret=secret):
    clocks = Clocks(wall=lambda: NOW, steady=time.monotonic)
    return TransportContext(clocks, Tokens(token), secret, network)


async def stages_of(examination):
    """All stages, by name, in their order."""
    try:
        found = [stage async for stage in run_steps(examination.steps, time.monotonic)]
    finally:
        await examination.close()
    return {stage.name: stage for stage in found}


def states_of(stages):
    """As on a card: o well, x failed, . not reached."""
    marks = {"ok": "o", "failed": "x", "not reached": "."}
    return " ".join(f"{name}{marks[stage.state]}" for name, stage in stages.items())


def stopped(stages):
    """The one that failed."""
    (found,) = [stage for stage in stages.values() if stage.state == "failed"]
    return found
