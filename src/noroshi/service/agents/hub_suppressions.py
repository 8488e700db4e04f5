"""Judge by what people at the hub say of the monitors that it gave: silences and acknowledgements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from noroshi.core.alarms import OF_HUB, AcknowledgementOfHub, Silence
from noroshi.core.printable import printable, readable
from noroshi.definitions.plan_cache import PlanCache
from noroshi.link.report_messages import SuppressionsOfHub
from noroshi.ports import Store
from noroshi.schema import Invalid

LONGEST_NAME, LONGEST_TEXT = 128, 1000


class HubSuppressions:
    """Take up what the hub says of this node's monitors. Each agent hears of it at each start, so
    nothing is imported for it that measuring does not need."""

    def __init__(self, store: Store, plans: PlanCache) -> None:
        self._store, self._plans = store, plans

    async def put(self, suppressions: SuppressionsOfHub, clock_offset: timedelta) -> None:
        """Judge by these, and no longer by those of before; `clock_offset` is this computer's clock
        less the hub's. Raises StoreError."""
        monitors = await self._monitors_of_hub()
        await self._store.put_hub_suppressions(
            [_own_silence(one, clock_offset) for one in suppressions.silences],
            [
                _own_acknowledgement(one, clock_offset)
                for one in suppressions.acknowledgements
                if one.acknowledgement.monitor in monitors
            ],
        )

    async def _monitors_of_hub(self) -> Collection[str]:
        try:
            plan = await self._plans.plan_of(await self._store.current())
        except Invalid:  # nothing is measured by these definitions
            return ()
        return {id for id, one in plan.monitors.items() if one.instance.of_hub}


def _own_silence(silence: Silence, clock_offset: timedelta) -> Silence:
    """Return a silence of the hub by this computer's clock."""
    return replace(
        silence,
        id=OF_HUB + silence.id,
        begins=silence.begins + clock_offset,
        ends=silence.ends + clock_offset,
        why=printable(silence.why[:LONGEST_TEXT]),
        who=printable(silence.who[:LONGEST_NAME]),
    )


def _own_acknowledgement(
    one: AcknowledgementOfHub, clock_offset: timedelta
) -> AcknowledgementOfHub:
    acknowledgement = one.acknowledgement
    own_acknowledgement = replace(
        acknowledgement,
        at=acknowledgement.at + clock_offset,
        who=printable(acknowledgement.who[:LONGEST_NAME]),
        words=readable(acknowledgement.words[:LONGEST_TEXT]),
    )
    return replace(one, acknowledgement=own_acknowledgement)
