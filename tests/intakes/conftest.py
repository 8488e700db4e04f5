from __future__ import annotations

from tests.noroshi_lab.lab.conftest import client, clock, directory, lab, lab_folder

__all__ = ["client", "clock", "directory", "lab", "lab_folder"]
