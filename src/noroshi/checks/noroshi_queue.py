"""The queue of this node: whether what it holds leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from noroshi.core.model import Limits, Reading
from noroshi.core.words import Words
from noroshi.ports import Check, Host, Outcome, QueueFacts, options

WAITING = Words(en="{count:mail waits|mails wait}", ja="{count}通が待っています")
ASIDE = Words(
    en="{count:mail was|mails were} refused by every route: noroshi queue list",
    ja="どの経路にも拒否されたメールが{count}通あります: noroshi queue list",
)
LOST = Words(
    en="{count:alarm is|alarms are} neither accepted nor waiting: noroshi ledger",
    ja="受領されず、待ってもいないアラームが{count}件あります: noroshi ledger",
)


@options
class Options:
    pass


async def run(wanted: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    facts = await (await host.self_facts()).queue()
    return Outcome(tuple(_readings(facts, await host.now())))


def _readings(facts: QueueFacts, now: datetime) -> Iterator[Reading]:
    waited = (now - facts.oldest).total_seconds() / 60 if facts.oldest else 0.0
    waiting = WAITING.fill(count=facts.waiting)
    yield Reading("oldest", round(max(0.0, waited), 1), "min", note=waiting)
    yield Reading("waiting", facts.waiting)
    yield Reading("aside", facts.set_aside, note=ASIDE.fill(count=facts.set_aside))
    yield Reading("lost", facts.lost, note=LOST.fill(count=facts.lost))


CHECK = Check(
    kind="noroshi-queue",
    title=Words(en="Queue", ja="送信キュー"),
    help=Words(
        en="How long the oldest mail waits, how many were refused, and that no alarm is lost. "
        "Noroshi watches its own queue by itself, in the instance noroshi.",
        ja="いちばん古いメールの待ち時間、拒否されたメールの数、失われたアラームがないことを調べます。"
        "Noroshi は自身の送信キューを、インスタンス noroshi で監視しています。",
    ),
    options=Options,
    limits={
        "oldest": Limits(warning=15, critical=60),
        "aside": Limits(warning=1),
        "lost": Limits(critical=1),
    },
    units={"oldest": "min"},
    names={
        "oldest": Words(en="The oldest waits for", ja="最も古いメールの待ち時間"),
        "waiting": Words(en="Mails waiting", ja="待機中のメール"),
        "aside": Words(en="Mails set aside", ja="保留中のメール"),
        "lost": Words(en="Alarms lost", ja="失われたアラーム"),
    },
    run=run,
)
