"""Import the whole product on Windows, but for what belongs to other systems."""

from __future__ import annotations

import importlib
import pkgutil

import noroshi

OF_OTHER_SYSTEMS = {"noroshi.hosts.launcher", "noroshi.hosts.process_runner"}


def test_each_module_can_be_imported():
    failures = {}
    for module in pkgutil.walk_packages(noroshi.__path__, "noroshi."):
        if module.name.endswith(".__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:  # the list names all of them at once
            failures[module.name] = str(error)
    assert set(failures) == OF_OTHER_SYSTEMS, failures
