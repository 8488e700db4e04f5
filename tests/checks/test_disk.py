"""The disk check, against volumes that the test makes up."""

from __future__ import annotations

import socket

import pytest

from noroshi import schema
from noroshi.checks import disk
from noroshi.core.model import Limits
from noroshi.core.translation import plain
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


SHARE = r"\\127.0.0.1\backup"


class Shares:
    """An operating system that reaches some shares."""

    def __init__(self, shares):
        self.shares, self.asked = shares, []

    async def share_volume(self, path, user, password):
        self.asked.append((path, user, password))
        return self.shares[path]


@pytest.fixture
def smb():
    """A port at which somebody answers, as a file server does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def measured(shares, port, **options):
    host = FakeHost(system=Shares(shares), secrets={"nas": "himitsu"})
    given = disk.Options(shares=(SHARE,), **options)
    readings = await disk.measure_share(given, host, SHARE, port)
    return {one.name: one for one in readings}, host


async def test_a_share_is_measured_as_a_volume(smb):
    readings, _ = await measured({SHARE: Volume(SHARE, 100 * GIB, 10 * GIB)}, smb)
    assert {name: one.value for name, one in readings.items()} == {
        "unreachable": 0,
        "used": 90,
        "free": 10,
    }
    assert {one.item for one in readings.values()} == {SHARE}


async def test_the_user_logs_in_with_the_password_of_the_vault(smb):
    volumes = {SHARE: Volume(SHARE, GIB, GIB)}
    _, host = await measured(volumes, smb, user="CONTOSO\\monitor", password="nas")
    system = await host.system_facts()
    assert system.asked == [(SHARE, "CONTOSO\\monitor", "himitsu")]


async def test_a_share_that_refuses_is_unreachable_and_says_why(smb):
    readings, _ = await measured({SHARE: plain("access is denied")}, smb)
    assert list(readings) == ["unreachable"]
    assert readings["unreachable"].value == 1
    assert readings["unreachable"].note.en == "access is denied"


async def test_a_server_that_does_not_answer_is_not_asked_for_its_share():
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed_port = server.getsockname()[1]
    readings, host = await measured({}, closed_port)
    assert readings["unreachable"].value == 1
    assert "refused" in readings["unreachable"].note.en
    assert (await host.system_facts()).asked == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"shares": ["C:\\data"]}, "must contain UNC paths"),
        ({"shares": ["\\\\fs01"]}, "must contain UNC paths"),
        ({"shares": ["\\\\?\\C:\\data"]}, "must contain UNC paths"),
        ({"shares": [SHARE], "user": "a"}, "user and password must be set together"),
        ({"user": "a", "password": "b"}, "user can be set only with shares"),
    ],
)
def test_a_share_has_a_unc_path_and_a_login_is_whole(given, words):
    with pytest.raises(schema.Invalid, match=words):
        schema.read(disk.Options, given)


def test_a_share_may_be_a_folder_in_it():
    assert schema.read(disk.Options, {"shares": ["\\\\fs01\\backup\\daily", "//fs01/x"]})
