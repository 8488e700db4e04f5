"""What an agent found on its server is proposed, and what is chosen of it is measured there."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import pytest

from noroshi.core.report import RowKind
from noroshi.definitions.document_content import content
from noroshi.link.order_messages import Discovered, OrderAnswer, OrderOutcome, ProgramFound
from noroshi.ports.host_facts import Listener, Memory, Volume
from noroshi.schema import text
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness
from tests.web.browser import browsing, with_user
from tests.web.link.agent_client import AgentClient, invite
from tests.web.link.reporting_agent import ReportingAgent

GIB = 1 << 30
PAGE = "/servers/watch?agent=fs01"
ON_FS01 = Discovered(
    zone="Asia/Tokyo",
    volumes=(Volume("/", 40 * GIB, 30 * GIB),),
    memory=Memory(total=8 * GIB, available=6 * GIB),
    cores=4,
    programs=(ProgramFound(name="sshd", count=3),),
    listeners=(Listener(address="0.0.0.0", port=22),),
)


class Finder:
    """An agent that answers each order with what is on its computer."""

    def __init__(self, harness, client):
        self.client = client
        self.reports = ReportingAgent(client, lambda: harness.time.now)
        self.last, self.known = 0, {}

    async def run(self):
        while True:
            answer = await self.client.wait(hold=30.0, orders=self.last, **self.known)
            if answer.configuration:
                self.known["configuration"] = answer.configuration
            if answer.suppressions is not None:
                self.known["suppressions"] = answer.suppressions.name
            for order in answer.orders:
                self.last = order.number
                self.reports.write(self.answer_to(order), kind=RowKind.ANSWER)
                await self.reports.send()

    def answer_to(self, order):
        return OrderAnswer(order=order.id, outcome=OrderOutcome.DONE, body=text(ON_FS01))


@asynccontextmanager
async def finding(harness, url):
    async with aiohttp.ClientSession() as session:
        client = AgentClient(url, session)
        await client.join(await invite(harness))
        await client.greet()
        task = asyncio.create_task(Finder(harness, client).run())
        while not harness.service.agents_hub.is_waiting(client.id):  # noqa: ASYNC110
            await asyncio.sleep(0)
        try:
            while not harness.service.agents_hub.is_waiting(client.id):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


@pytest.fixture
async def harness():
    harness = await with_user(harness=Harness(name="hub1"))
    await apply_definitions(InProcessClient(harness))
    yield harness
    await harness.service.close()


@pytest.fixture
async def browser(harness, tmp_path):
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        yield browser


async def test_what_is_found_there_is_proposed_and_what_is_chosen_is_measured_there(
    browser, harness
):
    async with finding(harness, browser.url):
        page = (await browser.get(PAGE)).text
        assert "/: 25% of 40 GiB used" in page and "4 cores" in page
        assert "Remote login (SSH)" in page and 'name="take.system/disk"' in page
        chosen = {"take.system/disk": "yes", "take.services/ssh": "yes"}
        chosen = {one: "yes" for one in chosen if f'name="{one}"' in page}
        await browser.post(PAGE, title="Files", **chosen)
    assert browser.to == "/"
    documents = {one.key: content(one) for one in (await harness.store.current()).documents}
    files = documents["instances/fs01"]
    assert (files["title"], files["source"], files["zone"]) == ("Files", "fs01", "Asia/Tokyo")
    kinds = [one["kind"] for group in files["group"] for one in group["monitor"]]
    assert "disk" in kinds and "cpu" not in kinds and files["rules"] == ["all"]


async def test_who_chooses_nothing_is_asked_to(browser, harness):
    async with finding(harness, browser.url):
        await browser.get(PAGE)
        await browser.post(PAGE, title="Files")
    assert browser.status == 400 and "Choose at least one thing to monitor." in browser.text
    assert 'value="Files"' in browser.text


async def test_where_the_agent_cannot_tell_the_form_is_offered(browser, harness):
    async with aiohttp.ClientSession() as session:
        await AgentClient(browser.url, session).join(await invite(harness))
    page = (await browser.get(PAGE)).text
    assert "Choose monitors yourself" in page and "/settings/instance?source=fs01" in page
    assert "Try again" in page and "<fieldset" not in page
