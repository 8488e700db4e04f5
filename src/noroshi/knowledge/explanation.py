"""Define the rows of knowledge: an explanation, and a reply that is explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from noroshi.core.mail import Fault, Verdict
from noroshi.core.translation import NOTHING, Message, sentences
from noroshi.ports.examination import Cure, Exam, Remedy, fill_places

Who = Literal["user", "admin", "wait", "setup"]
"""The party that can mend a refused sign-in: whoever signs in, the provider's administrator,
time, or our own settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Explain an answer: the meaning, and what mends it.

    `name` is the file of the row and the name there. `meaning` and `action` are told beside an
    answer, unless it is `quiet`: then the answer is looked into and told otherwise, and this is
    told in an examination alone. `party` can mend a refused sign-in.
    """

    name: str
    meaning: Message
    cure: Cure
    action: Message = NOTHING
    quiet: bool = False
    party: Who | None = None

    def summary(self, **values: str) -> Message:
        """Return what is told beside the answer; NOTHING if nothing is."""
        if self.quiet:
            return NOTHING
        if self.action == NOTHING:
            return self.meaning.fill(**values)
        return sentences(self.meaning, self.action).fill(**values)

    def remedy(self, exam: Exam, reply: str = "") -> Remedy:
        """Return the remedy with the user's own values; where no steps are given, what to do is
        the step."""
        cure = self.cure
        if not cure.steps and self.action != NOTHING:
            cure = replace(cure, steps=(self.action,))
        return cure.remedy(fill_places(self.meaning, exam), exam, reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRule:
    """Match an answer: by its code (0: any), its enhanced code ("": any; ? is one digit, * the
    rest) and a part of its text. `finding` is a verdict on the recipient, or the fault that
    takes the route down; `source` says where that is known from."""

    code: int = 0
    enhanced: str = ""
    part: str = ""
    finding: Verdict | Fault
    source: str
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Hold all rows of all files; a row is named as "file.name".

    `aadsts` and `aadsts_ranges` are Entra's numbers. `errors` are words of OAuth 2.0, for each kind
    of sign-in server; `refusals` what our own code refuses a sign-in with, likewise. `replies` are the rows
    that match answers, in their order, by file. `examples` has an example for each {place} that
    texts, commands and links may have.
    """

    explanations: Mapping[str, Explanation]
    cures: Mapping[str, Cure]
    aadsts: Mapping[int, Explanation] = field(default_factory=dict)
    aadsts_ranges: tuple[tuple[range, Explanation], ...] = ()
    errors: Mapping[str, Mapping[str, Explanation]] = field(default_factory=dict)
    refusals: Mapping[str, Mapping[str, Cure]] = field(default_factory=dict)
    replies: Mapping[str, tuple[ReplyRule, ...]] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)
