"""Note which test each worker runs: a worker that Wine no longer lets answer cannot say so itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(r"C:\t\running")
"""`tools/wine.py` makes it anew for each run, and reads it of a run that it had to end."""
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "all")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    (FOLDER / WORKER).write_text(item.nodeid, encoding="utf-8")
