"""Name in words what should not be so in a store."""

from __future__ import annotations

from noroshi.core.translation import ngettext

UNREADABLE = ngettext(
    "{count} row of {table} cannot be read (first: {id})",
    "{count} rows of {table} cannot be read (first: {id})",
)
MISPLACED = ngettext(
    "{count} message is in the wrong position in the order (first: {id}): it may wait "
    "indefinitely, or overtake others",
    "{count} messages are in the wrong position in the order (first: {id}): they may wait "
    "indefinitely, or overtake others",
)
WITHOUT_ROUTE = ngettext(
    "{count} message is waiting without a route (first: {id})",
    "{count} messages are waiting without a route (first: {id})",
)
STILL_ROUTED = ngettext(
    "{count} message is completed but still has a route (first: {id})",
    "{count} messages are completed but still have a route (first: {id})",
)
STILL_LENT = ngettext(
    "{count} message is completed but still being sent (first: {id})",
    "{count} messages are completed but still being sent (first: {id})",
)
IN_NO_DIGEST = ngettext(
    "{count} message is in a combined message that is not waiting (first: {id}): it would "
    "never be sent",
    "{count} messages are in a combined message that is not waiting (first: {id}): they "
    "would never be sent",
)
STRAY_RECEIPT = ngettext(
    "{count} server reply belongs to no message", "{count} server replies belong to no message"
)
STRAY_DECISION = ngettext(
    "{count} rule decision refers to a monitor that does not exist (first: {id})",
    "{count} rule decisions refer to monitors that do not exist (first: {id})",
)
STRAY_MEMORY = ngettext(
    "{count} stored state refers to a monitor that does not exist (first: {id})",
    "{count} stored states refer to monitors that do not exist (first: {id})",
)
MISSING_DOCUMENT = ngettext(
    "{count} document of a version is missing (first: version {id})",
    "{count} documents of versions are missing (first: version {id})",
)
STRAY_SAMPLE = ngettext(
    "{count} sample belongs to no series", "{count} samples belong to no series"
)
