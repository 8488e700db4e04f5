"""Hostile monitors and hostile definitions make nobody else late. Full size: -m long."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace

import pytest

from benchmarks.grid import punctuality, read_log
from benchmarks.load import FIRST_LOOK, LAST_ANSWERS, Size, stage
from benchmarks.programs import noroshi
from tests.hostile.home import HOSTILE, REFUSED, allow, lay, put_programs
from tests.hosts.folder import Sleeper, folder  # noqa: F401  a fixture

FULL = Size()
SMALL = replace(FULL, monitors=100, period=2.0, timeout=1.0, window=8.0)


def run(work, size, folder):  # noqa: F811
    """How late the port monitors were while hostile programs ran and hostile folders came."""
    programs, sleeper = put_programs(folder), Sleeper()
    with stage(work, size.monitors, size.period, size.timeout) as on:
        allow(on.node.home, programs)
        bounded = lay(HOSTILE / "bounded" / "definitions", folder / "b", programs, sleeper)
        on.node.start()
        on.node.await_work()
        instance = (bounded / "instances" / "web1.toml").read_text(encoding="utf-8")
        hostile = work / "defined" / "instances" / "hostile.toml"
        hostile.write_text(instance, encoding="utf-8")
        on.node.command("apply", work / "defined")
        time.sleep(min(FIRST_LOOK, size.period) + 1)
        cases = [
            lay(HOSTILE / "refused" / name, folder / name, programs, sleeper)
            for name in REFUSED
        ]
        start = time.time()
        codes = _apply_again_and_again(on.node.home, cases, start + size.window)
        end = time.time()
        time.sleep(LAST_ANSWERS)
        on.listener.tell("flush")
        ids = {target.number: target.id for target in on.targets}
        return punctuality(ids, read_log(on.taken), size.period, start, end), codes


def _apply_again_and_again(home, cases, until):
    """The exit codes, the first round whole."""
    codes = list[int]()
    while not codes or time.time() < until:
        for case in cases:
            argv = noroshi("--home", home, "apply", case)
            codes.append(subprocess.run(argv, check=False, capture_output=True).returncode)
    return set(codes)


def test_every_monitor_is_checked_while_hostile_things_go_on(tmp_path, folder):  # noqa: F811
    seen, codes = run(tmp_path / "run", SMALL, folder)
    assert codes == {3}
    assert seen.done > 0
    assert seen.unchecked == ()


@pytest.mark.long
@pytest.mark.timeout(300)
def test_five_thousand_monitors_are_on_time_while_hostile_things_go_on(
    tmp_path,
    folder,  # noqa: F811
):
    seen, codes = run(tmp_path / "run", FULL, folder)
    assert codes == {3}
    assert seen.done >= 0.999 * seen.due
    assert seen.share(0.99) < 0.25
