"""Wherever a page leads, there is something to see for whoever is led there.

An administrator follows all links in tests/web/test_pseudo_locale.py.
"""

import re
from html import unescape

from noroshi.core.people import User
from noroshi.core.roles import VIEWER
from tests.web.browser import GOOD, browsing
from tests.web.node_at_work import living

LINK = re.compile(r'\bhref="(/[^"#]*)')
LEFT_OUT = ("/static/", "/logout")
IDS = re.compile(r"(?<=[?&]id=)[^&]+")
THERE = (200, 303)
"""The status of what leads somewhere."""


async def let_in(harness, role):
    text = await harness.people.passwords.hash(GOOD)
    user = User(name="eri", role=role, made=harness.time.now, password=text)
    await harness.store.put_user(user, None)


async def opened(browser):
    """Follow all links from the overview on; yield the address of each page once it is open."""
    todo, seen = ["/"], set()
    while todo:
        path = todo.pop()
        sort = IDS.sub("…", path)  # one mail of the queue has the links of another
        if sort in seen or path.startswith(LEFT_OUT):
            continue
        seen.add(sort)
        await browser.get(path)
        if browser.is_page:
            todo += map(unescape, LINK.findall(browser.text))
        yield sort


async def test_no_link_leads_to_where_nothing_is_or_nobody_may_look(tmp_path):
    """A viewer: wherever their role allows too little, no link may lead."""
    harness = await living(tmp_path)
    await let_in(harness, VIEWER)
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in("eri")
        found = {path: browser.status async for path in opened(browser)}
    assert {path: status for path, status in found.items() if status not in THERE} == {}
    assert len(found) > 60
