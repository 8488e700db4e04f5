"""Fills the queue of a node that does not run: arguments are its home folder and how many mails."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from noroshi.app.composition import open_service
from noroshi.config.config import read_config
from noroshi.service import administrator

TEXT = "The disk /var of host-017 is at 95.2 % (limit 95 %).\n" * 8


async def main() -> None:
    """Each mail by itself, as `noroshi send` does."""
    home, mails = Path(sys.argv[1]), int(sys.argv[2])
    async with open_service(read_config(home)) as service:
        for number in range(mails):
            await service.queue.send(
                administrator("bench"), to=("ops",), subject=f"Mail {number}", text=TEXT
            )


if __name__ == "__main__":
    asyncio.run(main())
