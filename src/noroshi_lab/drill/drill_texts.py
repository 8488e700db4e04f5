"""Hold what the drill says."""

from __future__ import annotations

from noroshi.core.translation import NOTHING, _, ngettext, pgettext

ABOUT = _(
    "Puts a running node through the ten most likely failures of the mail path, and shows "
    "how each was detected and reported, and how its alarm arrived. Afterwards, the lab is "
    "restored to its earlier state."
)
FRESH = _("set up a lab and a node with two routes for the drill, and remove both afterwards")
ONLY = _("run only these failures, separated by commas: {names}")
JSON = _("output for programs")
NO_FAILURE = _("there is no failure “{given}”; available: {names}")

# before it begins
SETTING_UP = _("Setting up a lab and a node with two routes in {folder} …")
HEAD = ngettext(
    "Drill: {count} failure of the mail path.\n"
    "  first route:  {first} ({user} at Microsoft 365, simulated by the lab)\n"
    "  second route: {second}\n"
    "  contact:      {contact} ({to})",
    "Drill: {count} failures of the mail path, one after the other.\n"
    "  first route:  {first} ({user} at Microsoft 365, simulated by the lab)\n"
    "  second route: {second}\n"
    "  contact:      {contact} ({to})",
)
READY = _("Both routes work, and a first message arrived through {first}.")
NOT_TO_LAB = _(
    "No rule of this node uses a route to this lab's Microsoft 365 (type smtp, an account of "
    "its cloud), followed by a route to another provider. Define both, or let the drill set "
    "up its own node: noroshi lab drill --fresh"
)
NOT_WELL = _(
    "Route “{route}” does not work before the drill starts ({why}). Check: noroshi status"
)
MAILS_WAIT = ngettext(
    "{count} message is already waiting and would get mixed up with the drill. Check: "
    "noroshi queue list",
    "{count} messages are already waiting and would get mixed up with the drill. Check: "
    "noroshi queue list",
)

# the mails that it sends
FIRST_MAIL = _("Drill: before the first failure")
ALARM = _("Drill, alarm during: {title}")
LONE = _("Drill, only through {first}, during: {title}")
BODY = _("This message is part of a drill (noroshi lab drill). No action is required.")

# what is reported of each
LABELS = {
    "noticed": _("detected"),
    "told": pgettext("told", "notified"),
    "survived": _("arrived"),
    "mended": _("restored"),
}
UNTOUCHED = _("no effect: {first} signs in with OAuth 2.0, not with a password")
TOLD_BY = _("through {route}: {subject}")
NOT_BY_MAIL = _("recorded with the message (noroshi queue show), as no action is required")
NEED_NOT = _("no notification is necessary")
WHEN_LONGER = _(
    "in noroshi status; also by email if it lasts longer than the limit of the node's own "
    "monitor"
)
CAME_HELD = _(
    "the alarm arrived through {route}; messages that can use only {first} are waiting"
)
BOTH_CAME = _("both messages arrived, through {routes}; none lost, none duplicated")
BOTH_CAME_TWICE = _(
    "both messages arrived; {twice} of them twice with the same Message-ID, because the "
    "reply that accepted the message was lost"
)
WELL_AGAIN = _(
    "{how}; {first} works again, and the messages that were waiting for it arrived: none "
    "lost, none duplicated"
)
WAITING = _("… {what} ({span} s)")
PASSED = _("○ passed ({span})")
FAILED = _("◆ failed: {why}")

# why it did not pass
IN_VAIN = _("not confirmed within {span}: {what}")
TWICE = ngettext("{subject}: arrived {count} time", "{subject}: arrived {count} times")
BY_OTHER = _("{subject}: arrived through {route}, which it must not use")

# the end
HEADS = (NOTHING, _("FAILURE"), _("DETECTED"), _("NOTIFIED"), _("ARRIVED"), _("RESTORED"))
ALL_PASSED = ngettext(
    "All {count} passed in {span}. {lost} alarm lost.",
    "All {count} passed in {span}. {lost} alarms lost.",
    by="lost",
)
SOME_FAILED = ngettext(
    "{bad} of {count} failed ({span}). {lost} alarm lost.",
    "{bad} of {count} failed ({span}). {lost} alarms lost.",
    by="lost",
)
AS_FOUND = _("The lab has been restored to its earlier state.")
STOPPED = _("Stopped. The lab has been restored to its earlier state.")
STOPPED_FRESH = _("Stopped; lab, node and folder were removed.")
NOT_AS_FOUND = _("The lab could not be restored: {why}")
CANNOT = _("The drill cannot start: {why}")
ENDED = _("{what} ended unexpectedly: {tail}")
