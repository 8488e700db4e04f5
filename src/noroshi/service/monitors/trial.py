"""Measure a monitor on trial: nothing of it is kept."""

from __future__ import annotations

import asyncio
import logging

from noroshi.core.model import Monitor
from noroshi.core.translation import Message, _, plain
from noroshi.link.order_messages import MeasuredOnTrial
from noroshi.ports import Unmeasurable
from noroshi.service.errors import OperationFailedError
from noroshi.service.operation_context import OperationContext

log = logging.getLogger(__name__)
NOT_HERE = _("This process runs no measurements, so nothing can be tested here.")
NOT_SHOWN = _("the raw result could not be shown within {seconds:g} s")


async def measure_on_trial(context: OperationContext, monitor: Monitor) -> MeasuredOnTrial:
    """Measure a monitor as the node does, with the kind's preview: text beyond the readings. Raises
    OperationFailedError in a process that measures nothing, and StoreError."""
    if context.measure is None:
        raise OperationFailedError(NOT_HERE)
    _state, memory = await context.store.recall(monitor.id)
    started_at = context.clocks.steady()
    sample = await context.measure(monitor, memory)
    seconds = context.clocks.steady() - started_at
    preview = await _preview(context, monitor)
    return MeasuredOnTrial(
        sample=sample,
        seconds=seconds,
        preview=tuple(words for words in preview if words != sample.fault),
    )


async def _preview(context: OperationContext, monitor: Monitor) -> tuple[Message, ...]:
    preview = context.plugins.check(monitor.kind).preview
    if preview is None or context.host_of is None:
        return ()
    seconds = monitor.timeout.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return tuple(await preview(monitor.options, context.host_of(monitor)))
    except TimeoutError:
        return (NOT_SHOWN.fill(seconds=seconds),)
    except Unmeasurable as problem:
        return (problem.words,)
    except Exception as bug:  # a plug-in's must not hide what was measured
        log.exception("kind %s cannot show what it read", monitor.kind)
        return (plain(repr(bug)),)
