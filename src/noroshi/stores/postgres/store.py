"""Keep the whole contract in a database of PostgreSQL.

The schema is in migrations/; samples are kept to the millisecond, without the notes of readings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.agents import Agent, Invitation, JoinRefusal, LastSeen
from noroshi.core.alarms import (
    Acknowledgement,
    AcknowledgementOfHub,
    Remark,
    Silence,
    Suppressions,
)
from noroshi.core.custody_changes import CustodyChange, OtherSideFate
from noroshi.core.delivery import Fate, OpenCircuit
from noroshi.core.mail import Envelope, Origin, Parcel, Receipt, with_origin
from noroshi.core.model import Change, Decision, Event, Sample, State, Suppression
from noroshi.core.people import ApiToken, Audited, Session, User
from noroshi.core.report import (
    MOST_BYTES,
    MOST_ROWS,
    Position,
    Report,
    ReportDraft,
    ReportLog,
    ReportRow,
)
from noroshi.core.sender_lease import Custody, SendRight
from noroshi.core.translation import Message
from noroshi.ports import (
    MOST_FATES,
    NO_LOAN,
    NO_STATES,
    AcceptedMail,
    Arrival,
    Beat,
    Block,
    LedgerEntry,
    Loan,
    Node,
    NodeLease,
    QueueCounts,
    QueuedEnvelope,
    Renewal,
    ReportOutcome,
    RouteOutage,
    RowEffect,
    StoredFate,
    StoredSample,
    TrackedMail,
    Version,
)
from noroshi.stores.column_values import MICROSECOND
from noroshi.stores.postgres import (
    agents,
    alarms,
    arrivals as stored_arrivals,
    custody_columns,
    deferral,
    definitions,
    digests,
    integrity,
    leases,
    ledger,
    monitor_changes,
    monitors,
    named_values,
    people,
    received_reports,
    reports as report_table,
    samples as sample_table,
    spool,
    spool_counts,
)
from noroshi.stores.postgres.bell import Bell
from noroshi.stores.postgres.gathered import Gathered, wait_for_answers
from noroshi.stores.postgres.pool import Pool
from noroshi.stores.postgres.pooled_store import PooledStore
from noroshi.stores.postgres.session import Session as Transaction
from noroshi.stores.store_rules import Wakeups


class PostgresStore(PooledStore):
    """Do what ports.Store says: each method is one transaction of one of the modules beside
    this one."""

    def __init__(
        self, pool: Pool, origin: Origin, bell: Bell | None, wakeups: Wakeups, version: str
    ) -> None:
        super().__init__(pool, origin, bell, wakeups, version)
        self._lender = leases.ParcelLender(self._write)
        self._settling = Gathered[leases.End, bool](
            lambda ends: self._write_and_wake(lambda db: leases.settle(db, ends))
        )

        self._committing = Gathered[tuple[int, Change], bool](self._commit_all)

    async def _commit_all(self, asked_for: Sequence[tuple[int, Change]]) -> Sequence[bool]:
        """Commit changes of one block."""
        fence, all_of_it = asked_for[0][0], [change for _, change in asked_for]
        return await self._write(lambda db: monitor_changes.commit(db, fence, all_of_it))

    async def close(self) -> None:
        await wait_for_answers(self._lender.gathered, self._settling, self._committing)
        await super().close()

    # definitions

    async def publish(
        self,
        version: Version,
        ids: Iterable[str],
        base_number: int,
        states: Mapping[str, State] = NO_STATES,
    ) -> int:
        distinct_ids = tuple(dict.fromkeys(ids))
        return await self._write_and_wake(
            lambda db: definitions.publish(db, version, distinct_ids, base_number, states)
        )

    async def enroll(self, version: int, monitors: Iterable[str]) -> bool:
        distinct_ids = tuple(dict.fromkeys(monitors))
        return await self._write(lambda db: definitions.enroll(db, version, distinct_ids))

    async def current(self) -> Version:
        return await self._read(definitions.current)

    async def current_number(self) -> int:
        return await self._read(definitions.latest)

    async def version(self, number: int) -> Version | None:
        return await self._read(lambda db: definitions.numbered(db, number))

    async def versions(self, limit: int = 100) -> Sequence[Version]:
        return await self._read(lambda db: definitions.newest_versions(db, limit))

    # monitors

    async def lease_monitors(
        self, node: Node, now: datetime, loan: Loan = NO_LOAN, left_out: Collection[str] = ()
    ) -> Block:
        request = monitors.LoanRequest(node, loan, left_out, self._version)
        return await self._write(lambda db: monitors.lend(db, request))

    async def give_back(self, fence: int, watched_until: Mapping[str, datetime]) -> None:
        await self._write(lambda db: monitors.give_back(db, fence, watched_until))

    async def renew(self, fence: int, now: datetime) -> Renewal | None:
        return await self._write(lambda db: monitors.renew(db, fence, now))

    async def nodes(self) -> Sequence[NodeLease]:
        return await self._read(monitors.nodes)

    async def forget_node(self, name: str) -> bool:
        return await self._write(lambda db: monitors.forget_node(db, name))

    async def commit(self, fence: int, change: Change) -> bool:
        change = replace(change, envelopes=self._with_origin(change.envelopes))
        result = await self._committing.do(fence, (fence, change))
        if change.envelopes or change.reports:
            self._wake()
        return result

    async def recall(self, monitor: str) -> tuple[State, Mapping[str, Any]]:
        # A commit that nobody waits for any more may be under way.
        await self._committing.wait_until_idle()
        await self._pool.wait_until_idle()
        return await self._read(lambda db: monitors.recall(db, monitor))

    async def retire(self, fence: int, change: Change) -> bool:
        change = replace(change, envelopes=self._with_origin(change.envelopes))
        return await self._write_and_wake(lambda db: monitor_changes.retire(db, fence, change))

    async def append(
        self, samples: Sequence[tuple[str, Sample]], fence: int | None = None
    ) -> None:
        newest_memories = {monitor: sample.memory for monitor, sample in samples}

        async def work(db: Transaction) -> None:
            if fence is None:
                await monitors.remember(db, newest_memories)
            else:
                await monitors.remember_held(db, fence, newest_memories)
            await sample_table.append(db, samples)

        await self._write(work)

    async def drop_samples(self, cutoff: datetime, limit: int) -> int:
        return await self._write(lambda db: sample_table.drop(db, cutoff, limit))

    async def states(self, ids: Collection[str] | None = None) -> Mapping[str, State]:
        return await self._read(lambda db: monitors.states(db, ids))

    async def events(self, monitor: str = "", limit: int = 100) -> Sequence[Event]:
        return await self._read(lambda db: monitors.events(db, monitor, limit))

    async def decisions(self, monitor: str) -> Sequence[Decision]:
        return await self._read(lambda db: monitors.decisions(db, monitor))

    async def samples(self, monitor: str, limit: int = 100) -> Sequence[Sample]:
        return await self._read(lambda db: sample_table.newest_samples(db, monitor, limit))

    async def newest_samples(self, monitors: Collection[str]) -> Mapping[str, Sample]:
        if not monitors:
            return {}
        distinct_ids = frozenset(monitors)
        return await self._read(lambda db: sample_table.newest_of_each(db, distinct_ids))

    async def samples_after(self, row: int, limit: int) -> Sequence[StoredSample]:
        return await self._write(lambda db: sample_table.following(db, row, limit))

    async def set_suppression(self, monitor: str, suppression: Suppression) -> bool:
        return await self._write(lambda db: monitors.set_suppression(db, monitor, suppression))

    # what people say of alarms

    async def suppressions(self, now: datetime) -> Suppressions:
        return await self._read(lambda db: alarms.suppressions(db, now))

    async def acknowledge(self, acknowledgement: Acknowledgement, remark: Remark) -> bool:
        return await self._write(lambda db: alarms.acknowledge(db, acknowledgement, remark))

    async def unacknowledge(self, remark: Remark) -> bool:
        return await self._write(lambda db: alarms.unacknowledge(db, remark))

    async def remark(self, remark: Remark) -> None:
        await self._write(lambda db: alarms.remark(db, remark))

    async def remark_all(self, remarks: Sequence[Remark]) -> Sequence[bool]:
        return await self._write(lambda db: alarms.write_remarks(db, remarks))

    async def remarks(self, monitor: str = "", limit: int = 100) -> Sequence[Remark]:
        return await self._read(lambda db: alarms.remarks(db, monitor, limit))

    async def silence(self, silence: Silence) -> None:
        await self._write(lambda db: alarms.silence(db, silence))

    async def end_silence(self, id: str, person: str, now: datetime) -> Silence | None:
        return await self._write(lambda db: alarms.end_silence(db, id, person, now))

    async def silences(self, limit: int = 100) -> Sequence[Silence]:
        return await self._read(lambda db: alarms.silences(db, limit))

    async def reporters(self) -> Mapping[str, str]:
        return await self._read(monitors.reporters)

    async def put_hub_suppressions(
        self, silences: Sequence[Silence], acknowledgements: Sequence[AcknowledgementOfHub]
    ) -> None:
        await self._write(lambda db: alarms.put_of_hub(db, silences, acknowledgements))

    async def forget_suppressions(self, cutoff: datetime) -> int:
        return await self._write(lambda db: alarms.forget(db, cutoff))

    # jobs that report in

    async def beat(self, name: str, beat: Beat) -> None:
        await self._write_and_wake(lambda db: named_values.beat(db, name, beat))

    async def beats(self) -> Mapping[str, Beat]:
        return await self._read(named_values.beats)

    # envelopes

    async def post(self, *envelopes: Envelope) -> int:
        signed_envelopes = self._with_origin(envelopes)
        return await self._write_and_wake(lambda db: spool.put_all(db, signed_envelopes))

    async def claim_parcel(
        self,
        node: Node,
        route: str,
        now: datetime,
        excluded_contacts: Collection[str] = (),
        only_critical: Collection[str] = (),
        send_rights: Collection[SendRight] = (),
    ) -> Parcel | None:
        lease = f"{self._mark}/{next(self._leases)}"
        claim = leases.Claim(
            node, route, now, lease, excluded_contacts, only_critical, send_rights
        )
        return await self._lender.lend(claim)

    async def pending_for(self, parcel: Parcel) -> Sequence[Envelope]:
        return await self._read(lambda db: digests.pending_for(db, parcel))

    async def replace_by_digest(self, parcel: Parcel, digest: Envelope) -> bool:
        signed_digest = with_origin(digest, self.origin)
        return await self._write_and_wake(
            lambda db: digests.replace_by_digest(db, parcel, signed_digest)
        )

    async def release_lease(self, parcel: Parcel, now: datetime) -> bool:
        return await self._write_and_wake(lambda db: spool.release_lease(db, parcel, now))

    async def quarantine(
        self, parcel: Parcel, reason: Message, now: datetime, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        signed_envelopes = self._with_origin(envelopes)
        return await self._write_and_wake(
            lambda db: leases.quarantine(db, parcel, reason, now, signed_envelopes)
        )

    async def accepted_since(self, start: datetime) -> Sequence[AcceptedMail]:
        return await self._read(lambda db: digests.accepted_since(db, start))

    async def settle(
        self,
        parcel: Parcel,
        receipt: Receipt,
        fate: Fate,
        envelopes: Sequence[Envelope] = (),
        reports: Sequence[ReportDraft] = (),
    ) -> bool:
        end = leases.End(parcel, receipt, fate, self._with_origin(envelopes), reports)
        return await self._settling.do("", end)

    async def queue(self) -> Sequence[QueuedEnvelope]:
        return await self._read(spool.queue)

    async def queue_counts(self, excluded_prefix: str = "") -> QueueCounts:
        return await self._read(lambda db: spool_counts.queue_counts(db, excluded_prefix))

    async def tally(self, start: datetime, end: datetime | None = None) -> Mapping[str, int]:
        return await self._read(lambda db: ledger.tally(db, start, end))

    async def ledger(
        self, limit: int = 100, alarm: str = "", monitor: str = ""
    ) -> Sequence[LedgerEntry]:
        return await self._read(lambda db: ledger.ledger(db, limit, alarm, monitor))

    async def totals(self) -> Mapping[str, int]:
        return await self._read(ledger.totals)

    async def record_arrival(
        self, envelope: str, arrival: Arrival, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        signed_envelopes = self._with_origin(envelopes)
        return await self._write_and_wake(
            lambda db: stored_arrivals.record_arrival(db, envelope, arrival, signed_envelopes)
        )

    async def find_by_message_id(self, message_ids: Collection[str]) -> TrackedMail | None:
        return await self._read(lambda db: stored_arrivals.find_by_message_id(db, message_ids))

    async def latest_by_prefix(
        self, prefix: str, limit: int, end_id: str = ""
    ) -> Sequence[TrackedMail]:
        return await self._read(
            lambda db: stored_arrivals.latest_by_prefix(db, prefix, limit, end_id)
        )

    async def arrivals(self, envelope: str) -> Sequence[Arrival]:
        return await self._read(lambda db: stored_arrivals.arrivals_of(db, envelope))

    async def forget(self, cutoff: datetime, limit: int) -> int:
        return await self._write(lambda db: ledger.forget(db, cutoff, limit))

    async def envelope(self, id: str) -> tuple[QueuedEnvelope, Sequence[Receipt]] | None:
        return await self._read(lambda db: spool.envelope(db, id))

    async def retry(self, id: str, now: datetime) -> bool:
        return await self._write_and_wake(lambda db: spool.retry(db, id, now))

    async def hasten(self, route: str, now: datetime) -> bool:
        return await self._write_and_wake(lambda db: deferral.hasten(db, route, now))

    async def hold(self, id: str, person: str) -> bool:
        return await self._write_and_wake(lambda db: spool.hold(db, id, person))

    async def release(self, id: str, now: datetime) -> bool:
        return await self._write_and_wake(lambda db: spool.release(db, id, now))

    async def drop(self, id: str, person: str) -> bool:
        return await self._write_and_wake(lambda db: spool.drop(db, id, person))

    async def readdress(
        self, id: str, addresses: Sequence[str], routes: Sequence[str], *, reset: bool = True
    ) -> bool:
        return await self._write_and_wake(
            lambda db: spool.readdress(db, id, addresses, routes, reset)
        )

    async def last_accepted(self) -> Mapping[str, datetime]:
        return await self._read(digests.last_accepted)

    async def route_outages(self) -> Sequence[RouteOutage]:
        return await self._read(spool.route_outages)

    async def record_probe(
        self, route: str, open_circuit: OpenCircuit | None, earlier_end: datetime | None = None
    ) -> None:
        await self._write_and_wake(
            lambda db: spool.record_probe(db, route, open_circuit, earlier_end)
        )

    async def wake(self, route: str, now: datetime) -> bool:
        return await self._write_and_wake(lambda db: spool.wake(db, route, now))

    # people, and what they changed

    async def users(self) -> Mapping[str, User]:
        return await self._read(people.users)

    async def put_user(self, user: User, previous: User | None) -> bool:
        return await self._write(lambda db: people.put_user(db, user, previous))

    async def drop_user(self, name: str) -> bool:
        return await self._write(lambda db: people.drop_user(db, name))

    async def api_tokens(self) -> Mapping[str, ApiToken]:
        return await self._read(people.api_tokens)

    async def put_api_token(self, token: ApiToken) -> bool:
        return await self._write(lambda db: people.put_api_token(db, token))

    async def drop_api_token(self, name: str) -> bool:
        sql = "delete from api_token where name = $1"
        return await self._write(lambda db: db.run(sql, name)) > 0

    async def session(self, key: str) -> Session | None:
        return await self._read(lambda db: people.session(db, key))

    async def put_session(
        self, session: Session, replaced_key: str = "", authenticated: User | None = None
    ) -> bool:
        return await self._write(
            lambda db: people.put_session(db, session, replaced_key, authenticated)
        )

    async def end_sessions(self, cutoff: datetime, user: str = "", key: str = "") -> int:
        return await self._write(lambda db: people.end_sessions(db, cutoff, user, key))

    async def audit(self, row: Audited) -> None:
        await self._write(lambda db: people.audit(db, row))

    async def audit_log(self, limit: int = 100) -> Sequence[Audited]:
        return await self._read(lambda db: people.audit_log(db, limit))

    async def forget_audit(self, cutoff: datetime, limit: int) -> int:
        return await self._write(lambda db: people.forget_audit(db, cutoff, limit))

    # agents, and the invitations by which they join

    async def invitations(self) -> Mapping[str, Invitation]:
        return await self._read(agents.invitations)

    async def put_invitation(self, invitation: Invitation) -> None:
        await self._write(lambda db: agents.put_invitation(db, invitation))

    async def drop_invitation(self, id: str) -> bool:
        sql = "delete from invitation where id = $1"
        return await self._write(lambda db: db.run(sql, id)) > 0

    async def admit(self, secret_hash: str, agent: Agent, now: datetime) -> Agent | JoinRefusal:
        return await self._write(lambda db: agents.admit(db, secret_hash, agent, now))

    async def agents(self) -> Mapping[str, Agent]:
        return await self._read(agents.agents)

    async def put_agent(self, agent: Agent, previous: Agent) -> bool:
        return await self._write(lambda db: agents.put_agent(db, agent, previous))

    async def drop_agent(self, agent: Agent) -> bool:
        async def work(db: Transaction) -> bool:
            is_dropped = await agents.drop_agent(db, agent)
            if is_dropped:
                await custody_columns.forget_agent(db, agent.id)
            return is_dropped

        return await self._write_and_wake(work)

    async def last_seen(self) -> Mapping[str, LastSeen]:
        return await self._read(agents.last_seen)

    async def put_last_seen(self, last_seen: Sequence[LastSeen]) -> None:
        await self._write(lambda db: agents.put_last_seen(db, last_seen))

    # what an agent reports to its hub: on the agent

    async def report_log(self) -> ReportLog:
        return await self._read(report_table.report_log)

    async def add_reports(self, *drafts: ReportDraft) -> None:
        await self._write_and_wake(lambda db: report_table.add(db, drafts))

    async def reports(
        self, seq: int, most: int = MOST_ROWS, most_bytes: int = MOST_BYTES
    ) -> Sequence[ReportRow]:
        return await self._read(lambda db: report_table.following(db, seq, most, most_bytes))

    async def report_position(self, seq: int) -> Position | None:
        return await self._read(lambda db: report_table.position_of(db, seq))

    async def acknowledge_reports(self, position: Position) -> bool:
        return await self._write(lambda db: report_table.acknowledge(db, position))

    async def begin_reports(
        self, position: Position, *drafts: ReportDraft, last: Position | None = None
    ) -> bool:
        return await self._write_and_wake(
            lambda db: report_table.begin(db, position, drafts, last)
        )

    async def forget_reports(self, cutoff: datetime, most_bytes: int, limit: int) -> int:
        last = await self._read(lambda db: report_table.last_needless(db, cutoff, most_bytes))
        return await self._write(lambda db: report_table.forget(db, last, limit))

    # what agents report: on the hub

    async def receive(
        self, agent: str, report: Report, changes: Mapping[int, RowEffect]
    ) -> ReportOutcome:
        signed_changes = {
            seq: replace(change, envelopes=self._with_origin(change.envelopes))
            if isinstance(change, Change)
            else change
            for seq, change in changes.items()
        }
        return await self._write_and_wake(
            lambda db: received_reports.receive(db, agent, report, signed_changes)
        )

    async def received_positions(self) -> Mapping[str, Position]:
        return await self._read(received_reports.positions)

    # who sends an agent's notifications: on both sides

    async def put_custody(
        self, agent: str, change: CustodyChange, reports: Sequence[ReportDraft] = ()
    ) -> int:
        return await self._write_and_wake(
            lambda db: custody_columns.put_custody(db, agent, change, reports)
        )

    async def settle_elsewhere(
        self, agent: str, fate: OtherSideFate, reports: Sequence[ReportDraft] = ()
    ) -> bool:
        return await self._write_and_wake(
            lambda db: custody_columns.settle_elsewhere(db, agent, fate, reports)
        )

    async def agent_notifications(self, agent: str, custody: Custody) -> Sequence[str]:
        return await self._read(
            lambda db: custody_columns.agent_notifications(db, agent, custody)
        )

    async def fates_of(
        self, agent: str, number: int = 0, most: int = MOST_FATES
    ) -> Sequence[StoredFate]:
        return await self._read(lambda db: custody_columns.fates_of(db, agent, number, most))

    async def forget_fates(self, agent: str, number: int) -> None:
        await self._write(lambda db: custody_columns.forget_fates(db, agent, number))

    async def newest_fates(self) -> Mapping[str, int]:
        return await self._read(custody_columns.newest_fates)

    async def last_fate_number(self) -> int:
        return await self._read(custody_columns.last_fate_number)

    # what is kept under a name

    async def put_secret(self, name: str, sealed_secret: bytes) -> None:
        await self._write(lambda db: named_values.put_secret(db, name, sealed_secret))

    async def get_secret(self, name: str) -> bytes | None:
        return await self._read(lambda db: named_values.get_secret(db, name))

    async def secret_names(self) -> Sequence[str]:
        return await self._read(named_values.secret_names)

    async def get_secrets(self) -> Mapping[str, bytes]:
        return await self._read(named_values.get_secrets)

    async def drop_secret(self, name: str) -> bool:
        return await self._write(lambda db: named_values.drop_secret(db, name))

    async def put_value(self, name: str, text: str) -> None:
        await self._write(lambda db: named_values.put_value(db, name, text))

    async def get_values(self) -> Mapping[str, str]:
        return await self._read(named_values.get_values)

    # all

    async def faults(self) -> Sequence[Message]:
        return await self._read(integrity.faults)

    async def shift(self, amount: timedelta, step: str) -> None:
        await self._write_and_wake(lambda db: spool.shift(db, amount // MICROSECOND, step))
