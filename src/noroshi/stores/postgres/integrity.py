"""Find what should not be so in a store, in words; PostgreSQL itself is looked after by its own tools."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi import schema
from noroshi.core.agents import Agent, Invitation, LastSeen
from noroshi.core.alarms import Acknowledgement, Remark, Silence
from noroshi.core.mail import Envelope, EnvelopeState, Receipt
from noroshi.core.model import Event
from noroshi.core.people import ApiToken, Audited, User
from noroshi.core.translation import Message
from noroshi.stores import fault_messages
from noroshi.stores.column_values import sql_list
from noroshi.stores.postgres.session import Session
from noroshi.stores.store_rules import OPEN_STATES, SETTLED_STATES
from noroshi.stores.stored_state import State

SENT_TOGETHER = sql_list((EnvelopeState.WAITING, EnvelopeState.HELD))


@dataclass(frozen=True, slots=True)
class Rule:
    """A question that no row should answer, and what it means if some do."""

    ask: str
    meaning: Message


RULES = (
    Rule(
        f"""select s.id from spool s join (
            select order_key, min(seq) as seq from spool
            where fate in {sql_list(OPEN_STATES)} group by order_key) oldest using (order_key)
        where s.fate in {sql_list(OPEN_STATES)} and s.head <> (s.seq = oldest.seq)""",  # noqa: S608  our own text
        fault_messages.MISPLACED,
    ),
    Rule(
        f"""select id from spool s where fate = '{EnvelopeState.WAITING}'
        and not exists (select 1 from way where envelope = s.seq)""",  # noqa: S608  our own text
        fault_messages.WITHOUT_ROUTE,
    ),
    Rule(
        f"""select id from spool s where fate in {sql_list(SETTLED_STATES)}
        and exists (select 1 from way where envelope = s.seq)""",  # noqa: S608  our own text
        fault_messages.STILL_ROUTED,
    ),
    Rule(
        f"select id from spool where fate <> '{EnvelopeState.WAITING}' and lease is not null",  # noqa: S608
        fault_messages.STILL_LENT,
    ),
    Rule(
        f"""select id from spool s where fate = '{EnvelopeState.IN_DIGEST}' and not exists (
            select 1 from spool d where d.id = s.digest and d.fate in {SENT_TOGETHER})""",  # noqa: S608  our own text
        fault_messages.IN_NO_DIGEST,
    ),
    Rule(
        """select envelope from receipt
        where not exists (select 1 from spool where seq = receipt.envelope)""",
        fault_messages.STRAY_RECEIPT,
    ),
    Rule(
        """select monitor from decision
        where not exists (select 1 from monitor where id = decision.monitor)""",
        fault_messages.STRAY_DECISION,
    ),
    Rule(
        """select monitor from memory
        where not exists (select 1 from monitor where id = memory.monitor)""",
        fault_messages.STRAY_MEMORY,
    ),
)
BODIES: Mapping[str, tuple[str, Any]] = {
    "monitor": ("select id, state from monitor", State),
    "spool": ("select id, envelope from spool", Envelope),
    "event": ("select id, body from event", Event),
    "receipt": ("select envelope, body from receipt", Receipt),
    "person": ("select name, body from person", User),
    "api_token": ("select name, body from api_token", ApiToken),
    "audit": ("select seq, body from audit", Audited),
    "acknowledged": ("select monitor, body from acknowledged", Acknowledgement),
    "silence": ("select id, body from silence", Silence),
    "remark": ("select seq, body from remark", Remark),
    "agent": ("select id, body from agent", Agent),
    "invitation": ("select id, body from invitation", Invitation),
    "last_seen": ("select agent, body from last_seen", LastSeen),
    "memory": ("select monitor, body from memory", dict[str, Any]),
}


async def faults(db: Session) -> Sequence[Message]:
    """Return all faults of a store."""
    broken = [one async for one in _broken_rules(db)]
    return [*broken, *[one async for one in _unreadable(db)]]


async def _broken_rules(db: Session) -> AsyncIterator[Message]:
    for rule in RULES:
        ids = [id for (id,) in await db.rows(rule.ask)]
        if ids:
            yield rule.meaning.fill(count=len(ids), id=ids[0])


async def _unreadable(db: Session) -> AsyncIterator[Message]:
    for table, (ask, kind) in BODIES.items():
        rows = db.pages(ask)
        bad_ids = [id async for id, body in rows if not _is_readable(kind, body)]
        if bad_ids:
            first = {"count": len(bad_ids), "id": bad_ids[0]}
            yield fault_messages.UNREADABLE.fill(table=table, **first)


def _is_readable(kind: Any, body: str) -> bool:
    try:
        schema.value(kind, body)
    except schema.Unreadable:
        return False
    return True
