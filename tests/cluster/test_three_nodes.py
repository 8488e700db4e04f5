"""Three nodes on one database meet with faults, of which a witness outside sees nothing but the looks and
the mails: none is lost, none comes twice, and each monitor is watched by one node."""

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.cluster.faults import LONG, SHORT, Fates
from tests.cluster.nodes import Cluster, id_of
from tests.e2e.world import until

SEED = "NOROSHI_CLUSTER_SEED"
"""In the environment: the seed of a run to repeat; without it a run draws its own, and prints it."""
LATE, LATEST = 0.002, 30.0
"""The share of looks, and the seconds beyond the interval, where the node that took over is struck itself
within seconds (known issues)."""
BUSY = 60.0
"""Seconds beyond the interval on a machine that is busy with other tests; 15 where it is free."""


def given_seed():
    seed = int(os.environ.get(SEED, random.randrange(10_000)))
    print(f"{SEED}={seed}")
    return seed


def run(folder, plan, count, every, closing, beyond):
    """Let the faults of a plan befall a cluster, and return what the judge says."""
    seed = given_seed()
    folder.mkdir()
    cluster = Cluster(folder, count, every, seed, closing)
    try:
        began, ended, faults = _story(cluster, plan, seed)
    finally:
        cluster.end()
    told = {
        "seed": seed,
        "every": every,
        "began": began,
        "ended": ended,
        "beyond": beyond,
        "ids": [id_of(port) for port in range(count)],
        "names": {node.address: node.name for node in cluster.nodes},
        "faults": [asdict(one) for one in faults],
        "starts": {node.name: node.starts for node in cluster.nodes},
    }
    (folder / "told.json").write_text(json.dumps(told))
    return _judged(folder)


def _story(cluster, plan, seed):
    until(lambda: len(cluster.holders()) == 3, "shares of three nodes")
    time.sleep(cluster.every)  # each has been looked at
    began = time.time()
    cluster.witness.say("begin")
    fates = Fates(
        cluster,
        plan,
        seed,
        lambda text: print(f"{time.time() - began:6.1f} {text}", flush=True),
    )
    fates.run()
    cluster.witness.write_record()
    return began, time.time(), fates.faults


def _judged(folder):
    program = [sys.executable, "-m", "tests.cluster.judge", str(folder)]
    house = Path(__file__).parents[2]
    done = subprocess.run(program, cwd=house, capture_output=True, text=True)
    print(done.stdout, done.stderr)
    return json.loads(done.stdout), done.returncode


def test_ten_faults_lose_no_alarm_and_let_no_monitor_be_watched_twice(tmp_path):
    verdict, code = run(tmp_path / "run", SHORT, 60, 2, 2.0, BUSY)
    assert code == 0, verdict
    assert verdict["alarms"] > 5 and verdict["looks"] > 500


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_three_thousand_monitors_through_sixty_faults_in_twenty_minutes(tmp_path):
    verdict, _ = run(tmp_path / "run", LONG, 3000, 60, 5.0, 15.0)
    broken = {name: verdict[name] for name in ("lost", "twice", "wrong", "measured_twice")}
    assert not any(broken.values()), broken
    assert len(verdict["unwatched"]) <= LATE * verdict["looks"], verdict["unwatched"]
    assert verdict["longest_unwatched"] < LATEST
    assert verdict["alarms"] > 100
