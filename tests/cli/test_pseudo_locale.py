"""Every text of a command's help is in the catalogue."""

import json
import os
import re
import subprocess
import sys

from tests.pseudo_locale import program

HELPS = """
import contextlib, io, json
from noroshi.cli.commands.command_list import COMMANDS
from noroshi.cli.run import run

def told(*words):
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        run([*words, "--help", "--lang", "ja"])
    return out.buffer.getvalue().decode()

PROGRAMS = {"demo", "lab"}  # they have a parser of their own
names = [[], *([c.name] for c in COMMANDS if c.name not in PROGRAMS)]
names += [[c.name, one.name] for c in COMMANDS for one in c.subcommands or ()]
print(json.dumps({" ".join(name): told(*name) for name in names}))
"""
NO_TEXT = re.compile(
    r"--?[\w-]+|\{[^}]*\}|\[[^\]]*\]|(?<![^\W\d])[A-Z][A-Z0-9_]*\b|\S*[/.@=$\d]\S*", re.ASCII
)
"""Options, choices, what stands for a value, paths, addresses and numbers."""
WORD = re.compile(r"(?<![^\W\d_])[a-z]{3,}(?![^\W\d_])")


def plain_words(text, names):
    """What is left in plain letters, but for names of commands."""
    _usage, _blank, rest = text.partition("\n\n")
    return set(WORD.findall(NO_TEXT.sub(" ", rest))) - names


def test_every_word_of_the_help_is_in_the_catalogue(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(program(tmp_path / "src")), "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-c", HELPS], env=env, capture_output=True, text=True, check=True
    )
    helps = json.loads(done.stdout)
    assert len(helps) > 60
    names = {word for name in helps for word in re.split("[ -]", name)}
    names |= {"noroshi", "demo", "lab"}
    left = {name: words for name, text in helps.items() if (words := plain_words(text, names))}
    assert left == {}
