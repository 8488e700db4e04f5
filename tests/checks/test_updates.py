"""The check of updates, on made-up lists."""

from __future__ import annotations

from datetime import timedelta

from noroshi.checks import updates
from noroshi.ports import UpdateFacts
from noroshi.testing import DAWN
from tests.checks.systems import host


async def look(**facts):
    outcome = await updates.run(updates.Options(), host(updates=UpdateFacts(**facts)), {})
    return {reading.name: reading for reading in outcome.readings}


async def test_updates_are_counted_and_those_for_security_too():
    readings = await look(names=("curl", "openssl"), security_names=("openssl",))
    assert readings["pending"].value == 2
    assert readings["pending"].note.en == "curl, openssl"
    assert readings["security"].value == 1
    assert readings["security"].note.en == "openssl"


async def test_the_first_five_are_named():
    names = tuple(f"package{number}" for number in range(7))
    note = (await look(names=names))["pending"].note
    assert note.en == "package0, package1, package2, package3, package4 and 2 more"
    partial_note = (await look(names=names, is_partial=True))["pending"].note
    assert partial_note.en == f"there are more updates than Noroshi counts: {note.en}"


async def test_a_restart_is_required_or_not_or_nobody_knows():
    assert (await look(needs_reboot=True))["reboot"].value == 1
    assert (await look(needs_reboot=False))["reboot"].value == 0
    assert "reboot" not in await look()


async def test_an_old_list_shows():
    readings = await look(listed_at=DAWN - timedelta(days=8))
    assert readings["age"].value == 8.0
    assert readings["age"].note.en == "the list of updates dates from 2026-03-24 06:00"
    assert "age" not in await look()


async def test_a_clock_that_was_set_back_makes_no_negative_age():
    assert (await look(listed_at=DAWN + timedelta(hours=1)))["age"].value == 0
