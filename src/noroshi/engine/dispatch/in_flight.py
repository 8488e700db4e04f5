"""The mails that slots have, so that none is sent by two of them."""

from __future__ import annotations

from dataclasses import replace

from noroshi.core.mail import Parcel


class Out:
    """Each as it was lent last: a lease may end while the disk, or the machine, stands still.
    Whoever has the mail ends it all the same, under the lease that it has by then."""

    def __init__(self) -> None:
        self._lent = dict[str, Parcel]()

    def take(self, parcel: Parcel) -> bool:
        """False: a slot has it already, which has the new lease from now on."""
        id = parcel.envelope.id
        is_new = id not in self._lent
        self._lent[id] = parcel
        return is_new

    def as_lent(self, parcel: Parcel) -> Parcel:
        """The same under the lease that it has now."""
        last = self._lent[parcel.envelope.id]
        return parcel if last.lease == parcel.lease else replace(parcel, lease=last.lease)

    def is_over(self, parcel: Parcel) -> None:
        """Nobody has it any more."""
        del self._lent[parcel.envelope.id]
