"""The sentences of notices, in both languages."""

from __future__ import annotations

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.instruction import Instruction, InstructionKind, followed_by
from noroshi.core.notices.notice import AgentConflict, Failure, HubRefusal
from noroshi.core.translation import _, ngettext, pgettext

NOTICE = _("NOTICE")
AND_MORE_ROWS = _("and {count} more")
AND_MORE = _("{first} and {count} more")
MONITORS = ngettext("{name}: {count} monitor", "{name}: {count} monitors")
AT_LABEL = _("At")
NODE = _("Node")
DEFINITIONS = _("Definitions")
OF_VERSION = _("version {version}")
APPLIED_BY = _("Applied by")
NOTE = _("Note")
MAIL = pgettext("id of a message", "Message")
SUBJECT = _("Subject")
CONTACT = _("Contact")
ROUTE = pgettext("route", "Route")
ANSWER = _("Reply")
CAUSE = _("Reason")
FROM_LABEL = pgettext("notice_words", "From")
UNTIL_LABEL = pgettext("notice_words", "Until")
TO_DO = _("How to fix it")

MONITORING_STARTED = _("{where}: monitoring started")
STARTED_SO = {
    False: _("Node {node} has started and is monitoring:"),
    True: _("Version {version} of the definitions adds:"),
}
MONITORING_STOPPED = {
    False: _("{where}: monitoring stopped"),
    True: _("{where}: monitoring ended"),
}
STOPPED_SO = {
    False: _(
        "Node {node} received a request to stop. Until it starts again, it does not monitor "
        "these instances and raises no alarms for them:"
    ),
    True: _("Version {version} of the definitions no longer contains:"),
}
SETTINGS_CHANGED = _("settings changed (version {version})")
CHANGED_SO = _("Version {version} of the definitions is now in effect.")
CHANGED_ALL = _("settings changed (versions {first} to {version})")
CHANGED_ALL_SO = _(
    "Versions {first} to {version} of the definitions took effect one after the other. The "
    "changes below cover all of them."
)
APPLIED_OFFLINE = _("The version was applied while no node was running.")
DIFFERENCES = _("Changes ({count})")
NOBODY_KNOWN = _("not known")
FAILED = {
    Failure.TEXT: _("the message template of rule “{name}” failed"),
    Failure.ROUTE: _("route “{name}” refused a message"),
    Failure.ADDRESS: _("an address of contact “{name}” was refused"),
}
OTHER_TEXT_SENT = {
    Failure.TEXT: _(
        "The message was sent with the built-in text. Correct the rule's subject or text; until "
        "then, its messages use the built-in text."
    ),
    Failure.ROUTE: _("The next route is tried for this message."),
    Failure.ADDRESS: _(
        "The contact's other addresses are not affected. Correct or remove this address."
    ),
}
ONCE_A_DAY = _("The same failure is not reported again before {until}.")
MESSAGE_UNDELIVERABLE = _("a message to {contact} is undeliverable")
ASIDE_SO = _("No route accepted the message. It stays in the queue until someone acts on it.")
ASIDE_DO = Instruction(InstructionKind.EDIT_MAIL)
UNREAD_SO = _(
    "Noroshi cannot read its stored record of this message. This is a problem in Noroshi, "
    "not in a route or an address. The record is kept unchanged; all other messages are "
    "still sent."
)
UNREAD_DO = followed_by(
    _(
        "For details, see Noroshi's own log (under systemd, its journal). If a newer version of "
        "Noroshi wrote the record, update Noroshi on this node first."
    ),
    InstructionKind.RELEASE_MAIL,
)
CAME_BACK = _("a message to {contact} ({address}) bounced")
CAME_BACK_SO = _(
    "A mail server accepted the message, but a later report says that it could not be "
    "delivered. The recipient has not received it."
)
CAME_BACK_DO = followed_by(
    _("Correct the address of contact “{contact}”. The content of the message is kept."),
    InstructionKind.SHOW_MAIL,
)
ACCEPTED_AT = _("Accepted at")
CAME_AT = _("Bounced at")
ALL_WELL = ngettext("the only monitor is OK", "all {count} monitors are OK")
NOT_WELL = ngettext("{bad} of {count} monitor not OK", "{bad} of {count} monitors not OK")
SOME_UNSEEN = ngettext(
    "{well} of {count} monitor OK, {unseen} not measured yet",
    "{well} of {count} monitors OK, {unseen} not measured yet",
)
ALARMS_LOST = ngettext("{count} alarm lost", "{count} alarms lost")
BETWEEN_PROBLEMS = pgettext("between the problems of a headline", "; ")
UNDELIVERED = ngettext("{count} alarm not delivered", "{count} alarms not delivered")
OTHERS_UNDELIVERED = ngettext(
    "{count} other alarm not delivered", "{count} other alarms not delivered"
)
"""Beside alarms that are lost, which are none of them."""
NONE_WATCHED = _("nothing is monitored")
REPORT_ON = _("Report on")
COUNTS = _("Monitors")
MONITOR_COUNTS = _("{well} OK, {bad} not OK, {unseen} not measured yet")
ALL_STOPPED = ngettext(
    "monitoring of the only monitor is stopped", "monitoring of all {count} monitors is stopped"
)
AND_STOPPED = _("{counted}, {stopped} stopped manually")
AND_SILENT = _("{counted}; {silent} suppressed (silence or maintenance)")
ALARMS = _("Alarms")
ALARM_TALLY = _(
    "{all} since {since}: {accepted} accepted, {back} bounced, {waiting} waiting, {held} held, "
    "{aside} undeliverable, {dropped} dropped by a user. Lost since the store was created: {lost}"
)
QUEUE = _("Queue now")
QUEUE_TEXT = ngettext(
    "{waiting} message waiting, {held} held, {aside} undeliverable",
    "{waiting} messages waiting, {held} held, {aside} undeliverable",
    by="waiting",
)
REPORT_LATE = _("This report was due on {due}, when monitoring was not running.")
UNWATCHED = _("monitoring was interrupted for {span} on {node}")
AGENTS_MEASURED = _(
    "Servers with an agent are not affected: their agents keep measuring without this node."
)
UNWATCHED_SO = {
    False: _(
        "Noroshi was not running. Problems that began and ended during that time were not "
        "detected; problems that still exist are reported as usual."
    ),
    True: _(
        "The Noroshi process was suspended, or its computer was asleep. Problems that began and "
        "ended during that time were not detected; problems that still exist are reported as "
        "usual."
    ),
}
MISSED_MEASUREMENTS = _("Missed scheduled measurements ({count}), now being taken")
AGENT = _("Agent")
INVITED_BY = _("Invited by")
CAME_FROM = pgettext("connection", "Source")
AGENT_CONFLICT = {
    AgentConflict.INVITATION: _("a second server tried to join with a used invitation"),
    AgentConflict.KEY: _("a second server has agent {agent}'s key"),
}
CONFLICT_SO = {
    AgentConflict.INVITATION: _(
        "Agent {agent} joined with an invitation from {inviter}. Later, a server with a "
        "different key tried to use the same invitation and was refused."
    ),
    AgentConflict.KEY: _(
        "The server that had the key first remains agent {agent}. The other server is refused: "
        "it keeps monitoring on its own, but this node receives nothing from it."
    ),
}
CONFLICT_DO = {
    AgentConflict.INVITATION: _(
        "Unless {inviter} reused the invitation by mistake, someone else has the code. Check "
        "that {agent} is the intended server; if not, remove it."
    ),
    AgentConflict.KEY: _(
        "If a virtual machine was cloned, disconnect the clone from the hub (noroshi leave), and "
        "join it again with a new invitation. If nothing was cloned, the key was stolen: remove "
        "{agent} and invite the server again."
    ),
}
HUB = _("Hub")
HUB_REFUSED = {
    HubRefusal.REMOVED: _("this server was removed from hub {hub}"),
    HubRefusal.CLONED: _("another server is registered with hub {hub} under this server's key"),
    HubRefusal.OTHER_VERSION: _("hub {hub} and this server run incompatible versions"),
}
MONITORS_ON = _(
    "This server keeps monitoring with its current definitions, but the hub gets no reports "
    "from it and sends no alarms for it."
)
HUB_REFUSED_DO = {
    HubRefusal.REMOVED: with_commands(
        _(
            "If it was removed by mistake, invite this server again. Otherwise, disconnect it from "
            "the hub: {leave}"
        ),
        leave=CommandText("leave"),
    ),
    HubRefusal.CLONED: with_commands(
        _(
            "If this server is a clone of a virtual machine, disconnect it from the hub ({leave}) "
            "and join it with a new invitation. Otherwise, someone may have stolen {agent}'s key: on "
            "the hub, remove agent {agent}, then invite this server again."
        ),
        leave=CommandText("leave"),
    ),
    HubRefusal.OTHER_VERSION: _(
        "Update Noroshi here or on the hub. The connection is then restored automatically."
    ),
}
HUB_UNREACHABLE = _("{agent} cannot reach hub {hub}")
EITHER_SIDE = _(
    "Either the hub or the network between it and this server is down. Until the connection "
    "is restored, this server sends its alarms itself. Alarms of agents without their own "
    "delivery route are sent only once the hub can be reached again."
)
LAST_CONTACT = _("Last contact")
NO_CONTACT = _("none since this node started")
HUB_UNREACHABLE_DO = _(
    "Check that Noroshi is running on the hub and that {agent} can connect to it."
)
SINCE_THEN = _("since {at}")
FOOTER = _(
    "Noroshi / notice: “{name}” ({event}). The recipients are set in the manager under Settings › "
    "System notifications, or in notifications/."
)
