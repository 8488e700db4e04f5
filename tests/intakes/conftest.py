from __future__ import annotations

from tests.lab.conftest import client, clock, directory, lab

__all__ = ["client", "clock", "directory", "lab"]
