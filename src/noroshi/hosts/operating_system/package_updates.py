"""Ask apt or dnf which packages can be updated, as of the last time their lists were fetched.

Nothing is fetched and nothing is locked: apt(8) is asked to simulate, dnf(8) to use its cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from noroshi.core.translation import _, plain
from noroshi.hosts.operating_system.system_programs import (
    MOST_SHOWN,
    RunProgram,
    program_output,
)
from noroshi.ports import Unmeasurable, UpdateFacts

PATIENCE = 60.0
"""Seconds: a busy disk is slow to give the lists, of some hundred megabytes."""
MODIFIED = ("stat", "-c", "%Y %n", "--")
SIMULATE = ("apt-get", "--simulate", "-o", "Debug::NoLocking=true", "dist-upgrade")
NEW_VERSION = re.compile(r"Inst (\S+) \[[^]]*\] \((\S+) ([^\[)]*)")
"""A package that is there already, its new version, and where that comes from."""
APT, DNF = "/usr/bin/apt-get", "/usr/bin/dnf"
APT_STAMPS = ("/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/lists/partial")
"""Files that change whenever lists are fetched, and the folder into which apt fetches them."""
DNF_STAMPS = ("/var/cache/dnf/last_makecache", "/var/cache/dnf/expired_repos.json")
CHECK_UPDATES = ("dnf", "--quiet", "--cacheonly", "check-update")
SECURITY_UPDATES = ("dnf", "--quiet", "--cacheonly", "--security", "check-update")
ADVISORIES = ("dnf", "--quiet", "--cacheonly", "updateinfo", "list", "--all")
ADVISORY = re.compile(r"\S*\d\S*\s+\S+\s+\S+")
"""A line of dnf about an advisory: its name, which has a number, its type, and a package."""
CAN_UPDATE = 100
"""The exit code of dnf if there are updates."""
REBOOT_MARK = "/run/reboot-required"
"""Made by packages of Debian and Ubuntu that take effect only once the computer was booted anew."""
NEEDS_REBOOT = ("dnf", "--quiet", "--cacheonly", "needs-restarting", "--reboothint")
DNF_PACKAGE = re.compile(r"(\S+)\.(?:noarch|[a-z]\w*)\s+\S+\s+\S+")
OBSOLETE = "Obsoleting"
"""The beginning of the heading behind which dnf lists packages that others replace."""

IGNORED = "Ignoring repositories"
"""Text that dnf writes to its standard error before it goes on without those whose lists it does not have,
if they are set up with skip_if_unavailable: it then finds no updates there, and says that all is well."""

LEFT_OUT = _("dnf skipped repositories for which it has no metadata: {output}")
NEITHER = _("neither apt nor dnf is installed")


async def read_updates(run: RunProgram) -> UpdateFacts:
    """Return the updates of the packages of a computer. Raises Unmeasurable."""
    times = await _modification_times(run)
    if APT in times:
        return await _apt_updates(run, times)
    if DNF in times:
        return await _dnf_updates(run, times)
    raise Unmeasurable(NEITHER)


async def _modification_times(run: RunProgram) -> Mapping[str, datetime]:
    """Return when each of the files that matter was last changed; one that is missing is left
    out."""
    result = await run((*MODIFIED, APT, DNF, REBOOT_MARK, *APT_STAMPS, *DNF_STAMPS), PATIENCE)
    rows = (line.partition(" ") for line in result.output.splitlines())
    return {
        path: datetime.fromtimestamp(int(seconds), UTC)
        for seconds, _, path in rows
        if seconds.isdecimal()
    }


async def _apt_updates(run: RunProgram, times: Mapping[str, datetime]) -> UpdateFacts:
    result = await run(SIMULATE, PATIENCE)
    updates = list(apt_updates(program_output(result, "apt-get", may_be_truncated=True)))
    return UpdateFacts(
        names=tuple(name for name, _ in updates),
        security_names=tuple(name for name, is_security in updates if is_security),
        needs_reboot=REBOOT_MARK in times,
        listed_at=_newest(times, APT_STAMPS),
        is_partial=result.is_truncated,
    )


def apt_updates(output: str) -> Iterator[tuple[str, bool]]:
    """Yield the packages that apt would update, and whether they are for security: they come from
    a suite such as Debian-Security or noble-security."""
    for line in output.splitlines():
        if match := NEW_VERSION.match(line):
            yield match[1], "security" in match[3].lower()


async def _dnf_updates(run: RunProgram, times: Mapping[str, datetime]) -> UpdateFacts:
    reboot = await run(NEEDS_REBOOT, PATIENCE)
    names = await _dnf_packages(CHECK_UPDATES, run)
    security_names = await _dnf_packages(SECURITY_UPDATES, run)
    is_known = not names or bool(security_names) or await _has_advisories(run)
    return UpdateFacts(
        names=names,
        security_names=security_names if is_known else None,
        needs_reboot={0: False, 1: True}.get(reboot.code),
        listed_at=_newest(times, DNF_STAMPS),
    )


async def _has_advisories(run: RunProgram) -> bool:
    """Return whether any repository tells what its updates are for. CentOS' own do not, and dnf then
    finds no update for security without a word."""
    result = await run(ADVISORIES, PATIENCE)
    return any(ADVISORY.match(line.strip()) for line in result.output.splitlines())


async def _dnf_packages(command: tuple[str, ...], run: RunProgram) -> tuple[str, ...]:
    result = await run(command, PATIENCE)
    if left_out := next((one for one in result.errors.splitlines() if IGNORED in one), ""):
        raise Unmeasurable(LEFT_OUT.fill(output=plain(left_out.strip()[:MOST_SHOWN])))
    if result.code != CAN_UPDATE:
        program_output(result, "dnf")
        return ()
    return tuple(dnf_updates(result.output))


def dnf_updates(output: str) -> Iterator[str]:
    """Yield the packages that dnf would update."""
    for line in output.splitlines():
        if line.startswith(OBSOLETE):
            return
        if match := DNF_PACKAGE.fullmatch(line.strip()):
            yield match[1]


def _newest(times: Mapping[str, datetime], paths: Iterable[str]) -> datetime | None:
    return max((times[path] for path in paths if path in times), default=None)
