"""An advice: what an answer means, what to do, and all that a page or a terminal can add."""

from __future__ import annotations

from dataclasses import dataclass, replace

from noroshi.core.words import NOTHING, Words
from noroshi.ports.examination import Cure, Exam, Remedy, filled

SOON = Words(en="mostly some minutes, up to 2 hours", ja="ふつう数分、長いと2時間ほど")
"""Settings of a mailbox (Set-CASMailbox and the like)."""
RIGHTS = Words(en="30 minutes to 2 hours", ja="30分から2時間ほど")
"""Permissions in Exchange Online, as measured by many who published it."""
AN_HOUR = Words(en="up to an hour", ja="最大1時間")
A_DAY = Words(en="by itself, within 24 hours", ja="24時間以内 (自動で戻ります)")
MINUTES = Words(en="some minutes", ja="数分")
AT_ONCE = Words(en="at once", ja="すぐ")
WITH_NEXT = Words(
    en="with the next mail after: noroshi apply DIR",
    ja="noroshi apply DIR のあと、次のメールから",
)
BY_ITSELF = Words(en="by itself, mostly within minutes", ja="自動で戻ります (多くは数分以内)")
SUPPORT = Words(en="until the support has answered", ja="サポートの対応が済むまで")

EXCHANGE = "Connect-ExchangeOnline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """`means` and `act` are what is told beside an answer. `quiet`: not there, as the answer is
    looked into and told otherwise; in an examination alone."""

    means: Words
    act: Words = NOTHING
    cure: Cure
    quiet: bool = False

    @property
    def words(self) -> Words:
        """Return what is told beside the answer; NOTHING if nothing is."""
        if self.quiet:
            return NOTHING
        between = " " if self.act.en else ""
        return Words(
            en=f"{self.means.en}{between}{self.act.en}", ja=f"{self.means.ja}{self.act.ja}"
        )

    def remedy(self, exam: Exam, reply: str = "") -> Remedy:
        """Return the remedy with the user's own values; where no steps are given, what to do is
        the step."""
        cure = self.cure
        if not cure.how and self.act != NOTHING:
            cure = replace(cure, how=(self.act,))
        return cure.remedy(filled(self.means, exam), exam, reply)
