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


@pytest.mark.parametrize("damaged", [b"", b"nothing of gettext's", b"\xde\x12\x04\x95\x00\x00"])
def test_texts_are_in_english_and_the_log_says_why(tmp_path, damaged):
    source = program(tmp_path / "src")
    file = source / "noroshi/locale/ja/LC_MESSAGES/noroshi.mo"
    file.write_bytes(damaged)
    done = subprocess.run(
        [sys.executable, "-c", SAID],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "OK WARNING\n"
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"WARNING the texts in ja cannot be read from {file}: ")
