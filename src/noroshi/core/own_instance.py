"""Name the instance "noroshi", by which a node monitors itself, and its kinds and titles."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, pgettext

OWN_INSTANCE = "noroshi"
"""The name of the instance; the ids of its monitors begin with it."""
ROUTE, ACCOUNT, QUEUE, NODE, AGENT, NODES = (
    f"{OWN_INSTANCE}-{kind}" for kind in ("route", "account", "queue", "node", "agent", "nodes")
)
KINDS = (ROUTE, ACCOUNT, QUEUE, NODE)
"""The kinds without which a node does not monitor itself. `AGENT` is for nodes with agents,
`NODES` for nodes that share a database."""
TITLES: Mapping[str, Message] = {
    "mail": pgettext("mail", "Mail"),
    "queue": _("Mail queue"),
    "node": _("Node"),
    "agent": _("Agents"),
    "nodes": _("Nodes"),
    "account": _("Account {name}"),
}
"""The titles of the groups and monitors of the instance."""
OF_ROUTE = _("Delivery route {name}")
LONGEST_NAME = 64


def built_in_title(kind: str, name: str) -> Message | None:
    """Return the title that Noroshi gives to one of the node's own monitors; None for a route,
    which has its own title, and for an account whose name was shortened."""
    if kind == ACCOUNT and len(name) < LONGEST_NAME:
        return TITLES["account"].fill(name=name.removeprefix("account-"))
    titles = {
        QUEUE: TITLES["queue"],
        NODE: TITLES["node"],
        AGENT: TITLES["agent"],
        NODES: TITLES["nodes"],
    }
    return titles.get(kind)


def built_in_group_title(group: str) -> Message | None:
    """Return the title that Noroshi gives to one of the node's own groups."""
    return TITLES.get(group)


def titles_in(path: str, kind: str, language: str) -> Mapping[str, str]:
    """Return the `title` and `group_title` of a monitor of that kind as far as Noroshi gives them:
    to the node's own ones."""
    instance, group, name = path.split("/", 2)
    if instance != OWN_INSTANCE:
        return {}
    titles = {"group_title": built_in_group_title(group), "title": built_in_title(kind, name)}
    return {field: one.say(language) for field, one in titles.items() if one is not None}
