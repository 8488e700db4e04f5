"""What is said of the commands, in both languages, by the help and by docs/use/commands.md."""

import gettext
import os
import re
from pathlib import Path

import pytest

from noroshi import __version__
from noroshi.cli.commands.command_list import COMMANDS
from noroshi.cli.commands.spec import GLOBAL
from noroshi.cli.exits import BY_KIND, MEANING
from noroshi.cli.parser import BEGIN, parse
from noroshi.cli.run import run
from noroshi.command_line.argparse_texts import argparse_language
from noroshi.config.config import SETTINGS
from noroshi.service import (
    ConflictError,
    ForbiddenError,
    InvalidArgumentError,
    NotFoundError,
    OperationFailedError,
)
from tests.cli.command_process import typed
from tests.sweeps import sweep

PAGE = (Path(__file__).parents[2] / "docs" / "use" / "commands.md").read_text(encoding="utf-8")
LEAVES = {
    " ".join([command.name, leaf.name] if command.subcommands else [command.name]): leaf
    for command in COMMANDS
    for leaf in (command.subcommands or (command,))
}
PROGRAMS = {"demo", "lab"}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def section(name):
    """What the page says of one command."""
    found = re.search(rf"(?ms)^### noroshi {re.escape(name)}\b.*?(?=^##|\Z)", PAGE)
    assert found, f"docs/use/commands.md has no section on {name}"
    return found.group()


def columns(text):
    """How wide a line is on a terminal."""
    return sum(2 if JAPANESE.match(letter) else 1 for letter in text)


async def test_the_version_is_told():
    assert (await typed("--version")).out == f"noroshi {__version__}\n"
    assert (await typed("--lang", "ja", "--version")).out == f"noroshi {__version__}\n"


@sweep("language", ["en", "ja"])
@sweep("name", ["", *(n for n in LEAVES if n not in PROGRAMS)])
def test_every_command_has_its_help_in_the_persons_language(
    name, language, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        run([*name.split(), "--help", "--lang", language])
    told = capsys.readouterr()
    assert (ended.value.code, told.err) == (0, "")
    assert bool(JAPANESE.search(told.out)) is (language == "ja")
    assert max(columns(line) for line in told.out.splitlines()) <= 80


@pytest.mark.parametrize(
    ("env", "japanese"),
    [
        pytest.param({"LANG": "ja_JP.UTF-8"}, True, id="LANG"),
        pytest.param({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, False, id="LC_ALL first"),
        pytest.param({"LANG": "", "LC_MESSAGES": "ja_JP"}, True, id="LC_MESSAGES"),
        pytest.param({"LANG": "de_DE.UTF-8"}, False, id="a language we do not speak"),
    ],
)
async def test_the_language_is_that_of_the_locale(env, japanese):
    told = await typed("--help", **env)
    assert bool(JAPANESE.search(told.out)) is japanese


async def test_the_settings_choose_the_language_over_the_locale(tmp_path):
    (tmp_path / "noroshi.toml").write_text('language = "ja"\n')
    assert JAPANESE.search((await typed("--help", home=tmp_path)).out)
    told = await typed("--help", "--lang", "en", home=tmp_path)
    assert not JAPANESE.search(told.out)


async def test_the_help_tells_every_exit_code():
    told = (await typed("--help")).out
    assert [f"  {code}  " in told for code in MEANING] == [True] * len(MEANING)


@pytest.mark.parametrize(
    "kind",
    [NotFoundError, ForbiddenError, ConflictError, InvalidArgumentError, OperationFailedError],
)
def test_every_refusal_has_its_exit_code(kind):
    assert BY_KIND[kind.kind] in MEANING


@sweep("argv", [(), ("queue",), ("fly",), ("send",), ("plan", "a", "b")])
@sweep("language", ["en", "ja"])
async def test_what_was_typed_wrongly_is_told_in_the_persons_language(argv, language):
    told = await typed("--lang", language, *argv)
    assert (told.code, told.out) == (2, "")
    assert bool(JAPANESE.search(told.err)) is (language == "ja")
    assert "--help" in told.err


async def test_an_option_is_not_guessed_from_its_beginning():
    assert (await typed("status", "--js")).code == 2


@sweep("name", sorted(LEAVES))
def test_the_page_has_every_option_of_a_command_and_no_other(name):
    told = set(re.findall(r"^\| `(\S+)", section(name), re.MULTILINE))
    known = {
        o.flags[0].rstrip("`") if o.flags[0].startswith("-") else o.settings["metavar"]
        for o in LEAVES[name].options
    }
    assert {flag.rstrip("`") for flag in told} == known


@sweep("name", sorted(LEAVES))
def test_the_page_says_what_the_help_says(name):
    said = section(name)
    assert LEAVES[name].help.en[1:] in said
    for option in LEAVES[name].options:
        assert f"| {option.help.en} | {option.help.ja} |" in said


def test_the_page_tells_what_holds_for_all_commands():
    for option in GLOBAL:
        assert f"| {option.help.en} | {option.help.ja} |" in PAGE
    for code, words in MEANING.items():
        assert f"| {code} | {words.en} | {words.ja} |" in PAGE


def test_the_page_tells_every_setting():
    settings = PAGE.partition("## noroshi.toml")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \|", settings, re.MULTILINE)
    assert told == list(SETTINGS)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("statsu",), "noroshi: there is no command “statsu” (did you mean status?)"),
        (("queue", "lst"), "noroshi queue: there is no command “lst” (did you mean list?)"),
        (
            ("--lang", "ja", "statsu"),
            "noroshi: 「statsu」というコマンドはありません。status のことでしょうか",
        ),
        (
            ("completion", "bsh"),
            "noroshi completion: invalid choice: “bsh” (did you mean bash?)",
        ),
    ],
)
def test_a_slip_is_told_with_what_was_likely_meant(argv, said, capsys):
    with pytest.raises(SystemExit) as ended:
        run(argv)
    assert (ended.value.code, capsys.readouterr().err.splitlines()[0]) == (2, said)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("status --jsn", "noroshi status: --jsn は使えません"),
        ("plan", "noroshi plan: DIR を指定してください"),
        ("send", "noroshi send: --to、--subject を指定してください"),
        ("alarm", "noroshi alarm: コマンドを指定してください: acknowledge、take-back、comment"),
        ("audit --last", "noroshi audit: --last には値が1つ必要です"),
        (
            "audit --last x",
            "noroshi audit: --last には整数を指定してください (「x」が指定されています)",
        ),
        ("status --json=1", "noroshi status: --json に値は付けられません ('1')"),
        ("completion xyzzy", "noroshi completion: SHELL に 'xyzzy' は使えません。"),
    ],
)
async def test_argparse_speaks_the_persons_language(argv, said):
    told = await typed("--lang", "ja", *argv.split())
    assert told.code == 2 and told.err.startswith(said)


def test_the_rest_of_the_program_keeps_its_language(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    with argparse_language("ja", os.environ):
        assert gettext.gettext("expected one argument") == "には値が1つ必要です"
    assert gettext.gettext("expected one argument") == "expected one argument"
    assert os.environ["LANGUAGE"] == "en"


@pytest.mark.parametrize(
    ("argv", "said"),
    [(["alarm"], "noroshi alarm: specify a command: acknowledge, take-back, comment\n")],
)
async def test_whoever_types_half_a_command_is_told_how_it_goes_on(argv, said):
    told = await typed("--lang", "en", *argv)
    assert told.code == 2 and told.err.startswith(said)


async def test_the_help_lists_every_command_once_under_its_subject():
    told = (await typed("--help", "--lang", "en", COLUMNS="120")).out
    listed = re.findall(r"(?m)^  ([a-z][a-z-]+) ", told)
    assert listed == [command.name for command in COMMANDS]
    titles = re.findall(r"(?m)^([a-z ]+):$", told)
    assert titles == [
        "options",
        "node",
        "definitions",
        "monitoring",
        "agents",
        "mail",
        "users",
        "exit codes",
    ]


@pytest.mark.parametrize("name", ["queue", "queue edit"])
async def test_what_every_command_takes_is_explained_by_the_program_alone(name):
    told = (await typed(*name.split(), "--help", "--lang", "en")).out
    assert "--ca-file" not in told and "noroshi --help" in told
    assert "--ca-file" in (await typed("--help", "--lang", "en")).out


@pytest.mark.parametrize(
    "argv",
    [
        ["--home", "H", "queue", "show", "x"],
        ["queue", "--home=H", "show", "x"],
        ["queue", "show", "--home", "H", "x"],
        ["queue", "show", "x", "--home", "H"],
    ],
)
def test_what_every_command_takes_may_stand_anywhere(argv):
    given = parse(argv, COMMANDS, "en")
    assert (given.run, given.home, given.id) == ("noroshi.cli.handlers.queue:show", "H", "x")


async def test_bare_noroshi_prints_the_short_help():
    told = await typed("--lang", "en")
    lines = told.err.splitlines()
    assert (told.code, told.out, lines[0]) == (2, "", "usage: noroshi COMMAND")
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(BEGIN)
    assert len(lines) < 24 and "noroshi --help" in told.err


def test_a_word_that_is_like_no_other_is_told_with_all_there_are(capsys):
    with pytest.raises(SystemExit):
        run(("--lang", "ja", "xyzzy"))
    assert "init、serve、" in capsys.readouterr().err
