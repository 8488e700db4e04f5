"""docs/use/actions.md says what the code does: its tables are whole, its examples work."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from noroshi import schema
from noroshi.actions import built_in
from noroshi.actions.mail import Options, try_out
from noroshi.actions.mail_draft import draft
from noroshi.actions.sample_alarms import made_up_alarms
from noroshi.actions.template import TemplateRenderer
from noroshi.core.translation import help_text

TEXT = (Path(__file__).parents[2] / "docs" / "use" / "actions.md").read_text(encoding="utf-8")
ACTIONS = built_in(TemplateRenderer())


def table(heading):
    rows = TEXT.split(heading)[1].split("\n\n")[0].splitlines()
    return [row for row in rows if row.startswith("| `")]


def named(rows):
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split(" | ")[0])]


def _default(said):
    return f"`{str(said['default']).lower()}`" if said["default"] != "" else "empty"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.kind)
def test_every_option_stands_in_its_table(action):
    assert f"\n## {action.title.en} (`{action.kind}`)\n" in TEXT
    wanted = schema.form(action.options)["properties"].items()
    assert table("| option | unless given | |") == [
        f"| `{name}` | {_default(said)} | {help_text(said['description']).en} |"
        for name, said in wanted
    ]


def test_every_name_that_a_template_may_use_stands_in_a_table():
    contact, topic, alarms = next(made_up_alarms())
    facts = draft(Options(text="x"), contact, topic, alarms)["facts"]
    assert sorted(named(table("| name | is |"))) == sorted([*facts, "subject", "text"])
    assert sorted(named(table("| name of an item | is |"))) == sorted(facts["items"][0])


@pytest.mark.parametrize("block", re.findall(r"(?s)```toml\n(.*?)```", TEXT))
async def test_an_example_can_be_used(block):
    options = schema.read(Options, tomllib.loads(block)["options"])
    renderer = TemplateRenderer(wall=60)
    assert list(await try_out(renderer, options)) == []
    await renderer.close()
