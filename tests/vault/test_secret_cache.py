"""The vault's entries at hand, sealed, for the time in which the store is away."""

import pytest

from noroshi.core.translation import plain
from noroshi.ports import StoreError
from noroshi.vault import Box, Secret, SecretCache, Vault
from noroshi.vault.secret_cache import RETRY


class Entries:
    """A store of secrets that cannot be read at times; it counts how often it was asked."""

    def __init__(self):
        self.sealed, self.is_away, self.question_count = {}, False, 0

    def _look(self):
        self.question_count += 1
        if self.is_away:
            raise StoreError(plain("away"))

    async def put_secret(self, name, sealed):
        self.sealed[name] = sealed

    async def get_secret(self, name):
        self._look()
        return self.sealed.get(name)

    async def get_secrets(self):
        self._look()
        return self.sealed

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


async def test_a_change_of_the_key_seals_nothing_that_the_store_did_not_just_say(parts):
    await parts.cache.read_ahead()
    await parts.vault.put("mail", Secret("old"))
    await parts.other_node_puts("mail", "new")
    parts.store.is_away = True
    with pytest.raises(StoreError):
        await parts.vault.rekey(Box(Secret("01" * 32)))
    parts.store.is_away, parts.now = False, RETRY
    assert await parts.read("mail") == "new"
