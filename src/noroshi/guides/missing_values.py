"""Name the values that nobody knows yet when steps are handed on, and where an administrator
finds each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from noroshi.core.translation import NOTHING, Message, _
from noroshi.guides.guide import Step
from noroshi.guides.places import Value, fill_places, line_values, placeholder, places_of_line

WHERE_FOUND: Mapping[str, Message] = {
    "client_id": _("the Application (client) ID: App registrations › {app} › Overview"),
    "object_id": _(
        "the Object ID under Enterprise applications › {app}, not the one under App "
        "registrations"
    ),
    "thumbprint": _("the thumbprint that Noroshi shows once the certificate exists"),
    "certificate": _("the certificate's file (.cer) that Noroshi writes"),
    "mailbox": _("the address of the mailbox that sends"),
    "person": _("the address of the user who signs in"),
    "redirect": _("the redirect URI of the account in Noroshi"),
}
"""The values that may be missing: all others are Noroshi's own."""
REPLACE = _("These values are not known yet. Replace them wherever they appear:")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingValue:
    """Hold a value that steps need and that is not known. `placeholder` stands in its places;
    `where` says what the value is, and where to find it."""

    placeholder: str
    where: Message


def missing_values(
    steps: Iterable[Step], values: Mapping[str, Value]
) -> tuple[MissingValue, ...]:
    """Return the values that these steps lack, in the order in which they need them."""
    names = dict.fromkeys(name for step in steps for name in _missing_in(step, values))
    return tuple(
        MissingValue(placeholder=placeholder(name), where=fill_places(place, values))
        for name in names
        if (place := WHERE_FOUND.get(name)) is not None
    )


def _missing_in(step: Step, values: Mapping[str, Value]) -> Iterator[str]:
    for words in (step.title, *step.sentences):
        if words != NOTHING:
            yield from sorted(name for name in words.empty_places if not values.get(name))
    known_names = line_values(values)
    for text in (*step.lines, *step.check):
        yield from (name for name in places_of_line(text) if name not in known_names)
