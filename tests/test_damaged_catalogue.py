"""A catalogue that cannot be read costs the language, and is told of once."""

import os
import subprocess
import sys

import pytest

from tests.pseudo_locale import program

SAID = """
import logging
from noroshi.core.translation import _

logging.basicConfig(format="%(levelname)s %(message)s")
print(_("OK").say("ja"), _("WARNING").say("ja"))
"""
DAMAGES = [
    pytest.param(lambda whole: b"", id="empty"),
    pytest.param(lambda whole: b"nothing of gettext's", id="another file"),
    pytest.param(lambda whole: whole[:6], id="cut in its head"),
    pytest.param(lambda whole: whole[:3000], id="cut"),
    pytest.param(lambda whole: whole.replace(b"=utf-8", b"=utf-x"), id="an unknown charset"),
    pytest.param(lambda whole: whole.replace(b"charset=", b"charset?"), id="no charset"),
]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return program(tmp_path_factory.mktemp("program") / "src")


@pytest.fixture
def file(source):
    """The catalogue, which is whole again for the next test."""
    found = source / "noroshi/locale/ja/LC_MESSAGES/noroshi.mo"
    whole = found.read_bytes()
    yield found
    found.write_bytes(whole)


def run(source, *arguments):
    env = {**os.environ, "PYTHONPATH": str(source), "NOROSHI_HOME": str(source)}
    argv = [sys.executable, *arguments]
    return subprocess.run(argv, env=env, capture_output=True, text=True)


@pytest.mark.parametrize("damage", DAMAGES)
def test_texts_are_in_english_and_the_log_says_why(source, file, damage):
    file.write_bytes(damage(file.read_bytes()))
    done = run(source, "-c", SAID)
    assert done.stdout == "OK WARNING\n"
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"WARNING the texts in ja cannot be read from {file}: ")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_command_line_with_a_mistake_is_refused_in_english(source, file, damage):
    file.write_bytes(damage(file.read_bytes()))
    check_refused_in_english(source)


def test_a_program_without_catalogues_speaks_english(source, file):
    file.unlink()
    check_refused_in_english(source)


def check_refused_in_english(source):
    done = run(source, "-m", "noroshi.cli", "--lang", "ja", "status", "--nonsense")
    said, hint = done.stderr.splitlines()[-2:]
    assert (done.returncode, hint) == (2, "Help: noroshi status --help")
    assert said == "noroshi status: unrecognized arguments: --nonsense"
