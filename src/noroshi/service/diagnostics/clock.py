"""Compare this computer's clock with those of the sign-in servers of the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from noroshi.core.translation import _
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.network.connection_errors import NoAnswerError
from noroshi.oauth.account import Account
from noroshi.ports import RouteError, TransportContext
from noroshi.ports.examination import Exam, Step, StepError, StepResult
from noroshi.service.sign_in.account_steps import fetch_page, page_of, server_of
from noroshi.transports.diagnostics.connection_steps import SKEW_AT_MOST, clock_remarks

CLOCK = _("Clock")
RIGHT = _("{seconds} s off, compared with {host}")
WRONG = _(
    "The clock differs from that of {host} by {seconds} s. If the difference exceeds five "
    "minutes, sign-ins and certificates are refused."
)
NOBODY = _("not compared: no account's sign-in server answers")
NONE = _("not compared: no account is defined")


class ClockStep:
    """Compare the clocks, by the first server that answers and sends a date."""

    def __init__(self, accounts: tuple[Account, ...], context: TransportContext) -> None:
        self._context = context
        self._accounts = {server_of(account): account for account in accounts}

    @property
    def steps(self) -> Sequence[Step]:
        return (Step(name="clock", title=CLOCK, take=self._compare, is_independent=True),)

    async def _compare(self) -> StepResult:
        for (host, _port), account in self._accounts.items():
            context = replace(self._context, network=account.network)
            try:
                reply = await fetch_page(page_of(account), account, context)
            except (RouteError, NoAnswerError):
                continue
            if reply.date is not None:
                now = context.clocks.wall()
                seconds = round(abs((now - reply.date).total_seconds()))
                if seconds > SKEW_AT_MOST:
                    words = WRONG.fill(seconds=seconds, host=host)
                    raise StepError(
                        RIGHT.fill(seconds=seconds, host=host),
                        knowledge().cures["computer.clock"].remedy(words, Exam()),
                    )
                remarks = clock_remarks(reply.date, now, host)
                return StepResult(RIGHT.fill(seconds=seconds, host=host), remarks)
        return StepResult(NOBODY if self._accounts else NONE, state="not reached")
