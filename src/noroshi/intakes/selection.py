"""Select the mailbox that shows what becomes of a route's mails, and how it is read."""

from __future__ import annotations

from dataclasses import replace

from noroshi.core.mail import Route
from noroshi.definitions.accounts_of_routes import reader_of
from noroshi.definitions.compilation import Plan
from noroshi.imports import ONE_AT_A_TIME
from noroshi.oauth.account import Account
from noroshi.ports import TransportContext
from noroshi.ports.mailbox import Inbox, MailboxSource

MODULES = ("noroshi.intakes.imap_inbox", "noroshi.intakes.graph_inbox")
"""Loaded only where there is an account."""


def mailbox_source_of(
    plan: Plan, route: Route, context: TransportContext
) -> MailboxSource | None:
    """Return the own mailbox of a route's account, if it may read that; it is reached as the route is."""
    account = reader_of(plan, route)
    if account is None:
        return None
    route_context = replace(context, network=route.network)
    return MailboxSource(
        account=account.name,
        id=account.storage_name,
        address=account.mailbox,
        settings=(account, route.network),
        open=lambda: _open(account, route_context),
    )


def _open(account: Account, context: TransportContext) -> Inbox:
    """Open the inbox by Graph where there is one, as that needs no IMAP to be switched on."""
    with ONE_AT_A_TIME:
        from noroshi.intakes import imap_inbox
        from noroshi.intakes.graph_inbox import GraphInbox, GraphMailbox

    cloud = account.cloud
    if not cloud.graph:
        by_imap = imap_inbox.ImapMailbox(
            account=account.name,
            address=account.mailbox,
            host=cloud.imap_host,
            port=cloud.imap_port,
            ca_file=cloud.ca_file,
        )
        return imap_inbox.ImapInbox(by_imap, context)
    mailbox = GraphMailbox(
        account=account.name, address=account.mailbox, graph=cloud.graph, ca_file=cloud.ca_file
    )
    return GraphInbox(mailbox, context)
