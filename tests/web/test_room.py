"""Whether there is room for the longest names. Of the smallest phone tells test_each_page.py."""

import pytest

from tests.service.clients import open_manager
from tests.web.node_at_work import living
from tests.web.test_each_page import SMALL, TOO_WIDE
from tests.web.window import ON_ITS_LOOP, Seen, standing

pytestmark = ON_ITS_LOOP

LONG = "minato-seiki-headquarters-in-kanagawa"
BUSY = """() => {
  document.querySelector('.menu summary').textContent = 't.yamada-kawaguchi@minato.example';
  document.querySelectorAll('#lamp b').forEach(e => e.textContent = '12345');
}"""
"""Somebody with a long name, in the worst hour there is."""
OVERLAPPING = """() => {
  const parts = ['.bar__home', '.bar__nav', '.bar__end > .menu', '#lamp'];
  const boxes = parts.map(one => document.querySelector(one).getBoundingClientRect());
  const inside = boxes.filter(one => one.top < 60).sort((a, b) => a.left - b.left);
  return inside.some((one, n) => n && one.left < inside[n - 1].right - 1);
}"""


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_bar_has_room_for_long_names(chromium, tmp_path, language):
    harness = await living(tmp_path, language)
    async with (
        open_manager(harness, tmp_path, name=LONG) as url,
        standing(chromium, harness.time.now, language, "light", SMALL) as context,
    ):
        seen = Seen(await context.new_page(), url)
        await seen.log_in()
        for width in (SMALL, 390, 600, 900, 1024, 1280):
            await seen.page.set_viewport_size({"width": width, "height": 900})
            await seen.page.goto(f"{url}/settings")
            await seen.page.evaluate(BUSY)
            assert await seen.page.evaluate(TOO_WIDE) <= 0, width
            assert not await seen.page.evaluate(OVERLAPPING), width
