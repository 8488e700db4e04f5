"""Tell at once that another than the account's mailbox signed in, not by the first refused mail."""

from __future__ import annotations

from noroshi.core.instruction import InstructionKind, with_instruction
from noroshi.core.translation import NOTHING, Message, _
from noroshi.oauth.account import Account
from noroshi.oauth.jwt_claims import is_name_of
from noroshi.ports import Resource

AT_EXCHANGE = with_instruction(
    _(
        "Caution: {user} signed in, not {mailbox}, from which account “{account}” sends. Either "
        "sign in again as {mailbox} ({instruction}), or ask an administrator to give {user} the "
        "permissions Full Access and Send As there: Add-MailboxPermission {mailbox} -User {user} "
        "-AccessRights FullAccess, and Add-RecipientPermission {mailbox} -Trustee {user} "
        "-AccessRights SendAs. If {user} is only another name for that mailbox, no action is "
        "required."
    ),
    InstructionKind.SIGN_IN_PLACE,
)
AT_GRAPH = with_instruction(
    _(
        "Caution: {user} signed in, not {mailbox}, from which account “{account}” sends: through "
        "Microsoft Graph, its messages will be refused. Sign in again as {mailbox} "
        "({instruction}). If {mailbox} is a shared mailbox, set shared = true in "
        "accounts/{account}.toml and sign in again as {user}, who needs Full Access and Send As "
        "there: Add-MailboxPermission {mailbox} -User {user} -AccessRights FullAccess, and "
        "Add-RecipientPermission {mailbox} -Trustee {user} -AccessRights SendAs. If {user} is "
        "only another name for that mailbox, no action is required."
    ),
    InstructionKind.SIGN_IN_PLACE,
)
AT_OTHER_PROVIDER = with_instruction(
    _(
        "Caution: {user} signed in, not {mailbox}, from which account “{account}” sends: its "
        "messages will most likely be refused. Sign in again as {mailbox} ({instruction}). If "
        "{user} is only another name for that mailbox, no action is required."
    ),
    InstructionKind.SIGN_IN_PLACE,
)


def of_other(account: Account, user: str, resource: Resource, route: str) -> Message:
    """Say what is needed where `user` is not whose mailbox the account sends from; else nothing.

    By SMTP a delegate may send from it (XOAUTH2's `user=` is the mailbox). By Graph that takes
    Mail.Send.Shared, which is asked for where the account says that the mailbox is shared; then
    it is nobody else who was meant to sign in.
    """
    if not user or account.app_only or account.is_shared:
        return NOTHING
    if is_name_of(user, account.mailbox):
        return NOTHING
    at_microsoft = AT_EXCHANGE if resource == "smtp" else AT_GRAPH
    template = at_microsoft if account.cloud.entra else AT_OTHER_PROVIDER
    return template.fill(user=user, mailbox=account.mailbox, account=account.name, route=route)
