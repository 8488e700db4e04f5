"""The disk check, against volumes that the test makes up."""

from __future__ import annotations

import pytest

from noroshi.checks import disk
from noroshi.core.model import Limits
from noroshi.ports import Unmeasurable, Volume
from noroshi.testing import FakeHost

GIB = 2**30
ROOT = Volume("/", size=100 * GIB, free=25 * GIB)
DATA = Volume("/data", size=200 * GIB, free=10 * GIB)
BOOT = Volume("/boot/[efi]", size=GIB, free=GIB)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, {"/": 75.0, "/data": 95.0, "/boot/[efi]": 0.0}, id="all"),
        pytest.param({"include": ("/data",)}, {"/data": 95.0}, id="only what is asked for"),
        pytest.param({"exclude": ("/d*", "/b*")}, {"/": 75.0}, id="all but some"),
        pytest.param({"include": ("/*",), "exclude": ("/?*",)}, {"/": 75.0}, id="both"),
    ],
)
async def test_reads_each_wanted_volume(options, expected):
    outcome = await disk.run(disk.Options(**options), FakeHost([ROOT, DATA, BOOT]), {})
    assert {r.item: r.value for r in outcome.readings if r.name == "used"} == expected


async def test_tells_what_is_free_as_a_number_and_in_words():
    used, free = (await disk.run(disk.Options(), FakeHost([ROOT]), {})).readings
    assert (used.value, used.unit) == (75.0, "%")
    assert (used.note.en, used.note.ja) == ("25.0 GiB free", "空き 25.0 GiB")
    assert (free.name, free.value, free.unit, free.item) == ("free", 25.0, "GiB", "/")


async def test_says_so_when_no_volume_matches():
    with pytest.raises(Unmeasurable, match="no volume matches /srv, /mnt"):
        await disk.run(disk.Options(include=("/srv", "/mnt")), FakeHost([ROOT]), {})


def test_of_free_space_a_low_value_is_the_bad_one_unless_told_otherwise():
    assert disk.CHECK.limits["free"] == Limits(rising=False)
