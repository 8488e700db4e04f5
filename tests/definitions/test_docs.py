"""docs/use/definitions.md says what the code does: its examples work, its tables are whole."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from itertools import count
from pathlib import Path
from typing import get_args

import pytest

from noroshi.core.definitions import monitors, rules
from noroshi.core.definitions.schema import (
    BlueprintDef,
    ContactDef,
    EventName,
    GroupDef,
    InstanceDef,
    LimitsDef,
    MonitorDef,
    NotificationDef,
    RuleDef,
    WindowDef,
)
from noroshi.core.definitions.schema_mail import AccountDef, CloudDef, NetworkDef, RouteDef
from noroshi.core.model import MOST_TELLINGS
from noroshi.core.notices.notice import Happening
from noroshi.definitions.compilation import compile_plan
from noroshi.definitions.folder import read_folder, write_folder
from noroshi.definitions.ids import give_ids
from tests.definitions.kinds import KINDS
from tests.sweeps import sweep

PAGE = Path(__file__).parents[2] / "docs" / "use" / "definitions.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^#{2,3} (\w+)\n(.*?)(?=^#{2,3} |\Z)", TEXT))
TABLES = {
    "Instance": InstanceDef,
    "Group": GroupDef,
    "Monitor": MonitorDef,
    "Limits": LimitsDef,
    "Maintenance": WindowDef,
    "contacts": ContactDef,
    "rules": RuleDef,
    "notifications": NotificationDef,
    "routes": RouteDef,
    "networks": NetworkDef,
    "accounts": AccountDef,
    "clouds": CloudDef,
    "blueprints": BlueprintDef,
}
NAMED_BY_FILE = TABLES.keys() - {"Group", "Monitor", "Limits", "Maintenance"}


def rows(section):
    """The names in a section's table, each with what holds unless it is given."""
    for names, rest in re.findall(r"(?m)^\| (`.*?`) \| (.*) \|$", SECTIONS[section]):
        for name in re.findall(r"`(\w+)`", names):
            yield name, rest.rpartition("| ")[2].strip()


@sweep("section", TABLES)
def test_a_table_has_every_setting_and_no_other(section):
    known = [field.name for field in fields(TABLES[section])]
    if section in NAMED_BY_FILE:
        known.remove("name")
    assert sorted(name for name, _ in rows(section)) == sorted(known)


@sweep("section", TABLES)
def test_a_table_says_what_must_be_given(section):
    its = {field.name: field for field in fields(TABLES[section])}
    for name, unless in rows(section):
        must = its[name].default is MISSING and its[name].default_factory is MISSING
        assert (unless == "must be given") == must, name


@sweep("section", TABLES)
def test_a_table_says_the_defaults(section):
    its = {field.name: field.default for field in fields(TABLES[section])}
    for name, unless in rows(section):
        default = its[name]
        if default not in ("", None, (), MISSING) and name != "on":
            shown = str(default).lower() if isinstance(default, bool) else f"{default}"
            assert unless == shown.removesuffix(".0"), name


@pytest.mark.parametrize(
    ("section", "said"),
    [
        pytest.param("Monitor", f"1 to {monitors.MOST_PATIENCE}", id="patience"),
        pytest.param("Monitor", f"1s to {monitors.LONGEST_TIMEOUT}", id="time-out"),
        pytest.param("rules", f"1 to {MOST_TELLINGS}", id="tellings"),
        pytest.param("rules", f"at least {rules.SHORTEST_REPEAT}", id="repeat"),
        pytest.param("routes", f"1 to {rules.MOST_CONNECTIONS}", id="connections"),
    ],
)
def test_bounds_are_as_documented(section, said):
    assert said in SECTIONS[section]


def test_the_examples_of_the_page_make_a_plan(tmp_path):
    blocks = re.findall(r"(?ms)^```toml\n# (\S+)\n(.*?)^```", TEXT)
    assert len(blocks) == TEXT.count("```toml")
    for name, text in blocks:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    numbers = count()
    documents, _problems = give_ids(read_folder(tmp_path), (), lambda: f"{next(numbers):026}")
    assert len(compile_plan(documents, KINDS).monitors) == 3


def test_every_event_of_a_notification_is_documented():
    events = re.findall(r"(?m)^\| `([a-z-]+)` \|", SECTIONS["Events"])
    known = [happening.value for happening in Happening]
    assert sorted(known) == sorted(event for event in events if event in known)
    assert sorted(known) == sorted(get_args(EventName))


def test_a_notification_stays_the_same_when_it_is_written_out_and_read_in(tmp_path):
    file = tmp_path / "notifications" / "morning.toml"
    file.parent.mkdir()
    text = re.findall(r"(?ms)^```toml\n# notifications/morning.toml\n(.*?)^```", TEXT)[0]
    file.write_text(text, encoding="utf-8")
    documents = read_folder(tmp_path)
    write_folder(tmp_path, documents)
    assert file.read_text(encoding="utf-8").splitlines()[0] == 'events = ["all-is-well"]'
    assert read_folder(tmp_path) == documents
