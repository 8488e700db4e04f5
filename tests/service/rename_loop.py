"""A process that gives an account and a rule other names, over and over, until it is ended."""

import asyncio
import sys
from pathlib import Path

from noroshi.stores.sqlite.store import SqliteStore
from tests.service.clients import InProcessClient
from tests.service.harness import Harness


async def rename_for_ever(path):
    ask = InProcessClient(Harness(SqliteStore.open(path, reserve=0)))
    old, new = "first", "second"
    while True:
        names = {f"accounts/{old}": new, f"rules/{old}": new}
        await ask("definition_change", rename=names)
        print(new, flush=True)
        old, new = new, old


asyncio.run(rename_for_ever(Path(sys.argv[1])))
