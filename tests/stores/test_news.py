"""Waiting for news: whoever is told to stop stops, also in the moment in which news come."""

import asyncio
from datetime import timedelta

import pytest

from noroshi.stores.store_rules import Wakeups

LONG = timedelta(seconds=30)


async def test_what_is_told_while_somebody_waits_wakes_them():
    news = Wakeups()
    waiting = asyncio.create_task(news.wait(LONG))
    await asyncio.sleep(0)
    news.notify()
    await waiting


async def test_what_was_told_before_somebody_waits_again_is_not_missed():
    news = Wakeups()

    async def waits():
        await news.wait(timedelta(0))
        news.notify()
        await news.wait(LONG)

    await waits()


async def test_a_wait_that_is_cancelled_as_news_come_ends_cancelled():
    news = Wakeups()
    waiting = asyncio.create_task(news.wait(LONG))
    await asyncio.sleep(0)
    news.notify()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
