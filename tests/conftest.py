"""What holds for every test: nothing is skipped in CI, and no test depends on how busy the machine is."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

if sys.platform == "win32":
    from tests.windows.left_out import (
        FILES as FILES_LEFT_OUT,
        FIXTURES as FIXTURES_LEFT_OUT,
        TESTS as TESTS_LEFT_OUT,
    )

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

# No deadline: a busy machine is no failure. No database: what one run found, the next must find by itself.
settings.register_profile(
    "noroshi",
    deadline=None,
    database=None,
    derandomize=IN_CI,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("noroshi")

# Else each of the workers would compile all tests, and each program that a test starts what it imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A mail server of ours in a thread has five seconds to start, else; a busy machine takes longer.
os.environ.setdefault("AIOSMTPD_CONTROLLER_TIMEOUT", "150")

MEMORY, ROOM = Path("/dev/shm"), 6 << 30
TESTS = Path(__file__).parent


def _has_room(folder: Path) -> bool:
    """Whether what the tests write can lie there, and programs be run from there."""
    if not folder.is_mount():
        return False
    there = os.statvfs(folder)
    free = min(there.f_bavail * there.f_frsize, psutil.virtual_memory().available)
    return free > ROOM and not there.f_flag & os.ST_NOEXEC


# Each store syncs each of its writes and lays out a reserve of 24 MB. On a disk that is most of what the tests
# wait for, and it shows nothing: a process that is killed leaves as much in memory as on a disk, and what a
# volume does that is full or breaks is tried on volumes of the tests' own.
if _has_room(MEMORY):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_configure(config: pytest.Config) -> None:
    """Let all workers fork their commands from one program (tests/warm): to import all of Noroshi takes
    longer than most tests."""
    if sys.platform != "win32" and config.getoption("numprocesses", None):
        from tests.warm import for_all_workers

        for_all_workers()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The one PostgreSQL of all workers (tests/postgres.py)."""
    from tests.postgres import shared_server  # not on Windows

    folder = tmp_path_factory.getbasetemp()
    of_all = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with shared_server(of_all / "postgres") as server:
        yield server


SELDOM = (20_000, 20, 20)
"""Python's own thresholds are 700, 10 and 10: by them, a tenth of the tests' CPU time is a search for
cycles, of which a test leaves few."""


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session):
    """What is imported and collected stays to the end: the garbage collector need not look at it
    while it comes, nor at each round afterwards."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.set_threshold(*SELDOM)
        gc.collect()
        gc.freeze()


LONGEST = (
    "e2e/test_worst_bodies.py",
    "e2e/test_setup_microsoft365.py",
    "web/test_each_page.py",
    "e2e/test_adding_a_server.py",
    "e2e/test_drill.py",
)
LONG_FOLDERS = ("load", "e2e", "hostile", "web", "noroshi_lab")


def _rank(path: str, folder: str) -> int:
    if path in LONGEST:
        return 0
    return 1 if folder in LONG_FOLDERS else 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest: what begins last should end soon, or all but one worker have
    nothing to do. The files of the folders take turns: those of tests/e2e wait for most of their
    time, and those of tests/web take a processor."""
    folders = dict[str, dict[str, int]]()
    for item in items:
        path = item.path.relative_to(TESTS)
        files = folders.setdefault(path.parts[0], {})
        files.setdefault(path.as_posix(), len(files))

    def turn(item: pytest.Item) -> tuple[int, float]:
        path = item.path.relative_to(TESTS)
        files = folders[path.parts[0]]
        return _rank(path.as_posix(), path.parts[0]), files[path.as_posix()] / len(files)

    items.sort(key=turn)
    if sys.platform == "win32":
        _leave_out(config, items)


if sys.platform == "win32":

    def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
        """Run none of the tests that tests/windows/left_out.py names, by themselves or by their
        fixtures."""
        left_out = [one for one in items if _is_left_out(one)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [one for one in items if one not in left_out]

    def _is_left_out(item: pytest.Item) -> bool:
        """Return whether tests/windows/left_out.py names the test or a fixture of it."""
        names = {item.nodeid, item.nodeid.partition("[")[0]}
        fixtures = {*getattr(item, "fixturenames", ())}
        return bool(names & TESTS_LEFT_OUT.keys() or fixtures & FIXTURES_LEFT_OUT.keys())


def _refuse_a_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    _refuse_a_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    _refuse_a_skip(report)
    return report


# Tests of what only Windows has are run by Windows' Python: see tools/wine.py.
collect_ignore = ["windows"]
if sys.platform == "win32":
    collect_ignore = [name.removeprefix("tests/") for name in FILES_LEFT_OUT]
