"""Hold what the drill says."""

from __future__ import annotations

from noroshi.core.translation import NOTHING, _, ngettext, pgettext

ABOUT = _(
    "Walks a running node through the ten most likely failures of the mail path, and reports "
    "how each was noticed, told and survived. The lab is left as it was found."
)
FRESH = _("set up a lab and a node with two routes for it, and remove both afterwards")
ONLY = _("these alone, with commas between: {names}")
JSON = _("for programs")
NO_FAILURE = _("there is no failure {given}; there are: {names}")

# before it begins
SETTING_UP = _("Setting up a lab and a node with two routes in {folder} …")
HEAD = ngettext(
    "Drill: {count} failure of the mail path, one after the other.\n  first "
    "route:  {first} ({user} at Microsoft 365, simulated by the lab)\n  "
    "second route: {second}\n  told are:     {contact} ({to})",
    "Drill: {count} failures of the mail path, one after the other.\n  first"
    " route:  {first} ({user} at Microsoft 365, simulated by the lab)\n  "
    "second route: {second}\n  told are:     {contact} ({to})",
)
READY = _("Both routes are well, and a first mail came by {first}.")
NOT_TO_LAB = _(
    "No rule of this node names a route to the Microsoft 365 of this lab (kind smtp, an account "
    "of its cloud) and after it a route that goes elsewhere. Define both, or let the drill set "
    "up a node of its own: noroshi lab drill --fresh"
)
NOT_WELL = _(
    "Route {route} is not well before the drill has begun ({why}). See: noroshi status"
)
MAILS_WAIT = ngettext(
    "{count} mail waits already, and the drill would mix with them. See: noroshi queue list",
    "{count} mails wait already, and the drill would mix with them. See: noroshi queue list",
)

# the mails that it sends
FIRST_MAIL = _("Drill: before the first failure")
ALARM = _("Drill, an alarm while: {title}")
LONE = _("Drill, by {first} alone, while: {title}")
BODY = _("This mail is part of a drill (noroshi lab drill). Nobody has to act.")

# what is reported of each
LABELS = {
    "noticed": _("noticed"),
    "told": pgettext("told", "told"),
    "survived": _("survived"),
    "mended": _("mended"),
}
UNTOUCHED = _("nothing is wrong: {first} signs in by OAuth 2.0, not by a password")
TOLD_BY = _("by {route}: {subject}")
NOT_BY_MAIL = _("on record with the mail (noroshi queue show), as nobody has to act")
NEED_NOT = _("there is nothing to tell")
WHEN_LONGER = _(
    "in noroshi status; by mail once it has lasted longer than the limit of the node's monitor"
)
CAME = _("the alarm came by {route}")
CAME_HELD = _("the alarm came by {route}; what may leave by {first} alone is held")
BOTH_CAME = _("both mails came, by {routes}; nothing lost, nothing twice")
BOTH_CAME_TWICE = _(
    "both mails came; {twice} of them twice under one Message-ID, as no answer had said that it "
    "was taken"
)
WELL_AGAIN = _(
    "{how}; {first} is well again, and what it held came by it: nothing lost, nothing twice"
)
WAITING = _("… {what} ({span} s)")
PASSED = _("○ passed ({span})")
FAILED = _("◆ failed: {why}")

# why it did not pass
IN_VAIN = _("not {what} within {span}")
TWICE = ngettext("{subject}: came {count} time", "{subject}: came {count} times")
BY_OTHER = _("{subject}: came by {route}, which it may not use")
STILL_SCRIPTED = _("the node did not run into what was prepared: {faults}")

# the end
HEADS = (NOTHING, _("FAILURE"), _("NOTICED"), _("TOLD"), _("SURVIVED"), _("MENDED"))
ALL_PASSED = _("All {count} passed in {span}. Alarms lost: {lost}.")
SOME_FAILED = _("{bad} of {count} failed ({span}). Alarms lost: {lost}.")
AS_FOUND = _("The lab is as it was found.")
STOPPED = _("Stopped. The lab is as it was found.")
STOPPED_FRESH = _("Stopped; lab, node and folder were removed.")
NOT_AS_FOUND = _("The lab could not be put back: {why}")
CANNOT = _("The drill cannot begin: {why}")
ENDED = _("{what} ended by itself: {tail}")
