"""Write the program's texts into docs/use: help of commands, options, readings and switches.

PYTHONPATH=src .venv/bin/python tools/document_tables.py

Run it after a text was reworded. Rows that are missing are left to the tests, which name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from noroshi import checks, schema
from noroshi.actions import built_in
from noroshi.actions.template import TemplateRenderer
from noroshi.cli.commands.command_list import COMMANDS
from noroshi.cli.commands.spec import GLOBAL, Command, Option
from noroshi.cli.exits import MEANING
from noroshi.core.translation import Message, help_text
from noroshi.ports import Check
from noroshi.transports import BUILT_IN
from noroshi_lab.drill.failures import TEN
from noroshi_lab.lab.main import OTHER_COMMANDS
from noroshi_lab.lab.switches import GROUPS

DOCS = Path(__file__).parent.parent / "docs" / "use"
Texts = Mapping[str, Sequence[str]]
"""New cells by the name in a row's first cell."""


def main() -> None:
    for name, written in {
        "commands": commands,
        "monitors": monitors,
        "actions": actions,
        "routes": routes,
        "lab": lab,
    }.items():
        page = DOCS / f"{name}.md"
        page.write_text(written(page.read_text("utf-8")), encoding="utf-8")


def tables(text: str, head: str, texts: Texts, *, at: int) -> str:
    """Return a text whose tables of this head have the new cells, from the column `at` on."""

    def row(found: re.Match[str]) -> str:
        cells = found[1].split(" | ")
        name = cells[0].replace("`", "")
        new = texts.get(name) or texts.get(name.split()[0])
        if new:
            cells[at : at + len(new)] = new
        return f"| {' | '.join(cells)} |\n"

    def table(found: re.Match[str]) -> str:
        return found[1] + re.sub(r"\| (.*) \|\n", row, found[2])

    return re.sub(rf"(?m)^(\| {re.escape(head)} \|.*\n\| --- .*\n)((?:\|.*\n)+)", table, text)


def both(text: Message) -> tuple[str, str]:
    return text.en, text.ja


def commands(page: str) -> str:
    codes = {str(code): both(words) for code, words in MEANING.items()}
    page = tables(page, "code", codes, at=1)
    page = _section(page, "## Global options", _of_options(GLOBAL))
    for name, command in _leaves():
        first = command.help.en[0].upper() + command.help.en[1:]
        head = rf"(?m)^(### noroshi {re.escape(name)}(?: [^a-z\n].*)?\n\n).*$"
        page = re.sub(head, lambda m, first=first: f"{m[1]}{first}.", page)
        page = _section(page, f"### noroshi {name}", _of_options(command.options))
    return page


def _leaves() -> Iterator[tuple[str, Command]]:
    for command in COMMANDS:
        for leaf in command.subcommands or (command,):
            name = f"{command.name} {leaf.name}" if command.subcommands else command.name
            yield name, leaf


def _of_options(options: Iterable[Option]) -> Texts:
    return {
        one.flags[0] if one.flags[0].startswith("-") else one.settings["metavar"]: both(
            one.help
        )
        for one in options
    }


def _section(page: str, heading: str, texts: Texts) -> str:
    """Return the page with new texts in the option table below one heading."""
    pattern = rf"(?ms)^{re.escape(heading)}(?: [^a-z\n][^\n]*)?\n.*?(?=^##|\Z)"
    return re.sub(pattern, lambda m: tables(m[0], "option", texts, at=1), page)


def monitors(page: str) -> str:
    for check in checks.BUILT_IN:
        pattern = rf"(?ms)^## [^\n]* \(`{check.kind}`\)\n.*?(?=^## |\Z)"
        page = re.sub(pattern, lambda m, check=check: _monitor(m[0], check), page)
    return page


def _monitor(section: str, check: Check) -> str:
    section = re.sub(r"\A## .* \(", f"## {check.title.en} (", section)
    section = re.sub(r"(?m)^\*\*.*?\*\*", f"**{check.title.ja}**", section, count=1)
    helps = {name: both(text) for name, text in _helps(check.options)}
    readings = {name: both(text) for name, text in check.names.items()}
    return tables(tables(section, "option", helps, at=2), "reading", readings, at=1)


def _helps(options: type) -> Iterator[tuple[str, Message]]:
    for name, field in schema.form(options)["properties"].items():
        yield name, help_text(field["description"])


def actions(page: str) -> str:
    for action in built_in(TemplateRenderer()):
        page = _of_kind(page, action.kind, action.title, action.options)
    return page


def routes(page: str) -> str:
    for kind in BUILT_IN:
        page = _of_kind(page, kind.kind, kind.title, kind.options)
    return page


def _of_kind(page: str, kind: str, title: Message, options: type) -> str:
    helps = {name: (text.en,) for name, text in _helps(options)}

    def section(found: re.Match[str]) -> str:
        return f"## {title.en} (`{kind}`)\n" + tables(found[1], "option", helps, at=2)

    return re.sub(rf"(?ms)^## [^\n]* \(`{kind}`\)\n(.*?)(?=^## |\Z)", section, page)


def lab(page: str) -> str:
    switches = {
        one.name: (one.known.en, *both(one.help)) for _, group in GROUPS for one in group
    }
    page = tables(page, "switch", switches, at=1)
    helps = {f"noroshi lab {name}": both(text) for name, text in OTHER_COMMANDS.items()}
    page = tables(page, "command", helps, at=1)
    return tables(page, "`--only`", {one.name: both(one.title) for one in TEN}, at=1)


if __name__ == "__main__":
    main()
