"""A command is a value of a text: where it is read decides how it is typed."""

import ast
import gc
import json
import re
import sys
import weakref
from functools import cache
from pathlib import Path

import pytest

import noroshi
from noroshi import answer_json
from noroshi.cli.commands.command_list import COMMANDS
from noroshi.cli.run import PROGRAMS
from noroshi.core.command_text import CommandText, CopiedCommand, line_at, with_commands
from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import Medium, Terminal, bilingual, composed, plain, sentence
from tests.source_trees import nodes_of

SOURCE = Path(noroshi.__file__).parent
HERE = Terminal("/srv/n")
RELEASE = with_commands(plain("To send it: {command}"), command=CommandText("queue release"))
SHOW = with_commands(
    bilingual(en="See {command}.", ja="{command} で確認してください。"),
    command=CommandText("queue show", "{id} --all"),
)


def test_a_terminal_whose_home_folder_was_named_has_it_after_the_name_of_the_command():
    assert RELEASE.say("en", HERE) == "To send it: noroshi queue release --home /srv/n"
    text = SHOW.fill(id="01J")
    assert text.say("ja", HERE) == (
        "noroshi queue show --home /srv/n 01J --all で確認してください。"
    )


def test_a_folder_with_a_space_is_one_word_of_the_shell_of_that_system():
    folder = r"C:\My node" if sys.platform == "win32" else "/srv/my node"
    quoted = f'"{folder}"' if sys.platform == "win32" else f"'{folder}'"
    assert SHOW.fill(id="1").say("en", Terminal(folder)) == (
        f"See noroshi queue show --home {quoted} 1 --all."
    )


def test_a_plain_path_stands_as_it_is():
    folder = r"C:\noroshi\a" if sys.platform == "win32" else "/srv/noroshi/a"
    assert RELEASE.say("en", Terminal(folder)).endswith(f"--home {folder}")


@pytest.mark.parametrize("medium", [*Medium])
def test_it_is_the_bare_command_anywhere_else(medium):
    assert SHOW.fill(id="01J").say("en", medium) == "See noroshi queue show 01J --all."


def test_the_same_text_is_read_in_several_places_one_after_the_other():
    text = SHOW.fill(id="1")
    read = [text.say("en", one) for one in (HERE, Medium.TERMINAL, Terminal("/b"), HERE)]
    assert [("--home /srv/n" in one, "--home /b" in one) for one in read] == [
        (True, False),
        (False, False),
        (False, True),
        (True, False),
    ]


class Folder(str):
    """A path that tells whether anybody still holds it."""

    __slots__ = ("__weakref__",)


def test_nothing_is_kept_of_a_folder_for_which_it_was_read():
    """Anybody at the door may name one after the other, of which a node would be full."""
    folder = Folder("/srv/n")
    held = weakref.ref(folder)
    assert RELEASE.say("en", Terminal(folder)) == RELEASE.say("en", HERE)
    del folder
    gc.collect()
    assert held() is None


def test_it_is_filled_along_with_its_text_and_not_without():
    assert SHOW.empty_places == {"id"}
    with pytest.raises(KeyError, match="id"):
        SHOW.fill(name="1")


def test_what_fills_it_is_no_place():
    text, quoted = SHOW.fill(id="{x}"), '"/{y}"' if sys.platform == "win32" else "'/{y}'"
    assert (
        text.say("en", Terminal("/{y}"))
        == f"See noroshi queue show --home {quoted} {{x}} --all."
    )
    assert (
        CommandText("status").say("en", Terminal("/{y}")) == f"noroshi status --home {quoted}"
    )


def test_it_is_a_value_again_when_it_was_stored():
    kept = json.loads(json.dumps(stored_form(SHOW.fill(id="01J"))))
    assert message_from(kept).both(HERE) == SHOW.fill(id="01J").both(HERE)
    bare = message_from(json.loads(json.dumps(stored_form(RELEASE))))
    assert bare.say("en", HERE) == RELEASE.say("en", HERE)


def test_a_node_that_knows_no_such_value_reads_the_bare_command():
    kept = stored_form(SHOW.fill(id="01J"))
    del kept["arguments"]["command"]["command"]
    assert message_from(kept).say("en", HERE) == "See noroshi queue show 01J --all."


@pytest.mark.parametrize("damage", [{"arguments": {"operands": 5}}, {"command": 5}])
def test_a_damaged_one_is_shown_as_a_text(damage):
    kept = stored_form(CommandText("queue show", "01J"))
    assert message_from(kept | damage).en.startswith("noroshi queue show")


def test_a_sentence_keeps_it():
    assert (
        sentence(SHOW.fill(id="1")).say("en", HERE).startswith("See noroshi queue show --home")
    )


def test_a_line_to_be_copied_is_a_string_that_knows_its_command():
    line = CopiedCommand(CommandText("key restore", "FILE"))
    assert line == "noroshi key restore FILE"
    assert line_at(line, HERE) == "noroshi key restore --home /srv/n FILE"
    assert line_at("df -h", HERE) == "df -h"
    assert answer_json.as_json([line, "df -h"], HERE) == [
        "noroshi key restore --home /srv/n FILE",
        "df -h",
    ]
    assert answer_json.as_json([line]) == ["noroshi key restore FILE"]


def test_what_somebody_else_said_stays_beside_it():
    text = composed("{why}: {text}", why="noroshi status", text=RELEASE)
    assert text.say("en", HERE).startswith(
        "noroshi status: To send it: noroshi queue release --"
    )


NAMES = {one.name for one in COMMANDS if not one.subcommands} - {*PROGRAMS}
NAMES |= {f"{one.name} {under.name}" for one in COMMANDS for under in one.subcommands}
IN_LETTERS = re.compile(rf"\bnoroshi (?:{'|'.join(map(re.escape, NAMES))})\b")
NOT_OF_A_TERMINAL = (
    "actions/notice_words.py",
    "checks/heartbeat.py",
    "cli/commands/",
    "cli/handlers/support_bundle.py",
    "cli/redirect_listener.py",
    "core/earlier_wordings.py",
    "operations/agent_operations.py",
    "operations/mail_operations.py",
    "service/agents/install_script.py",
    "web/",
)
"""Where a text is the help of a command or of a setting, or is read in a mail, a page or a file."""


@cache
def calls():
    """Every call of a function by its name, with the file that it stands in."""
    return [
        (path.relative_to(SOURCE).as_posix(), node)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]


def literals(node):
    return [one.value for one in node.args if isinstance(one, ast.Constant)]


def test_the_name_is_that_of_a_command():
    first = [node.args[0] for _, node in calls() if node.func.id == "CommandText"]
    found = {one.value for one in first if isinstance(one, ast.Constant)}
    assert len(found) > 20
    assert found - NAMES == set()


def test_no_text_of_a_terminal_has_a_command_in_its_letters():
    found = {
        (file, text)
        for file, node in calls()
        if node.func.id in ("_", "ngettext", "pgettext", "plain")
        for text in literals(node)
        if IN_LETTERS.search(str(text))
    }
    assert {file for file, _ in found if file.startswith("web/")}
    assert [one for one in found if not one[0].startswith(NOT_OF_A_TERMINAL)] == []
