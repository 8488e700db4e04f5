"""Take the orders of the hub, have them done, and answer each by a row of the log.

An order is stored before it is done: whoever dies meanwhile does it no second time, and says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from noroshi import schema
from noroshi.agent.order_log import OrderLog
from noroshi.core.report import ReportDraft, RowKind
from noroshi.core.translation import Message, _, plain
from noroshi.link.order_messages import MOST_ANSWER, Order, OrderAnswer, OrderOutcome
from noroshi.ports import Store, StoreError

log = logging.getLogger(__name__)
ORDERS = "hub/orders"
"""Under this name the store keeps the log of the orders."""
MOST_OPEN = 16
TOO_MANY = _("too many requests at once")
TOO_LARGE = _("the result is too large")
CarryOut = Callable[[Order], Awaitable[OrderAnswer]]
"""Does what an order says, and returns the answer; it is cut off when the order's time is over."""


async def no_orders(order: Order) -> OrderAnswer:
    """Do nothing, as nobody can be ordered here."""
    return OrderAnswer(order=order.id, outcome=OrderOutcome.FORBIDDEN.value)


class OrderDesk:
    """The orders of one hub, while the link to it is kept. `hub_time` returns the time there."""

    def __init__(
        self, store: Store, hub_time: Callable[[], datetime], carry_out: CarryOut
    ) -> None:
        self._store, self._hub_time, self._carry_out = store, hub_time, carry_out
        self._log: OrderLog | None = None
        self._changing = asyncio.Lock()
        self._tasks = set[asyncio.Task[None]]()

    async def last_number(self) -> int:
        """Return the number of the last order that is stored. What an earlier process took and did
        not answer is answered at the first call. Raises StoreError."""
        async with self._changing:
            return (await self._read_log()).number

    async def take(self, orders: Iterable[Order]) -> bool:
        """Store those orders that are new, and begin to do them; return whether there are any.
        Raises StoreError; then none is begun."""
        async with self._changing:
            order_log, new_orders = (await self._read_log()).take(orders)
            if new_orders:
                await self._keep(order_log)
        for order in new_orders:
            task = asyncio.create_task(self._answer(order, len(self._tasks) < MOST_OPEN))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(new_orders)

    async def close(self) -> None:
        """Do no more. What is not answered is, at the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read_log(self) -> OrderLog:
        if self._log is None:
            text = (await self._store.get_values()).get(ORDERS)
            order_log = schema.value(OrderLog, text) if text else OrderLog()
            for id in order_log.open_orders:
                outcome = OrderOutcome.INTERRUPTED.value
                await self._report(OrderAnswer(order=id, outcome=outcome))
            self._log = OrderLog(number=order_log.number)
            if order_log.open_orders:
                await self._keep(self._log)
        return self._log

    async def _keep(self, order_log: OrderLog) -> None:
        await self._store.put_value(ORDERS, schema.text(order_log))
        self._log = order_log

    async def _answer(self, order: Order, is_free: bool) -> None:
        """Have an order done in its time, and answer it."""
        answer = await self._result(order) if is_free else _failed(order, TOO_MANY)
        try:
            await self._report(answer)
            async with self._changing:
                await self._keep((await self._read_log()).with_answered(order.id))
        except StoreError as error:  # whoever waits for it hears that there is no answer
            log.warning("an answer to the hub cannot be written: %s", error)

    async def _result(self, order: Order) -> OrderAnswer:
        try:
            async with asyncio.timeout(order.seconds):
                answer = await self._carry_out(order)
        except TimeoutError:
            return OrderAnswer(order=order.id, outcome=OrderOutcome.EXPIRED.value)
        except Exception as bug:  # a fault of ours must not leave the hub without an answer
            log.exception("an order of the hub met with a bug verb=%s", order.verb)
            return _failed(order, plain(type(bug).__name__))
        is_large = len(answer.body.encode()) > MOST_ANSWER
        return _failed(order, TOO_LARGE) if is_large else answer

    async def _report(self, answer: OrderAnswer) -> None:
        draft = ReportDraft(
            kind=RowKind.ANSWER, written_at=self._hub_time(), body=schema.text(answer)
        )
        await self._store.add_reports(draft)


def _failed(order: Order, words: Message) -> OrderAnswer:
    return OrderAnswer(order=order.id, outcome=OrderOutcome.FAILED.value, words=words)
