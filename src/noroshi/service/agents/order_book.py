"""Give orders to agents, and hand their answers to whoever waits for them.

Nothing of it is stored: who ordered something waits for the answer in this process. The numbers of
the orders of an agent go on from the last one that the agent stored, so a hub that was restored, or
began anew, gives none twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from noroshi.core.agents import Agent
from noroshi.core.translation import _
from noroshi.link.order_messages import Order, OrderAnswer, OrderVerb
from noroshi.service.errors import OperationFailedError

MOST_OPEN = 16
"""Orders of an agent that are open at a time."""
MOST_NUMBER = 1 << 53
SECONDS_TO_GIVE = 5.0
"""Within these an agent that is connected takes an order."""
SECONDS_TO_ANSWER = 10.0
"""So much later than its time an answer may be here."""
NOT_CONNECTED = _("Agent {agent} is currently not connected to this node.")
NOT_ANSWERED = _("Agent {agent} did not answer within {seconds:g} s.")
TOO_MANY = _("Agent {agent} is still working on earlier requests. Try again in a moment.")


@dataclass(slots=True)
class OpenOrder:
    """Hold an order that is not answered; `number` 0: the agent was not given it yet."""

    id: str
    verb: OrderVerb
    target: str
    due: float
    """Until then, by the steady clock, it is to be done."""
    answer: asyncio.Future[OrderAnswer]
    number: int = 0
    given_event: asyncio.Event = field(default_factory=asyncio.Event)

    def message(self, now: float) -> Order:
        """Return it as the agent is given it."""
        return Order(
            number=self.number,
            id=self.id,
            verb=self.verb.value,
            target=self.target,
            seconds=max(0.0, self.due - now),
        )


class OrderBook:
    """Hold the open orders of all agents. `wake` is called with the id of an agent for which there
    is one."""

    def __init__(
        self,
        wake: Callable[[str], None],
        new_id: Callable[[], str],
        steady: Callable[[], float],
    ) -> None:
        self._wake, self._new_id, self._steady = wake, new_id, steady
        self._open_orders = defaultdict[str, list[OpenOrder]](list)
        self._last_numbers = defaultdict[str, int](int)

    async def give(
        self, agent: Agent, verb: OrderVerb, target: str, seconds: float
    ) -> OrderAnswer:
        """Give an agent an order that is to be done within these seconds, and return its answer.
        Raises OperationFailedError if there is none."""
        if len(self._open_orders[agent.id]) >= MOST_OPEN:
            raise OperationFailedError(TOO_MANY.fill(agent=agent.name))
        order = OpenOrder(
            id=self._new_id(),
            verb=verb,
            target=target,
            due=self._steady() + seconds,
            answer=asyncio.get_running_loop().create_future(),
        )
        self._open_orders[agent.id].append(order)
        self._wake(agent.id)
        try:
            return await _answer_to(order, agent, seconds)
        finally:
            self._open_orders[agent.id].remove(order)
            if not self._open_orders[agent.id]:
                del self._open_orders[agent.id]

    def has_news(self, agent: str, last_number: int) -> bool:
        """Return whether there are orders beyond the last that the agent stored."""
        return any(
            not one.number or one.number > last_number
            for one in self._open_orders.get(agent, ())
        )

    def news(self, agent: str, last_number: int) -> Sequence[Order]:
        """Return the orders beyond the last that the agent stored, as it is given them now."""
        orders = self._open_orders.get(agent, ())
        last_known = min(max(0, last_number), MOST_NUMBER)
        self._last_numbers[agent] = max(self._last_numbers[agent], last_known)
        for one in orders:
            if not one.number:
                self._last_numbers[agent] += 1
                one.number = self._last_numbers[agent]
        now = self._steady()
        given_orders = [one for one in orders if one.number > last_number]
        for one in given_orders:
            one.given_event.set()
        return [one.message(now) for one in given_orders]

    def note_answer(self, agent: str, answer: OrderAnswer) -> None:
        """Hand the answer of an agent to whoever waits for it, if somebody still does."""
        for one in self._open_orders.get(agent, ()):
            if one.id == answer.order and not one.answer.done():
                one.answer.set_result(answer)


async def _answer_to(order: OpenOrder, agent: Agent, seconds: float) -> OrderAnswer:
    try:
        async with asyncio.timeout(min(seconds, SECONDS_TO_GIVE)):
            await order.given_event.wait()
    except TimeoutError:
        raise OperationFailedError(NOT_CONNECTED.fill(agent=agent.name)) from None
    try:
        async with asyncio.timeout(seconds + SECONDS_TO_ANSWER):
            return await order.answer
    except TimeoutError:
        limit = seconds + SECONDS_TO_ANSWER
        words = NOT_ANSWERED.fill(agent=agent.name, seconds=limit)
        raise OperationFailedError(words) from None
