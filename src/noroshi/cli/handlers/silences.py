"""`noroshi silence`: what nothing is told of, until when, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.lists import print_answer, print_list
from noroshi.cli.output.tables import columns, table
from noroshi.cli.output.times import clock
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _, ngettext
from noroshi.operations import alarm_operations
from noroshi.operations.alarm_answers import Alarms, SilenceShown, WindowShown
from noroshi.operations.status_answers import Status

NONE = _("No notifications are suppressed.")
EVERYTHING = _("everything")
SILENT = _("Active silences")
PLANNED = _("Maintenance")
UNTIL = _("until {at}")
ENDED = _("ended {at}")
ENDED_BY = _("ended {at} by {who}")
BY = _("{why} ({who})")
COUNT = ngettext("{count} monitor", "{count} monitors")
FROM_TO = _("{begins} – {ends}")
NOW = _("in progress until {ends}")
IS_SILENT = with_commands(
    ngettext(
        "Notifications about {place} are suppressed until {at} ({count} monitor). Monitoring "
        "continues; problems that still exist then are reported.\n"
        "To end the silence earlier: {command}",
        "Notifications about {place} are suppressed until {at} ({count} monitors). Monitoring "
        "continues; problems that still exist then are reported.\n"
        "To end the silence earlier: {command}",
    ),
    command=CommandText("silence end", "{id}"),
)
IS_OVER = _("The silence for {place} has ended: problems that persist are reported now.")


def add(context: CommandContext) -> int:
    """Silence a place from now on."""
    args = context.args
    times = {"until": args.until, "length": args.length}
    silence = context.ask(
        alarm_operations.SILENCE_ADD,
        SilenceShown,
        place=args.place,
        reason=args.reason,
        **times,
    )
    if args.json:
        context.print_json(silence)
        return exits.DONE
    at = clock(silence.ends, datetime.now(UTC))
    fields = {
        "place": place(context, silence),
        "at": at,
        "count": silence.monitors,
        "id": silence.id,
    }
    print(context.say(IS_SILENT.fill(**fields)))
    return exits.DONE


def list_(context: CommandContext) -> int:
    """List silences, the first to end first; with --all the newest."""
    answer = context.ask(
        alarm_operations.SILENCE_LIST, tuple[SilenceShown, ...], all=context.args.all
    )

    def lines_of(silences: Sequence[SilenceShown]) -> Sequence[str]:
        now = datetime.now(UTC)
        return table(((one.id, *_silence(context, one, now)) for one in silences), columns())

    return print_list(context, answer, NONE, lines_of)


def end(context: CommandContext) -> int:
    """End a silence now."""
    one = context.ask(alarm_operations.SILENCE_END, SilenceShown, silence=context.args.silence)
    return print_answer(
        context, one, lambda: [context.say(IS_OVER.fill(place=place(context, one)))]
    )


def place(context: CommandContext, one: SilenceShown | WindowShown) -> str:
    """Return the place that is silenced."""
    return one.place or context.say(EVERYTHING)


def lines(context: CommandContext, answer: Alarms | Status, now: datetime) -> Iterator[str]:
    """Return what is silent, and the maintenance that is under way or comes next, if there is
    any."""
    silences = [_silence(context, one, now) for one in answer.silences]
    windows = [_window(context, one, now) for one in answer.maintenance]
    for title, rows in ((SILENT, silences), (PLANNED, windows)):
        if rows:
            yield from ("", context.say(title))
            yield from (f"  {line}" for line in table(rows, columns() - 2))


def _silence(context: CommandContext, one: SilenceShown, now: datetime) -> Sequence[str]:
    words = ENDED_BY if one.ended_by else ENDED if one.over else UNTIL
    return (
        place(context, one),
        context.say(words.fill(at=clock(one.ends, now), who=one.ended_by)),
        context.say(COUNT.fill(count=one.monitors)),
        context.say(BY.fill(why=one.why, who=one.who)),
    )


def _window(context: CommandContext, one: WindowShown, now: datetime) -> Sequence[str]:
    words = NOW if one.under_way else FROM_TO
    times = {"begins": clock(one.begins, now), "ends": clock(one.ends, now)}
    count = context.say(COUNT.fill(count=one.monitors))
    return (place(context, one), context.say(words.fill(**times)), count, one.title)
