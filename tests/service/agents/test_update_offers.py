"""The hub's file as an update of its agents: signed, in parts, and to some agents at a time."""

import asyncio
import hashlib
import zipfile
from contextlib import AsyncExitStack

import pytest

import noroshi
from noroshi.link.link_messages import LinkFault
from noroshi.link.update_messages import MOST_FILE_PART, FilePartRequest
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.service.agents.install_file_reader import NoInstallFileError
from noroshi.service.agents.link_refusal import LinkRefusedError
from noroshi.service.agents.update_offers import BETWEEN_PARTS, MOST_AT_ONCE, UpdateOffers
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import ManualClocks
from noroshi.vault import Secret, Vault
from noroshi.vault.box import Box
from tests.service.harness import Harness


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "noroshi.pex"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f".deps/noroshi-{noroshi.__version__}-py3-none-any.whl/noroshi", "")
        archive.writestr("large", bytes(MOST_FILE_PART), zipfile.ZIP_STORED)
    return file


@pytest.fixture
def time():
    return ManualClocks()


@pytest.fixture
def vault():
    return Harness().service.context.vault


def offers_of(file, vault, time, store=None, holder="this process"):
    lock = RefreshLock(store or Harness().store, holder, time.clocks, look=0.01)
    return UpdateOffers(vault, lambda: file, time.clocks.steady, lock)


@pytest.fixture
def offers(file, vault, time):
    return offers_of(file, vault, time)


async def test_the_offer_is_signed_by_a_key_that_stays(offers, file, vault, time):
    offer = await offers.offer()
    content = file.read_bytes()
    assert (offer.version, offer.size) == (noroshi.__version__, len(content))
    assert offer.sha256 == hashlib.sha256(content).hexdigest()
    restarted_hub = offers_of(file, vault, time)
    assert offer.is_signed_by(await restarted_hub.public_key())


async def test_processes_that_make_the_first_key_at_once_have_one(file, time, tmp_path):
    async def public_key(stack, number):
        store = SqliteStore.open(tmp_path / "store.db", reserve=0)
        stack.push_async_callback(store.close)
        vault = Vault(store, Box(Secret("5a" * 32)))
        return await offers_of(file, vault, time, store, f"process {number}").public_key()

    async with AsyncExitStack() as stack:
        keys = await asyncio.gather(*(public_key(stack, number) for number in range(4)))
    assert len(set(keys)) == 1


async def test_the_parts_are_the_file(offers, file):
    offer, content = await offers.offer(), b""
    while len(content) < offer.size:
        request = FilePartRequest(sha256=offer.sha256, offset=len(content))
        content += (await offers.part("a1", request)).content
    assert content == file.read_bytes()


@pytest.mark.parametrize("offset", [-1, 1 << 40])
async def test_there_is_no_part_outside_of_the_file(offers, offset):
    request = FilePartRequest(sha256=(await offers.offer()).sha256, offset=offset)
    with pytest.raises(LinkRefusedError) as refused:
        await offers.part("a1", request)
    assert refused.value.fault is LinkFault.MALFORMED


async def test_another_file_is_not_handed_out(offers):
    with pytest.raises(LinkRefusedError) as refused:
        await offers.part("a1", FilePartRequest(sha256="0" * 64, offset=0))
    assert refused.value.fault is LinkFault.MALFORMED


async def test_some_agents_fetch_at_a_time(offers, time):
    request = FilePartRequest(sha256=(await offers.offer()).sha256, offset=0)
    for number in range(MOST_AT_ONCE):
        await offers.part(f"a{number}", request)
    with pytest.raises(LinkRefusedError) as refused:
        await offers.part("late", request)
    assert (refused.value.fault, refused.value.retry_after) == (LinkFault.BUSY, BETWEEN_PARTS)
    await offers.part("a0", request)
    time.pass_by(seconds=BETWEEN_PARTS)
    await offers.part("late", request)


async def test_without_a_file_there_is_no_offer(vault, time):
    with pytest.raises(NoInstallFileError):
        await offers_of(None, vault, time).offer()
