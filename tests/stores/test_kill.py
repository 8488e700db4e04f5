"""What was acknowledged is there after the process was killed in the midst of its work."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2 as driver

from noroshi.stores.sqlite.store import SqliteStore

PROGRAM = Path(__file__).with_name("committer.py")


def commit_until_killed(path, acknowledged):
    """The ids that the program printed before it was killed without a warning."""
    argv = [sys.executable, str(PROGRAM), str(path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as program:
        printed = [program.stdout.readline() for _ in range(acknowledged)]
        program.kill()
        printed += program.stdout.readlines()
    assert program.returncode < 0 or sys.platform == "win32"
    return {line.strip() for line in printed if line.endswith("\n")}


async def test_nothing_that_was_acknowledged_is_lost_by_kill_9(tmp_path):
    path = tmp_path / "noroshi.db"
    acknowledged = commit_until_killed(path, 1500)
    store = SqliteStore.open(path)
    kept = {row.envelope.id for row in await store.queue()}
    serials = {id: state.serial for id, state in (await store.states()).items()}
    await store.close()
    assert len(acknowledged) >= 1500 and acknowledged <= kept
    assert {f"{id}.{n}" for id, last in serials.items() for n in range(1, last + 1)} == kept


async def test_the_file_is_whole_after_kill_9(tmp_path):
    path = tmp_path / "noroshi.db"
    commit_until_killed(path, 700)
    with closing(driver.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
