"""Define the seam to the store, which keeps all that must survive a crash, and how it
refuses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from noroshi.core.alarms import (
    Acknowledgement,
    AcknowledgementOfHub,
    Remark,
    Silence,
    Suppressions,
)
from noroshi.core.delivery import Fate, OpenCircuit
from noroshi.core.mail import Envelope, Origin, Parcel, Receipt
from noroshi.core.model import Change, Decision, Event, Sample, State, Suppression
from noroshi.core.people import ApiToken, Audited, Session, User
from noroshi.core.report import ReportDraft
from noroshi.core.sender_lease import SendRight
from noroshi.core.translation import Message, plain
from noroshi.ports.agent_store import AgentStore
from noroshi.ports.store_records import (
    NO_LOAN,
    AcceptedMail,
    Arrival,
    Beat,
    Block,
    LedgerEntry,
    Loan,
    Node,
    NodeLease,
    NodePlace,
    QueueCounts,
    QueuedEnvelope,
    Renewal,
    RouteOutage,
    StoredSample,
    TrackedMail,
    Version,
)

LEASE = timedelta(seconds=15)
"""The time for which a block of monitors is held without a renewal."""
SHARED_LEASE = timedelta(seconds=9)
"""The same, in a store that nodes share. It ends earlier if the store notices that the node is gone."""
MOST_DECISIONS = 10
"""So many of a rule's answers about an item are kept, of which each differs from the one before."""
NO_STATES: Mapping[str, State] = {}
PARCEL_LEASE = timedelta(minutes=5)
"""The time that an envelope may be out: longer than any transport's time-outs together."""


class StoreFault(Enum):
    """Name why the store cannot do it now, for callers that treat one reason unlike another."""

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
    COPY = "copy"
    """A copy of it cannot be written; the store itself goes on."""


class StoreError(Exception):
    """Report that the store cannot do it now (full, locked, gone). It never ends the engine."""

    def __init__(self, message: Message | str, fault: StoreFault = StoreFault.OTHER) -> None:
        self.words = plain(message) if isinstance(message, str) else message
        super().__init__(self.words.en)
        self.fault = fault


class StoreConflict(Exception):
    """Report that somebody else changed it first; nothing was written."""


class Store(AgentStore, Protocol):
    """Keep all that must survive a crash. Each method is atomic, or raises StoreError.

    `now` is the wall clock's time, as stored rows outlive the steady clock. A store that nodes share
    judges blocks and locks by its own clock, whatever `now` is. Methods that return bool return
    False, and write nothing, in the cases that they name.
    """

    # definitions

    async def publish(
        self,
        version: Version,
        monitors: Iterable[str],
        base_number: int,
        states: Mapping[str, State] = NO_STATES,
    ) -> int:
        """Make a version current, with exactly these monitor ids, and return its number. Raise
        StoreConflict if the current version is not `base_number`. A monitor with a known id keeps its
        state; one that is no longer named stays until it is retired (`retire`). One that comes
        back after that starts anew, except for its serial, which goes on after that of its last
        event. One that is new begins with what `states` has of it, but with no lower serial."""

    async def current(self) -> Version:
        """Return the current version with its documents."""

    async def current_number(self) -> int:
        """Return the number of the current version; 0 if there is none."""

    async def version(self, number: int) -> Version | None:
        """Return an earlier version, or the current one, with its documents; None if there is
        none."""

    async def versions(self, limit: int = 100) -> Sequence[Version]:
        """Return the newest versions without their documents, newest first."""

    async def enroll(self, version: int, monitors: Iterable[str]) -> bool:
        """Let the current version name exactly these monitors, including some that its
        publisher did not know. False: another version is current. A known monitor keeps its
        state."""

    # monitors

    @property
    def origin(self) -> Origin:
        """Return the origin that ids get here: an envelope that is put in without one gets
        it."""

    async def begin(self, name: str, now: datetime) -> Node:
        """Start a life of this node: free at once what its earlier life held, and make due what
        was never tried. A mail that was out as two or more lives ended may be what ended them:
        it waits for `SHORTEST`, so that others go first. The Node says when the earlier life
        last renewed a block, or ended."""

    async def end(self, node: Node, now: datetime) -> None:
        """Give back what this life holds: blocks and envelopes alike. It has watched until `now`."""

    async def lease_monitors(
        self, node: Node, now: datetime, loan: Loan = NO_LOAN, left_out: Collection[str] = ()
    ) -> Block:
        """Lend all monitors that nobody holds, but for those `left_out`, under the next fencing
        number. With a fence that still holds, lend what is free under it as well, and return only
        that. What was lent under it and is not in the `loan` is free: the answer was lost. A loan may
        be for what others gave back alone."""

    async def give_back(self, fence: int, watched_until: Mapping[str, datetime]) -> None:
        """Let others have these monitors of a block, each of which was watched until an instant;
        nothing more of them is written under its fence."""

    async def renew(self, fence: int, now: datetime) -> Renewal | None:
        """Hold on to a block, and return what suppresses its monitors; None if the block is
        lost."""

    async def nodes(self) -> Sequence[NodeLease]:
        """Return the nodes that share the store and lived within the last 30 days, by name; none of
        a store that nodes do not share."""

    async def record_unusable(self, node: Node, version: int, reason: Message) -> None:
        """Let `nodes` tell that a node cannot use a version of the definitions, and why; with version
        0, that it can use the current one. Nothing is told of a store that nodes do not share."""

    async def forget_node(self, name: str) -> bool:
        """Let `nodes` leave out a node until it lives again. False: it lives, or is not there."""

    async def commit(self, fence: int, change: Change) -> bool:
        """Write a whole change, with its samples and its rows for the hub. False: the block was
        lost."""

    async def recall(self, monitor: str) -> tuple[State, Mapping[str, Any]]:
        """Return a monitor's state and memory as they were last written."""

    async def retire(self, fence: int, change: Change) -> bool:
        """Write a monitor's last change and forget the monitor; otherwise like `commit`."""

    async def append(
        self, samples: Sequence[tuple[str, Sample]], fence: int | None = None
    ) -> None:
        """Add samples that led to no change to the history, and keep the newest memories; with a
        fence, of monitors that are held under it alone."""

    async def drop_samples(self, cutoff: datetime, limit: int) -> int:
        """Delete at most `limit` of the oldest samples before an instant, and return how many.
        Samples of a clock that was ahead go with the old ones that were written after them."""

    async def states(self, ids: Collection[str] | None = None) -> Mapping[str, State]:
        """Return the state of each monitor, or of those named, as it was last written."""

    async def events(self, monitor: str = "", limit: int = 100) -> Sequence[Event]:
        """Return the newest events, of one monitor or of all, newest first."""

    async def decisions(self, monitor: str) -> Sequence[Decision]:
        """Return the decision of each rule about each item of a monitor, by rule and item,
        newest first: the last `ANSWERS` that each differ from the one before."""

    async def samples(self, monitor: str, limit: int = 100) -> Sequence[Sample]:
        """Return the newest samples of a monitor, newest first, without memory."""

    async def newest_samples(self, monitors: Collection[str]) -> Mapping[str, Sample]:
        """Return the newest sample of each of these monitors that has any."""

    async def samples_after(self, row: int, limit: int) -> Sequence[StoredSample]:
        """Return the samples of all monitors that follow on a row, as they were written, at most
        `limit`. After a row that is not there yet, as all samples are gone and their numbers begin
        anew, come those from the first."""

    async def set_suppression(self, monitor: str, suppression: Suppression) -> bool:
        """Write the suppression of a monitor apart from what people say. False: there is no
        monitor of that id."""

    # what people say of alarms
    #
    # An acknowledgement ends with the change that ends it (`core.alarms.survives`), in the same
    # transaction; what is said of a monitor goes when the monitor is retired, but for remarks.

    async def suppressions(self, now: datetime) -> Suppressions:
        """Return all silences in force, by their ends, and all acknowledgements."""

    async def acknowledge(self, acknowledgement: Acknowledgement, remark: Remark) -> bool:
        """Write an acknowledgement, with its remark. False: the item is not at that level (any
        more), or somebody acknowledged it already."""

    async def unacknowledge(self, remark: Remark) -> bool:
        """Take back the acknowledgement of the remark's item, with that remark. False: there
        was none."""

    async def remark(self, remark: Remark) -> None:
        """Add a remark."""

    async def remark_all(self, remarks: Sequence[Remark]) -> Sequence[bool]:
        """Add several remarks, and do what the sort of each means: one that acknowledges as
        `acknowledge`, one that takes that back as `unacknowledge`. Return whether each was
        written."""

    async def remarks(self, monitor: str = "", limit: int = 100) -> Sequence[Remark]:
        """Return the remarks on one monitor or on all, newest first."""

    async def silence(self, silence: Silence) -> None:
        """Add a silence."""

    async def end_silence(self, id: str, person: str, now: datetime) -> Silence | None:
        """End a silence now and return it as it was before; None if there is none of that id,
        or it is over."""

    async def silences(self, limit: int = 100) -> Sequence[Silence]:
        """Return all silences, also those that are over, the last to end first."""

    async def forget_suppressions(self, cutoff: datetime) -> int:
        """Delete silences that were over and remarks that were made before then; return how
        many."""

    async def put_hub_suppressions(
        self, silences: Sequence[Silence], acknowledgements: Sequence[AcknowledgementOfHub]
    ) -> None:
        """Put what a hub says of the monitors that it gave in place of what it said before. Ids of
        the silences begin with `OF_HUB`. Acknowledgements that no longer hold here are left out,
        as are those of items that somebody of this node has acknowledged."""

    # jobs that report in

    async def beat(self, name: str, beat: Beat) -> None:
        """Keep what a job reports of itself, in place of what it reported before."""

    async def beats(self) -> Mapping[str, Beat]:
        """Return the last report of each job, by its name."""

    # envelopes

    async def post(self, *envelopes: Envelope) -> int:
        """Put envelopes into the spool by themselves: all whose ids are not there yet, or none;
        return how many. If one of them, or of a change, waits behind another, that other is due
        now by all its routes, but not within `pause_with_news` of its last try, nor before a
        time that the other side named if its turn is that route's again."""

    async def claim_parcel(
        self,
        node: Node,
        route: str,
        now: datetime,
        excluded_contacts: Collection[str] = (),
        only_critical: Collection[str] = (),
        send_rights: Collection[SendRight] = (),
    ) -> Parcel | None:
        """Lend an envelope whose turn on this route it is: the most urgent lane first, and of
        an order key the oldest, which has the lane of what waits behind it. Leave out what may
        join a digest for a contact in `excluded_contacts`, and, unless it is critical, for one in
        `only_critical`. Lend what cannot be read with its `read_error`."""

    async def pending_for(self, parcel: Parcel) -> Sequence[Envelope]:
        """Return the parcel's envelope, its members, and the envelopes that wait for the same
        contact, oldest first, without the bodies of their mails. Leave out what must not
        overtake an older one of its order key that is out, held, or in another digest, and what
        is of another agent, or of other custody."""

    async def replace_by_digest(self, parcel: Parcel, digest: Envelope) -> bool:
        """Put a digest into the spool in place of its members, the parcel's envelope among
        them; that attempt does not count. If the parcel is a digest, its members are among the
        new members instead, and its receipts pass on to the new digest. From now on members
        share the digest's state. False: one of them no longer waits."""

    async def release_lease(self, parcel: Parcel, now: datetime) -> bool:
        """Take back an envelope that was not tried after all: it keeps its place, due now at
        the latest, and the attempt does not count. False: it is no longer lent."""

    async def quarantine(
        self, parcel: Parcel, reason: Message, now: datetime, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        """Set aside a lent envelope that cannot be read, as it is stored, and write the
        envelopes that tell of it; members of a digest wait by themselves again. False: it is no
        longer lent."""

    async def accepted_since(self, start: datetime) -> Sequence[AcceptedMail]:
        """Return the mails that providers accepted since then, in the order in which they were
        written down, which a clock that was set back does not keep."""

    async def settle(
        self,
        parcel: Parcel,
        receipt: Receipt,
        fate: Fate,
        envelopes: Sequence[Envelope] = (),
        reports: Sequence[ReportDraft] = (),
    ) -> bool:
        """Write the end of an attempt, and the envelopes and the rows for the hub that tell of
        it. False: the lease was lost. any fate but OpenCircuit says that the route is well again, except a Retry of which
        nothing was heard."""

    async def queue(self) -> Sequence[QueuedEnvelope]:
        """Return what has not left yet and what was set aside, oldest first, without the bodies
        of the mails; a digest stands for its members. What waits for the hub of this node is
        among them."""

    async def queue_counts(self, excluded_prefix: str = "") -> QueueCounts:
        """Count `queue`, times to the millisecond, without reading each envelope: there may be
        many thousand. Leave out ids that begin with `excluded_prefix`, and what waits for the hub
        of this node."""

    async def tally(self, start: datetime, end: datetime | None = None) -> Mapping[str, int]:
        """Count the alarms of the envelopes born since then, up to `end`, by their state:
        alarms in a digest by the state of the digest, and as CAME_BACK those whose mail did. The
        clock may have been set in between: what is dated ahead of `end` is not counted now; nor
        is what waits for the hub of this node."""

    async def ledger(
        self, limit: int = 100, alarm: str = "", monitor: str = ""
    ) -> Sequence[LedgerEntry]:
        """Return the newest alarms, of one monitor or of all, or the one of that id, with all
        that became of them."""

    async def totals(self) -> Mapping[str, int]:
        """Count all alarms ever: "raised", and by state as `tally` does; "forgotten" are those
        that the ledger no longer holds, "lost" those that are nowhere."""

    async def record_arrival(
        self, envelope: str, arrival: Arrival, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        """Write what became of a mail that a provider took, and the envelopes that tell of it.
        False: no provider took it, or that is known already."""

    async def find_by_message_id(self, message_ids: Collection[str]) -> TrackedMail | None:
        """Return the mail that a provider took under one of these Message-IDs; None if it is
        none of ours."""

    async def latest_by_prefix(
        self, prefix: str, limit: int, end_id: str = ""
    ) -> Sequence[TrackedMail]:
        """Return the last mails, by id, whose ids begin so and come before `end_id` if given,
        the last one first."""

    async def arrivals(self, envelope: str) -> Sequence[Arrival]:
        """Return what became of a mail once a provider took it, oldest first."""

    async def forget(self, cutoff: datetime, limit: int) -> int:
        """Delete at most `limit` of the mails that were settled before then, with their alarms,
        and events that old except each monitor's last; return how many mails."""

    async def envelope(self, id: str) -> tuple[QueuedEnvelope, Sequence[Receipt]] | None:
        """Return an envelope, settled or not, with the receipt of each attempt; None if it is
        unknown."""

    async def retry(self, id: str, now: datetime) -> bool:
        """Make an envelope due now, and its routes too; one set aside waits again. False: it is
        unknown, out, or accepted."""

    async def hasten(self, route: str, now: datetime) -> bool:
        """Make due what the route put off, as it accepts mails again: not within `SHORTEST` of
        the last try, nor before a time that the other side named, nor what it put off though it
        accepted others between the last two tries. False: there is nothing of it."""

    async def hold(self, id: str, person: str) -> bool:
        """Keep an envelope from leaving until it is released; what is of its order key waits
        behind it. False: it is unknown, out, settled, or held already."""

    async def release(self, id: str, now: datetime) -> bool:
        """Let a held or set-aside envelope wait again, due now. False: it is neither."""

    async def drop(self, id: str, person: str) -> bool:
        """Give an envelope up for a person: it is kept, and never sent. False: it is unknown,
        out, accepted, or dropped already."""

    async def readdress(
        self, id: str, addresses: Sequence[str], routes: Sequence[str], *, reset: bool = True
    ) -> bool:
        """Give an envelope other addresses, routes, or both (none given: as they are). Its
        attempts begin `reset`, unless the routes are the same by other names; then the routes of
        a digest's members are renamed too. False: it is unknown, out, accepted or dropped."""

    async def last_accepted(self) -> Mapping[str, datetime]:
        """Return when each route last had a mail accepted; nothing of a route that never
        had."""

    async def route_outages(self) -> Sequence[RouteOutage]:
        """Return the routes that are down."""

    async def record_probe(
        self, route: str, open_circuit: OpenCircuit | None, earlier_end: datetime | None = None
    ) -> None:
        """Write what a probe of a route found: it stays down, or is well (None). `earlier_end`:
        until when the circuit was open as the probe began, as core.delivery.circuit_end says."""

    async def wake(self, route: str, now: datetime) -> bool:
        """Let a route that is down be tried at once, whatever an attempt under way meets with.
        False: it is not down, or is due already."""

    # people, and what they changed

    async def users(self) -> Mapping[str, User]:
        """Return all who may log in, by name."""

    async def put_user(self, user: User, previous: User | None) -> bool:
        """Write a user over exactly what was there before (None: nothing was). False: something
        else is there by now; so what may be used once is used once. Where the change
        `ends_sessions`, the user's sessions go in the same step."""

    async def drop_user(self, name: str) -> bool:
        """Delete a user with all sessions. False: there is none."""

    async def api_tokens(self) -> Mapping[str, ApiToken]:
        """Return all API tokens, by name."""

    async def put_api_token(self, token: ApiToken) -> bool:
        """Add an API token. False: there is one of that name."""

    async def drop_api_token(self, name: str) -> bool:
        """Delete an API token. False: there is none."""

    async def session(self, key: str) -> Session | None:
        """Return the session of that key, also one that is over."""

    async def put_session(
        self, session: Session, replaced_key: str = "", authenticated: User | None = None
    ) -> bool:
        """Write a session in place of that of the key `replaced_key`. False: that one is not
        there any more, or the user changed since being `authenticated` so that this
        `ends_sessions`."""

    async def end_sessions(self, cutoff: datetime, user: str = "", key: str = "") -> int:
        """Delete the sessions that are over by then, those of a user, and that of a key; return
        how many."""

    async def audit(self, row: Audited) -> None:
        """Add a row to the audit log."""

    async def audit_log(self, limit: int = 100) -> Sequence[Audited]:
        """Return the audit log, newest first."""

    async def forget_audit(self, cutoff: datetime, limit: int) -> int:
        """Delete at most `limit` of the oldest rows before then; return how many."""

    # secrets, sealed by the vault

    async def put_secret(self, name: str, sealed_secret: bytes) -> None: ...

    async def get_secret(self, name: str) -> bytes | None: ...

    async def secret_names(self) -> Sequence[str]: ...

    async def get_secrets(self) -> Mapping[str, bytes]:
        """Return all entries, by name."""

    async def drop_secret(self, name: str) -> bool:
        """Delete an entry. False: there is none of that name."""

    # what a node notes for itself

    async def put_value(self, name: str, text: str) -> None:
        """Keep a text under a name, in place of what was kept there."""

    async def get_values(self) -> Mapping[str, str]:
        """Return all texts that are kept so, by name."""

    # what one may do at a time, among all who share the store

    async def acquire_lock(
        self, name: str, holder: str, expires_at: datetime, now: datetime
    ) -> bool:
        """Hold the lock of that name until an instant, or hold it on. False: another holds it,
        and its time is not over. A lock that would last more than twice as long as this one
        comes from a clock that was ahead, and does not count."""

    async def release_lock(self, name: str, holder: str) -> None:
        """Let go of a lock, if that holder holds it."""

    # all

    async def shift(self, amount: timedelta, step: str) -> None:
        """Move all that waits for an instant with the wall clock, which was set. Leave a mail
        that was never tried: it is due, and may have been written after the clock was set. Do
        nothing if `step`, an id, is that of the last one: the answer to it was lost."""

    async def wait(self, timeout: timedelta) -> None:
        """Return when something was committed, or after a while."""

    async def trouble(self) -> Message | None:
        """Return what is wrong with the store itself, as a person should read it; None if
        nothing is."""

    async def is_lost(self) -> bool:
        """Return True if its file was removed or replaced: what was in it can still be saved."""

    async def faults(self) -> Sequence[Message]:
        """Look through the whole store and return what should not be so; change nothing."""

    async def close(self) -> None:
        """Write what is under way, and let go."""


class FiledStore(ABC):
    """Do what only a store in a file can do; a database has tools of its own for it."""

    @abstractmethod
    async def copy_to(self, path: Path) -> None:
        """Write a copy of the whole store, as it is at one instant, while work goes on; the
        file (0600) appears under its name when it is whole. Raise StoreConflict if there is one
        already."""


class SharedStore(Protocol):
    """Do what only a store can do that several nodes share."""

    async def take_work(self, node: str, holder: str, duration: timedelta) -> bool:
        """Hold for so long, or hold on, by the store's own clock, the work that one node does for
        all. Whoever takes it from another ends the leases of mails, and follows on the lives of
        all as a life of `node`. False: another holder has it. `holder` begins with the name of the
        node and a "/"."""

    async def clock(self) -> datetime:
        """Return what the store's own clock says."""

    async def leave_work(self, holder: str) -> None:
        """Let another one have the work, if that holder has it."""

    async def announce(self, place: NodePlace) -> Sequence[NodePlace]:
        """Say where a node is reached, and return where each is that said so within the last minute,
        by name. Whether it sends is for the store to say."""

    async def withdraw(self, node: str) -> None:
        """Forget where a node is reached."""

    async def close(self) -> None:
        """Let go of the store."""
