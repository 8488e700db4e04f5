"""`python -m tests.web.pseudo_pages FOLDER`: every page of a node at work in its second language,
each with its status, as JSON on standard output. With PYTHONPATH at the program of
`tests.pseudo_locale`."""

import asyncio
import json
import sys
from pathlib import Path

from tests.web.browser import browsing
from tests.web.node_at_work import living
from tests.web.test_links import let_in, opened


async def pages(folder: Path) -> dict[str, tuple[int, str]]:
    """Follow all links as an administrator; return the status and the text of each page by its
    path."""
    harness = await living(folder, "ja")
    await let_in(harness, "administrator")
    found = {}
    async with browsing(harness, folder) as browser:
        browser.session.headers["Accept-Language"] = "ja"
        await browser.log_in("eri")
        async for path in opened(browser):
            found[path] = (browser.status, browser.text if browser.is_page else "")
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(pages(Path(sys.argv[1])))))
