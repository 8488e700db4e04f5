"""When the store can take nothing: what would have been told is told without the spool.

Beside each monitor whose turn could not be written stands a shadow of its state, which goes on
from look to look. Nothing of it is ever written: once the store works, the turns are taken anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from noroshi.core.levels import Level
from noroshi.core.mail import NOBODY, Envelope, Origin, Verdict, signed
from noroshi.core.model import Change, Monitor, Sample, Standing, State
from noroshi.core.notices.emergency import APART, over, tellings
from noroshi.core.reckon import reckon
from noroshi.core.words import Words, plain
from noroshi.engine import journal
from noroshi.plugins import Plugins
from noroshi.ports import Clocks, StoreError, Transport

log = logging.getLogger(__name__)

TRIES = 2  # the first failure may be a short one: it is told when the second try fails, too
STEP, NO_ROUTE_TOOK_IT = 1.0, 60.0
LONGEST_SEND = 45.0  # seconds that one route has: the next one may be well
MOST_WAITING = 50  # envelopes a monitor and contact


@dataclass
class Shadow:
    """A monitor as it would stand if its turns could be written; `told` is by contact.

    `serial` is that of the last event that was surely written; `telling`: a mail is under way
    that tells of it, and whom it reaches is not known yet.
    """

    monitor: Monitor
    state: State
    serial: int
    tries: int = 0
    telling: bool = False
    why: Words = field(default_factory=lambda: plain(""))
    waits: dict[str, Envelope] = field(default_factory=dict)
    told: dict[str, Envelope] = field(default_factory=dict)

    def keep(self, mail: Envelope) -> None:
        """One more that waits; of too many for its contact the oldest goes, as the newest says
        how it stands."""
        mine = [id for id, other in self.waits.items() if other.contact == mail.contact]
        if len(mine) >= MOST_WAITING:
            del self.waits[mine[0]]
        self.waits[mail.id] = mail


Waits = Sequence[tuple[Shadow, Envelope]]
"""What is to be told, with the monitor that it is of."""


class Emergency:
    """Knows what could not be written, and tells it. Only the engine's loop calls it."""

    def __init__(
        self,
        plugins: Plugins,
        clocks: Clocks,
        transports: Callable[[], Mapping[str, Transport]],
        origin: Origin = NOBODY,
    ) -> None:
        self._origin = origin
        self._plugins, self._clocks, self._transports = plugins, clocks, transports
        self._shadows: dict[str, Shadow] = {}
        self._not_before: dict[tuple[str, str], float] = {}

    # what the watch says

    async def failed(
        self,
        monitor: Monitor,
        state: State,
        sample: Sample | None,
        standing: Standing,
        why: StoreError,
        *,
        again: bool,
    ) -> None:
        """A turn could not be written. `again`: it only repeats one, which is no look more."""
        known = self._shadows.get(monitor.id)
        shadow = known or self._shadows.setdefault(
            monitor.id, Shadow(monitor, state, state.serial)
        )
        shadow.tries, shadow.why, shadow.monitor = shadow.tries + 1, why.words, monitor
        if known is not None and again:
            return
        now, draft = self._clocks.wall(), self._plugins.draft
        life = self._origin.life
        change = reckon(monitor, shadow.state, sample, standing, now, draft, life)
        shadow.state = change.state
        for envelope in await self._plugins.finish(change.envelopes):
            shadow.keep(envelope)

    def knows(self, id: str) -> bool:
        """Whether a turn of this monitor could not be written, and that is not over yet."""
        return id in self._shadows

    def recalled(self, id: str, state: State) -> None:
        """This is what the store has: perhaps only its answer was lost."""
        shadow = self._shadows.get(id)
        if shadow is not None and state.serial > shadow.serial:
            del self._shadows[id]

    def threaded(self, change: Change) -> Change:
        """Lets a change's envelopes answer what was told of its monitor without the spool."""
        shadow = self._shadows.get(change.monitor)
        if shadow is None or not shadow.told:
            return change
        told = {contact: telling.known_as for contact, telling in shadow.told.items()}
        mails = tuple(
            replace(mail, thread=(told[mail.contact], *mail.thread))
            if mail.contact in told
            else mail
            for mail in change.envelopes
        )
        return replace(change, envelopes=mails)

    def ended(self, change: Change, *, watched: bool = True) -> Iterable[Envelope]:
        """What is owed to those who were told, and will now hear nothing else of it."""
        shadow = self._shadows.get(change.monitor)
        if shadow is None or not _calm(change.state):
            return ()
        owed = shadow.told.keys() - {mail.contact for mail in change.envelopes}
        if shadow.state.level is Level.OK:  # its end was told without the spool as well
            owed &= {mail.contact for mail in shadow.waits.values()}
        now = self._clocks.wall()
        told = (mail for contact, mail in shadow.told.items() if contact in owed)
        return [over(telling, shadow.monitor, now, watched=watched) for telling in told]

    def written(self, change: Change) -> None:
        """The store has this turn, so all goes its usual way again."""
        shadow = self._shadows.get(change.monitor)
        if shadow is None:
            return
        if shadow.telling:  # the next turn knows who heard of it, and sees to its end
            shadow.tries = 0
        elif change.envelopes or _calm(change.state) or not shadow.told:
            del self._shadows[change.monitor]
        else:  # nobody was told in the usual way yet, as more looks are wanted first
            shadow.tries, shadow.waits = 0, {}

    def forget(self, id: str) -> None:
        """This monitor is no longer watched, or begins anew."""
        self._shadows.pop(id, None)

    # telling

    async def step(self) -> float:
        """Tell what is due to be told; answers how long to pause."""
        down = set[str]()
        late = (s for s in self._shadows.values() if s.tries >= TRIES and s.waits)
        for instance in dict.fromkeys(s.monitor.instance.name for s in late):
            await self._tell(instance, down)
        return STEP

    async def _tell(self, instance: str, down: set[str]) -> None:
        shadows = [s for s in self._shadows.values() if s.monitor.instance.name == instance]
        waits = [(shadow, mail) for shadow in shadows for mail in shadow.waits.values()]
        if not waits:  # the store came back while another instance was told of
            return
        for shadow, _ in waits:
            shadow.telling = True
        try:
            await self._tell_all(instance, waits, down)
        finally:
            for shadow, _ in waits:
                shadow.telling = False

    async def _tell_all(self, instance: str, waits: Waits, down: set[str]) -> None:
        found, why = [mail for _, mail in waits], waits[0][0].why
        for made in tellings(found, instance, why, self._clocks.wall()):
            telling = signed(made, self._origin)
            whom = (instance, telling.contact)
            if self._clocks.steady() < self._not_before.get(whom, 0.0):
                continue
            route = await self._send(telling, down)
            pause = NO_ROUTE_TOOK_IT if route is None else APART
            self._not_before[whom] = self._clocks.steady() + pause
            journal.told_without_spool(telling, route)
            if route is not None:
                _note(waits, telling)

    async def _send(self, telling: Envelope, down: set[str]) -> str | None:
        """The first route that accepts it for somebody; those left are tried by the next."""
        took, transports = None, self._transports()
        for route in telling.routes:
            if not telling.to or route in down or route not in transports:
                continue
            said = await self._attempt(transports[route], telling)
            if Verdict.ROUTE_DOWN in said.values():
                down.add(route)
            reached = tuple(a for a in telling.to if said.get(a) is Verdict.ACCEPTED)
            took = took or (route if reached else None)
            left = tuple(a for a in telling.to if a not in reached)
            telling = replace(telling, to=left, reached=(*telling.reached, *reached))
        return took

    async def _attempt(self, transport: Transport, telling: Envelope) -> Mapping[str, Verdict]:
        try:
            async with asyncio.timeout(LONGEST_SEND):
                receipt = await transport.send(telling)
        except TimeoutError:
            return dict.fromkeys(telling.to, Verdict.ROUTE_DOWN)
        except Exception:  # a transport's bug must not keep the next route from being tried
            log.exception("transport failed on %s", telling.id)
            return {}
        return {address: answer.verdict for address, answer in receipt.answers.items()}


def _note(waits: Waits, telling: Envelope) -> None:
    """What this telling held no longer waits; what came meanwhile does."""
    for shadow, mail in waits:
        if mail.contact == telling.contact:
            shadow.told[telling.contact] = telling
            shadow.waits.pop(mail.id, None)


def _calm(state: State) -> bool:
    """All is well, and no look says otherwise."""
    return all(i.level is Level.OK and not i.looks for i in state.items.values())
