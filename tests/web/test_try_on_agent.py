"""*Measure now* of a monitor of an agent: the agent measures it, or its last values stand there with the
reason."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import pytest

from noroshi.core.model import Reading, Sample
from noroshi.link.order_messages import MeasuredOnTrial, OrderAnswer, OrderOutcome
from noroshi.schema import text
from noroshi.service import perform
from tests.service.harness import AKI, Harness
from tests.web.browser import browsing, with_user
from tests.web.link.agent_client import AgentClient, invite
from tests.web.link.reporting_agent import CONTENT, publish
from tests.web.test_server_watch import Finder

PAGE = "/try/files/base/disks"


class Measurer(Finder):
    """An agent that answers each order as a test says."""

    def __init__(self, harness, client, answer):
        super().__init__(harness, client)
        self._answer = answer

    def answer_to(self, order):
        return self._answer(order)


def measured(order, used=71.0):
    sample = Sample(NOW[0], (Reading("used", used, "%", "/srv"),))
    body = text(MeasuredOnTrial(sample=sample, seconds=0.25))
    return OrderAnswer(order=order.id, outcome=OrderOutcome.DONE, body=body)


def forbidden(order):
    return OrderAnswer(order=order.id, outcome=OrderOutcome.FORBIDDEN)


NOW = []


@asynccontextmanager
async def answering(harness, url, answer):
    NOW[:] = [harness.time.now]
    async with aiohttp.ClientSession() as session:
        client = AgentClient(url, session)
        await client.join(await invite(harness))
        await client.greet()
        harness.extra_ids = ()
        await publish(harness, CONTENT)
        task = asyncio.create_task(Measurer(harness, client, answer).run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


@pytest.fixture
async def harness():
    harness = await with_user(harness=Harness(name="hub1"))
    yield harness
    await harness.service.close()


@pytest.fixture
async def browser(harness, tmp_path):
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in()
        yield browser


async def test_what_the_agent_measures_now_is_shown_as_any_measurement(browser, harness):
    async with answering(harness, browser.url, measured):
        await browser.get(PAGE)
        page = (await browser.post(PAGE)).text
    assert "71%" in page and "/srv" in page and "took 0.25 s" in page
    assert "agent fs01" in page and "last values" not in page
    assert "No rule applies to this result." in page


async def test_where_it_does_not_the_reason_stands_there(browser, harness):
    async with answering(harness, browser.url, forbidden):
        await browser.get(PAGE)
        page = (await browser.post(PAGE)).text
    assert "noroshi.toml on fs01 does not allow this request" in page
    assert "These are the last values from agent fs01." in page and "took" not in page


async def test_who_looks_in_the_audit_log_sees_which_agent_measured(browser, harness):
    async with answering(harness, browser.url, measured):
        await browser.get(PAGE)
        await browser.post(PAGE)
    rows = await perform(harness.service, AKI, "audit", {})
    row = next(one for one in rows if one.op == "try_monitor")
    assert row.after["agent"] == "fs01"
