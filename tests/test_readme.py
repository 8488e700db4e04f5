"""The README's first steps do what it says, line by line, with the real kinds and examples."""

import re
import shlex
import shutil
from pathlib import Path

from tests.cli.typed import typed

ROOT = Path(__file__).parents[1]
NEED_A_PROVIDER_OR_STAY = {"serve", "setup"}


def first_steps():
    """Return the lines of the blocks under "Start for real", as a shell splits them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"(?s)^## Start for real\n(.*?)(?=^## )", text, re.MULTILINE).group(1)
    blocks = re.findall(r"(?ms)^```\n(.*?)^```", section)
    steps = [
        shlex.split(line, comments=True) for block in blocks for line in block.splitlines()
    ]
    return [step for step in steps if step[:1] in (["cp"], ["noroshi"])]


def test_the_wizard_comes_first_and_files_second():
    first, *_ = steps = first_steps()
    told = [step[1] for step in steps if step[0] == "noroshi"]
    assert first[:2] == ["noroshi", "init"]
    assert told == ["init", "serve", "setup", "check-config", "plan", "apply", "send", "status"]
    assert steps[3][:2] == ["cp", "-r"]


def test_the_values_to_fill_in_come_before_they_are_checked():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.index("| `accounts/m365.toml` |") < text.index("noroshi check-config")


async def test_the_first_steps_work_in_a_new_home(tmp_path):
    for program, *argv in first_steps():
        if program == "cp":
            shutil.copytree(ROOT / argv[1], tmp_path / argv[2])
        elif argv[0] not in NEED_A_PROVIDER_OR_STAY:
            told = await typed(*argv, home=tmp_path / "home", cwd=tmp_path)
            assert (argv, told.code) == (argv, 0), told.err
    listed = await typed("queue", "list", home=tmp_path / "home")
    assert "  Test\n    waits for one of smtp1, smtp2: " in listed.out
