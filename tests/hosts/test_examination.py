"""This computer, looked at for what a node needs of it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from noroshi.config.config import Config
from noroshi.core.translation import bilingual, plain
from noroshi.hosts.examination import System
from noroshi.ports.examination import Whose, run_steps
from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import VaultError
from noroshi.vault.key_rotation import KeyCheck
from noroshi.vault.keys import Source

KEY = Path("/home/key")
VOLUMES = "Get-Volume" if sys.platform == "win32" else "df -h"
MAKE_GROUP = "New-LocalGroup {}" if sys.platform == "win32" else "groupadd --system {}"


class Full(MemoryStore):
    async def is_lost(self):
        return False

    async def trouble(self):
        return plain("database or disk is full")


class Locked:
    async def check(self):
        raise VaultError(bilingual(en="The key is gone.", ja="鍵がありません。"))


class Unlocked:
    def __init__(self, *names):
        self.names = names

    async def check(self):
        entries = dict.fromkeys(self.names)
        return KeyCheck(source=Source.FILE, path=KEY, id="1a", entries=entries)


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "noroshi.db").write_bytes(b"a store")
    (home / "noroshi.db").chmod(0o600)
    return home


async def looked_at(home, store=None, ring=None, **given):
    config = Config(
        **{"home": home, "store": home / "noroshi.db", "key": home / "key"}
        | {"door": home / "door.sock"}
        | given
    )
    steps = System(config, store or MemoryStore(), ring).steps()
    return {stage.name: stage async for stage in run_steps(steps, time.monotonic)}


async def test_a_home_that_is_well_passes_every_stage(home):
    stages = await looked_at(home)
    assert list(stages) == ["program", "sqlite", "home", "key", "room", "door", "manager"]
    assert {stage.state for stage in stages.values()} == {"ok"}
    assert stages["sqlite"].remarks == ()
    assert "(mode 0700)" in stages["home"].found.en
    assert "nothing is listening there" in stages["door"].found.en


async def test_a_store_that_others_can_read_is_remarked(home):
    (home / "noroshi.db").chmod(0o644)
    (remark,) = (await looked_at(home))["sqlite"].remarks
    assert "mode 0644" in remark.en and f"chmod 600 {home}/noroshi.db" in remark.ja


async def test_a_store_that_is_ill_is_told_with_its_own_words(home):
    stage = (await looked_at(home, Full()))["sqlite"]
    assert stage.state == "failed" and stage.remedy.whose is Whose.YOU
    assert "database or disk is full" in stage.remedy.meaning.en
    assert VOLUMES in stage.remedy.lines


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "the vault is empty (file {key})"),
        (("m365",), "decrypts the only entry (file {key})"),
        (("m365", "relay"), "decrypts all 2 entries (file {key})"),
    ],
)
async def test_the_key_is_told_with_what_it_decrypts(home, names, words):
    stages = await looked_at(home, ring=Unlocked(*names))
    assert stages["key"].found.en == words.format(key=KEY)
    assert f"ファイル {KEY}" in stages["key"].found.ja


async def test_one_that_fails_keeps_none_of_the_others_from_being_looked_at(home):
    stages = await looked_at(home, Full(), Locked(), door_group="no-such-group")
    failed = [name for name, stage in stages.items() if stage.state == "failed"]
    assert failed == ["sqlite", "key", "door"]
    assert "not reached" not in {stage.state for stage in stages.values()}
    assert stages["key"].remedy.meaning.en == "The key is gone."
    assert stages["door"].remedy.lines == (MAKE_GROUP.format("no-such-group"),)


async def test_a_home_that_others_may_write_into_is_told_with_what_closes_it(home):
    home.chmod(0o777)
    stage = (await looked_at(home))["home"]
    assert stage.state == "failed"
    assert stage.remedy.lines == (f"chmod go-w {home}",)


async def test_braces_in_a_path_are_told_as_they_are(tmp_path):
    home = tmp_path / "a{home}{"
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    stages = await looked_at(home)
    assert stages["home"].remedy.lines == (f"chmod go-w {home}",)
    assert stages["sqlite"].remedy.lines == (f"ls -ld {home}/noroshi.db",)


async def test_a_home_that_is_away_is_told(home, tmp_path):
    stage = (await looked_at(tmp_path / "none", store=Full()))["home"]
    assert stage.state == "failed" and "No such file" in stage.remedy.meaning.en


async def test_a_store_that_is_away_stops_its_stage_and_is_no_fault_of_ours(home):
    (home / "noroshi.db").unlink()
    stage = (await looked_at(home))["sqlite"]
    assert stage.state == "failed" and "No such file" in stage.remedy.meaning.en
