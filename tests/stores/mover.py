"""A program to be killed: it moves a store, and prints a line for each batch of rows."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from noroshi.app.store_transfer import move_to_database, move_to_file
from noroshi.config.database import Database


def tell(rows: int) -> None:
    """Print that rows were copied or compared, and wait until somebody read it."""
    print(rows, flush=True)
    sys.stdin.readline()


def main(direction: str, file: Path, url: str) -> None:
    """Move, and print that the source is marked."""
    database = Database(url=url)
    if direction == "to-database":
        asyncio.run(move_to_database(file, database, datetime.now(UTC), tell))
    else:
        asyncio.run(move_to_file(database, file, tell))
    print("done", flush=True)


main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
