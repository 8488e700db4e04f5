"""The seam to the store: where all that must survive a crash lives, and how it refuses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from noroshi.core.alarms import Acknowledged, Remark, Said, Silence
from noroshi.core.delivery import Fate, RestRoute
from noroshi.core.mail import Envelope, Origin, Parcel, Receipt
from noroshi.core.model import Change, Decision, Event, Sample, Standing, State
from noroshi.core.people import ApiToken, Audited, Session, User
from noroshi.core.words import Words, plain
from noroshi.ports.store_records import (
    AcceptedMail,
    Arrival,
    Beat,
    Block,
    LedgerEntry,
    Node,
    QueueCounts,
    QueuedEnvelope,
    Renewal,
    RouteOutage,
    TrackedMail,
    Version,
)

LEASE = timedelta(seconds=15)
"""How long a block of monitors is held without a renewal."""
ANSWERS = 10
"""So many of a rule's answers about an item are kept, of which each differs from the one before."""
PARCEL_LEASE = timedelta(minutes=5)
"""How long an envelope may be out: longer than any transport's time-outs together."""


class StoreFault(Enum):
    """Why the store cannot do it now, for whoever has to tell one from the other."""

    OTHER = ""
    SAVING = "saving"
    """Room is short: samples alone are refused, as everything else is still taken."""
    FULL = "full"
    """Not even the reserve has room: nothing can be written."""
    LOCKED = "locked"
    READ_ONLY = "read-only"
    BROKEN = "broken"
    """The disk answers with errors, or the file is not whole."""
    GONE = "gone"
    """The file is not there, or another one is in its place."""
    OLD = "old"
    """Its schema is older than this program's, and it was opened to read alone."""


class StoreError(Exception):
    """The store cannot do it now (full, locked, gone). It never ends the engine."""

    def __init__(self, what: Words | str, fault: StoreFault = StoreFault.OTHER) -> None:
        self.words = plain(what) if isinstance(what, str) else what
        super().__init__(self.words.en)
        self.fault = fault


class StoreConflict(Exception):
    """Somebody else changed it first; nothing was written."""


class Store(Protocol):
    """Where all that must survive a crash lives. Each method is atomic, or a StoreError.

    `now` is the wall clock's, as what is stored outlives the steady one.
    """

    # definitions

    async def publish(self, version: Version, monitors: Iterable[str], base: int) -> int:
        """Make a version current, with just these monitor ids; its number. Conflict if the
        current one is not `base`. A monitor with a known id keeps its state; one that is no
        longer named stays until it is forgotten (`retire`). One that comes back after that
        begins anew, but for its serial, which goes on after its last event's."""

    async def current(self) -> Version:
        """The current version with its documents."""

    async def current_number(self) -> int:
        """The number of the current version; 0: there is none."""

    async def version(self, number: int) -> Version | None:
        """An earlier version, or the current one, with its documents; None: there is none."""

    async def versions(self, last: int = 100) -> Sequence[Version]:
        """The newest versions without their documents, newest first."""

    async def enroll(self, version: int, monitors: Iterable[str]) -> bool:
        """Let the current version name just these monitors, also some that its publisher did
        not know. False: another version is current. A monitor that was known keeps its state."""

    # monitors

    @property
    def origin(self) -> Origin:
        """Whose ids these are: each envelope that is put in without one gets it."""

    async def begin(self, name: str, now: datetime) -> Node:
        """Start a life of this node: what its earlier life held is free at once, and what was
        never tried is due. A mail that two lives or more had out as they ended may be what ended
        them: it waits for `SHORTEST`, so that others go first. It hears when the earlier life last
        renewed a block, or ended."""

    async def end(self, node: Node, now: datetime) -> None:
        """Give back what this life holds: blocks and envelopes alike."""

    async def lease_monitors(self, node: Node, now: datetime, fence: int = 0) -> Block:
        """Lend all monitors that nobody holds, with the next fencing number; with a fence
        that still holds, what is free is lent under it as well, and only that is answered."""

    async def renew(self, fence: int, now: datetime) -> Renewal | None:
        """Hold on to a block, and hear its monitors' standing; None: it is lost."""

    async def commit(self, fence: int, change: Change) -> bool:
        """Write a change whole, its samples too; False, and nothing written, if the block
        was lost."""

    async def recall(self, monitor: str) -> tuple[State, Mapping[str, Any]]:
        """A monitor's state and memory as they were last written."""

    async def retire(self, fence: int, change: Change) -> bool:
        """Write a monitor's last change and forget the monitor; as `commit` otherwise."""

    async def append(self, samples: Sequence[tuple[str, Sample]]) -> None:
        """Add samples that led to no change to the history, and keep the newest memories."""

    async def drop_samples(self, before: datetime, most: int) -> int:
        """Delete at most that many of the oldest samples before an instant; how many. Those of
        a clock that was ahead go with the old ones that were written after them."""

    async def states(self, ids: Collection[str] | None = None) -> Mapping[str, State]:
        """Each monitor's state as it was last written, or those of some."""

    async def events(self, monitor: str = "", last: int = 100) -> Sequence[Event]:
        """The newest events, of one monitor or of all, newest first."""

    async def decisions(self, monitor: str) -> Sequence[Decision]:
        """What each rule answered about each item of a monitor, by rule and item, newest first:
        the last `ANSWERS` of which each differs from the one before."""

    async def samples(self, monitor: str, last: int = 100) -> Sequence[Sample]:
        """The newest samples of a monitor, newest first; without memory."""

    async def newest(self, monitors: Collection[str]) -> Mapping[str, Sample]:
        """The newest sample of each of these that has any."""

    async def set_standing(self, monitor: str, standing: Standing) -> bool:
        """Write what is said of a monitor; False if there is none of that id."""

    # what people say of alarms
    #
    # An acknowledgement ends with the change that ends it (`core.alarms.outlives`), in the same
    # transaction; what is said of a monitor goes when the monitor is retired, but for remarks.

    async def suppressions(self, now: datetime) -> Said:
        """All silences that are in force, by their ends, and who has what."""

    async def acknowledge(self, one: Acknowledged, remark: Remark) -> bool:
        """Write down who has an item's alarm, and that it was said. False, and nothing
        written: the item is not at that level (any more), or somebody has it already."""

    async def unacknowledge(self, remark: Remark) -> bool:
        """Nobody has the remark's item any more, and that was said. False: nobody had."""

    async def remark(self, remark: Remark) -> None:
        """Keep what somebody said."""

    async def remark_all(self, remarks: Sequence[Remark]) -> Sequence[bool]:
        """Keep what was said of several, and do of each what its sort says: one that
        acknowledges as `acknowledge`, one that takes that back as `unacknowledge`. Of each
        whether it was written down."""

    async def remarks(self, monitor: str = "", last: int = 100) -> Sequence[Remark]:
        """What was said of one monitor or of all, newest first."""

    async def silence(self, silence: Silence) -> None:
        """Keep one more."""

    async def end_silence(self, id: str, who: str, now: datetime) -> Silence | None:
        """Let one be over now; how it was before. None: there is none of that id, or it is
        over."""

    async def silences(self, last: int = 100) -> Sequence[Silence]:
        """All, also those that are over, the last to end first."""

    async def forget_suppressions(self, before: datetime) -> int:
        """Delete silences that were over and remarks that were made before then; how many."""

    # jobs that report in

    async def beat(self, name: str, beat: Beat) -> None:
        """Keep what a job reports of itself, in the place of what it reported before."""

    async def beats(self) -> Mapping[str, Beat]:
        """The last report of each job, by its name."""

    # envelopes

    async def post(self, *envelopes: Envelope) -> int:
        """Put envelopes into the spool by themselves: all of those whose ids are not there
        yet, or none; how many they are. What one of them, or of a change, waits behind is due
        by all routes of that one, but not within `SHORTEST` of its last try, nor before a time
        that the other side named, if it is that one's turn again."""

    async def claim_parcel(
        self,
        node: Node,
        route: str,
        now: datetime,
        but: Collection[str] = (),
        only_critical: Collection[str] = (),
    ) -> Parcel | None:
        """Lend an envelope whose turn on this route it is: of the most urgent lane, the oldest
        of its order key, which has the lane of what waits behind it; none that may join a
        digest for a contact in `but`, nor for one in `only_critical` unless it is critical.
        What cannot be read is lent as `unread`."""

    async def pending_for(self, parcel: Parcel) -> Sequence[Envelope]:
        """The parcel's envelope, its members, and those that wait for the same contact, without
        the bodies of their mails, oldest first; none that must not leave before an older one of
        its order key that is out, held, or in another digest."""

    async def replace_by_digest(self, parcel: Parcel, digest: Envelope) -> bool:
        """Put a digest into the spool in the place of its members, of which the parcel's
        envelope is one; that attempt is none. If that is a digest its members are among them
        instead, and it lives on, with what it was tried with, in the new one. From now on they
        share the digest's fate. False, and nothing written, if one of them does not wait any
        more."""

    async def release_lease(self, parcel: Parcel, now: datetime) -> bool:
        """It was not tried after all: it stands where it stood, due now at the latest, and the
        attempt is none. False: no longer lent."""

    async def quarantine(
        self, parcel: Parcel, why: Words, now: datetime, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        """Set aside what was lent and cannot be read, as it is stored, and with it write the
        envelopes that tell of it; members of a digest wait by themselves again. False: no
        longer lent."""

    async def accepted_since(self, since: datetime) -> Sequence[AcceptedMail]:
        """The mails that were accepted since then, in the order in which that was written
        down, which a clock that was set back does not keep."""

    async def settle(
        self, parcel: Parcel, receipt: Receipt, fate: Fate, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        """Write down an attempt's end, and with it the envelopes that tell of it; False if
        the parcel's lease was lost. Any answer of a route that is not RestRoute says that it
        is well again, but for a Retry of which nothing was heard."""

    async def queue(self) -> Sequence[QueuedEnvelope]:
        """What has not left yet, and what was set aside, oldest first, without the bodies of
        the mails; of a digest, itself and not its members."""

    async def queue_counts(self, but: str = "") -> QueueCounts:
        """`waiting` in numbers, to the millisecond, without reading each of them: they may be many
        thousand. Those whose ids begin with `but` are left out."""

    async def tally(self, since: datetime) -> Mapping[str, int]:
        """The alarms of the envelopes born since then, by their state; those in a digest by
        the digest's; CAME_BACK for those whose mail did."""

    async def ledger(
        self, last: int = 100, alarm: str = "", monitor: str = ""
    ) -> Sequence[LedgerEntry]:
        """The newest alarms, of one monitor or of all, or the one of that id, with all that
        became of them."""

    async def totals(self) -> Mapping[str, int]:
        """All alarms ever: "raised", and by their state as `tally` has them, but for those
        whose mail came back; "forgotten" are those that the ledger no longer holds, "lost" those that are nowhere."""

    async def record_arrival(
        self, envelope: str, arrival: Arrival, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        """Write down what became of a mail that was taken, and with it the envelopes that tell
        of it; False, and nothing written: it was not taken, or that is known."""

    async def find_by_message_id(self, message_ids: Collection[str]) -> TrackedMail | None:
        """The mail that was taken under one of these Message-IDs; None: none of ours."""

    async def latest_by_prefix(
        self, begins: str, last: int, before: str = ""
    ) -> Sequence[TrackedMail]:
        """Of the mails whose ids begin so, and come before another id if one is given, the last
        by their ids, the last one first."""

    async def arrivals(self, envelope: str) -> Sequence[Arrival]:
        """What became of a mail once it was taken, oldest first."""

    async def forget(self, before: datetime, most: int) -> int:
        """Delete so many of the mails that were settled before then, with their alarms, and
        events that old, but for each monitor's last; how many mails."""

    async def envelope(self, id: str) -> tuple[QueuedEnvelope, Sequence[Receipt]] | None:
        """One envelope, settled or not, with what each attempt brought; None: unknown."""

    async def retry(self, id: str, now: datetime) -> bool:
        """Make it due now, and its routes too; one set aside waits again. False: unknown,
        out, or accepted."""

    async def hasten(self, route: str, now: datetime) -> bool:
        """The route accepts mails: what it put off is due, but not within `SHORTEST` of its last
        try, nor before a time that the other side named; not what it put off though it accepted
        others between the last two tries. False: there is nothing of it."""

    async def hold(self, id: str, who: str) -> bool:
        """Keep it from leaving until it is released; what is of its order key waits behind it.
        False: unknown, out, settled, or held already."""

    async def release(self, id: str, now: datetime) -> bool:
        """Let one that was held or set aside wait again, due now. False: it is neither."""

    async def drop(self, id: str, who: str) -> bool:
        """A person gives it up: it is kept, and never sent. False: unknown, out, accepted, or
        dropped already."""

    async def readdress(
        self, id: str, to: Sequence[str], routes: Sequence[str], *, anew: bool = True
    ) -> bool:
        """Give it other addresses, routes, or both (none given: as they are); its attempts begin
        `anew`, unless the routes are the same by other names: those of a digest's members are so
        too then. False: unknown, out, accepted or dropped."""

    async def accepted(self) -> Mapping[str, datetime]:
        """When each route last had a mail accepted; none of a route that never did."""

    async def route_outages(self) -> Sequence[RouteOutage]:
        """The routes that are down."""

    async def record_probe(self, route: str, rest: RestRoute | None) -> None:
        """What a look at a route without a mail brought: it rests on, or is well (None)."""

    async def wake(self, route: str, now: datetime) -> bool:
        """Let a route that is down be tried at once. False: it is not, or is due already."""

    # people, and what they changed

    async def users(self) -> Mapping[str, User]:
        """All who may log in, by name."""

    async def put_user(self, user: User, before: User | None) -> bool:
        """Write one over just what it was before (None: there was none); False, and nothing
        written, if it is not so any more. Thus what is good once is good once. Where it
        `ends_sessions`, theirs go in the same step."""

    async def drop_user(self, name: str) -> bool:
        """Forget one, with all their sessions. False: there is none."""

    async def api_tokens(self) -> Mapping[str, ApiToken]:
        """All of them, by name."""

    async def put_api_token(self, token: ApiToken) -> bool:
        """Keep a new one. False: there is one of that name."""

    async def drop_api_token(self, name: str) -> bool:
        """Forget one. False: there is none."""

    async def session(self, key: str) -> Session | None:
        """The session of that key, also one that is over."""

    async def put_session(
        self, session: Session, instead: str = "", seen: User | None = None
    ) -> bool:
        """Keep it in the place of the one of the key `instead`; False, and nothing written, if
        that one is not there any more, or if what became of the user since they were `seen` so
        `ends_sessions`."""

    async def end_sessions(self, before: datetime, user: str = "", key: str = "") -> int:
        """Forget those that are over by then, those of a user, and that of a key; how many."""

    async def audit(self, row: Audited) -> None:
        """Write down what somebody changed."""

    async def audit_log(self, last: int = 100) -> Sequence[Audited]:
        """What was changed, newest first."""

    async def forget_audit(self, before: datetime, most: int) -> int:
        """Delete so many of the oldest rows that are older than that; how many."""

    # secrets, sealed by the vault

    async def put_secret(self, name: str, sealed: bytes) -> None: ...

    async def get_secret(self, name: str) -> bytes | None: ...

    async def secret_names(self) -> Sequence[str]: ...

    async def drop_secret(self, name: str) -> bool:
        """Forget that entry. False: there is none of that name."""

    # what a node notes for itself

    async def put_value(self, name: str, text: str) -> None:
        """Keep a text under a name, in the place of what was kept there."""

    async def get_values(self) -> Mapping[str, str]:
        """All that is noted, by name."""

    # what one may do at a time, among all who share the store

    async def acquire_lock(
        self, name: str, holder: str, until: datetime, now: datetime
    ) -> bool:
        """Hold what goes by that name until an instant, or hold it on; False while another
        holds it and its time is not over. One that would last more than twice as long as this
        one is of a clock that was ahead, and does not count."""

    async def release_lock(self, name: str, holder: str) -> None:
        """Let go of it, if it is held by that holder."""

    # all

    async def shift(self, by: timedelta) -> None:
        """The wall clock was set: move with it all that waits for an instant. A mail that was
        never tried does not: it is due, and may have been written after the clock was set."""

    async def wait(self, longest: timedelta) -> None:
        """Return when something was committed, or after a while."""

    async def trouble(self) -> Words | None:
        """What is wrong with the store itself, as a person should read it; None: nothing."""

    async def lost(self) -> bool:
        """Return True if its file was removed or replaced: what was in it can still be saved."""

    async def copy_to(self, path: Path) -> None:
        """Write a copy of all of it, as it is at one instant, while work goes on; the file
        (0600) appears under its name when it is whole. Conflict if there is one already."""

    async def faults(self) -> Sequence[Words]:
        """Look through all of it for what should not be so; nothing is changed."""

    async def close(self) -> None:
        """Write what is under way, and let go."""
