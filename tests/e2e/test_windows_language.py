"""The language of Windows is that of Noroshi, for a user whose environment names none: asked by
Windows' own Python, started from outside, as Wine takes its language from its first program."""

import subprocess

import pytest

from tools import wine

pytestmark = pytest.mark.timeout(600)
ASKS = "from noroshi.cli.environment import language_of; print(language_of('', {}))"


@pytest.fixture(scope="module", autouse=True)
def prefix():
    wine.set_up()


@pytest.mark.parametrize(
    ("windows", "noroshi"), [("ja_JP", "ja"), ("en_US", "en"), ("de_DE", "en")]
)
def test_noroshi_speaks_the_language_in_which_windows_shows_itself(windows, noroshi):
    asked = subprocess.run(
        ["wine", wine.PYTHON, "-c", ASKS],
        cwd=wine.DRIVE,
        env={**wine.environment(), "LC_ALL": f"{windows}.UTF-8"},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert asked.stdout.decode().strip() == noroshi
