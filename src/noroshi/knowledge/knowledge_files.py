"""Read the files of knowledge: all of them, once, when somebody first needs a row."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from noroshi.core.mail import Fault, Verdict
from noroshi.core.translation import NOTHING
from noroshi.knowledge.explanation import Explanation, Knowledge, ReplyRule, Who
from noroshi.knowledge.table_reader import KnowledgeError, TableReader
from noroshi.ports.examination import Cure, Whose

Row = TypeVar("Row")
FOLDER = Path(__file__).parent
FILES = (
    "entra",
    "oauth",
    "settings",
    "google",
    "exchange",
    "mail_servers",
    "smtp_replies",
    "graph",
    "webhooks",
    "connections",
    "tokens",
    "computer",
    "postgres",
    "winrm",
)
OWNERS = {whose.value: whose for whose in Whose}
VERDICTS = {one.value: one for one in (Verdict.DEFERRED, Verdict.REFUSED)}
FAULTS = {fault.name.lower(): fault for fault in Fault}
ANY_ENTRY = "entry"
NO_CURE = Cure(party=Whose.YOU)
NO_ROW = Explanation(name="", meaning=NOTHING, cure=NO_CURE)
"""Stands where a reference leads nowhere. Nobody gets to see it: that is a problem."""


@cache
def knowledge() -> Knowledge:
    """Return all rows. It takes some 0.1 s the first time, which a node spends before its first
    turn. Raises KnowledgeError."""
    paths = {name: FOLDER / f"{name}.toml" for name in ("values", *FILES)}
    tables = {name: tomllib.loads(path.read_text("utf-8")) for name, path in paths.items()}
    return read_knowledge(tables)


def read_knowledge(tables: Mapping[str, Mapping[str, Any]]) -> Knowledge:
    """Return the rows of these files. Raises KnowledgeError with the problems of all of them."""
    reader = KnowledgeReader(tables)
    result = reader.read()
    if reader.problems:
        raise KnowledgeError(reader.problems)
    return result


class KnowledgeReader:
    """Read remedies first, then the explanations that refer to them, then what refers to those."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self.problems: list[str] = []
        self._files = {
            name: TableReader(f"{name}.toml: ", one, self.problems)
            for name, one in tables.items()
        }
        self._examples = self._files.pop("values").pairs()
        self._cures: dict[str, Cure] = {}
        self._explanations: dict[str, Explanation] = {}
        self._aadsts: dict[int, Explanation] = {}
        self._ranges: list[tuple[range, Explanation]] = []

    def read(self) -> Knowledge:
        """Return all rows, as far as they can be read; see `problems`."""
        for file, reader in self._files.items():
            for name, table in reader.tables("remedy"):
                self._cures[f"{file}.{name}"] = self._cure(table)
                table.end()
        for file, reader in self._files.items():
            for name, table in reader.tables("explanation"):
                self._add(file, name, table)
        result = Knowledge(
            explanations=self._explanations,
            cures=self._cures,
            aadsts=self._aadsts,
            aadsts_ranges=tuple(self._ranges),
            errors=self._errors(),
            refusals=self._by_kind("refusals", self._cures, NO_CURE),
            replies={file: self._replies(file, one) for file, one in self._files.items()},
            examples=self._examples,
        )
        for reader in self._files.values():
            reader.end()
        return result

    def _cure(self, table: TableReader) -> Cure:
        cure = Cure(
            party=OWNERS.get(table.choice("whose", OWNERS), Whose.YOU),
            steps=table.messages("steps"),
            lines=table.lines("commands"),
            link=table.link("link"),
            delay=table.message("takes"),
        )
        # The vault's entry is known by its own name there: {put_secret.password}.
        table.check_values("steps", cure.steps, self._examples.keys() - {ANY_ENTRY})
        table.check_places("commands", cure.lines, self._examples)
        table.check_places("link", [cure.link], self._examples)
        return cure

    def _add(self, file: str, name: str, table: TableReader) -> None:
        meaning, action = table.message("meaning", optional=False), table.message("action")
        table.check_values("meaning", [meaning], self._examples)
        table.check_values("action", [action], self._examples)
        row = Explanation(
            name=f"{file}.{name}",
            meaning=meaning,
            action=action,
            quiet=table.flag("quiet"),
            party=cast("Who", table.choice("who", get_args(Who))) if "who" in table else None,
            cure=self._cure_of(file, table),
        )
        self._explanations[row.name] = row
        self._number(row, table)
        table.end()

    def _cure_of(self, file: str, table: TableReader) -> Cure:
        if "remedy" in table:
            return self._referenced_row(self._cures, file, table, "remedy") or NO_CURE
        return self._cure(table)

    def _number(self, row: Explanation, table: TableReader) -> None:
        """Note which of Entra's numbers it explains."""
        codes, spans = table.numbers("aadsts"), table.text_list("aadsts_ranges")
        if (codes or spans) and row.party is None:
            table.problem("who", "is missing")
        for code in codes:
            if code in self._aadsts:
                table.problem("aadsts", f"{code} stands in {self._aadsts[code].name} too")
            self._aadsts[code] = row
        for span in spans:
            first, _, last_text = span.partition("-")
            if first.isdecimal() and last_text.isdecimal():
                self._ranges.append((range(int(first), int(last_text) + 1), row))
            else:
                table.problem("aadsts_ranges", f"must be like 75000-75999: {span!r}")

    def _errors(self) -> Mapping[str, Mapping[str, Explanation]]:
        by_kind = self._by_kind("errors", self._explanations, NO_ROW)
        for kind, rows in by_kind.items():
            for error, row in rows.items():
                if row is not NO_ROW and row.party is None:
                    self.problems.append(
                        f"{row.name}: does not say who (errors.{kind}.{error})"
                    )
        return by_kind

    def _by_kind(
        self, key: str, rows: Mapping[str, Row], missing_row: Row
    ) -> Mapping[str, Mapping[str, Row]]:
        """Return tables of references, by the kind of sign-in server that each is for."""
        return {
            kind: {
                error: self._referenced_row(rows, file, table, error) or missing_row
                for error in table.pairs()
            }
            for file, reader in self._files.items()
            for kind, table in reader.tables(key)
        }

    def _replies(self, file: str, reader: TableReader) -> tuple[ReplyRule, ...]:
        sources = {
            name: one
            for table in reader.table("sources")
            for name, one in table.pairs().items()
        }
        rows = reader.rows("replies")
        return tuple(self._reply(file, table, sources) for table in rows)

    def _reply(self, file: str, table: TableReader, sources: Mapping[str, str]) -> ReplyRule:
        outcome: Verdict | Fault
        if "verdict" in table:
            outcome = VERDICTS.get(table.choice("verdict", VERDICTS), Verdict.REFUSED)
        else:
            outcome = FAULTS.get(table.choice("fault", FAULTS), Fault.SETUP)
        rule = ReplyRule(
            code=table.number("code"),
            enhanced=table.optional_text("enhanced"),
            part=table.optional_text("part"),
            finding=outcome,
            source=sources.get(table.choice("source", sources), ""),
            explanation=self._referenced_row(self._explanations, file, table, "means")
            or NO_ROW,
        )
        table.end()
        return rule

    def _referenced_row(
        self, rows: Mapping[str, Row], file: str, table: TableReader, key: str
    ) -> Row | None:
        """Return the row to which a key refers: one of the same file has no file before it."""
        name = table.text(key)
        row = rows.get(name if "." in name else f"{file}.{name}")
        if row is None:
            table.problem(key, f"there is no row {name!r}")
        return row
