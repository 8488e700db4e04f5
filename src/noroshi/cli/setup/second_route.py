"""A second route by the same mailbox, so that one closed door holds no alarm up; and the rules that
name the first one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.guides.setup_goal import SetupGoal

OTHER = {"smtp": "graph", "graph": "smtp"}
TELLERS = ("rules", "notifications")


def offer_second_route(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> bool:
    """Return whether somebody wants one; why it is good is said in any case."""
    other = OTHER[goal.kind]
    talk.head(setup_texts.SECOND)
    if existing := _existing_route(drafts, goal, other):
        talk.say(setup_texts.HAS_SECOND.fill(route=existing))
        return False
    talk.say(setup_texts.WHY_SECOND[other])
    if talk.hurried:
        talk.say(setup_texts.SECOND_LATER[other].fill(account=goal.account))
        return False
    return talk.yes(setup_texts.WANT_SECOND[other], default=False)


def add_as_fallback(talk: Dialogue, drafts: Drafts, first: str, second: str) -> None:
    """Let rules and notifications that send by the first route go by the second where it
    cannot."""
    definitions = {
        f"{type}/{name}": one
        for type in TELLERS
        for name, one in drafts.all(type).items()
        if first in one.get("routes", ()) and second not in one.get("routes", ())
    }
    if not definitions:
        return
    names = ", ".join(sorted(definitions))
    if not talk.yes(setup_texts.NAME_SECOND.fill(first=first, second=second, names=names)):
        return
    for key, one in definitions.items():
        drafts.put(key, {**one, "routes": _with_fallback(one, first, second)})
    talk.say_success(setup_texts.NAMED_SECOND.fill(second=second, names=names))


def is_used(drafts: Drafts, route: str) -> bool:
    """Return whether any alarm goes by it yet."""
    return any(
        route in one.get("routes", ()) for type in TELLERS for one in drafts.all(type).values()
    )


def _existing_route(drafts: Drafts, goal: SetupGoal, kind: str) -> str:
    """Return a route of that kind from the same mailbox, by whichever account; "" if there is
    none."""
    mailboxes = {
        name: str(one.get("mailbox", "")).lower()
        for name, one in drafts.all("accounts").items()
    }
    for name, one in sorted(drafts.all("routes").items()):
        account = one.get("options", {}).get("account", "")
        if one.get("kind") == kind and mailboxes.get(account) == goal.mailbox.lower():
            return name
    return ""


def _with_fallback(definition: Mapping[str, Any], first: str, second: str) -> list[str]:
    routes = list(definition["routes"])
    routes.insert(routes.index(first) + 1, second)
    return routes
