"""What is wrong with something that a person wrote: where, and in words that help to mend it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches

from noroshi.core.words import Words, plain

MOST_NAMED = 12
"""So many names are listed for a person to choose from; more would bury the message."""

NEAR = Words(en="; did you mean {near}?", ja="。{near} のことでしょうか")
KNOWN = Words(en="; there are: {known}", ja="。あるのは {known} です")
NONE_YET = Words(en="; there are none yet", ja="。まだ1つもありません")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with something given from outside, and where in it."""

    where: str
    what: Words

    def __str__(self) -> str:
        return self.say("en")

    def say(self, language: str) -> str:
        """Place and fault on one line."""
        what = self.what.say(language)
        return f"{self.where}: {what}" if self.where else what


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in what was given, and the list into which its problems go."""

    where: str
    found: list[Problem] = field(default_factory=list)

    def at(self, *steps: str) -> Place:
        """A spot further inside."""
        dot = "" if self.where.endswith(": ") else "."
        return Place(self.where + dot + ".".join(steps), self.found)

    def say(self, words: Words, **given: object) -> None:
        """Note a problem of this spot."""
        what = words.fill(**given) if given else words
        self.found.append(Problem(self.where.removesuffix(": "), what))


def instead(given: str, known: Collection[str]) -> Words:
    """What to add about a name that is not known: the nearest one, or those there are."""
    names = sorted(known)
    near = get_close_matches(given, names, n=1, cutoff=0.6)
    if near:
        return NEAR.fill(near=near[0])
    if not names:
        return NONE_YET
    if len(names) > MOST_NAMED:
        return plain("")
    return KNOWN.fill(known=", ".join(names))
