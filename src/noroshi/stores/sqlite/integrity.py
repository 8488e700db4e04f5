"""Find what should not be so in a store, in words: the file, the mails, what is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi import schema
from noroshi.core.agents import Agent, Invitation, LastSeen
from noroshi.core.alarms import Acknowledgement, Remark, Silence
from noroshi.core.mail import Envelope, EnvelopeState, Receipt
from noroshi.core.model import Event
from noroshi.core.people import ApiToken, Audited, User
from noroshi.core.translation import Message, _
from noroshi.stores import fault_messages
from noroshi.stores.sqlite.types import Connection, sql_list
from noroshi.stores.store_rules import OPEN_STATES, SETTLED_STATES
from noroshi.stores.stored_state import State

MOST_FAULTS = 20
"""The most faults of the file that are reported: further ones are mostly more of the same."""
DAMAGED = _("the file is damaged: {what}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A question that no row should answer, and what it means if some do."""

    ask: str
    meaning: Message


RULES = (
    Rule(
        f"select s.id from spool s where s.fate in {sql_list(OPEN_STATES)} "  # noqa: S608  our own text
        "and s.head <> (s.seq = (select min(o.seq) from spool o "
        f"where o.order_key = s.order_key and o.fate in {sql_list(OPEN_STATES)}))",
        fault_messages.MISPLACED,
    ),
    Rule(
        f"select id from spool s where fate = '{EnvelopeState.WAITING}' "  # noqa: S608  our own text
        "and not exists (select 1 from way where envelope = s.seq)",
        fault_messages.WITHOUT_ROUTE,
    ),
    Rule(
        f"select id from spool s where fate in {sql_list(SETTLED_STATES)} "  # noqa: S608  our own text
        "and exists (select 1 from way where envelope = s.seq)",
        fault_messages.STILL_ROUTED,
    ),
    Rule(
        f"select id from spool where fate <> '{EnvelopeState.WAITING}' and lease is not null",  # noqa: S608
        fault_messages.STILL_LENT,
    ),
    Rule(
        f"select id from spool where fate = '{EnvelopeState.IN_DIGEST}' and id not in ("  # noqa: S608  our own text
        "select m.value from spool d, "
        "json_each(iif(json_valid(d.envelope), d.envelope, '{}'), '$.members') m "
        f"where d.fate in {sql_list((EnvelopeState.WAITING, EnvelopeState.HELD))})",
        fault_messages.IN_NO_DIGEST,
    ),
    Rule(
        "select envelope from receipt where envelope not in (select seq from spool)",
        fault_messages.STRAY_RECEIPT,
    ),
    Rule(
        "select monitor from decision where monitor not in (select id from monitor)",
        fault_messages.STRAY_DECISION,
    ),
    Rule(
        "select monitor from memory where monitor not in (select id from monitor)",
        fault_messages.STRAY_MEMORY,
    ),
    Rule(
        "select v.number from version v, json_each(v.documents) h "
        "where h.value not in (select hash from document)",
        fault_messages.MISSING_DOCUMENT,
    ),
    Rule(
        "select series from sample where series not in (select id from series)",
        fault_messages.STRAY_SAMPLE,
    ),
)
BODIES: Mapping[str, tuple[str, Any]] = {
    "monitor": ("select id, state from monitor", State),
    "spool": ("select id, envelope from spool", Envelope),
    "event": ("select id, body from event", Event),
    "receipt": ("select envelope, body from receipt", Receipt),
    "user": ("select name, body from user", User),
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


def faults(db: Connection) -> Sequence[Message]:
    """Return all faults of a store; nothing further is read from a broken file."""
    rows = [row for (row,) in db.execute(f"pragma integrity_check({MOST_FAULTS})")]
    if rows != ["ok"]:
        return [DAMAGED.fill(what=text) for text in rows]
    return [*_broken_rules(db), *_unreadable(db)]


def _broken_rules(db: Connection) -> Iterator[Message]:
    for rule in RULES:
        ids = [id for (id,) in db.execute(rule.ask)]
        if ids:
            yield rule.meaning.fill(count=len(ids), id=ids[0])


def _unreadable(db: Connection) -> Iterator[Message]:
    # A backup of an older schema, which is looked through before it is changed, lacks some.
    tables = {name for (name,) in db.execute("select name from sqlite_schema")}
    for table, (ask, kind) in BODIES.items():
        if table not in tables:
            continue
        bad_ids = [id for id, body in _as_bytes(db, ask) if not _is_readable(kind, body)]
        if bad_ids:
            yield fault_messages.UNREADABLE.fill(table=table, count=len(bad_ids), id=bad_ids[0])


def _as_bytes(db: Connection, ask: str) -> Iterator[tuple[Any, bytes]]:
    """Read texts as bytes: damaged letters are for whoever reads them, and not for the
    driver."""
    previous_factory, db.text_factory = db.text_factory, bytes
    try:
        for id, body in db.execute(ask):
            yield id.decode("utf-8", "replace") if isinstance(id, bytes) else id, body
    finally:
        db.text_factory = previous_factory


def _is_readable(kind: Any, body: bytes) -> bool:
    try:
        schema.value(kind, body)
    except schema.Unreadable:
        return False
    return True
