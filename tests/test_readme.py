"""The README's first steps do what it says, line by line, with the real kinds and examples."""

import re
import shlex
import shutil
import tomllib
from pathlib import Path

from noroshi.cli.exits import DONE, UNSENT
from tests.cli.command_process import typed

ROOT = Path(__file__).parents[1]
NEED_A_PROVIDER_OR_STAY = {"serve", "setup", "secret", "authorize"}


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
    assert told[:3] == ["init", "serve", "setup"]
    assert told[3:] == [
        "check-config",
        "plan",
        "apply",
        "secret",
        "authorize",
        "send",
        "status",
    ]
    assert steps[3][:2] == ["cp", "-r"]


def test_what_a_first_start_by_files_needs_besides_is_named_as_the_examples_have_it():
    """By files alone a newcomer had neither secret nor sign-in, and lost the wizard's answers."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    account = tomllib.loads((ROOT / "examples/accounts/m365.toml").read_text(encoding="utf-8"))
    assert f"noroshi secret set {account['secret']} " in text
    assert (ROOT / "examples/routes/smtp1.toml").exists() and "noroshi authorize smtp1 " in text
    assert "overwrite the wizard's answers" in text and len(text.splitlines()) <= 150


def test_the_values_to_fill_in_come_before_they_are_checked():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.index("| `accounts/m365.toml` |") < text.index("noroshi check-config")


async def test_the_first_steps_work_in_a_new_home(tmp_path):
    for program, *argv in first_steps():
        if program == "cp":
            shutil.copytree(ROOT / argv[1], tmp_path / argv[2])
        elif argv[0] not in NEED_A_PROVIDER_OR_STAY:
            told = await typed(*argv, home=tmp_path / "home", cwd=tmp_path)
            # No node runs here, which `send` tells by its exit code.
            assert (argv, told.code) == (argv, UNSENT if argv[0] == "send" else DONE), told.err
    listed = await typed("queue", "list", home=tmp_path / "home")
    assert "  Test\n    waiting for one of smtp1, smtp2: " in listed.out
