"""`kill -9` of a real process in a digest: no member is told in two mails, or in none."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from noroshi.ports import PARCEL_LEASE
from noroshi.stores.sqlite.store import SqliteStore
from tests.flow.digest_node import SINK, STEPS, STORE, Sink
from tests.flow.storm import NAMES, Storm, counts

ALL = 12
"""Monitors that are bad in the second life; in the first one it was not all of them yet."""
ROOT = Path(__file__).parents[2]
SECOND_LIFE = timedelta(minutes=4)
"""Less than a lease: what the dead life had is given back, and does not run out."""
LEFT = {"to be joined": {0}, "being joined": {0, 1}, "joined": {1}, "lent": {1}, "taken": {1}}
"""How many digests wait on the disk by then."""


def killed_when(step, folder):
    """When it was, by the story's clock."""
    argv = [sys.executable, "-m", "tests.flow.digest_node", str(folder), step]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env
    ) as program:
        for line in program.stdout:
            at, _, said = line.strip().partition(" ")
            if said == step:
                break
        program.kill()
    assert said == step
    assert program.returncode < 0 or sys.platform == "win32"
    return datetime.fromisoformat(at)


async def second_life(folder, at):
    """It runs to the end, with some more that turns bad. The digests that it found, and what
    became of each alarm."""
    storm = Storm(store=SqliteStore.open(folder / STORE))
    storm.time.pass_by(seconds=(at - storm.time.now).total_seconds() + 1)
    storm.smtp = Sink(folder / SINK, storm.time.clocks.wall)
    found = [row for row in await storm.store.queue() if row.envelope.members]
    await storm.watch(ALL)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, int(SECOND_LIFE.total_seconds()))
    tally, faults = await counts(storm.store), await storm.store.faults()
    await storm.store.close()
    assert not faults
    return len(found), tally


def mails(folder):
    """Each that the sink took: its Message-ID, and with its members all that it names."""
    lines = (folder / SINK).read_text("utf-8").splitlines()
    return [
        (id, tuple(members), tuple(sorted(set(NAMES.findall(text)))))
        for id, members, text in map(json.loads, lines)
    ]


# What is on the disk of a joining is as it falls out: so twice.
@pytest.mark.parametrize("step", [*STEPS, "being joined"])
async def test_each_member_of_a_digest_is_told_in_one_mail_though_its_node_was_killed_when_it_was(
    step, tmp_path
):
    at = killed_when(step, tmp_path)
    before = mails(tmp_path)
    found, tally = await second_life(tmp_path, at)
    assert found in LEFT.get(step, {0})
    assert SECOND_LIFE < PARCEL_LEASE and tally == {"accepted": ALL}

    told = mails(tmp_path)
    one_of_each = set(told)  # a copy says what the first one said
    named = [name for _, _, names in one_of_each for name in names]
    assert sorted(named) == [f"disk-{n:04}" for n in range(ALL)]
    assert all(len(names) == max(1, len(members)) for _, members, names in told)
    assert any(members for _, members, _ in told)

    copies = Counter(id for id, _, _ in told)
    again = {before[-1][0]: 2} if step == "taken" else {}  # its answer was not on the disk
    assert {id: count for id, count in copies.items() if count > 1} == again
