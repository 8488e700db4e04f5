"""What would change, before anything is: told as the page of versions tells what did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi.web.visit import Visit
from noroshi.web.worded import Worded, all_worded, names_of


async def preview(visit: Visit, tried: Mapping[str, Any] | None) -> list[Worded]:
    """Of what an operation answered that kept nothing; None: nothing was tried."""
    if not tried or not tried["changed_values"]:
        return []
    return all_worded(tried["changed_values"], names_of(await visit.need("kinds")))
