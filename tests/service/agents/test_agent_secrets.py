"""What the hub's vault cannot give does not keep an agent from its configuration."""

from __future__ import annotations

from noroshi.definitions.document_content import document
from noroshi.ports import Version
from noroshi.service.agents.agent_secrets import AgentSecrets
from noroshi.service.agents.configuration_book import ConfigurationBook
from noroshi.service.agents.roster import Roster
from noroshi.vault import Secret, Vault
from tests.service.agents.fleet import joined
from tests.service.harness import Harness

FILES = document("instances/files", {"source": "fs01"})
ROUTE = document("routes/out", {"kind": "smtp", "options": {"password": "smtp"}})


async def book_of(harness, vault):
    book = ConfigurationBook(harness.store, vault, harness.time.clocks.steady)
    await refresh(book)
    return book


async def refresh(book):
    return await book.refresh({"a1": "fs01"}, frozenset(), {"fs01": ("out",)})


async def sealed(harness, vault, agent, configuration):
    roster = Roster(harness.store, harness.time.clocks, lambda id: None, lambda agents: None)
    await roster.reload()
    return await AgentSecrets(vault, roster).sealed(agent, configuration, "hub1")


async def test_without_the_key_the_agent_gets_the_route_and_no_secret_until_it_is_there():
    harness = Harness()
    agent = await joined(harness)
    await harness.vault.put("smtp", Secret("geheim"))
    await harness.store.publish(Version(number=0, documents=(FILES, ROUTE)), [], 0)
    closed_vault = Vault(harness.store, None)
    without_key = (await book_of(harness, closed_vault)).of_agent("a1")
    assert "routes/out" in [one.key for one in without_key.documents]
    assert await sealed(harness, closed_vault, agent, without_key) == ""
    with_key = (await book_of(harness, harness.vault)).of_agent("a1")
    assert with_key.name != without_key.name
    assert await sealed(harness, harness.vault, agent, with_key) != ""


async def test_an_entry_that_is_put_in_later_is_news_and_nothing_else_is():
    harness = Harness()
    await harness.store.publish(Version(number=0, documents=(FILES, ROUTE)), [], 0)
    book = await book_of(harness, harness.vault)
    name = book.of_agent("a1").name
    assert not await refresh(book)
    await harness.vault.put("other", Secret("x"))
    harness.time.pass_by(seconds=1)
    assert not await refresh(book)
    await harness.vault.put("smtp", Secret("geheim"))
    assert not await refresh(book)  # it was looked just now
    harness.time.pass_by(seconds=1)
    assert await refresh(book)
    assert book.of_agent("a1").name != name and book.is_of_other(name, "a1") is False
