"""docs/use/routes.md says what the code does: its tables are whole, its examples work."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from noroshi import schema
from noroshi.core.translation import help_text
from noroshi.transports import BUILT_IN
from noroshi.transports.smtp.connection import Patience

TEXT = (Path(__file__).parents[2] / "docs" / "use" / "routes.md").read_text(encoding="utf-8")
OF_THE_ACCOUNT = {
    "smtp": {"host": "smtp.office365.com", "port": 587, "user": "n@example.com"},
    "graph": {"graph": "https://graph.microsoft.com", "user": "n@example.com"},
}


def row(name, said):
    default = "must be given" if "default" not in said else shown(said["default"])
    return f"| `{name}` | {default} | {help_text(said['description']).en} |"


def shown(default):
    if isinstance(default, bool):
        return str(default).lower()
    return str(default or "") or "empty"


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.kind)
def test_every_option_stands_in_its_table(kind):
    section = TEXT.split(f"## {kind.title.en} (`{kind.kind}`)\n")[1].split("\n## ")[0]
    table = section.split("| option | unless given | |\n| --- | --- | --- |\n")[1]
    rows = table.split("\n\n")[0].splitlines()
    wanted = schema.form(kind.options)["properties"].items()
    assert rows == [row(name, said) for name, said in wanted]


@pytest.mark.parametrize("block", re.findall(r"(?s)```toml\n(.*?)```", TEXT))
def test_an_example_can_be_used(block):
    said = tomllib.loads(block)
    (kind,) = [kind for kind in BUILT_IN if kind.kind == said["kind"]]
    known = OF_THE_ACCOUNT[kind.kind] if "account" in said["options"] else {}
    schema.read(kind.options, known | said["options"])


def test_the_seconds_are_the_code_s():
    it = Patience()
    assert (
        f"Seconds it waits: {it.connect:g} for a connection, {it.sign_in:g} until it is signed "
        f"in, {it.command:g} for each answer, {it.final:g} for the last one." in TEXT
    )
