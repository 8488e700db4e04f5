"""Which mailbox shows what becomes of a route's mails, and how it is read."""

from __future__ import annotations

from dataclasses import replace

from noroshi.core.model import Route
from noroshi.definitions import Plan
from noroshi.definitions.needs import reader_of
from noroshi.inboxes import Box
from noroshi.intakes.graph_inbox import GraphInbox, Mailbox
from noroshi.ports import Outside


def box_of(plan: Plan, route: Route, outside: Outside) -> Box | None:
    """The own mailbox of a route's account, if it may read that; it is reached as the route is."""
    account = reader_of(plan, route)
    if account is None:
        return None
    mailbox = Mailbox(
        account=account.name,
        address=account.mailbox,
        graph=account.cloud.graph,
        ca_file=account.cloud.ca_file,
    )
    reached = replace(outside, network=route.network)
    return Box(
        account=account.name,
        address=account.mailbox,
        settings=(account, route.network),
        open=lambda: GraphInbox(mailbox, reached),
    )
