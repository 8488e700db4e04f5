"""Print the answer to a command: as JSON, or as lines for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.tables import table
from noroshi.core.translation import Message

T = TypeVar("T")
Cells = Sequence[str]


def print_answer(
    context: CommandContext, answer: object, lines: Callable[[], Iterable[str]]
) -> int:
    """Print an answer as JSON, or the lines that are made of it for people."""
    if context.args.json:
        context.print_json(answer)
    else:
        print("\n".join(lines()))
    return exits.DONE


def print_list(
    context: CommandContext,
    answer: Sequence[T],
    empty_text: Message,
    lines_of: Callable[[Sequence[T]], Iterable[str]],
) -> int:
    """Print an answer as JSON or by its lines, or say that there is nothing."""
    return print_answer(
        context, answer, lambda: lines_of(answer) if answer else [context.say(empty_text)]
    )


def table_with_head(
    context: CommandContext, head: Sequence[Message], rows: Iterable[Cells]
) -> list[str]:
    """Return the lines of a table whose first row names the columns."""
    return table([[context.say(words) for words in head], *rows])


def print_table(
    context: CommandContext,
    answer: Sequence[T],
    empty_text: Message,
    head: Sequence[Message],
    row_of: Callable[[CommandContext, T], Cells],
) -> int:
    """Print an answer as JSON or as a table with a row for each, or say that there is nothing."""

    def lines_of(answer: Sequence[T]) -> Sequence[str]:
        return table_with_head(context, head, (row_of(context, one) for one in answer))

    return print_list(context, answer, empty_text, lines_of)
