"""Decide which orders of the hub are new here, so that each is done at most once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from noroshi.link.order_messages import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLog:
    """Hold the number of the last order that was taken, and the ids of those that were taken and are
    not answered. It is stored before any of them is done."""

    number: int = 0
    open_orders: tuple[str, ...] = ()

    def take(self, orders: Iterable[Order]) -> tuple[OrderLog, Sequence[Order]]:
        """Return the log with orders of the hub, and those of them that are new."""
        new_orders, number = list[Order](), self.number
        for order in sorted(orders, key=lambda one: one.number):
            if order.number > number:
                new_orders.append(order)
                number = order.number
        open_orders = (*self.open_orders, *(one.id for one in new_orders))
        return OrderLog(number=number, open_orders=open_orders), new_orders

    def with_answered(self, id: str) -> OrderLog:
        """Return the log without an order that is answered."""
        return replace(self, open_orders=tuple(one for one in self.open_orders if one != id))
