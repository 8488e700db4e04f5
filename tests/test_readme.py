"""The README's first steps do what it says, line by line, with the real kinds and examples."""

import re
import shlex
import shutil
from pathlib import Path

from tests.cli.typed import typed

ROOT = Path(__file__).parents[1]
NEED_A_PROVIDER_OR_STAY = {"serve", "setup"}


def first_steps():
    """The lines under "Start for real", as a shell splits them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"(?s)^## Start for real\n.*?^```\n(.*?)^```", text, re.MULTILINE).group(
        1
    )
    return [shlex.split(line, comments=True) for line in block.splitlines()]


def test_the_first_steps_are_all_there():
    copy, *named = (step[:2] for step in first_steps())
    assert copy == ["cp", "-r"]
    assert {program for program, _ in named} == {"noroshi"}
    told = {command for _, command in named} - NEED_A_PROVIDER_OR_STAY
    assert told == {"check-config", "init", "plan", "apply", "export", "send", "status"}


async def test_the_first_steps_work_in_a_new_home(tmp_path):
    (_, _, examples, copy), *steps = first_steps()
    shutil.copytree(ROOT / examples, tmp_path / copy)
    for _, *argv in steps:
        if argv[0] not in NEED_A_PROVIDER_OR_STAY:
            told = await typed(*argv, home=tmp_path / "home", cwd=tmp_path)
            assert (argv, told.code) == (argv, 0), told.err
    listed = await typed("queue", "list", home=tmp_path / "home")
    assert "  Test\n    waits for one of smtp1, smtp2: " in listed.out
