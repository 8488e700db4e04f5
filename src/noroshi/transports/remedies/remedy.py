"""An advice: what an answer means, what to do, and all that a page or a terminal can add."""

from __future__ import annotations

from dataclasses import dataclass, replace

from noroshi.core.translation import NOTHING, Message, _, bilingual
from noroshi.ports.examination import Cure, Exam, Remedy, filled

SOON = _("mostly some minutes, up to 2 hours")
"""Settings of a mailbox (Set-CASMailbox and the like)."""
RIGHTS = _("30 minutes to 2 hours")
"""Permissions in Exchange Online, as measured by many who published it."""
AN_HOUR = _("up to an hour")
A_DAY = _("by itself, within 24 hours")
MINUTES = _("some minutes")
AT_ONCE = _("at once")
WITH_NEXT = _("with the next mail after: noroshi apply DIR")
BY_ITSELF = _("by itself, mostly within minutes")
SUPPORT = _("until the support has answered")

EXCHANGE = "Connect-ExchangeOnline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """`means` and `act` are what is told beside an answer. `quiet`: not there, as the answer is
    looked into and told otherwise; in an examination alone."""

    means: Message
    act: Message = NOTHING
    cure: Cure
    quiet: bool = False

    @property
    def words(self) -> Message:
        """Return what is told beside the answer; NOTHING if nothing is."""
        if self.quiet:
            return NOTHING
        between = " " if self.act.en else ""
        return bilingual(
            en=f"{self.means.en}{between}{self.act.en}", ja=f"{self.means.ja}{self.act.ja}"
        )

    def remedy(self, exam: Exam, reply: str = "") -> Remedy:
        """Return the remedy with the user's own values; where no steps are given, what to do is
        the step."""
        cure = self.cure
        if not cure.how and self.act != NOTHING:
            cure = replace(cure, how=(self.act,))
        return cure.remedy(filled(self.means, exam), exam, reply)
