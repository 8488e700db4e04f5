"""The sentences of notices, in both languages."""

from __future__ import annotations

from noroshi.core.notices.notice import Failure
from noroshi.core.translation import _, ngettext, pgettext

NOTICE = _("NOTICE")
MORE = _("and {count} more")
AND_MORE = _("{first} and {count} more")
MONITORS = ngettext("{name}: {count} monitor", "{name}: {count} monitors")
AT = _("At")
NODE = _("Node")
VERSION = _("Version")
WHO = _("Applied by")
NOTE = _("Note")
MAIL = _("Mail")
SUBJECT = _("Subject")
CONTACT = _("Contact")
ROUTE = pgettext("route", "Route")
ANSWER = _("It said")
CAUSE = _("Because")
SINCE = pgettext("since", "From")
UNTIL = pgettext("notice_words", "Until")
TO_DO = _("What to do")

STARTED = _("{where}: monitoring started")
STARTED_SO = {
    False: _("The node {node} has started, and watches what is listed here."),
    True: _(
        "Version {version} of the definitions names what is listed here for the first time."
    ),
}
STOPPED = _("{where}: monitoring stopped")
STOPPED_SO = {
    False: _(
        "The node {node} was told to stop. Until it starts again nobody watches, and no "
        "alarm will be raised."
    ),
    True: _("Version {version} of the definitions no longer names what is listed here."),
}
CHANGED = _("settings changed (version {version})")
CHANGED_SO = _("Version {version} of the definitions is in force.")
CHANGED_ALL = _("settings changed (versions {first} to {version})")
CHANGED_ALL_SO = _(
    "Versions {first} to {version} of the definitions came into force one after the other. This "
    "is what they changed together."
)
UNSEEN = _("It was applied while no node was running.")
DIFFERENCES = _("What differs ({count})")
NOBODY_KNOWN = _("not known")
FAILED = {
    Failure.TEXT: _("the text of rule {name} failed"),
    Failure.ROUTE: _("route {name} refused a mail"),
    Failure.ADDRESS: _("an address of {name} was refused"),
}
INSTEAD = {
    Failure.TEXT: _(
        "The mail was sent with the built-in text. Mend the rule's subject or text; until "
        "then its mails have the built-in one."
    ),
    Failure.ROUTE: _("The mail goes on by its next route."),
    Failure.ADDRESS: _(
        "The contact's other addresses have the mail. Mend or remove the address."
    ),
}
ONCE_A_DAY = _("The same failure is not told again before tomorrow (UTC).")
ASIDE = _("a mail to {contact} was set aside")
ASIDE_SO = _("Every route refused it. It is kept in the queue until somebody acts.")
ASIDE_DO = _("mend the address, then: noroshi queue edit {mail}")
UNREAD_SO = _(
    "What the store has of it cannot be read. That is a fault of Noroshi's own, not of a route or "
    "an address. The record is kept as it is; all other mail goes on."
)
UNREAD_DO = _(
    "what it was about: noroshi log. Where an older Noroshi runs than the one that wrote it, update, "
    "then: noroshi queue release {mail}"
)
CAME_BACK = _("a mail to {contact}, {address}, came back")
CAME_BACK_SO = _(
    "It was accepted, and a report came afterwards that it could not be delivered. Whoever it "
    "was for has not seen it."
)
CAME_BACK_DO = _(
    "mend the address of contact {contact}; what was in it: noroshi queue show {mail}"
)
TAKEN = _("Accepted at")
CAME_AT = _("Came back at")
ALL_WELL = ngettext("all is well: {count} monitor OK", "all is well: {count} monitors OK")
NOT_WELL = ngettext("not OK: {bad} of {count} monitor", "not OK: {bad} of {count} monitors")
NONE_WATCHED = _("nothing is watched")
REPORT_ON = _("Report on")
COUNTS = _("Monitors")
COUNTED = _("{well} OK, {bad} not OK, {unseen} not measured yet")
ALL_STOPPED = ngettext(
    "monitoring is stopped: {count} monitor", "monitoring is stopped: {count} monitors"
)
AND_STOPPED = _("{counted}, {stopped} stopped by hand")
AND_SILENT = _("{counted}; nothing is told of {silent} (silence or maintenance)")
ALARMS = _("Alarms")
TALLIED = _(
    "{all} since {since}: {accepted} accepted, {back} came back, {waiting} waiting, {aside} set aside, "
    "{dropped} given up by a person, {lost} lost"
)
QUEUE = _("Queue now")
QUEUED = ngettext(
    "{waiting} mail waiting, {held} held, {aside} set aside",
    "{waiting} mails waiting, {held} held, {aside} set aside",
    by="waiting",
)
LATE = _("It was due at {due}, when nobody watched.")
UNWATCHED = _("nobody watched for {span}")
UNWATCHED_SO = {
    False: _(
        "Noroshi was not running. What happened in that time is not known; what is bad now "
        "is told as usual."
    ),
    True: _(
        "The process of Noroshi stood still, or its computer slept. What happened in that "
        "time is not known; what is bad now is told as usual."
    ),
}
MISSED = _("Fixed times that were missed ({count}); each is measured now")
SINCE_THEN = _("since {at}")
FOOTER = _(
    "Noroshi / notice: {event}. Who gets which stands in the definitions, in notifications/."
)
