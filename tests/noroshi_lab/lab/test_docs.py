"""docs/use/lab.md says what the code does: its tables are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from noroshi_lab.lab.faults import PLACES
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.main import OTHER_COMMANDS
from noroshi_lab.lab.switches import GROUPS

PAGE = (Path(__file__).parents[3] / "docs" / "use" / "lab.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The rows of the first table under a heading."""
    section = re.split(r"\n#{2,3} ", PAGE.split(f"# {heading}\n", 1)[1])[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    return table[2:]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0].en)
def test_every_switch_stands_in_its_table(group) -> None:
    title, switches = group
    heading = title.en if title.en == title.ja else f"{title.en} / {title.ja}"
    assert rows(heading) == [
        f"| `{each.name}` | {each.known.en} | {each.help.en} | {each.help.ja} |"
        for each in switches
    ]


def test_every_command_stands_in_its_table() -> None:
    wanted = [f"| `noroshi lab {n}` | {w.en} | {w.ja} |" for n, w in OTHER_COMMANDS.items()]
    assert sorted(rows("Commands")) == sorted(wanted)


def test_every_place_of_a_fault_is_named() -> None:
    named = re.findall(r"`([A-Z]+)`", "".join(row.split("|")[1] for row in rows("Faults")))
    assert sorted(named) == sorted(PLACES)


async def test_every_call_of_the_control_is_listed(lab: Lab) -> None:
    listed = {tuple(re.findall(r"`(GET|POST) (\S+)`", row)[0]) for row in rows("Control")}
    assert listed == set(lab.control.calls)


async def test_the_fields_of_the_card_that_are_named_are_there(lab: Lab) -> None:
    named = set(re.findall(r"`(\w+)`", "".join(row.split("|")[3] for row in rows("Servers"))))
    assert named <= set(dir(lab.address))
