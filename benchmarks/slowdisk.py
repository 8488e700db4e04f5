"""A disk on which each fsync takes 10 ms, for the node alone: a preloaded library."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.programs import HOUSE

SOURCE = Path(__file__).with_name("slowsync.c")
COMMITS = 20
# Twenty commits of the very SQLite that the node uses; prints how many seconds they took.
PROOF = f"""
import sys, time
from pysqlite3 import dbapi2 as sqlite
db = sqlite.connect(sys.argv[1], isolation_level=None)
db.execute("pragma journal_mode = wal")
db.execute("pragma synchronous = full")
db.execute("create table t (x)")
start = time.perf_counter()
for x in range({COMMITS}):
    db.execute("insert into t values (?)", (x,))
print(time.perf_counter() - start)
"""


def slow_disk(work: Path) -> Mapping[str, str]:
    """The environment that makes a process's fsyncs slow, after proof that it does.

    RuntimeError if the store's SQLite does not heed it.
    """
    library = HOUSE / "build" / "slowsync.so"
    library.parent.mkdir(exist_ok=True)
    subprocess.run(
        ["gcc", "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True
    )
    env = {"LD_PRELOAD": str(library)}
    took = _commits(work, env)
    if took < COMMITS * 0.01:
        raise RuntimeError(f"{COMMITS} commits took {took:.3f} s: the slow disk is not heeded")
    return env


def _commits(work: Path, env: Mapping[str, str]) -> float:
    database = work / "proof.db"
    argv = [sys.executable, "-c", PROOF, str(database)]
    done = subprocess.run(
        argv, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env}
    )
    for left in work.glob("proof.db*"):
        left.unlink()
    return float(done.stdout)
