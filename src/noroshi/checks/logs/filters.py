"""Say what a log line must or must not have: terms, each with its own NOT, joined by AND or
OR."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from noroshi.checks.logs.patterns import Settings, check_pattern, searcher
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.translation import Message, _, composed, joined, list_names, plain
from noroshi.ports import options

LONGEST = 1000
MOST = 100
"""Terms of a monitor, those in groups too."""
ALL_OR_ANY = with_settings(
    _(
        'several terms require {match}: whether all of them ("all") or any of them ("any") must '
        "match"
    ),
    "match",
)
ONE_OF = _("must have exactly one of: {names}")
NO_WORD = _("must be text on one line, of at most {most} characters")
NO_TERM = _("is empty")
TOO_MANY = _("has more than {most} terms")
WORD = _('contains "{text}"')
NO_SUCH_WORD = _('does not contain "{text}"')
PATTERN = _("matches {text}")
NO_SUCH_PATTERN = _("does not match {text}")
AND, OR = _(" and "), _(" or ")


@options
class Term:
    word: str = ""
    not_word: str = ""
    pattern: str = ""
    not_pattern: str = ""
    all: tuple[Term, ...] = ()
    any: tuple[Term, ...] = ()

    def __post_init__(self) -> None:
        names = [name for name in NAMES if getattr(self, name)]
        if len(names) != 1:
            raise InvalidValueError(ONE_OF.fill(names=list_names(NAMES)))
        text = self.word or self.not_word
        if text and (len(text) > LONGEST or "\n" in text or "\r" in text):
            raise InvalidValueError(NO_WORD.fill(most=LONGEST))
        if pattern := self.pattern or self.not_pattern:
            check_pattern(pattern)


NAMES = ("word", "not_word", "pattern", "not_pattern", "all", "any")


@dataclass(frozen=True, slots=True)
class Leaf:
    """Hold one word or pattern; `matches` takes a line in UTF-8 without its line end."""

    text: str
    is_pattern: bool
    is_negated: bool
    ignore_case: bool

    def matches(self, line: bytes) -> bool:
        return self._has(line) is not self.is_negated

    def _has(self, line: bytes) -> bool:
        if not self.is_pattern and not self.ignore_case:
            return self.text.encode() in line
        return searcher(self.text.encode(), self.settings).is_in(line)

    @property
    def settings(self) -> Settings:
        return Settings(ignore_case=self.ignore_case, literal=not self.is_pattern)

    @property
    def words(self) -> Message:
        if self.is_pattern:
            form = NO_SUCH_PATTERN if self.is_negated else PATTERN
        else:
            form = NO_SUCH_WORD if self.is_negated else WORD
        return form.fill(text=self.text)


@dataclass(frozen=True, slots=True)
class Group:
    """Several, of which all or any must hold."""

    parts: tuple[Expression, ...]
    needs_all: bool

    def matches(self, line: bytes) -> bool:
        combine: Callable[[Iterator[bool]], bool] = all if self.needs_all else any
        return combine(part.matches(line) for part in self.parts)

    @property
    def words(self) -> Message:
        parts = [
            part.words if isinstance(part, Leaf) else _in_brackets(part.words)
            for part in self.parts
        ]
        separator = AND if self.needs_all else OR
        return joined(parts, separator)


Expression = Leaf | Group


@lru_cache(1024)
def expression(
    terms: tuple[Term, ...], match: Literal["", "all", "any"], ignore_case: bool
) -> Expression:
    """Return the terms as one expression; a single one stands alone."""
    parts = tuple(_part(term, ignore_case) for term in terms)
    return parts[0] if len(parts) == 1 else Group(parts, needs_all=match != "any")


def leaves(expression: Expression) -> Iterator[Leaf]:
    """Yield all words and patterns of an expression, in the order in which they were
    written."""
    if isinstance(expression, Leaf):
        yield expression
        return
    for part in expression.parts:
        yield from leaves(part)


def check_terms(terms: tuple[Term, ...]) -> None:
    """Raise InvalidValueError for no terms, or for too many."""
    if not terms:
        raise InvalidValueError(NO_TERM)
    if _count(terms) > MOST:
        raise InvalidValueError(TOO_MANY.fill(most=MOST))


def check_match(terms: tuple[Term, ...], match: Literal["", "all", "any"]) -> None:
    """Raise InvalidValueError for several terms without a word on how they are joined."""
    if len(terms) > 1 and not match:
        raise InvalidValueError(ALL_OR_ANY)


def _count(terms: tuple[Term, ...]) -> int:
    return sum(1 + _count(term.all) + _count(term.any) for term in terms)


def _part(term: Term, ignore_case: bool) -> Expression:
    if nested := term.all or term.any:
        return expression(nested, "all" if term.all else "any", ignore_case)
    text = term.word or term.not_word or term.pattern or term.not_pattern
    return Leaf(
        text,
        is_pattern=bool(term.pattern or term.not_pattern),
        is_negated=bool(term.not_word or term.not_pattern),
        ignore_case=ignore_case,
    )


def _in_brackets(words: Message) -> Message:
    return composed("({words})", words=words) if words != plain("") else words
