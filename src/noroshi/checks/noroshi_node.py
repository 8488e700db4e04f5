"""This node itself: check the punctuality, the store and the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from noroshi.core.model import Limits, Reading
from noroshi.core.translation import NOTHING, _, pgettext
from noroshi.ports import Check, Host, Outcome, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import NodeFacts

MIB = 2**20
SET = _("the clock was changed by {by:+.0f} s within the last hour")


@options
class Options:
    pass


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    return Outcome(tuple(_readings(await (await host.self_facts()).node())))


def _readings(facts: NodeFacts) -> Iterator[Reading]:
    yield Reading("late", round(facts.lateness, 2), "s")
    yield Reading("store", float(facts.trouble is not None), note=facts.trouble or NOTHING)
    yield Reading("free", facts.free_bytes / MIB, "MiB")
    note = SET.fill(by=facts.clock_set) if facts.clock_set else NOTHING
    yield Reading("clock", round(abs(facts.clock_set), 1), "s", note=note)


CHECK = Check(
    kind="noroshi-node",
    title=_("Node"),
    help=_(
        "Checks that Noroshi measures on time, that its store is writable and has enough free "
        "space, and that the clock has not been changed. Noroshi monitors itself, in the "
        "instance noroshi."
    ),
    options=Options,
    limits={
        "late": Limits(warning=5, critical=60),
        "store": Limits(critical=1),
        "free": Limits(warning=500, critical=50, rising=False),
        "clock": Limits(warning=60),
    },
    units={"late": "s", "free": "MiB", "clock": "s"},
    yes_no=frozenset({"store"}),
    names={
        "late": pgettext("late", "Measurement delay"),
        "store": _("Problem with the store"),
        "free": _("Free space on the store's volume"),
        "clock": _("Clock changed by"),
    },
    run=run,
)
