"""Report values that are still those of the examples, beside definitions that could be used all
the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from noroshi.cli.context import CommandContext
from noroshi.core.definitions.document import Document
from noroshi.core.translation import _, ngettext
from noroshi.definitions.placeholders import placeholders

Placeholders = Sequence[tuple[str, str]]
"""The place and the value of each."""
STILL_EXAMPLES = ngettext(
    "{count} value is still a sample value from the examples. Until you replace it, no alarm "
    "arrives:",
    "{count} values are still the sample values from the examples. Until you replace them, "
    "no alarm arrives:",
)
AND_MORE = _("… and {count} more")
MOST = 20
"""Values listed at most."""


def placeholders_of(
    documents: Iterable[Document], other_documents: Iterable[Document] = ()
) -> Placeholders:
    """Return each value that was never filled in, with the place of the value."""
    return tuple(placeholders(documents, other_documents))


def say_placeholders(context: CommandContext, examples: Placeholders) -> None:
    """Name the values that were never filled in, if there are any."""
    if examples:
        print(context.say(STILL_EXAMPLES.fill(count=len(examples))))
    for place, value in examples[:MOST]:
        print(f"  {place}: {value}")
    if len(examples) > MOST:
        print(f"  {context.say(AND_MORE.fill(count=len(examples) - MOST))}")


def placeholders_as_json(examples: Placeholders) -> Sequence[Mapping[str, str]]:
    """Return the placeholders as `--json` prints them."""
    return [{"where": place, "value": value} for place, value in examples]
