"""Ask apt or dnf which packages can be updated, as of the last time their lists were fetched.

Nothing is fetched and nothing is locked: apt(8) is asked to simulate, dnf(8) to use its cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from noroshi.core.translation import _
from noroshi.hosts.operating_system.system_programs import RunProgram, program_output
from noroshi.hosts.threads import run_in_thread
from noroshi.ports import Unmeasurable, UpdateFacts

PATIENCE = 60.0
"""Seconds: a busy disk is slow to give the lists, of some hundred megabytes."""
SIMULATE = ("apt-get", "--simulate", "-o", "Debug::NoLocking=true", "dist-upgrade")
NEW_VERSION = re.compile(r"Inst (\S+) \[[^]]*\] \((\S+) ([^\[)]*)")
"""A package that is there already, its new version, and where that comes from."""
APT_LISTS = Path("/var/lib/apt/lists")
APT_LIST = "*_dists_*Release"
"""What apt has of each source, with the time at which the source last had something new."""
APT_STAMP = Path("/var/lib/apt/periodic/update-success-stamp")
DNF_CACHES = (Path("/var/cache/libdnf5"), Path("/var/cache/dnf"))
DNF_LIST = "**/repomd.xml"
CHECK_UPDATES = ("dnf", "--quiet", "--cacheonly", "check-update")
SECURITY_UPDATES = ("dnf", "--quiet", "--cacheonly", "--security", "check-update")
CAN_UPDATE = 100
"""The exit code of dnf if there are updates."""
REBOOT_MARK = Path("/run/reboot-required")
"""Made by packages of Debian and Ubuntu that take effect only once the computer was booted anew."""
NEEDS_REBOOT = ("dnf", "--quiet", "--cacheonly", "needs-restarting", "--reboothint")
DNF_PACKAGE = re.compile(r"(\S+)\.(?:noarch|[a-z]\w*)\s+\S+\s+\S+")
OBSOLETE = "Obsoleting"
"""The beginning of the heading behind which dnf lists packages that others replace."""

NEITHER = _("neither apt nor dnf is installed on this computer")


async def read_updates(run: RunProgram, root: Path = Path("/")) -> UpdateFacts:
    """Return the updates of the packages of this computer. Raises Unmeasurable."""
    if (root / "usr/bin/apt-get").exists():
        return await _apt_updates(run, root)
    if (root / "usr/bin/dnf").exists():
        return await _dnf_updates(run, root)
    raise Unmeasurable(NEITHER)


async def _apt_updates(run: RunProgram, root: Path) -> UpdateFacts:
    result = await run(SIMULATE, PATIENCE)
    updates = list(apt_updates(program_output(result, "apt-get", may_be_truncated=True)))
    return UpdateFacts(
        names=tuple(name for name, _ in updates),
        security_names=tuple(name for name, is_security in updates if is_security),
        needs_reboot=_path_in(root, REBOOT_MARK).exists(),
        listed_at=await run_in_thread(lambda: _apt_listed_at(root)),
        is_partial=result.is_truncated,
    )


def apt_updates(output: str) -> Iterator[tuple[str, bool]]:
    """Yield the packages that apt would update, and whether they are for security: they come from
    a suite such as Debian-Security or noble-security."""
    for line in output.splitlines():
        if match := NEW_VERSION.match(line):
            yield match[1], "security" in match[3].lower()


def _apt_listed_at(root: Path) -> datetime | None:
    """Return when the lists were last fetched. The folder changes with each fetch, as apt fetches
    into a folder there."""
    stamps = [_path_in(root, APT_STAMP), _path_in(root, APT_LISTS) / "partial"]
    has_lists = any(_path_in(root, APT_LISTS).glob(APT_LIST))
    return _newest(stamps) if has_lists else None


async def _dnf_updates(run: RunProgram, root: Path) -> UpdateFacts:
    reboot = await run(NEEDS_REBOOT, PATIENCE)
    return UpdateFacts(
        names=await _dnf_packages(CHECK_UPDATES, run),
        security_names=await _dnf_packages(SECURITY_UPDATES, run),
        needs_reboot={0: False, 1: True}.get(reboot.code),
        listed_at=await run_in_thread(lambda: _dnf_listed_at(root)),
    )


async def _dnf_packages(command: tuple[str, ...], run: RunProgram) -> tuple[str, ...]:
    result = await run(command, PATIENCE)
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


def _dnf_listed_at(root: Path) -> datetime | None:
    return _newest(
        [path for cache in DNF_CACHES for path in _path_in(root, cache).glob(DNF_LIST)]
    )


def _newest(paths: list[Path]) -> datetime | None:
    moments = [path.stat().st_mtime for path in paths if path.exists()]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def _path_in(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")
