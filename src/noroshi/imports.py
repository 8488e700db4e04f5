"""Imports that wait until somebody needs them, as they take long or much memory: one at a time.

Two threads that import modules of one circle hold what the other one waits for. Python ends that
by giving one of them a module that is half made (`_DeadlockError` in importlib/_bootstrap.py), and
whoever looks into `sys.modules` finds it half made at any time. So whoever may run beside others
imports within `with ONE_AT_A_TIME:`, and what definitions need is loaded before its first turn.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

ONE_AT_A_TIME = threading.RLock()
_modules: dict[str, ModuleType] = {}


def load(name: str) -> ModuleType:
    """Import the module, whole. It may take a second, so it is for a thread."""
    with ONE_AT_A_TIME:
        _modules[name] = import_module(name)
        return _modules[name]


def load_all(names: Iterable[str]) -> None:
    """Have them there for whoever needs them next."""
    for name in names:
        load(name)


def loaded_module(name: str) -> ModuleType | None:
    """Return the module if `load` has it already; it costs nothing."""
    return _modules.get(name)
