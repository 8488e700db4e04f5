"""Import modules on first use, one at a time: importing them takes long or much memory.

Two threads that import modules of one circle hold what the other one waits for. Python ends
that by giving one of them a module that is half made (`_DeadlockError` in
importlib/_bootstrap.py), and whoever looks into `sys.modules` finds it half made at any time.
So code that may run beside other threads imports within `with ONE_AT_A_TIME:`, and a node loads
all that its definitions need before the first turn.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")
ONE_AT_A_TIME = threading.RLock()
_modules: dict[str, ModuleType] = {}


def load(name: str) -> ModuleType:
    """Import the module, whole. It may take a second, so it is for a thread."""
    with ONE_AT_A_TIME:
        _modules[name] = import_module(name)
        return _modules[name]


def load_all(names: Iterable[str]) -> None:
    """Import these modules now, for whoever needs them next."""
    for name in names:
        load(name)


def loaded_module(name: str) -> ModuleType | None:
    """Return the module if `load` has it already; it costs nothing."""
    return _modules.get(name)


def called_later(module: str, name: str) -> Callable[..., Any]:
    """Return what calls that function, or makes one of that class, of a module that is imported at
    the first call. What must not wait by then has it loaded before."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(loaded_module(module) or load(module), name)(*args, **kwargs)

    return call


def found_later(package: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package that exports these names, by module; a module is
    imported when one of its names is first asked for."""
    module_of = {name: module for module, of_module in names.items() for name in of_module}

    def find(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(load(f"{package}.{module_of[name]}"), name)

    return find


class OnDemand(Mapping[str, T]):
    """Map names to values that are made on demand: the function of a name makes the value on
    first access, and the value is kept. The names are known before, so listing them makes
    nothing."""

    def __init__(self, makers: Mapping[str, Callable[[], T]]) -> None:
        self._makers, self._value_by_name = makers, dict[str, T]()

    def __getitem__(self, name: str) -> T:
        try:
            return self._value_by_name[name]
        except KeyError:
            return self._make(name)

    def _make(self, name: str) -> T:
        with ONE_AT_A_TIME:
            if name not in self._value_by_name:
                self._value_by_name[name] = self._makers[name]()
            return self._value_by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
