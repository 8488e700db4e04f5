"""This node itself: its punctuality, its store, its clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from noroshi.core.model import Limits, Reading
from noroshi.core.words import NOTHING, Words
from noroshi.ports import Check, Host, NodeFacts, Outcome, options

MIB = 2**20
SET = Words(
    en="the clock was set by {by:+.0f} s within the last hour",
    ja="この1時間のうちに、時計が {by:+.0f}秒 変更されました",
)


@options
class Options:
    pass


async def run(wanted: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    return Outcome(tuple(_readings(await (await host.self_facts()).node())))


def _readings(facts: NodeFacts) -> Iterator[Reading]:
    yield Reading("late", round(facts.late, 2), "s")
    yield Reading("store", float(facts.trouble is not None), note=facts.trouble or NOTHING)
    yield Reading("free", facts.free / MIB, "MiB")
    note = SET.fill(by=facts.clock_set) if facts.clock_set else NOTHING
    yield Reading("clock", round(abs(facts.clock_set), 1), "s", note=note)


CHECK = Check(
    kind="noroshi-node",
    title=Words(en="The node", ja="ノード"),
    help=Words(
        en="Whether Noroshi measures in time, its store can be written and has room, and the "
        "clock was not set. It watches itself, in the instance noroshi.",
        ja="測定が遅れていないこと、保存先に書き込めて空きがあること、時計が変更されていないことを"
        "調べます。Noroshi は自分自身を、インスタンス noroshi で監視しています。",
    ),
    options=Options,
    limits={
        "late": Limits(warning=5, critical=60),
        "store": Limits(critical=1),
        "free": Limits(warning=500, critical=50, rising=False),
        "clock": Limits(warning=60),
    },
    units={"late": "s", "free": "MiB", "clock": "s"},
    names={
        "late": Words(en="Late by", ja="測定の遅れ"),
        "store": Words(en="Trouble with the store", ja="保存先の異常"),
        "free": Words(en="Free on the store's volume", ja="保存先のボリュームの空き"),
        "clock": Words(en="Clock set by", ja="時計の変更"),
    },
    run=run,
)
