"""Tell what is wrong with something that a person wrote: where, and in words that help to mend
it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches

from noroshi.core.message_error import MessageError
from noroshi.core.printable import visible_text
from noroshi.core.translation import NOTHING, Message, _, list_names, ngettext

MOST_NAMED = 16
"""The most names that are listed for a person to choose from; more would bury the message."""
MOST_FOUND, MOST_REPORTED = 1000, 50
"""The most problems that are kept while something is read, and the most that are told to
whoever asked: a million equal mistakes must not fill the memory with sentences."""
FILE_ENDS = ".toml"
LONGEST_SHOWN = 200
"""Letters of a given value that a sentence repeats."""

NEAR = _(" (did you mean {near}?)")
KNOWN = _("; available: {known}")
NO_SUCH = _("there is no {sort} “{given}”{instead}")
AND_MORE = ngettext("and {count} more problem", "and {count} more problems")
AND_AT_LEAST = ngettext(
    "and at least {count} more problem", "and at least {count} more problems"
)
NONE_YET = _(": none has been added yet")
NO_DAY = _("“{given}” is not a day of the week{instead}")
ONE_OF = _("; use one of {days}")


class InvalidValueError(MessageError, ValueError):
    """Raised by a value that is asked to be what it cannot be; the words are for people."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of something given from outside, and where in it."""

    where: str
    what: Message

    def __str__(self) -> str:
        return self.say("en")

    def say(self, language: str) -> str:
        """Return place and fault on one line."""
        text = self.what.say(language)
        return f"{self.where}: {text}" if self.where else text


class Invalid(ValueError):
    """Report that something given from outside cannot be used; `problems` say where and why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Place:
    """Hold a location in the given data, and the list that collects the problems there."""

    location: str
    problems: list[Problem] = field(default_factory=list)

    def at(self, *steps: str) -> Place:
        """Return a spot further inside."""
        return Place(nested_location(self.location, *steps), self.problems)

    def say(self, words: Message, **arguments: object) -> None:
        """Note a problem of this spot."""
        if len(self.problems) >= MOST_FOUND:
            return
        shown_arguments = {
            name: visible_text(shortened_text(value)) if isinstance(value, str) else value
            for name, value in arguments.items()
        }
        message = words.fill(**shown_arguments) if arguments else words
        self.problems.append(Problem(self.location.removesuffix(": "), message))

    def no_such(self, sort: Message, name: str, candidates: Collection[str]) -> None:
        """Note that nothing has that name, and which name was likely meant."""
        if len(self.problems) >= MOST_FOUND:
            return
        self.say(NO_SUCH, sort=sort, given=name, instead=suggestion(name, candidates))

    def no_such_day(self, name: str, days: Collection[str]) -> None:
        """Note that a week has no such day, and which one was likely meant, or else all."""
        if len(self.problems) >= MOST_FOUND:
            return
        hint = _nearest(name, days) or ONE_OF.fill(days=list_names(days))
        self.say(NO_DAY, given=name, instead=hint)


def first_of(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return as many of them as a person is told at once, and one that counts the others. What
    was shortened so already, by another process perhaps, stays as it is."""
    left_out = len(problems) - MOST_REPORTED
    if left_out <= 0 or (
        left_out == 1 and problems[-1].what.id in (AND_MORE.id, AND_AT_LEAST.id)
    ):
        return problems
    words = AND_MORE if len(problems) < MOST_FOUND else AND_AT_LEAST
    return (*problems[:MOST_REPORTED], Problem("", words.fill(count=left_out)))


def shortened_text(text: str, max_length: int = LONGEST_SHOWN) -> str:
    """Return the text, or its beginning with an ellipsis if the text is too long."""
    return text if len(text) <= max_length else f"{text[:max_length]}…"


def nested_location(location: str, *steps: str) -> str:
    """Return a place further inside: `rules/ops.toml: ` and `on` are `rules/ops.toml: on`."""
    if not location or location.endswith(": "):
        return location + ".".join(steps) if steps else location.removesuffix(": ")
    return ".".join([location, *steps])


def file_of(type: str, name: str, problems: list[Problem]) -> Place:
    """Return the place of a definition: the file that it is in when it is in a folder."""
    return Place(f"{type}/{name}{FILE_ENDS}: ", problems)


@dataclass(frozen=True, slots=True)
class Location:
    """The place of a problem: the definition that it is in, as instances/web1, and where inside of
    it. `key` is "" for what is in no definition, `inner_path` for a definition as a whole."""

    key: str
    inner_path: str

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the way inside, from table to table."""
        return tuple(self.inner_path.split(".")) if self.inner_path else ()

    @property
    def setting(self) -> str:
        """Return the setting that it ends at, without the number of an entry."""
        return self.steps[-1].partition("[")[0] if self.inner_path else ""


def read_location(location: str) -> Location:
    """Return where a problem is: the inverse of `file_of` and `nested_location`."""
    file, _mark, inner_path = location.partition(": ")
    key = file.removesuffix(FILE_ENDS)
    if key != file and key.partition("/")[0].isalpha() and "/" in key:
        return Location(key, inner_path)
    return Location("", location)


def suggestion(name: str, candidates: Collection[str]) -> Message:
    """Return what to add about a name that is not known: the nearest one, or those there
    are."""
    if len(name) > LONGEST_SHOWN:
        return NOTHING
    names = sorted(set(candidates))
    if nearest := _nearest(name, names):
        return nearest
    if not names:
        return NONE_YET
    if len(names) > MOST_NAMED:
        return NOTHING
    return KNOWN.fill(known=list_names(names))


def _nearest(name: str, candidates: Collection[str]) -> Message | None:
    """Return the question whether the nearest name was meant; None if none is near."""
    if len(name) > LONGEST_SHOWN:  # nobody meant that, and comparing it would take minutes
        return None
    matches = get_close_matches(name, candidates, n=1, cutoff=0.6)
    return NEAR.fill(near=matches[0]) if matches else None
