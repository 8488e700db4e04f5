"""Commands on Windows: each starts, and prints into a pipe in whatever code page that is."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from noroshi.cli import exits
from noroshi.cli.commands.command_list import COMMANDS
from noroshi.cli.run import run


def printed(*argv: str, encoding: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "noroshi.cli", *argv]
    return subprocess.run(command, env=environment, capture_output=True)


@pytest.mark.parametrize("encoding", ["cp932", "cp1252", "utf-8"])
def test_japanese_goes_into_a_pipe_of_any_code_page(encoding):
    ran = printed("--lang", "ja", "--help", encoding=encoding)
    assert (ran.returncode, ran.stderr) == (0, b"")
    text = ran.stdout.decode(encoding)
    assert ("監視" in text) is (encoding != "cp1252")


def test_a_refusal_is_told_in_the_code_page_too():
    ran = printed("--lang", "ja", "--home", r"C:\nowhere", "serve", encoding="cp932")
    assert ran.returncode != 0
    assert "noroshi init" in ran.stderr.decode("cp932")


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_each_command_says_something_sensible_where_there_is_no_node(
    name, tmp_path, capsys, monkeypatch
):
    """Without arguments: it tells its usage, or what is missing."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.chdir(tmp_path)
    try:
        code = run(["--home", str(tmp_path / "none"), name])
    except SystemExit as usage:
        code = usage.code
    shown = capsys.readouterr()
    assert code != exits.DONE or shown.out
    assert (shown.out + shown.err).strip()
    assert "Traceback" not in shown.out + shown.err
