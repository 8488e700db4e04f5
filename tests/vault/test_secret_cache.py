"""The vault's entries at hand, sealed, for the time in which the store is away."""

import asyncio

import pytest

from noroshi.core.translation import plain
from noroshi.ports import StoreError
from noroshi.vault import Box, Secret, SecretCache, Vault
from noroshi.vault.secret_cache import RETRY


class Entries:
    """A store of secrets that cannot be read at times; it counts how often it was asked."""

    def __init__(self):
        self.sealed, self.is_away, self.question_count = {}, False, 0
        self.is_mute, self.answers_event = False, asyncio.Event()
        self.answers_event.set()

    async def _look(self):
        self.question_count += 1
        if self.is_away:
            raise StoreError(plain("away"))
        if self.is_mute:
            await asyncio.Event().wait()

    async def put_secret(self, name, sealed):
        self.sealed[name] = sealed

    async def get_secret(self, name):
        await self._look()
        sealed = self.sealed.get(name)
        await self.answers_event.wait()
        return sealed

    async def get_secrets(self):
        await self._look()
        entries = dict(self.sealed)
        await self.answers_event.wait()
        return entries

    async def secret_names(self):
        return sorted(self.sealed)

    async def drop_secret(self, name):
        return self.sealed.pop(name, None) is not None


class Parts:
    def __init__(self):
        self.now, self.store = 0.0, Entries()
        self.cache = SecretCache(self.store, lambda: self.now)
        self.box = Box(Secret("00" * 32))
        self.vault = Vault(self.store, self.box, cache=self.cache)

    async def other_node_puts(self, name, text):
        await Vault(self.store, self.box).put(name, Secret(text))

    async def read(self, name):
        found = await self.vault.get(name)
        return None if found is None else found.reveal()


@pytest.fixture
def parts():
    return Parts()


async def test_what_another_node_wrote_is_there_while_the_store_is_away(parts):
    await parts.other_node_puts("mail", "one")
    await parts.cache.read_ahead()
    await parts.other_node_puts("mail", "two")
    assert await parts.read("mail") == "two"  # the store is asked as long as it answers
    await parts.other_node_puts("mail", "three")
    parts.store.is_away = True
    assert await parts.read("mail") == "two"  # as it was read last
    assert await parts.read("other") is None


async def test_a_store_that_was_never_read_says_so(parts):
    await parts.other_node_puts("mail", "one")
    parts.store.is_away = True
    for _ in range(2):
        with pytest.raises(StoreError):
            await parts.read("mail")


async def test_a_store_that_does_not_answer_is_asked_once_in_a_while(parts):
    await parts.other_node_puts("mail", "one")
    await parts.cache.read_ahead()
    parts.store.is_away = True
    asked = parts.store.question_count
    for _ in range(5):
        assert await parts.read("mail") == "one"
    assert parts.store.question_count == asked + 1
    parts.store.is_away, parts.now = False, RETRY
    await parts.other_node_puts("mail", "two")
    assert await parts.read("mail") == "two"


async def test_what_this_node_wrote_and_removed_is_so_while_the_store_is_away(parts):
    await parts.cache.read_ahead()
    await parts.vault.put("mail", Secret("new"))
    await parts.vault.put("gone", Secret("old"))
    await parts.vault.remove("gone")
    parts.store.is_away = True
    assert await parts.read("mail") == "new" and await parts.read("gone") is None


@pytest.mark.parametrize("is_read_ahead", [True, False])
async def test_what_this_node_wrote_while_it_read_is_not_replaced_by_what_was_read(
    parts, is_read_ahead
):
    await parts.vault.put("mail", Secret("old"))
    await parts.vault.put("gone", Secret("old"))
    await parts.cache.read_ahead()
    parts.store.answers_event.clear()
    reading = (
        [parts.cache.read_ahead()]
        if is_read_ahead
        else [parts.cache.get_secret(name) for name in ("mail", "gone")]
    )
    tasks = [asyncio.create_task(one) for one in reading]
    await asyncio.sleep(0)
    await parts.vault.put("mail", Secret("new"))
    await parts.vault.remove("gone")
    parts.store.answers_event.set()
    await asyncio.gather(*tasks)
    parts.store.is_away = True
    assert await parts.read("mail") == "new" and await parts.read("gone") is None


async def test_a_store_that_is_mute_is_not_waited_for(parts):
    await parts.other_node_puts("mail", "one")
    cache = SecretCache(parts.store, lambda: parts.now, patience=0.01)
    await cache.read_ahead()
    parts.store.is_mute = True
    for _ in range(5):
        assert await cache.get_secret("mail") == parts.store.sealed["mail"]
    assert parts.store.question_count == 2, "all entries, and one in vain"


async def test_a_change_of_the_key_seals_nothing_that_the_store_did_not_just_say(parts):
    await parts.cache.read_ahead()
    await parts.vault.put("mail", Secret("old"))
    await parts.other_node_puts("mail", "new")
    parts.store.is_away = True
    with pytest.raises(StoreError):
        await parts.vault.rekey(Box(Secret("01" * 32)))
    parts.store.is_away, parts.now = False, RETRY
    assert await parts.read("mail") == "new"
