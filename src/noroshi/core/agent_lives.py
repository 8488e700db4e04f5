"""Decide from the lives that sign with one key whether two machines have it.

A life is over when a newer one began. One that is heard again after that runs on another machine: a
copy of a virtual machine, or of the key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from noroshi.core.agents import CLONE_GRACE, CLONE_WITHIN, Life

MOST_LIVES = 8
"""So many lives of an agent are remembered, and so many that were refused."""
ENOUGH_RETURNS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLife:
    """Hold a life since the hub first heard it, and on which machine it runs ("" unknown)."""

    life: Life
    began_at: datetime
    machine_id: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeHistory:
    """Hold what the hub heard of the lives of an agent: the newest is the last. `returns` are the
    instants at which an earlier one was heard again, `clones` the lives that were refused as
    those of another machine."""

    lives: tuple[HeardLife, ...] = ()
    returns: tuple[datetime, ...] = ()
    clones: tuple[HeardLife, ...] = ()

    def is_clone(self, life: Life, machine_id: str = "") -> bool:
        """Return whether a life is refused, or one of a machine that was."""
        if any(one.life == life for one in self.clones):
            return True
        own_machines = {one.machine_id for one in self.lives}
        refused_machines = {one.machine_id for one in self.clones} - own_machines - {""}
        return machine_id in refused_machines

    def with_request(self, request: HeardLife, enrolled_machine: str) -> LifeHistory:
        """Return the history with one more request, which came at `began_at`. If two machines
        have the key, the one that was enrolled goes on, or the one that was heard first."""
        now = request.began_at
        heard_before = next((one for one in self.lives if one.life == request.life), None)
        if heard_before is None:
            return replace(self, lives=(*self.lives, request)[-MOST_LIVES:])
        newest = self.lives[-1]
        if newest == heard_before or now - newest.began_at < CLONE_GRACE:
            return self
        returns = (*(at for at in self.returns if now - at < CLONE_WITHIN), now)
        if len(returns) < ENOUGH_RETURNS:
            return replace(self, returns=returns)
        return self._without_clones(heard_before, newest, enrolled_machine)

    def with_machine(self, life: Life, machine_id: str) -> LifeHistory:
        """Return the history with the machine on which a life runs."""
        lives = tuple(
            replace(one, machine_id=machine_id) if one.life == life else one
            for one in self.lives
        )
        return replace(self, lives=lives)

    def _without_clones(
        self, earlier_life: HeardLife, newest: HeardLife, enrolled_machine: str
    ) -> LifeHistory:
        of_newest = newest.machine_id == enrolled_machine != earlier_life.machine_id
        genuine = newest if of_newest else earlier_life
        clones = (*self.clones, *(one for one in self.lives if one != genuine))
        return LifeHistory(lives=(genuine,), clones=clones[-MOST_LIVES:])
