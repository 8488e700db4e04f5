"""`python -m tests.web.pseudo_pages FOLDER`: every page of a node at work in its second language,
as JSON on standard output. With PYTHONPATH at the program of `tests.pseudo_locale`."""

import asyncio
import json
import sys
from html import unescape
from pathlib import Path

from tests.web.browser import browsing
from tests.web.node_at_work import living
from tests.web.test_links import IDS, LEFT_OUT, LINK, let_in


async def pages(folder: Path) -> dict[str, str]:
    """Follow all links as an administrator; return each page by its path."""
    harness = await living(folder, "ja")
    await let_in(harness, "administrator")
    todo, found = ["/"], {}
    async with browsing(harness, folder) as browser:
        browser.session.headers["Accept-Language"] = "ja"
        await browser.log_in("eri")
        while todo:
            path = todo.pop()
            sort = IDS.sub("…", path)
            if sort in found or path.startswith(LEFT_OUT):
                continue
            await browser.get(path)
            html = "text/html" in browser.headers.get("content-type", "")
            found[sort] = browser.text if html else ""
            todo += map(unescape, LINK.findall(found[sort]))
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(pages(Path(sys.argv[1])))))
