"""docs/use/monitors.md says what the code does: its tables are whole, its examples work."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from noroshi import checks, schema
from noroshi.core.translation import help_text
from tests.sweeps import sweep

TEXT = (Path(__file__).parents[2] / "docs" / "use" / "monitors.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^## (.*?)\n(.*?)(?=^## |\Z)", TEXT))
KINDS = {check.kind: check for check in checks.BUILT_IN}


each_check = sweep("check", checks.BUILT_IN, ids=lambda check: check.kind)


def heading(check):
    return f"{check.title.en} (`{check.kind}`)"


def table(check, head):
    _, _, rest = SECTIONS[heading(check)].partition(f"| {head} |")
    return re.findall(r"(?m)^\| `.*$", rest.split("\n\n")[0])


def default(name, form):
    if name in form.get("required", ()):
        return "must be given"
    given = form["properties"][name].get("default", {})
    return f"`{json.dumps(given)}`"


def limits_of(limits):
    if limits is None:
        return "none"
    parts = [f"warning {limits.warning:g}"] if limits.warning is not None else []
    parts += [f"critical {limits.critical:g}"] if limits.critical is not None else []
    return ", ".join(parts if limits.rising else [*parts, "rising false"])


def test_every_kind_has_a_section_and_there_is_no_other():
    assert list(SECTIONS) == [heading(check) for check in checks.BUILT_IN]


@each_check
def test_the_title_stands_there_in_japanese(check):
    assert f"\n**{check.title.ja}** " in SECTIONS[heading(check)]


@each_check
def test_the_options_are_all_there(check):
    form = schema.form(check.options)
    rows = []
    for name, field in form["properties"].items():
        help = help_text(field["description"])
        rows.append(f"| `{name}` | {default(name, form)} | {help.en} | {help.ja} |")
    assert table(check, "option") == rows


@each_check
def test_the_readings_are_all_there_with_their_limits(check):
    assert table(check, "reading") == [
        f"| `{name}` | {words.en} | {words.ja} | {limits_of(check.limits.get(name))} |"
        for name, words in check.names.items()
    ]


@sweep("example", re.findall(r"(?s)```toml\n(.*?)```", TEXT))
def test_an_example_can_be_read(example):
    monitor = tomllib.loads(example)["group"]["monitor"][0]
    check = KINDS[monitor["kind"]]
    options = schema.read(check.options, monitor.get("options", {}))
    known = {*check.names, getattr(options, "name", "")}
    assert monitor.get("limits", {}).keys() <= known


@each_check
def test_each_kind_has_an_example(check):
    assert f'kind = "{check.kind}"' in SECTIONS[heading(check)]
