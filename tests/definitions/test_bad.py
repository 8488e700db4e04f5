"""Every bad folder under data/bad says just what is expected, in both languages.

A case is a folder of files that are laid over the examples, named by its fault, and NAME.expected:
the English lines, an empty line, the Japanese ones.
"""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from noroshi.definitions import compile_plan, give_ids, read_folder
from noroshi.schema import Invalid
from tests.definitions.kinds import KINDS

EXAMPLES = Path(__file__).parents[2] / "examples"
BAD = Path(__file__).parents[1] / "data" / "bad"
CASES = sorted(path.name for path in BAD.iterdir() if path.is_dir())


def problems_of(folder):
    numbers = count()
    try:
        documents = give_ids(read_folder(folder), (), lambda: f"{next(numbers):026}")
        compile_plan(documents, KINDS)
    except Invalid as invalid:
        return invalid.problems
    raise AssertionError("nothing is wrong with it")


@pytest.mark.parametrize("case", CASES)
def test_a_bad_folder_says_what_is_wrong(case, tmp_path):
    shutil.copytree(EXAMPLES, tmp_path / "defs")
    shutil.copytree(BAD / case, tmp_path / "defs", dirs_exist_ok=True)
    problems = problems_of(tmp_path / "defs")
    said = [
        "\n".join(problem.say(language) for problem in problems) for language in ("en", "ja")
    ]
    expected = (BAD / f"{case}.expected").read_text(encoding="utf-8")
    assert "\n\n".join(said) + "\n" == expected


def test_every_expectation_has_its_case():
    assert sorted(path.stem for path in BAD.glob("*.expected")) == CASES
