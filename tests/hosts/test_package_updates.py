"""Updates as apt 3.0 printed them, and dnf as its manual page says (never tried with dnf itself)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from noroshi.hosts.operating_system.package_updates import (
    ADVISORIES,
    APT,
    APT_STAMPS,
    CHECK_UPDATES,
    DNF,
    DNF_STAMPS,
    MODIFIED,
    NEEDS_REBOOT,
    REBOOT_MARK,
    SECURITY_UPDATES,
    SIMULATE,
    read_updates,
)
from noroshi.ports import ProgramResult, Unmeasurable

APT_OUTPUT = """\
Reading package lists...
The following packages will be upgraded:
  base-files libssl3t64 tzdata
3 upgraded, 1 newly installed, 1 to remove and 0 not upgraded.
Remv python3-distutils [3.12.3-1]
Inst libssl3t64 [3.5.1-1] (3.5.1-1+deb13u1 Debian-Security:13/stable-security [amd64]) []
Inst tzdata [2025a-1] (2025b-1 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [all])
Inst libnew (1.0 Debian:13.1/stable [amd64])
Inst base-files [13.8] (13.8+deb13u1 Debian:13.1/stable [amd64])
Conf libssl3t64 (3.5.1-1+deb13u1 Debian-Security:13/stable-security [amd64])
"""
DNF_OUTPUT = """\

kernel.x86_64                     6.12.9-200.fc41          updates
python3-dns.noarch                2.7.0-1.fc41             updates
Obsoleting Packages
old-name.x86_64                   1.0-1.fc41               updates
"""
DNF_SECURITY = "kernel.x86_64      6.12.9-200.fc41     updates\n"
STAMP = 1_790_000_000


def runs(files, results):
    """What runs programs on a computer with these files, each changed at some time."""

    async def run(argv, seconds):
        if argv[: len(MODIFIED)] == MODIFIED:
            lines = [f"{time} {path}\n" for path, time in files.items() if path in argv]
            return ProgramResult(1, "".join(lines), "stat: cannot statx …")
        return results[tuple(argv)]

    return run


async def test_apt_tells_which_packages_have_a_newer_version():
    facts = await read_updates(runs({APT: 0}, {SIMULATE: ProgramResult(0, APT_OUTPUT, "")}))
    assert facts.names == ("libssl3t64", "tzdata", "base-files")
    assert facts.security_names == ("libssl3t64", "tzdata")
    assert facts.needs_reboot is False
    assert facts.listed_at is None


async def test_apt_fetched_its_lists_at_some_time():
    results = {SIMULATE: ProgramResult(0, APT_OUTPUT, "")}
    first_stamp, second_stamp = APT_STAMPS
    files = {APT: 0, first_stamp: STAMP - 60, second_stamp: STAMP}
    facts = await read_updates(runs(files, results))
    assert facts.listed_at == datetime.fromtimestamp(STAMP, UTC)


async def test_a_package_asks_for_a_restart():
    facts = await read_updates(
        runs({APT: 0, REBOOT_MARK: STAMP}, {SIMULATE: ProgramResult(0, APT_OUTPUT, "")})
    )
    assert facts.needs_reboot is True


async def test_a_list_that_is_too_long_is_counted_in_part():
    results = {SIMULATE: ProgramResult(0, APT_OUTPUT, "", is_truncated=True)}
    assert (await read_updates(runs({APT: 0}, results))).is_partial


async def test_apt_that_fails_cannot_be_measured():
    results = {SIMULATE: ProgramResult(100, "", "E: Unmet dependencies.\n")}
    with pytest.raises(Unmeasurable, match="apt-get exited with code 100: E: Unmet"):
        await read_updates(runs({APT: 0}, results))


async def test_dnf_tells_its_updates_by_an_exit_code_of_its_own():
    results = {
        CHECK_UPDATES: ProgramResult(100, DNF_OUTPUT, ""),
        SECURITY_UPDATES: ProgramResult(100, DNF_SECURITY, ""),
        NEEDS_REBOOT: ProgramResult(1, "Reboot is required", ""),
    }
    facts = await read_updates(runs({DNF: 0, DNF_STAMPS[0]: STAMP}, results))
    assert facts.names == ("kernel", "python3-dns")
    assert facts.security_names == ("kernel",)
    assert facts.needs_reboot is True
    assert facts.listed_at == datetime.fromtimestamp(STAMP, UTC)


@pytest.mark.parametrize(
    ("advisories", "expected"),
    [
        ("RHBA-2026:5122 bugfix kernel-5.14.0-611.el9.x86_64\n", ()),
        ("", None),
        ("Name Type Severity Package Issued\n", None),
    ],
)
async def test_repositories_without_advisories_do_not_tell_what_is_for_security(
    advisories, expected
):
    results = {
        CHECK_UPDATES: ProgramResult(100, DNF_OUTPUT, ""),
        SECURITY_UPDATES: ProgramResult(0, "", ""),
        ADVISORIES: ProgramResult(0, advisories, ""),
        NEEDS_REBOOT: ProgramResult(0, "", ""),
    }
    facts = await read_updates(runs({DNF: 0}, results))
    assert (len(facts.names), facts.security_names) == (2, expected)


async def test_dnf_without_updates_and_without_the_plug_in_for_restarts():
    nothing = ProgramResult(0, "", "")
    results = {
        CHECK_UPDATES: nothing,
        SECURITY_UPDATES: nothing,
        NEEDS_REBOOT: ProgramResult(2, "", "No such command"),
    }
    facts = await read_updates(runs({DNF: 0}, results))
    assert (facts.names, facts.security_names, facts.needs_reboot) == ((), (), None)


async def test_dnf_that_leaves_out_a_repository_cannot_be_measured():
    left_out = ProgramResult(0, "", "Ignoring repositories: updates\n")
    results = {
        CHECK_UPDATES: left_out,
        SECURITY_UPDATES: left_out,
        NEEDS_REBOOT: ProgramResult(0, "", ""),
    }
    with pytest.raises(Unmeasurable, match=r"dnf skipped .*: Ignoring repositories: updates"):
        await read_updates(runs({DNF: 0}, results))


async def test_another_system_is_told():
    with pytest.raises(Unmeasurable, match="neither apt nor dnf"):
        await read_updates(runs({}, {}))
