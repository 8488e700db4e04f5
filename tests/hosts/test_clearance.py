"""A program is looked at before each run, and once for all runs that ask in the same moment."""

from __future__ import annotations

import asyncio
import sys

import pytest

from noroshi.hosts.clearance import Clearance
from noroshi.hosts.programs import ProgramRules
from noroshi.ports import Program, Unmeasurable
from tests.hosts.folder import script

ENDING = ".cmd" if sys.platform == "win32" else ""
looks = list[str]()


class Counted(ProgramRules):
    """Rules that count their looks."""

    def clear(self, program):
        looks.append(program.argv[0])
        return super().clear(program)


@pytest.fixture
def rules(folder):
    looks.clear()
    return Counted((folder,))


async def test_one_look_serves_all_that_ask_at_once_and_the_next_is_looked_at_anew(
    folder, rules
):
    path, clearance = script(folder, "true"), Clearance()
    programs = [Program(argv=(path, str(n))) for n in range(30)]
    found = await asyncio.gather(*(clearance.clear(rules, program) for program in programs))
    assert {str(cleared.path) for cleared in found} == {path} and looks == [path]
    (folder / "script").chmod(0o777)
    with pytest.raises(Unmeasurable, match="other users can write"):
        await clearance.clear(rules, programs[0])
    assert looks == [path] * 2


async def test_what_differs_is_looked_at_apart(folder, rules):
    path, other = (script(folder, "true", name + ENDING) for name in ("one", "other"))
    programs = [
        Program(argv=(path,)),
        Program(argv=(other,)),
        Program(argv=(path,), env={"X": "1"}),
        Program(argv=(path,), runs_as="nobody-of-that-name"),
    ]
    clearance = Clearance()
    found = await asyncio.gather(
        *(clearance.clear(rules, program) for program in programs), return_exceptions=True
    )
    assert [isinstance(one, Unmeasurable) for one in found] == [False, False, True, True]
    assert sorted(looks) == sorted([path, other, path, path])


async def test_who_gives_up_takes_the_look_from_nobody_and_each_has_a_fault_of_its_own(
    folder, rules
):
    program, clearance = Program(argv=(f"{folder}/none",)), Clearance()
    asking = [asyncio.create_task(clearance.clear(rules, program)) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()
    _, first, second = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(first, Unmeasurable) and isinstance(second, Unmeasurable)
    assert first is not second and first.words == second.words
