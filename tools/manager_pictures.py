"""Draw the two pictures of the manager that README.md shows, from a node that is made up.

.venv/bin/python tools/manager_pictures.py    # docs/use/manager-overview.png, -mail.png
"""

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST = 200_000
PICTURES = {"overview": ("/?open=fs01/disks", 860), "mail": ("/mail/route/m365", 960)}
TITLES = {
    "fs01": "FS01 file server",
    "db01": "DB01 database",
    "app01": "APP01 production plan",
    "ops": "Operations",
    "relay": "Old mail server",
    "volumes": "Disk space",
    "postgres": "PostgreSQL",
    "memory": "Memory",
    "cpu": "CPU",
    "nightly": "Nightly backup",
    "errors": "Errors in the log",
    "disks": "Disks",
    "system": "System",
    "jobs": "Jobs",
    "logs": "Logs",
    "service": "Services",
    "remark": "More memory on Friday",
}


async def draw() -> None:
    from tests.service.clients import open_manager
    from tests.web.node_at_work import living
    from tests.web.window import Seen, launched, standing

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        harness = await living(Path(home), "en", TITLES)
        await harness.done("silence_end", silence="app01/logs")
        async with (
            open_manager(harness, Path(home), name="minato") as url,
            launched() as chromium,
            standing(chromium, harness.time.now, "en", "light", 1440) as context,
        ):
            seen = Seen(await context.new_page(), url)
            await seen.log_in()
            for name, (path, height) in PICTURES.items():
                await seen.page.set_viewport_size({"width": 1440, "height": height})
                await seen.page.goto(url + path)
                file = ROOT / "docs" / "use" / f"manager-{name}.png"
                picture = await seen.page.screenshot(path=file)
                assert len(picture) < MOST, f"{name}: {len(picture)} bytes"


sys.path.insert(0, str(ROOT))
asyncio.run(draw())
