"""The errors of the door."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.ports import StoreError

NO_GROUP = _("door_group: there is no group “{group}”")
CANNOT_LISTEN = _("cannot listen on {path}: {why}")


class DoorError(StoreError):
    """Base of all errors of the door: it cannot be opened, and the words say why."""
