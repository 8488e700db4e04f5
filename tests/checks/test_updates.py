"""The check of updates, on made-up lists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.checks import updates
from noroshi.ports import Unmeasurable, UpdateFacts
from noroshi.testing import DAWN
from tests.checks.systems import host

CURL = ("curl",)


async def look(*, names=CURL, **facts):
    given = UpdateFacts(names=names, **facts)
    outcome = await updates.run(updates.Options(), host(updates=given), {})
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
    partial_readings = await look(names=names, security_names=names, is_partial=True)
    partial_note = partial_readings["pending"].note
    assert partial_note.en == f"there are more updates than Noroshi can count: {note.en}"


async def test_a_restart_is_required_or_not_or_nobody_knows():
    assert (await look(needs_reboot=True))["reboot"].value == 1
    assert (await look(needs_reboot=False))["reboot"].value == 0
    assert "reboot" not in await look()


async def test_an_old_list_shows():
    readings = await look(listed_at=DAWN - timedelta(days=8))
    assert readings["age"].value == 8.0
    assert readings["age"].note.en == "the list of updates dates from 2026-03-24 06:00"
    assert "age" not in await look()


async def test_no_updates_are_no_updates_only_if_a_list_was_fetched():
    assert (await look(names=(), listed_at=DAWN))["security"].value == 0
    with pytest.raises(Unmeasurable, match="no list of updates has been fetched"):
        await look(names=())


async def test_where_the_sources_do_not_tell_what_is_for_security_nothing_says_none():
    readings = await look(security_names=None)
    assert "security" not in readings
    assert readings["pending"].note.en.startswith("the package sources do not say which")


async def test_a_part_without_security_updates_does_not_tell_that_there_are_none():
    with pytest.raises(Unmeasurable, match="whether any is a security update"):
        await look(is_partial=True)


async def test_a_clock_that_was_set_back_makes_no_negative_age():
    assert (await look(listed_at=DAWN + timedelta(hours=1)))["age"].value == 0
