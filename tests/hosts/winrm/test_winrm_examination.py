"""The stages of a computer that is asked over WinRM: each failure says whose it is, and the line."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from noroshi.hosts.winrm.channel import WinrmChannel
from noroshi.hosts.winrm.examination import QUESTIONS, WinrmExamination
from noroshi.hosts.winrm.tls import fingerprint_of
from noroshi.ports.examination import Whose, run_steps
from tests.hosts.winrm.conftest import login_of
from tests.hosts.winrm.stand_in import Refusal
from tests.ports import free_port

STAGES = ["name", "port", "tls", "login", "shell", "rights", "language"]


@pytest.fixture
def examined(egress):
    """Return what examines a login: all stages that were well, and the one that failed."""

    async def examined(login):
        examination = WinrmExamination(login, egress)
        stages = [one async for one in run_steps(examination.steps, time.monotonic)]
        await examination.close()
        well = [one.name for one in stages if one.state == "ok"]
        return well, next((one for one in stages if one.state == "failed"), stages[-1])

    return examined


@pytest.fixture
def tells_all(server):
    events = {"newest": 1, "isPartial": False, "events": []}
    server.answers = {one.ask: [] for one in QUESTIONS} | {"events": events}
    return server


async def test_all_is_well(tells_all, login, examined):
    well, last = await examined(login)
    assert well == STAGES
    assert (
        last.found.en == "FullLanguage: all types of monitor that WinRM supports are available"
    )


async def test_a_right_that_is_missing_and_a_restricted_language_are_remarks(
    tells_all, login, egress
):
    tells_all.answers["services"] = Refusal("Access denied", is_denied=True)
    tells_all.language = "ConstrainedLanguage"
    examination = WinrmExamination(login, egress)
    stages = [one async for one in run_steps(examination.steps, time.monotonic)]
    await examination.close()
    assert {one.state for one in stages} == {"ok"}
    rights, language = ([mark.en for mark in one.remarks] for one in stages[-2:])
    assert rights[0].startswith("not available: the services") and "Access denied" in rights[1]
    assert "the types task and updates are not available" in language[0]


async def test_a_closed_port_shows_how_winrm_is_enabled(server, login, examined):
    well, failed = await examined(replace(login, port=free_port()))
    assert well == ["name"]
    assert failed.remedy.whose is Whose.ADMINISTRATOR
    assert failed.remedy.lines[0] == "Enable-PSRemoting -Force"


async def test_an_unknown_certificate_shows_its_fingerprint_to_set(server, egress, examined):
    fingerprint = fingerprint_of(
        await WinrmChannel(login_of(server), egress).show_certificate()
    )
    well, failed = await examined(login_of(server))
    assert well == ["name", "port"]
    assert failed.remedy.lines[-1] == f'fingerprint = "{fingerprint}"'
    assert failed.remedy.whose is Whose.YOU
    _well, failed = await examined(login_of(server, fingerprints=(f"SHA256:{'0' * 64}",)))
    assert "a different certificate from the one that is set" in failed.remedy.meaning.en
    assert failed.remedy.whose is Whose.ADMINISTRATOR
    assert not server.logins


async def test_a_wrong_password_fails_the_login_and_no_stage_before(server, login, examined):
    well, failed = await examined(replace(login, password="wrong"))
    assert well == ["name", "port", "tls"]
    assert failed.name == "login" and "(401)" in failed.remedy.meaning.en


async def test_a_user_without_the_group_is_told_the_line(server, login, examined):
    server.faults["Create"] = (5, "Access is denied.")
    well, failed = await examined(login)
    assert well == ["name", "port", "tls", "login"]
    assert failed.remedy.lines[0] == (
        "Add-LocalGroupMember -SID S-1-5-32-580 -Member 'SRV1\\watcher'"
    )
    assert failed.remedy.reply == "Access is denied."
    assert failed.remedy.who.en == "the administrator of 127.0.0.1"


async def test_who_may_read_nothing_fails_the_stage_of_rights(server, login, examined):
    server.answers = {one.ask: Refusal("Access denied", is_denied=True) for one in QUESTIONS}
    well, failed = await examined(login)
    assert well == ["name", "port", "tls", "login", "shell"]
    assert "lacks the right to read this" in failed.remedy.meaning.en
