"""Updates as apt 3.0 printed them, and dnf as its manual page says (never tried with dnf itself)."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from noroshi.hosts.operating_system.package_updates import (
    CHECK_UPDATES,
    NEEDS_REBOOT,
    SECURITY_UPDATES,
    SIMULATE,
    read_updates,
)
from noroshi.ports import ProgramResult, Unmeasurable

APT = """\
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
DNF = """\

kernel.x86_64                     6.12.9-200.fc41          updates
python3-dns.noarch                2.7.0-1.fc41             updates
Obsoleting Packages
old-name.x86_64                   1.0-1.fc41               updates
"""
DNF_SECURITY = "kernel.x86_64      6.12.9-200.fc41     updates\n"
STAMP = 1_790_000_000


def place(root, path, modified=STAMP):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    os.utime(file, (modified, modified))


def runs(results):
    async def run(argv, seconds):
        return results[tuple(argv)]

    return run


async def test_apt_tells_which_packages_have_a_newer_version(tmp_path):
    place(tmp_path, "usr/bin/apt-get")
    facts = await read_updates(runs({SIMULATE: ProgramResult(0, APT, "")}), tmp_path)
    assert facts.names == ("libssl3t64", "tzdata", "base-files")
    assert facts.security_names == ("libssl3t64", "tzdata")
    assert facts.needs_reboot is False
    assert facts.listed_at is None


async def test_apt_fetched_its_lists_at_some_time(tmp_path):
    place(tmp_path, "usr/bin/apt-get")
    place(tmp_path, "var/lib/apt/lists/deb.debian.org_debian_dists_trixie_InRelease")
    (tmp_path / "var/lib/apt/lists/partial").mkdir()
    os.utime(tmp_path / "var/lib/apt/lists/partial", (STAMP, STAMP))
    facts = await read_updates(runs({SIMULATE: ProgramResult(0, APT, "")}), tmp_path)
    assert facts.listed_at == datetime.fromtimestamp(STAMP, UTC)


async def test_a_package_asks_for_a_restart(tmp_path):
    place(tmp_path, "usr/bin/apt-get")
    place(tmp_path, "run/reboot-required")
    facts = await read_updates(runs({SIMULATE: ProgramResult(0, APT, "")}), tmp_path)
    assert facts.needs_reboot is True


async def test_a_list_that_is_too_long_is_counted_in_part(tmp_path):
    place(tmp_path, "usr/bin/apt-get")
    results = {SIMULATE: ProgramResult(0, APT, "", is_truncated=True)}
    assert (await read_updates(runs(results), tmp_path)).is_partial


async def test_apt_that_fails_cannot_be_measured(tmp_path):
    place(tmp_path, "usr/bin/apt-get")
    results = {SIMULATE: ProgramResult(100, "", "E: Unmet dependencies.\n")}
    with pytest.raises(Unmeasurable, match="apt-get exited with code 100: E: Unmet"):
        await read_updates(runs(results), tmp_path)


async def test_dnf_tells_its_updates_by_an_exit_code_of_its_own(tmp_path):
    place(tmp_path, "usr/bin/dnf")
    place(tmp_path, "var/cache/dnf/updates-1/repodata/repomd.xml")
    results = {
        CHECK_UPDATES: ProgramResult(100, DNF, ""),
        SECURITY_UPDATES: ProgramResult(100, DNF_SECURITY, ""),
        NEEDS_REBOOT: ProgramResult(1, "Reboot is required", ""),
    }
    facts = await read_updates(runs(results), tmp_path)
    assert facts.names == ("kernel", "python3-dns")
    assert facts.security_names == ("kernel",)
    assert facts.needs_reboot is True
    assert facts.listed_at == datetime.fromtimestamp(STAMP, UTC)


async def test_dnf_without_updates_and_without_the_plug_in_for_restarts(tmp_path):
    place(tmp_path, "usr/bin/dnf")
    nothing = ProgramResult(0, "", "")
    results = {
        CHECK_UPDATES: nothing,
        SECURITY_UPDATES: nothing,
        NEEDS_REBOOT: ProgramResult(2, "", "No such command"),
    }
    facts = await read_updates(runs(results), tmp_path)
    assert (facts.names, facts.security_names, facts.needs_reboot) == ((), (), None)


async def test_another_system_is_told(tmp_path):
    with pytest.raises(Unmeasurable, match="neither apt nor dnf"):
        await read_updates(runs({}), tmp_path)
