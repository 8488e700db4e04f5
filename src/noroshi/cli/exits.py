"""Say what the exit codes mean; the help and docs/use/commands.md say the same."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, pgettext

DONE, TROUBLE, USAGE, INVALID, NO_NODE, REFUSED, WAITS, UNSENT, ASIDE = range(9)
RESTART = 75
"""The exit code of a node that ends so that the service starts another version of it."""
INTERRUPTED = 130
"""The exit code that a shell gives to a program that Ctrl-C ended."""

MEANING: Mapping[int, Message] = {
    DONE: pgettext("cli.exits", "done"),
    TROUBLE: _(
        "a server is temporarily unable to do what was asked, or `doctor`, `health` or `status "
        "--check` found a problem"
    ),
    USAGE: _("the command line is wrong"),
    INVALID: _("the definitions, noroshi.toml or a value is not valid"),
    NO_NODE: _("no node can be reached"),
    REFUSED: _("refused: not found, not allowed, or changed by someone else"),
    WAITS: _("`send`: the message is queued and not sent yet; the node sends it automatically"),
    UNSENT: _("`send`: the message is queued, but no node is running to send it"),
    ASIDE: _(
        "`send`: queued, but refused for one or more recipients, undeliverable or held; it is "
        "not sent automatically"
    ),
}
KEPT = (WAITS, UNSENT, ASIDE)
"""The mail is safe in the queue; sending it once more would send it twice."""
BY_KIND: Mapping[str, int] = {
    "trouble": TROUBLE,
    "invalid": INVALID,
    "no node": NO_NODE,
    "not found": REFUSED,
    "forbidden": REFUSED,
    "password": REFUSED,
    "conflict": REFUSED,
}
