"""Hold one file for each kind of monitor. To add one, write it, and name it here."""

from collections.abc import Callable, Iterable, Mapping

from noroshi.imports import OnDemand, load
from noroshi.ports import Check

MODULES = (
    "disk",
    "memory",
    "cpu",
    "process",
    "service",
    "updates",
    "task",
    "registry",
    "eventlog",
    "counter",
    "reach",
    "port",
    "dns",
    "http",
    "heartbeat",
    "logfile",
    "script",
    "noroshi_route",
    "noroshi_account",
    "noroshi_queue",
    "noroshi_node",
    "noroshi_agent",
    "noroshi_nodes",
)
"""In the order in which people see them. Each is called as the kind that it has, with _ for -."""


def _loader(module: str) -> Callable[[], Check]:
    def load_check() -> Check:
        check: Check = load(f"{__name__}.{module}").CHECK
        return check

    return load_check


def _kinds(modules: Iterable[str]) -> Mapping[str, Check]:
    return OnDemand({module.replace("_", "-"): _loader(module) for module in modules})


KINDS = _kinds(MODULES)
"""All kinds of checks by name. The module of a kind is imported when the kind is first asked
for."""
KINDS_WITHOUT_NODES = _kinds(module for module in MODULES if module != "noroshi_nodes")
"""The kinds of a node that shares its store with no other node."""
BUILT_IN = KINDS.values()
