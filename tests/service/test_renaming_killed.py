"""`kill -9` while an account and a rule are given other names: it is done or not begun, and the
sign-in and what was told are there under whichever name it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from noroshi.stores.sqlite.store import SqliteStore
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CONTENT, Harness
from tests.service.test_renaming import kept, shown, signed_in

HOUSE = Path(__file__).parents[2]
ROUTE = {"kind": "post", "options": {"account": "first"}}
RULE = CONTENT["rules/all"]


async def prepared(path):
    """What the vault has once somebody signed in, and a rule told of an alarm."""
    store = SqliteStore.open(path, reserve=0)
    ask = InProcessClient(Harness(store))
    changed = {"accounts__box": None, "rules__all": None, "routes__m365": ROUTE}
    changed |= {"accounts__first": CONTENT["accounts/box"], "rules__first": RULE}
    instance = CONTENT["instances/web1"] | {"rules": ["first"]}
    await apply_definitions(ask, **changed, instances__web1=instance)
    await signed_in(ask)
    await ask.harness.measured(told=["first"])
    rows = await kept(ask)
    await store.close()
    return rows


def killed(path, after):
    """After so many renames, in the middle of the next one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.service.rename_loop", str(path)],
        stdout=subprocess.PIPE,
        cwd=HOUSE,
        env=os.environ | {"PYTHONPATH": str(HOUSE / "src")},
    )
    with process:
        for _ in range(after):
            assert process.stdout.readline()
        process.kill()
    assert process.returncode < 0 or sys.platform == "win32"


@pytest.mark.parametrize("after", [1, 2, 5])
async def test_the_name_is_the_old_one_or_the_new_one_and_nothing_is_lost(tmp_path, after):
    path = tmp_path / "noroshi.db"
    rows = await prepared(path)
    killed(path, after)
    store = SqliteStore.open(path, reserve=0)
    ask = InProcessClient(Harness(store))
    found = await shown(ask)
    (account,) = (key.partition("/")[2] for key in found if key.startswith("accounts/"))
    assert found["routes/m365"]["options"]["account"] == account
    assert f"rules/{account}" in found and found["instances/web1"]["rules"] == [account]
    assert (await ask("status"))["routes"][0]["state"] == "well" and await kept(ask) == rows
    (alarm,) = (await ask("alarms"))["rows"]
    assert [(one["rule"], one["times"]) for one in alarm["told"]] == [(account, 1)]
    assert not await store.faults()
    await store.close()
