"""A second route by the same mailbox, so that one closed door holds no alarm up; and the rules that
name the first one."""

from __future__ import annotations

from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.core.translation import list_names
from noroshi.guides.setup_documents import orders_naming, with_route
from noroshi.guides.setup_goal import SetupGoal
from noroshi.guides.setup_names import route_from

OTHER = {"smtp": "graph", "graph": "smtp"}


def offer_second_route(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> bool:
    """Return whether somebody wants one; why it is good is said in any case."""
    other = OTHER[goal.kind]
    talk.head(setup_texts.SECOND)
    if existing := route_from(goal.mailbox, other, drafts.documents()):
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
    documents = drafts.documents()
    keys = [key for key, _ in orders_naming(documents, first)]
    orders = with_route(documents, keys, second, first)
    if not orders:
        return
    names = list_names(sorted(orders))
    if not talk.yes(setup_texts.NAME_SECOND.fill(first=first, second=second, names=names)):
        return
    for key, one in orders.items():
        drafts.put(key, one)
    talk.say_success(setup_texts.NAMED_SECOND.fill(second=second, names=names))


def is_used(drafts: Drafts, route: str) -> bool:
    """Return whether any alarm goes by it yet."""
    return bool(orders_naming(drafts.documents(), route))
