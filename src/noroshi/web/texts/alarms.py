"""The texts of the pages about alarms: acknowledged, silent, under maintenance, commented."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, ngettext, pgettext

ALARMS: Mapping[str, Message] = {
    "alarms.title": _("Alarms"),
    "alarms.none": _("No alarm is open."),
    "alarms.head": _("{count} open, {nobody} not acknowledged"),
    "alarms.calm": _("no alarm is open"),
    "alarms.list": _("Open alarms"),
    "alarms.filter": _("Which alarms"),
    "alarms.all": _("Open {count}"),
    "alarms.nobody": _("Not acknowledged {count}"),
    "alarms.find": _("Find alarms"),
    "alarms.find.hint": _("Instance, monitor, person"),
    "alarms.find.do": _("Find"),
    "alarms.not_found": _("No open alarm fits “{what}”."),
    "alarms.all_had": _("Every open alarm is acknowledged."),
    "alarms.pick": _("Choose {what}"),
    "alarms.pick.head": _("Choose"),
    "alarms.what": pgettext("alarms.what", "What"),
    "alarms.way": _("How far it has come"),
    "alarms.holder": _("Acknowledged"),
    "alarms.not_yet": _("Not acknowledged"),
    "alarms.not_told": _("nobody was told"),
    "alarms.told_at": _("told at {at}"),
    "alarms.silent": _("silent until {at}"),
    "alarms.works": _("maintenance until {at}"),
    "alarms.moved": _("The alarms have changed:"),
    "alarms.over": pgettext("alarms.over", "ended"),
    "alarms.gone": _("It ended meanwhile; it stays here because you have chosen it."),
    "alarms.none_picked": _("Choose at least one alarm in the list first."),
    "alarms.too_many": ngettext(
        "{count} alarm is chosen; at most {most} go at once. Nothing was done. "
        "The first {most} of them are still chosen.",
        "{count} alarms are chosen; at most {most} go at once. Nothing was "
        "done. The first {most} of them are still chosen.",
    ),
    "alarms.partly": _(
        "Of {count} chosen: done {done}, ended before {over}. The others were not done:"
    ),
    "alarms.were_over": _(
        "Of those chosen, ended meanwhile: {count}. They need nothing any more."
    ),
    "alarms.with_picked": _("With those chosen:"),
    "alarms.ended": _("Alarms that ended within 24 hours"),
    "alarms.ended.well": _("recovered: {count}"),
    "alarms.ended.unwatched": _("no longer watched: {count}"),
    "alarms.ended.none": _("No alarm has ended within 24 hours."),
    "alarms.from_to": _("{begins} to {ends}"),
    "ack.title": _("Acknowledge"),
    "ack.about": _(
        "Tells everybody that somebody knows of it and is working on it. Its level stays as it is."
    ),
    "ack.words": _("A few words (optional)"),
    "ack.what": _(
        "Repeats stop. When it gets worse it is told again, and it waits to be acknowledged."
    ),
    "ack.recovery": _("Its recovery is told to everybody who was told of it."),
    "ack.queue": _("A mail that waits in the queue already still goes."),
    "ack.do": _("Acknowledge"),
    "ack.back": _("Take it back"),
    "ack.done": _("Acknowledged."),
    "ack.taken_back": _("Taken back. It is told again as its rules say."),
    "remark.title": _("What people said"),
    "remark.none": _("Nobody has said anything of it yet."),
    "remark.add": _("Comment"),
    "remark.do": _("Keep the comment"),
    "remark.done": _("The comment is kept with the monitor's history."),
    "remark.comment": _("Comment"),
    "remark.acknowledged": pgettext("remark.acknowledged", "Acknowledged"),
    "remark.taken_back": _("Taken back"),
    "silence.title": pgettext("alarms", "Silence"),
    "silence.goes_on": _("Watching goes on"),
    "silence.place": _("Where"),
    "silence.place.help": _(
        "Type part of a title or name and choose: an instance, a group, a monitor, or "
        "everything"
    ),
    "silence.length": _("How long"),
    "silence.hour": _("1 hour"),
    "silence.hours": ngettext("{n} hour", "{n} hours", by="n"),
    "silence.day": _("1 day"),
    "silence.tomorrow": _("until tomorrow 8:00"),
    "silence.moment": _("until the moment below"),
    "silence.until": pgettext("silence.until", "Until"),
    "silence.until.help": _("The node's clock. At most 90 days ahead"),
    "silence.why": _("Reason"),
    "silence.about": _(
        "What is still bad when it ends is told then, once. No silence is without an end."
    ),
    "silence.do": _("Silence it"),
    "silence.done": _("It is silent. What is still bad at the end is told then."),
    "silence.ended": _("The silence is over. What is still bad is told now."),
    "silence.now": _("Silent now"),
    "silence.none": _("Nothing is silent."),
    "silence.everything": _("everything"),
    "silence.ends": _("until {at}"),
    "silence.by": _("Reason: {why} ({who})"),
    "silence.covers": _("monitors: {count}"),
    "silence.end": _("End it now"),
    "silence.notice": _(
        "Silent until {at}: {places}. Watching goes on, nothing is told of it."
    ),
    "silence.see": _("What is silent"),
    "works.title": _("Maintenance"),
    "works.none": _("None is planned."),
    "works.now": _("under way until {ends}"),
    "works.weekly": _("each week"),
    "works.every_day": _("every day"),
    "works.once": _("once"),
    "works.notice": _(
        "Maintenance until {at}: {places}. Watching goes on, nothing is told of it."
    ),
    "works.see": _("What is planned"),
    "works.plan": _("Plan maintenance"),
    "works.about": _(
        "While planned work goes on, nothing is told; watching goes on. It stands in the definitions, as in the files."
    ),
    "works.list": _("Planned"),
    "works.next": _("Under way, and next"),
    "works.place": _("Where"),
    "works.place.help": _(
        "Type part of a title or name and choose: an instance, a group, or a monitor"
    ),
    "works.what": _("What is done"),
    "works.sort": _("How often"),
    "works.sort.weekly": _("each week"),
    "works.sort.once": pgettext("works.sort.once", "once"),
    "works.begins": pgettext("alarms", "Begins"),
    "works.ends": pgettext("alarms", "Ends"),
    "works.days": _("On these days (none: every day)"),
    "works.mon": _("Mon"),
    "works.tue": _("Tue"),
    "works.wed": _("Wed"),
    "works.thu": _("Thu"),
    "works.fri": _("Fri"),
    "works.sat": _("Sat"),
    "works.sun": _("Sun"),
    "works.once.help": _(
        "For once: day and time. Each week: the time alone counts. An end that is earlier is on the next day. The instance's time zone."
    ),
    "works.date": _("Day"),
    "works.time": _("Time"),
    "works.do": _("Plan it"),
    "works.done": _("Planned."),
    "works.remove": _("Take out"),
    "works.removed": _("Taken out."),
    "works.past": _("It would be over already: the end, {given}, is in the past."),
    "works.not_all": _(
        "Maintenance is planned for an instance, a group or a monitor, not for everything. To "
        "keep everything silent for a while, use Silence on the page of alarms."
    ),
    "place.none": _("There is no instance, group or monitor “{given}”."),
    "place.near": _(
        "There is no instance, group or monitor “{given}”. Is one of these meant? {near}"
    ),
    "place.several": ngettext(
        "{count} place is called “{given}”. Say which: {near}",
        "{count} places are called “{given}”. Say which: {near}",
    ),
    "works.gone": _("It is not there any more; somebody changed it meanwhile."),
    "overview.had": ngettext(
        "{wrong} of {count} monitor is not OK, {had} acknowledged.",
        "{wrong} of {count} monitors are not OK, {had} acknowledged.",
    ),
}
