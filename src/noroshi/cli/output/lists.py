"""Print the answer to a command that lists: as JSON, or a line for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.tables import table
from noroshi.core.translation import Message

T = TypeVar("T")
Cells = Sequence[str]


def print_list(
    context: CommandContext,
    answer: Sequence[T],
    empty_text: Message,
    lines_of: Callable[[Sequence[T]], Iterable[str]],
) -> int:
    """Print an answer as JSON or by its lines, or say that there is nothing."""
    if context.args.json:
        context.print_json(answer)
    elif not answer:
        print(context.say(empty_text))
    else:
        print("\n".join(lines_of(answer)))
    return exits.DONE


def table_with_head(
    context: CommandContext, head: Sequence[Message], rows: Iterable[Cells]
) -> list[str]:
    """Return the lines of a table whose first row names the columns."""
    return table([[context.say(words) for words in head], *rows])
