"""Wherever a page leads, there is something to see for whoever is led there."""

import re
from html import unescape

import pytest

from noroshi.core.people import User
from noroshi.core.roles import ADMIN, VIEWER
from tests.web.browser import GOOD, browsing
from tests.web.node_at_work import living

LINK = re.compile(r'\bhref="(/[^"#]*)')
LEFT_OUT = ("/static/", "/logout")
IDS = re.compile(r"(?<=[?&]id=)[^&]+")


async def let_in(harness, role):
    text = await harness.people.passwords.hash(GOOD)
    user = User(name="eri", role=role, made=harness.time.now, password=text)
    await harness.store.put_user(user, None)


@pytest.mark.parametrize("role", [ADMIN, VIEWER])
async def test_no_link_leads_to_where_nothing_is_or_nobody_may_look(tmp_path, role):
    harness = await living(tmp_path)
    await let_in(harness, role)
    todo, seen, dead = ["/"], set(), []
    async with browsing(harness, tmp_path) as browser:
        await browser.log_in("eri")
        while todo:
            path = todo.pop()
            sort = IDS.sub("…", path)  # one mail of the queue has the links of another
            if sort in seen or path.startswith(LEFT_OUT):
                continue
            seen.add(sort)
            await browser.get(path)
            if browser.status not in (200, 303):
                dead.append((path, browser.status))
            if "text/html" in browser.headers.get("content-type", ""):
                todo += map(unescape, LINK.findall(browser.text))
    assert dead == []
    assert len(seen) > 60
