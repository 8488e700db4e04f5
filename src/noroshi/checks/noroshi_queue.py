"""The queue of this node: whether what it holds leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import _, ngettext
from noroshi.ports import Check, Host, Outcome, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import QueueFacts

WAITING = ngettext("{count} message is waiting", "{count} messages are waiting")
ASIDE = followed_by(
    ngettext(
        "{count} message is undeliverable: no route accepted it, or its record cannot be read.",
        "{count} messages are undeliverable: no route accepted them, or their records cannot be "
        "read.",
    ),
    InstructionKind.SHOW_QUEUE,
)
LOST = followed_by(
    ngettext(
        "{count} alarm has been lost: the ledger does not account for it.",
        "{count} alarms have been lost: the ledger does not account for them.",
    ),
    InstructionKind.SHOW_LEDGER,
)


@options
class Options:
    pass


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    facts = await (await host.self_facts()).queue()
    return Outcome(tuple(_readings(facts, await host.now())))


def _readings(facts: QueueFacts, now: datetime) -> Iterator[Reading]:
    waited_minutes = (now - facts.oldest).total_seconds() / 60 if facts.oldest else 0.0
    note = WAITING.fill(count=facts.waiting)
    yield Reading("oldest", round(max(0.0, waited_minutes), 1), "min", note=note)
    yield Reading("waiting", facts.waiting)
    yield Reading("aside", facts.set_aside, note=ASIDE.fill(count=facts.set_aside))
    yield Reading("lost", facts.lost, note=LOST.fill(count=facts.lost))


CHECK = Check(
    kind="noroshi-queue",
    title=_("Queue"),
    help=_(
        "Checks how long the oldest message has waited, how many messages are undeliverable, and "
        "that no alarms have been lost. Noroshi automatically monitors its own queue, in the "
        "instance noroshi."
    ),
    options=Options,
    limits={
        "oldest": Limits(warning=15, critical=60),
        "aside": Limits(warning=1),
        "lost": Limits(critical=1),
    },
    units={"oldest": "min"},
    names={
        "oldest": _("Age of the oldest message"),
        "waiting": _("Messages waiting"),
        "aside": _("Undeliverable messages"),
        "lost": _("Alarms lost"),
    },
    run=run,
)
