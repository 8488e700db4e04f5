"""What the pages of a node at work say: no placeholder of ours, no word twice, no 0 for a no."""

import re
from html import unescape

import pytest

from noroshi.core.roles import ADMIN
from tests.web.browser import browsing
from tests.web.node_at_work import living
from tests.web.test_links import let_in

LEVELS = ("WARNING", "CRITICAL", "UNKNOWN")


@pytest.fixture
async def seen(tmp_path):
    harness = await living(tmp_path, "en")
    await let_in(harness, ADMIN)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in("eri")
        yield browser


def words_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def test_a_blueprint_shows_no_placeholder_where_its_values_are_used(seen):
    page = words_of((await seen.get("/add/job")).text)
    assert "${" not in page and "Used by jobs/… (name), jobs/… (job)." in page


async def test_a_row_of_the_ledger_says_its_level_once(seen):
    rows = re.findall(r"<tr>.*?</tr>", (await seen.get("/ledger")).text, re.DOTALL)
    told = [sum(words_of(row).count(level) for level in LEVELS) for row in rows[1:]]
    assert told and set(told) == {1}


async def test_readings_of_yes_and_no_are_told_in_words(seen):
    page = words_of((await seen.get("/monitor/fs01/jobs/nightly")).text)
    assert "Overdue no" in page and "Overdue 0" not in page
    assert "Overdue: no" in page and "Overdue: “yes” is CRITICAL" in page


async def test_what_is_planned_for_a_monitor_has_a_heading(seen):
    page = (await seen.get("/monitor/db01/system/cpu")).text
    (block,) = re.findall(
        r'<section[^>]*aria-labelledby="h-works">.*?</section>', page, re.DOTALL
    )
    assert words_of(block).startswith("Maintenance DB01")
