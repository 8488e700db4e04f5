"""Performance counter of Windows: its value, or that of each of its instances."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Reading
from noroshi.core.translation import _
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

NO_COUNTER = with_settings(
    _(
        "{counter} must be the path of a counter, such as "
        "\\PhysicalDisk(_Total)\\Avg. Disk Queue Length"
    ),
    "counter",
)
NO_INSTANCE = _("no instance of {path} is left to monitor")


@options
class Options:
    counter: str
    """Performance counter

    Path of the counter, such as \\PhysicalDisk(_Total)\\Avg. Disk Queue Length. With (*), each
    instance is monitored separately."""
    local_names: bool = False
    """Names in the language of Windows

    The path uses the counter names in the display language of the monitored Windows system, instead
    of the English names."""
    exclude: tuple[str, ...] = ()
    """Counter instances to exclude; * stands for any text."""
    unit: str = ""
    """Unit shown after the number, such as ms or GiB."""

    def __post_init__(self) -> None:
        path = self.counter
        if not path.startswith("\\") or path.startswith("\\\\") or path.count("\\") < 2:
            raise InvalidValueError(NO_COUNTER)


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    system = await host.system_facts()
    values = await system.counter_values(options.counter, is_english=not options.local_names)
    readings = tuple(
        Reading("value", round(value.value, 3), options.unit, value.item)
        for value in values
        if not any(fnmatchcase(value.item, pattern) for pattern in options.exclude)
    )
    if not readings:
        raise Unmeasurable(NO_INSTANCE.fill(path=options.counter))
    return Outcome(readings)


CHECK = Check(
    kind="counter",
    title=_("Performance counter (Windows)"),
    help=_(
        "Samples a Windows performance counter for one second, in a separate process, because a "
        "faulty counter can crash the process that reads it. This type is not yet verified on a "
        "real Windows system."
    ),
    options=Options,
    limits={},
    names={"value": _("Value")},
    run=run,
    asks_computer=True,
    blocks=True,
    may_vanish=True,
    modules=("noroshi.hosts.operating_system.local_system",),
)
