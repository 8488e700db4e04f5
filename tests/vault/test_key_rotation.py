"""The key looked after: where it comes from, what it opens, and another one in its place."""

import asyncio
import signal
import subprocess
import sys

import pytest

from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import (
    Box,
    KeyRing,
    Secret,
    Source,
    Vault,
    VaultError,
    find_keys,
    keep_key,
    make_key,
    read_key,
)
from noroshi.vault.keys import NEW
from noroshi.vault.passphrase import lock_up, unlock

PASSPHRASE = Secret("a signal fire on the hill")
OWN_FILE = Source.DPAPI if sys.platform == "win32" else Source.FILE
"""Where the key of a home folder comes from."""


class Dies(Exception):
    """The process ended here."""


class Dying(MemoryStore):
    """A store that fails when the n-th secret is put into it."""

    def __init__(self, at):
        super().__init__()
        self.left = at

    async def put_secret(self, name, sealed):
        self.left -= 1
        if self.left == 0:
            raise Dies
        await super().put_secret(name, sealed)


@pytest.fixture
def path(tmp_path):
    make_key(tmp_path / "key")
    return tmp_path / "key"


def ring_of(path, store):
    """As a process does at its start."""
    keys = find_keys(path)
    vault = Vault(store, keys.box, next=keys.next)
    return KeyRing(vault, path), vault


async def filled(vault, count=5):
    for number in range(count):
        await vault.put(f"entry/{number}", Secret(f"text {number}"))


async def texts(vault):
    return [(await vault.get(name)).reveal() for name in await vault.names()]


async def test_a_key_is_exchanged_and_everything_opens_under_the_new_one(path):
    store, old = MemoryStore(), read_key(path)
    ring, vault = ring_of(path, store)
    await filled(vault)
    done = await ring.rotate()
    assert (done.old, done.new, done.entries) == (old.id, read_key(path).id, 5)
    assert done.old != done.new
    assert await texts(vault) == [f"text {n}" for n in range(5)]
    assert await texts(Vault(store, read_key(path))) == [f"text {n}" for n in range(5)]
    assert read_key(done.old_path).id == old.id
    with pytest.raises(VaultError, match="encrypted with a different key"):
        await Vault(store, old).get("entry/0")


@pytest.mark.parametrize("at", range(6, 12))
async def test_an_exchange_that_is_cut_off_goes_on_at_the_next_start(path, at):
    store = Dying(at)
    ring, vault = ring_of(path, store)
    await filled(vault)
    if at <= 10:
        with pytest.raises(Dies):
            await ring.rotate()
    else:
        await ring.rotate()
    store.left = 0
    ring, vault = ring_of(path, store)
    assert await texts(vault) == [f"text {n}" for n in range(5)]
    await ring.resume()
    assert await texts(Vault(store, read_key(path))) == [f"text {n}" for n in range(5)]
    assert not path.with_name(f"key{NEW}").exists()
    assert await ring.resume() is None


async def test_where_no_exchange_is_under_way_nothing_is_said_of_a_missing_key(path):
    ring, _ = ring_of(path, MemoryStore())
    path.unlink()
    assert await ring.resume() is None


async def test_an_administrators_own_file_beside_the_key_is_no_exchange(path):
    ring, _ = ring_of(path, MemoryStore())
    before = read_key(path).id
    make_key(path.with_name("key.new"))
    assert await ring.resume() is None
    assert read_key(path).id == before


KILLED_WHILE_IT_WRITES = """
import asyncio, resource, signal, sys
from pathlib import Path
from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import KeyRing, Vault, find_keys
path = Path(sys.argv[1])
ring = KeyRing(Vault(MemoryStore(), find_keys(path).box), path)
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
asyncio.run(ring.rotate())
"""


async def test_an_exchange_that_is_killed_while_it_writes_a_key_leaves_no_half_key(path):
    """The first byte that it writes into a file ends the process, as a power cut may."""
    argv = [sys.executable, "-c", KILLED_WHILE_IT_WRITES, str(path)]
    assert subprocess.run(argv, check=False).returncode == -signal.SIGXFSZ
    store, old = MemoryStore(), read_key(path)
    ring, vault = ring_of(path, store)
    await filled(vault)
    done = await ring.rotate()
    assert (done.old, read_key(done.old_path).id) == (old.id, old.id)
    assert await texts(Vault(store, read_key(path))) == [f"text {n}" for n in range(5)]


async def test_the_old_key_is_a_file_of_its_own_where_no_file_can_have_two_names(path):
    """FAT and some shares know no hard links."""
    file, (ring, _) = path.stat().st_ino, ring_of(path, MemoryStore())
    kept = (await ring.rotate()).old_path
    assert kept.stat().st_ino != file
    assert kept.stat().st_mode & 0o777 == 0o600


async def test_an_exchange_that_cannot_keep_the_old_key_changes_nothing(path):
    store, old = MemoryStore(), read_key(path)
    ring, vault = ring_of(path, store)
    await filled(vault)
    path.with_name(f"key.old-{old.id}.part").mkdir()  # no file can be written there
    with pytest.raises(OSError, match="old-"):
        await ring.rotate()
    assert await texts(Vault(store, old)) == [f"text {n}" for n in range(5)]


async def test_a_secret_that_is_renewed_meanwhile_is_not_written_over(path):
    store = MemoryStore()
    ring, vault = ring_of(path, store)
    await filled(vault, 50)

    async def renew():
        for number in range(50):
            await vault.put(f"entry/{number}", Secret(f"renewed {number}"))

    await asyncio.gather(ring.rotate(), renew())
    assert set(await texts(vault)) == {f"renewed {n}" for n in range(50)}
    assert set(await texts(Vault(store, read_key(path)))) == {f"renewed {n}" for n in range(50)}


async def test_a_check_says_of_each_entry_whether_it_opens(path, tmp_path):
    store = MemoryStore()
    ring, vault = ring_of(path, store)
    await filled(vault, 2)
    make_key(tmp_path / "other")
    await store.put_secret("entry/1", read_key(tmp_path / "other").seal("entry/1", Secret("x")))
    found = await ring.check()
    assert (found.source, found.path, found.id) == (OWN_FILE, path, read_key(path).id)
    assert found.entries["entry/0"] is None
    assert "a different key" in found.entries["entry/1"].en


async def test_a_key_that_systemd_hands_over_comes_before_the_file_and_is_not_exchanged(
    path, tmp_path
):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    make_key(credentials / "noroshi.key")
    (credentials / "noroshi.key").chmod(0o440)  # as systemd makes it: its folder is closed
    keys = find_keys(path, credentials)
    assert keys.source is Source.SYSTEMD
    assert keys.box.id != read_key(path).id
    ring = KeyRing(Vault(MemoryStore(), keys.box), path, credentials)
    with pytest.raises(VaultError, match="comes from systemd"):
        await ring.rotate()


def test_a_credentials_folder_without_a_key_leaves_the_file_in_charge(path, tmp_path):
    assert find_keys(path, tmp_path / "nothing").source is OWN_FILE


def test_a_key_goes_out_under_a_passphrase_and_comes_back(path, tmp_path):
    key = read_key(path).key
    content = lock_up(key, PASSPHRASE)
    assert key.reveal().encode() not in content
    back = tmp_path / "back"
    keep_key(back, unlock(content, PASSPHRASE, back))
    assert read_key(back).id == read_key(path).id
    if sys.platform != "win32":
        assert back.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"0" * 64, "is not a key file", id="a plain key"),
        pytest.param(b"", "is not a key file", id="nothing"),
        pytest.param(
            b"noroshi vault key, sealed by passphrase, 1\n!!",
            "is not a key file",
            id="no base64",
        ),
    ],
)
def test_another_file_is_told_from_a_wrong_passphrase(content, told, tmp_path):
    with pytest.raises(VaultError, match=told):
        unlock(content, PASSPHRASE, tmp_path / "file")


def test_a_wrong_passphrase_and_a_short_one_are_refused(path):
    content = lock_up(read_key(path).key, PASSPHRASE)
    with pytest.raises(VaultError, match="does not match"):
        unlock(content, Secret("another passphrase"), path)
    with pytest.raises(VaultError, match="at least 12"):
        lock_up(read_key(path).key, Secret("short"))


def test_a_key_tells_which_it_is_without_giving_itself_away(path):
    box = read_key(path)
    assert len(box.id) == 16 and box.id not in box.key.reveal()
    assert box.has_sealed(box.seal("x", Secret("y"))) and not box.has_sealed(b"")
    assert not Box(Secret("5a" * 32)).has_sealed(box.seal("x", Secret("y")))
