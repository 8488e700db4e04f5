"""Waiting for news: whoever is told to stop stops, also in the moment in which news come."""

import asyncio
from datetime import timedelta

import pytest

from noroshi.stores.common import News

LONG = timedelta(seconds=30)


async def test_what_is_told_while_somebody_waits_wakes_them():
    news = News()
    waiting = asyncio.create_task(news.wait(LONG))
    await asyncio.sleep(0)
    news.tell()
    await waiting


async def test_what_was_told_before_somebody_waits_again_is_not_missed():
    news = News()

    async def waits():
        await news.wait(timedelta(0))
        news.tell()
        await news.wait(LONG)

    await waits()


async def test_a_wait_that_is_cancelled_as_news_come_ends_cancelled():
    news = News()
    waiting = asyncio.create_task(news.wait(LONG))
    await asyncio.sleep(0)
    news.tell()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
