"""Read a table of a TOML file of ours, and collect all problems with their place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from noroshi.core.command_text import CommandText
from noroshi.core.translation import NOTHING, Message, plain
from noroshi.knowledge.row_text import row_text

Value = TypeVar("Value")


class KnowledgeError(Exception):
    """Report files of knowledge that are not as they must be; `problems` are all of them, each
    with its place."""

    def __init__(self, problems: Collection[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class TableReader:
    """Read one table, key by key. A value that is missing or wrong is a problem, and is read as an
    empty one; `end` finds the keys that nobody asked for."""

    def __init__(self, place: str, table: object, problems: list[str]) -> None:
        self._place, self._problems = place, problems
        self._table: Mapping[str, Any] = table if isinstance(table, dict) else {}
        self._read_keys: set[str] = set()
        if not isinstance(table, dict):
            self.problem("", "must be a table")

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        if not self._table.get(key):
            self.problem(key, "is missing")
        return self.optional_text(key)

    def optional_text(self, key: str) -> str:
        """Return a text; "" if there is none."""
        text = self._value(key, str, "")
        if key in self._table and text != text.strip():
            self.problem(key, "begins or ends with a space")
        return text

    def message(self, key: str, *, optional: bool = True) -> Message:
        """Return a text for people; NOTHING if there is none."""
        text = self.optional_text(key) if optional else self.text(key)
        return self._row_text(key, text) if text else NOTHING

    def messages(self, key: str) -> tuple[Message, ...]:
        """Return texts for people."""
        return tuple(self._row_text(key, text) for text in self.text_list(key))

    def text_list(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        items = self._value(key, list, [])
        if not all(isinstance(one, str) and one for one in items):
            self.problem(key, "must be a list of strings")
            return ()
        return tuple(items)

    def lines(self, key: str) -> tuple[str | CommandText, ...]:
        """Return lines to be copied: a text, or a table for a command of Noroshi."""
        items = self._value(key, list, [])
        if not all(isinstance(one, str | dict) and one for one in items):
            self.problem(key, "must be a list of strings and of commands")
            return ()
        return tuple(
            self._command(f"{key}[{number}]", one) if isinstance(one, dict) else str(one)
            for number, one in enumerate(items, 1)
        )

    def _command(self, key: str, table: object) -> CommandText:
        reader = TableReader(f"{self._place}{key}.", table, self._problems)
        command = CommandText(reader.text("noroshi"), reader.optional_text("operands"))
        reader.end()
        return command

    def number(self, key: str) -> int:
        """Return a whole number; 0 if there is none."""
        return self._value(key, int, 0)

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        items = self._value(key, list, [])
        if not all(isinstance(one, int) for one in items):
            self.problem(key, "must be a list of whole numbers")
            return ()
        return tuple(items)

    def flag(self, key: str) -> bool:
        """Return True if a flag is set; it need not be there."""
        return self._value(key, bool, False)

    def link(self, key: str) -> str:
        """Return the address of a page; "" if there is none."""
        link = self.optional_text(key)
        if link and not link.startswith("https://"):
            self.problem(key, "must begin with https://")
        return link

    def choice(self, key: str, choices: Collection[str]) -> str:
        """Return one of these words, which must be there."""
        word = self.text(key)
        if word and word not in choices:
            self.problem(key, f"must be one of {', '.join(choices)}: {word!r}")
        return word

    def tables(self, key: str) -> Iterator[tuple[str, TableReader]]:
        """Yield the tables below a key by name, each with a reader of its own."""
        for name, one in self._value(key, dict, {}).items():
            yield name, TableReader(f"{self._place}{key}.{name}.", one, self._problems)

    def table(self, key: str) -> Iterator[TableReader]:
        """Yield a reader for the table of that name, if there is one."""
        if self._value(key, dict, {}):
            yield TableReader(f"{self._place}{key}.", self._table[key], self._problems)

    def rows(self, key: str) -> Iterator[TableReader]:
        """Yield a reader for each table of a list."""
        for number, one in enumerate(self._value(key, list, []), 1):
            yield TableReader(f"{self._place}{key}[{number}].", one, self._problems)

    def pairs(self) -> Mapping[str, str]:
        """Return all pairs of the table: names and texts."""
        return {name: self.text(name) for name in self._table}

    def check_values(
        self, key: str, texts: Iterable[Message], value_names: Collection[str]
    ) -> None:
        """Require that each value that fills these texts is known."""
        for name in sorted(
            {name for text in texts for name in text.empty_places} - set(value_names)
        ):
            self.problem(key, f"{{{name}}} is no value that is known (values.toml)")

    def check_places(
        self, key: str, texts: Iterable[str | CommandText], value_names: Collection[str]
    ) -> None:
        """Require the same of what is the same in every language."""
        for text in texts:
            message = plain(text) if isinstance(text, str) else text
            try:
                self.check_values(key, [message], value_names)
            except ValueError as error:
                self.problem(key, f"{error}: {text!r}")

    def _row_text(self, key: str, text: str) -> Message:
        try:
            return row_text(text)
        except ValueError as error:
            self.problem(key, f"{error}: {text!r}")
            return NOTHING

    def end(self) -> None:
        """Find the keys that nobody has asked for."""
        for key in self._table.keys() - self._read_keys:
            self.problem(key, "is no key of this table")

    def problem(self, key: str, reason: str) -> None:
        """Note a problem."""
        self._problems.append(f"{self._place}{key}: {reason}")

    def _value(self, key: str, kind: type[Value], default: Value) -> Value:
        self._read_keys.add(key)
        value = self._table.get(key, default)
        # True and False are whole numbers to Python.
        if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
            return value
        self.problem(key, f"must be of type {kind.__name__}: {value!r}")
        return default
