"""Say in a mail what happens to an instance or to Noroshi itself: one page for each thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import singledispatch

from noroshi.actions import notice_words as words
from noroshi.actions.letter import Page, Part, Quote, Row, one_line, shorten
from noroshi.actions.phrases import MARKS, span
from noroshi.core.cadence import zone_of
from noroshi.core.date_text import moment
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.levels import Level
from noroshi.core.mail import EnvelopeState
from noroshi.core.model import Contact
from noroshi.core.notices.event_names import EVENT_NAMES
from noroshi.core.notices.notice import (
    ActionFailed,
    AgentRefused,
    HubRefused,
    HubUnreachable,
    MailCameBack,
    MailSetAside,
    MissedMonitor,
    MonitoredInstance,
    MonitoringGap,
    MonitoringStarted,
    MonitoringStopped,
    Notice,
    SettingsChanged,
    StatusReport,
    UnhealthyMonitor,
)
from noroshi.core.state_names import LEVEL_NAMES
from noroshi.core.translation import COMMA, Medium, Message, joined, known_language

MOST_LISTED = 50
LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class NoticeReader:
    """The reader of a notice: in which language, and by which clock."""

    contact: Contact

    @property
    def language(self) -> str:
        return known_language(self.contact.language)

    def say(self, sentence: Message, **arguments: object) -> str:
        return (sentence.fill(**arguments) if arguments else sentence).say(
            self.language, Medium.MAIL
        )

    def time_text(self, instant: datetime) -> str:
        return moment(instant, zone_of(self.contact.zone), self.language)

    def row(self, label: Message, value: str) -> Row:
        return Row(self.say(label), shorten(one_line(value), LONGEST_LINE))


@singledispatch
def page(notice: Notice, reader: NoticeReader) -> Page:
    """Return the page that a mail shows of it."""
    raise TypeError(f"no page for {type(notice).__name__}")


@page.register
def _(notice: MonitoringStarted, reader: NoticeReader) -> Page:
    consequence = reader.say(
        words.STARTED_SO[notice.by_version], node=notice.node, version=notice.version
    )
    return _about_instances(notice, words.MONITORING_STARTED, consequence, reader)


@page.register
def _(notice: MonitoringStopped, reader: NoticeReader) -> Page:
    consequence = reader.say(
        words.STOPPED_SO[notice.by_version], node=notice.node, version=notice.version
    )
    return _about_instances(
        notice, words.MONITORING_STOPPED[notice.by_version], consequence, reader
    )


def _about_instances(
    notice: MonitoringStarted | MonitoringStopped,
    headline: Message,
    consequence: str,
    reader: NoticeReader,
) -> Page:
    line = reader.say(headline, where=_first_and_more(notice.instances, reader))
    lines = [
        reader.say(words.MONITORS, name=_titled_name(one.name, one.title), count=one.monitors)
        for one in notice.instances
    ]
    return _page(
        reader,
        notice,
        line,
        lead=(consequence, *_shortened_list(lines, reader)),
        rows=(
            reader.row(words.AT_LABEL, reader.time_text(notice.happened_at)),
            reader.row(words.NODE, notice.node),
            reader.row(words.DEFINITIONS, reader.say(words.OF_VERSION, version=notice.version)),
        ),
    )


@page.register
def _(notice: SettingsChanged, reader: NoticeReader) -> Page:
    lines = [reader.say(difference) for _, difference in notice.differences]
    unseen_notes = (reader.say(words.APPLIED_OFFLINE),) if notice.is_offline_change else ()
    count = len(lines) + notice.left_out
    rows = [
        reader.row(words.AT_LABEL, reader.time_text(notice.happened_at)),
        reader.row(words.APPLIED_BY, notice.author or reader.say(words.NOBODY_KNOWN)),
    ]
    version_span = {"first": notice.first, "version": notice.version}
    title = words.CHANGED_ALL if notice.first else words.SETTINGS_CHANGED
    lead = words.CHANGED_ALL_SO if notice.first else words.CHANGED_SO
    return _page(
        reader,
        notice,
        reader.say(title, **version_span),
        lead=(reader.say(lead, **version_span), *unseen_notes),
        rows=(
            *rows,
            *([reader.row(words.NOTE, reader.say(notice.note))] if notice.note.en else ()),
        ),
        quote=_quote(
            reader.say(words.DIFFERENCES, count=count), lines, notice.left_out, reader
        ),
    )


@page.register
def _(notice: ActionFailed, reader: NoticeReader) -> Page:
    return _page(
        reader,
        notice,
        reader.say(words.FAILED[notice.failure], name=notice.name),
        lead=(
            reader.say(words.OTHER_TEXT_SENT[notice.failure]),
            reader.say(words.ONCE_A_DAY, until=reader.time_text(_next_day(notice.happened_at))),
        ),
        rows=(
            reader.row(words.CAUSE, reader.say(notice.reason)),
            reader.row(words.SUBJECT, notice.subject),
            reader.row(words.CONTACT, _addressed(notice)),
            reader.row(words.MAIL, notice.mail),
            reader.row(words.AT_LABEL, reader.time_text(notice.happened_at)),
        ),
        level=Level.WARNING,
    )


def _next_day(instant: datetime) -> datetime:
    """Return the start of the next day in UTC, as the engine counts the days of a failure."""
    day = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


@page.register
def _(notice: MailSetAside, reader: NoticeReader) -> Page:
    to_do = words.UNREAD_DO if notice.is_unreadable else words.ASIDE_DO
    subject = reader.say(words.NOBODY_KNOWN) if notice.is_unreadable else notice.subject
    return _page(
        reader,
        notice,
        reader.say(words.MESSAGE_UNDELIVERABLE, contact=notice.contact),
        lead=(reader.say(words.UNREAD_SO if notice.is_unreadable else words.ASIDE_SO),),
        rows=(
            reader.row(words.SUBJECT, subject),
            reader.row(words.CONTACT, _addressed(notice)),
            reader.row(words.ROUTE, notice.route),
            reader.row(
                words.CAUSE if notice.is_unreadable else words.ANSWER, reader.say(notice.reason)
            ),
            reader.row(words.AT_LABEL, reader.time_text(notice.happened_at)),
            reader.row(words.MAIL, notice.mail),
            reader.row(words.TO_DO, reader.say(to_do, mail=notice.mail)),
        ),
        level=Level.CRITICAL,
    )


def _addressed(notice: ActionFailed | MailSetAside) -> str:
    """Return the contact, with the addresses that were refused."""
    return (
        f"{notice.contact} ({', '.join(notice.addresses)})"
        if notice.addresses
        else notice.contact
    )


@page.register
def _(notice: MailCameBack, reader: NoticeReader) -> Page:
    to_do = reader.say(words.CAME_BACK_DO, contact=notice.contact, mail=notice.mail)
    return _page(
        reader,
        notice,
        reader.say(words.CAME_BACK, contact=notice.contact, address=notice.address),
        lead=(reader.say(words.CAME_BACK_SO),),
        rows=(
            reader.row(words.SUBJECT, notice.subject),
            reader.row(words.CONTACT, _contact_at(notice.contact, notice.address)),
            reader.row(words.ROUTE, notice.route),
            reader.row(words.ACCEPTED_AT, reader.time_text(notice.accepted_at)),
            reader.row(words.CAME_AT, reader.time_text(notice.happened_at)),
            reader.row(words.ANSWER, reader.say(notice.reason)),
            reader.row(words.MAIL, notice.mail),
            reader.row(words.TO_DO, to_do),
        ),
        level=Level.CRITICAL,
    )


@page.register
def _(notice: StatusReport, reader: NoticeReader) -> Page:
    bad_count = len(notice.unhealthy)
    is_late = (notice.happened_at - notice.due).total_seconds() >= 60
    counts_text = reader.say(
        words.MONITOR_COUNTS,
        well=notice.healthy_count,
        bad=bad_count,
        unseen=notice.unmeasured_count,
    )
    if notice.disabled_count:
        counts_text = reader.say(
            words.AND_STOPPED, counted=counts_text, stopped=notice.disabled_count
        )
    if notice.silent_count:
        counts_text = reader.say(
            words.AND_SILENT, counted=counts_text, silent=notice.silent_count
        )
    worst_first = sorted(notice.unhealthy, key=lambda one: -one.level.severity)
    return _page(
        reader,
        notice,
        reader.say(_well_headline(notice)),
        lead=(reader.say(words.REPORT_LATE, due=reader.time_text(notice.due)),)
        if is_late
        else (),
        rows=(
            reader.row(words.AT_LABEL, reader.time_text(notice.happened_at)),
            reader.row(words.REPORT_ON, COMMA.say(reader.language).join(notice.instances)),
            reader.row(words.COUNTS, counts_text),
            reader.row(words.ALARMS, _tally_text(notice, reader)),
            reader.row(words.QUEUE, _queue_text(notice, reader)),
        ),
        parts=tuple(_unhealthy_part(one, reader) for one in worst_first[:MOST_LISTED]),
        later_rows=_more_row(len(notice.unhealthy) - MOST_LISTED, reader),
        level=_well_level(notice),
    )


def _well_headline(notice: StatusReport) -> Message:
    """Return what a report says first: alarms that reached nobody before monitors, and of these
    no more than was measured."""
    problems = list[Message]()
    if notice.all_lost:
        problems.append(words.ALARMS_LOST.fill(count=notice.all_lost))
    if notice.undelivered_count:
        undelivered = words.OTHERS_UNDELIVERED if problems else words.UNDELIVERED
        problems.append(undelivered.fill(count=notice.undelivered_count))
    if notice.unhealthy or not problems:
        problems.append(_of_monitors(notice))
    return joined(problems, words.BETWEEN_PROBLEMS)


def _of_monitors(notice: StatusReport) -> Message:
    """Return how the monitors are."""
    bad_count, count = len(notice.unhealthy), notice.enabled
    if not count:
        nothing_text = words.ALL_STOPPED if notice.disabled_count else words.NONE_WATCHED
        return nothing_text.fill(count=notice.disabled_count)
    if bad_count:
        return words.NOT_WELL.fill(count=count, bad=bad_count)
    if notice.unmeasured_count:
        return words.SOME_UNSEEN.fill(
            count=count, well=notice.healthy_count, unseen=notice.unmeasured_count
        )
    return words.ALL_WELL.fill(count=count)


def _well_level(notice: StatusReport) -> Level | None:
    """Return the worst that is known; None: not every monitor was measured, and no problem is
    known."""
    levels = [one.level for one in notice.unhealthy]
    if notice.all_lost:
        levels.append(Level.CRITICAL)
    if notice.undelivered_count:
        levels.append(Level.WARNING)
    if not levels and (notice.unmeasured_count or not notice.enabled):
        return None
    return Level.worst(levels)


def _contact_at(contact: str, address: str) -> str:
    """Return the contact, with the address that failed if the report of non-delivery names
    one."""
    return f"{contact} ({address})" if address else contact


def _tally_text(notice: StatusReport, reader: NoticeReader) -> str:
    """Return the tally in words."""
    tally = notice.tally
    return reader.say(
        words.ALARM_TALLY,
        all=sum(tally.values()),
        since=reader.time_text(notice.tally_since),
        accepted=tally.get(EnvelopeState.ACCEPTED, 0),
        back=tally.get(DeliveryState.CAME_BACK, 0),
        waiting=tally.get(EnvelopeState.WAITING, 0),
        held=tally.get(EnvelopeState.HELD, 0),
        aside=tally.get(EnvelopeState.SET_ASIDE, 0),
        dropped=tally.get(EnvelopeState.DROPPED, 0),
        lost=notice.all_lost,
    )


def _queue_text(notice: StatusReport, reader: NoticeReader) -> str:
    return reader.say(
        words.QUEUE_TEXT,
        waiting=notice.waiting_count,
        held=notice.held_count,
        aside=notice.set_aside_count,
    )


def _unhealthy_part(monitor: UnhealthyMonitor, reader: NoticeReader) -> Part:
    since_notes = (
        ()
        if monitor.unhealthy_since is None
        else (reader.say(words.SINCE_THEN, at=reader.time_text(monitor.unhealthy_since)),)
    )
    return Part(
        head=f"{monitor.path} {reader.say(monitor.title)}".strip(),
        level=monitor.level,
        mark=MARKS[monitor.level],
        word=reader.say(LEVEL_NAMES[monitor.level]),
        notes=since_notes,
    )


@page.register
def _(notice: MonitoringGap, reader: NoticeReader) -> Page:
    lines = [_missed_line(one, reader) for one in notice.missed]
    title = reader.say(words.MISSED_MEASUREMENTS, count=len(lines) + notice.left_out)
    return _page(
        reader,
        notice,
        reader.say(
            words.UNWATCHED, span=span(notice.ended_at - notice.happened_at), node=notice.node
        ),
        lead=(
            reader.say(words.UNWATCHED_SO[notice.was_suspended]),
            *((reader.say(words.AGENTS_MEASURED),) if notice.has_agents else ()),
        ),
        rows=(
            reader.row(words.FROM_LABEL, reader.time_text(notice.happened_at)),
            reader.row(words.UNTIL_LABEL, reader.time_text(notice.ended_at)),
        ),
        quote=_quote(title, lines, notice.left_out, reader),
        level=Level.WARNING,
    )


def _missed_line(monitor: MissedMonitor, reader: NoticeReader) -> str:
    return f"{reader.time_text(monitor.due_at)}  {monitor.path} {monitor.title}".rstrip()


@page.register
def _(notice: AgentRefused, reader: NoticeReader) -> Page:
    agent = notice.agent or f"({reader.say(words.NOBODY_KNOWN)})"
    facts = {"agent": agent, "inviter": notice.inviter}
    machine = f"{notice.machine} ({notice.address})" if notice.machine else notice.address
    return _page(
        reader,
        notice,
        reader.say(words.AGENT_CONFLICT[notice.conflict], **facts),
        lead=(reader.say(words.CONFLICT_SO[notice.conflict], **facts),),
        rows=(
            reader.row(words.AGENT, agent),
            reader.row(words.INVITED_BY, notice.inviter),
            reader.row(words.CAME_FROM, machine),
            reader.row(words.AT_LABEL, reader.time_text(notice.happened_at)),
            reader.row(words.TO_DO, reader.say(words.CONFLICT_DO[notice.conflict], **facts)),
        ),
        level=Level.WARNING,
    )


@page.register
def _(notice: HubRefused, reader: NoticeReader) -> Page:
    facts = {"hub": notice.hub, "agent": notice.agent}
    cause = reader.say(notice.detail)
    return _page(
        reader,
        notice,
        reader.say(words.HUB_REFUSED[notice.refusal], **facts),
        lead=(reader.say(words.MONITORS_ON, **facts),),
        rows=(
            reader.row(words.HUB, notice.hub),
            reader.row(words.AGENT, notice.agent),
            *((reader.row(words.CAUSE, cause),) if cause else ()),
            reader.row(words.AT_LABEL, reader.time_text(notice.happened_at)),
            reader.row(words.TO_DO, reader.say(words.HUB_REFUSED_DO[notice.refusal], **facts)),
        ),
        level=Level.WARNING,
    )


@page.register
def _(notice: HubUnreachable, reader: NoticeReader) -> Page:
    facts = {"hub": notice.hub, "agent": notice.agent}
    last_contact = (
        reader.say(words.NO_CONTACT)
        if notice.last_contact is None
        else reader.time_text(notice.last_contact)
    )
    return _page(
        reader,
        notice,
        reader.say(words.HUB_UNREACHABLE, **facts),
        lead=(reader.say(words.EITHER_SIDE),),
        rows=(
            reader.row(words.HUB, notice.hub),
            reader.row(words.AGENT, notice.agent),
            reader.row(words.LAST_CONTACT, last_contact),
            reader.row(words.AT_LABEL, reader.time_text(notice.happened_at)),
            reader.row(words.TO_DO, reader.say(words.HUB_UNREACHABLE_DO, **facts)),
        ),
        level=Level.WARNING,
    )


# What they have in common


def _page(
    reader: NoticeReader,
    notice: Notice,
    headline: str,
    *,
    lead: tuple[str, ...],
    rows: tuple[Row, ...],
    quote: Quote | None = None,
    parts: tuple[Part, ...] = (),
    later_rows: tuple[Row, ...] = (),
    level: Level | None = None,
) -> Page:
    return Page(
        language=reader.language,
        subject=f"[Noroshi] {shorten(one_line(headline), LONGEST_LINE)}",
        word=reader.say(words.NOTICE),
        level=level,
        mark="" if level is None else MARKS[level],
        path=("Noroshi",),
        headline=headline,
        lead=lead,
        rows=rows,
        quote=quote,
        parts=parts,
        closing_rows=later_rows,
        footer=(
            reader.say(
                words.FOOTER, name=EVENT_NAMES[notice.happening], event=notice.happening.value
            ),
        ),
    )


def _first_and_more(instances: Sequence[MonitoredInstance], reader: NoticeReader) -> str:
    """Return the first by name and how many more, for a subject."""
    first, *other_names = (one.name for one in instances)
    return (
        reader.say(words.AND_MORE, first=first, count=len(other_names))
        if other_names
        else first
    )


def _titled_name(name: str, title: str) -> str:
    return f"{name} ({title})" if title not in ("", name) else name


def _shortened_list(lines: Sequence[str], reader: NoticeReader) -> Iterable[str]:
    yield from (f"  {shorten(one_line(line), LONGEST_LINE)}" for line in lines[:MOST_LISTED])
    if len(lines) > MOST_LISTED:
        yield "  " + reader.say(words.AND_MORE_ROWS, count=len(lines) - MOST_LISTED)


def _more_row(count: int, reader: NoticeReader) -> tuple[Row, ...]:
    return (Row("", reader.say(words.AND_MORE_ROWS, count=count)),) if count > 0 else ()


def _quote(
    title: str, lines: Sequence[str], more_count: int, reader: NoticeReader
) -> Quote | None:
    if not lines:
        return None
    ending = (reader.say(words.AND_MORE_ROWS, count=more_count),) if more_count else ()
    return Quote(title, (*lines, *ending))
