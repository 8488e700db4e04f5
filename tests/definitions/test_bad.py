"""Every bad folder under data/bad says just what is expected, in both languages, in one round.

A case is a folder of files that are laid over the examples, named by its fault, and NAME.expected:
the English lines, an empty line, the Japanese ones. {folder} stands for the folder itself.
"""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from noroshi.actions.template import TemplateRenderer
from noroshi.cli.clients.built_in import built_in
from noroshi.definitions.dedupe_problems import by_file
from noroshi.definitions.folder import look_into
from noroshi.definitions.validation import check
from noroshi.hosts.local import LocalHost
from noroshi.hosts.programs import ProgramRules
from noroshi.ports import Clocks
from tests.sweeps import sweep

EXAMPLES = Path(__file__).parents[2] / "examples"
BAD = Path(__file__).parents[1] / "data" / "bad"
CASES = sorted(path.name for path in BAD.iterdir() if path.is_dir())
CLOCKS = Clocks(wall=lambda: datetime.now(UTC), steady=time.monotonic)


@pytest.fixture
async def renderer():
    renderer = TemplateRenderer()
    yield renderer
    await renderer.close()


async def problems_of(folder, renderer):
    numbers, host = count(), LocalHost(ProgramRules(), CLOCKS)
    read = look_into(folder)
    found = await check(
        read.documents,
        (),
        built_in(renderer),
        new_id=lambda: f"{next(numbers):026}",
        host_of=lambda monitor: host,
        faulty=[problem.where for problem in read.problems],
    )
    return by_file((*read.problems, *found.problems))


@sweep("case", CASES)
async def test_a_bad_folder_says_what_is_wrong(case, tmp_path, renderer):
    folder = tmp_path / case / "defs"
    shutil.copytree(EXAMPLES, folder)
    shutil.copytree(BAD / case, folder, dirs_exist_ok=True)
    problems = await problems_of(folder, renderer)
    said = [
        "\n".join(problem.say(language) for problem in problems) for language in ("en", "ja")
    ]
    expected = (BAD / f"{case}.expected").read_text(encoding="utf-8")
    assert ("\n\n".join(said) + "\n").replace(str(folder), "{folder}") == expected


async def test_the_examples_have_nothing_wrong(renderer):
    assert await problems_of(EXAMPLES, renderer) == ()


def test_every_expectation_has_its_case():
    assert sorted(path.stem for path in BAD.glob("*.expected")) == CASES
    assert len(CASES) >= 40
