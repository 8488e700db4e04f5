"""What the shells complete, asked of real shells."""

import subprocess

import pytest

from noroshi.cli.commands.command_list import COMMANDS
from noroshi.cli.handlers.completion import bash, fish, zsh

ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_noroshi; printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def completed(tmp_path):
    script = tmp_path / "noroshi.bash"
    script.write_text(bash())

    def ask(*words):
        argv = ["bash", "--norc", "-c", ASK, "bash", str(script), *words]
        done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert done.stderr == ""
        return set(done.stdout.split())

    return ask


def test_every_command_is_offered_at_the_beginning(completed):
    assert {command.name for command in COMMANDS} <= completed("noroshi", "")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        pytest.param(("noroshi", "queue", "ho"), {"hold"}, id="a command below a command"),
        pytest.param(("noroshi", "send", "--le"), {"--level"}, id="an option of a command"),
        pytest.param(("noroshi", "--lang", ""), {"en", "ja"}, id="the choices of an option"),
        pytest.param(
            ("noroshi", "--home", "/srv/n", "queue", "sh"), {"show"}, id="after an option"
        ),
    ],
)
def test_bash_offers_what_may_come_next(completed, words, offered):
    assert completed(*words) == offered


def test_bash_offers_files_where_a_folder_is_wanted(completed, tmp_path):
    (tmp_path / "definitions").mkdir()
    assert completed("noroshi", "plan", "defi") == {"definitions"}


@pytest.mark.parametrize("shell", [bash, zsh], ids=["bash", "zsh"])
def test_the_script_is_sound_bash(shell, tmp_path):
    script = tmp_path / "script"
    script.write_text(shell())
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_fish_tells_what_each_command_does_in_the_person_s_language():
    assert "-a serve -d 'ノードを動かします (監視と送信)'" in fish("ja")
    assert "__fish_seen_subcommand_from queue' -a hold" in fish("en")
