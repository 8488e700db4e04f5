"""Do what the hub orders at any time, as far as this node's noroshi.toml allows it: measure one of the
hub's monitors, examine what can be asked of this computer, find what there is to watch, and update.

The hub says what, never how: what a monitor runs, and as whom, is bounded by the node's own file, as
it is for a monitor that is due.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from noroshi import schema
from noroshi.agent.node_updates import OWN_MEANS
from noroshi.agent.update_step import UpdateRefusedError
from noroshi.core.mail import DIRECT
from noroshi.core.model import Instance, Monitor
from noroshi.core.translation import NOTHING, Message, _
from noroshi.link.order_messages import (
    Examined,
    ExaminedStage,
    Order,
    OrderAnswer,
    OrderOutcome,
    OrderVerb,
)
from noroshi.link.update_messages import UpdateBegun, UpdateOffer
from noroshi.network.connector import NetworkEgress
from noroshi.oauth.token_provider import secret_of
from noroshi.ports import Host
from noroshi.ports.examination import Stage, run_steps
from noroshi.service.diagnostics.instance_steps import examination_of
from noroshi.service.errors import NotFoundError, OperationError, OperationFailedError
from noroshi.service.monitors.trial import NOT_HERE, measure_on_trial
from noroshi.service.operation_context import OperationContext, OperationGroup
from noroshi.service.setup.computer_discovery import discover

THIS_COMPUTER = "this-computer"
NO_MONITOR = _("the agent does not have this monitor (yet)")
NO_INSTANCE = _("the agent does not have this instance (yet)")
UNKNOWN_VERB = _("the agent's version does not support this request")
Deed = Callable[[Order], Awaitable[object]]


class HubOrders(OperationGroup):
    """The orders of the hub. Nothing here is an operation."""

    def __init__(self, context: OperationContext) -> None:
        super().__init__(context)
        self._turns = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self._deeds: Mapping[str, Deed] = {
            OrderVerb.TRY.value: self._try,
            OrderVerb.DOCTOR.value: self._examine,
            OrderVerb.DISCOVER.value: self._discover,
            OrderVerb.UPDATE.value: self._update,
        }

    async def carry_out(self, order: Order) -> OrderAnswer:
        """Do what an order says, one at a time for each instance, and return the answer."""
        deed = self._deeds.get(order.verb)
        if deed is None:
            return _answer(order, OrderOutcome.FAILED, words=UNKNOWN_VERB)
        if order.verb not in self._context.hub_requests:
            return _answer(order, OrderOutcome.FORBIDDEN)
        try:
            result = await deed(order)
        except OperationError as error:
            return _answer(order, OrderOutcome.FAILED, words=error.words)
        return OrderAnswer(
            order=order.id, outcome=OrderOutcome.DONE.value, body=schema.text(result)
        )

    async def _try(self, order: Order) -> object:
        monitor = (await self._monitors_of_hub()).get(order.target)
        if monitor is None:
            raise NotFoundError(NO_MONITOR)
        async with self._turns[monitor.instance.name]:
            trial = await measure_on_trial(self._context, monitor)
        # What the check remembers is of use here alone.
        return replace(trial, sample=replace(trial.sample, memory={}))

    async def _examine(self, order: Order) -> Examined:
        monitors = (await self._monitors_of_hub()).values()
        monitor = next((one for one in monitors if one.instance.name == order.target), None)
        if monitor is None:
            raise NotFoundError(NO_INSTANCE)
        async with self._turns[monitor.instance.name]:
            return await self._examined(monitor)

    async def _examined(self, monitor: Monitor) -> Examined:
        egress = NetworkEgress(DIRECT, secret_of(self._vault))
        examination = examination_of(monitor, self._host_of, egress)
        stages = list[ExaminedStage]()
        try:
            async for stage in run_steps(examination.steps, self._clocks.steady):
                stages.append(_stage_of(stage))
        finally:
            await examination.close()
        return Examined(stages=tuple(stages))

    async def _discover(self, order: Order) -> object:
        instance = Instance(name=THIS_COMPUTER)
        monitor = Monitor(
            id=THIS_COMPUTER,
            name=THIS_COMPUTER,
            instance=instance,
            group="",
            kind="",
            options=None,
        )
        async with self._turns[""]:
            return await discover(self._host_of(monitor))

    async def _update(self, order: Order) -> UpdateBegun:
        offer = schema.value(UpdateOffer, order.target)
        updates, links = self._context.node_updates, self._context.hub_links
        if updates is None or links is None:
            raise OperationFailedError(OWN_MEANS)
        try:
            updates.begin(order.id, offer, links.fetch_part)
        except UpdateRefusedError as refusal:
            raise OperationFailedError(refusal.words) from None
        return UpdateBegun(version=offer.version)

    def _host_of(self, monitor: Monitor) -> Host:
        if self._context.host_of is None:
            raise OperationFailedError(NOT_HERE)
        return self._context.host_of(monitor)

    async def _monitors_of_hub(self) -> Mapping[str, Monitor]:
        _version, plan = await self._context.current()
        return {id: one for id, one in plan.monitors.items() if one.instance.of_hub}


def _stage_of(stage: Stage) -> ExaminedStage:
    """Return what a stage found; a remedy is told by what it means."""
    words = stage.found if stage.remedy is None else stage.remedy.meaning
    return ExaminedStage(
        name=stage.name, finding=words, remarks=stage.remarks, is_failed=stage.state == "failed"
    )


def _answer(order: Order, outcome: OrderOutcome, *, words: Message = NOTHING) -> OrderAnswer:
    return OrderAnswer(order=order.id, outcome=outcome.value, words=words)
