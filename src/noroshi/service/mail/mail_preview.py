"""Show a mail as it will be sent: the headers, the text, and the same as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from email import message_from_bytes, policy

from noroshi.core.mail import Envelope, Route
from noroshi.definitions.accounts_of_routes import account_of
from noroshi.definitions.compilation import Plan
from noroshi.operations import mail_operations
from noroshi.operations.mail_answers import AsSent
from noroshi.service.errors import NotFoundError
from noroshi.service.mail.queue import NO_MAIL
from noroshi.service.operation import Person, offers
from noroshi.service.operation_context import OperationGroup
from noroshi.transports.mime.body import content_of
from noroshi.transports.mime.charsets import UTF_8
from noroshi.transports.mime.message import AddressError, compose


class PreviewOperations(OperationGroup):
    """Mails as they will look, before they leave."""

    @offers(mail_operations.QUEUE_MAIL)
    async def preview(self, person: Person, id: str) -> AsSent:
        """Show the mail as the first of the given routes that sends mails would send it; send
        nothing."""
        entry = await self._store.envelope(id)
        if entry is None:
            raise NotFoundError(NO_MAIL.fill(id=id))
        _, plan = await self._context.current()
        envelope = entry[0].envelope
        content = content_of(envelope.payload)
        route, headers = _first_route(plan, envelope)
        return AsSent(
            id=id,
            route=route,
            headers=headers,
            text=content.text,
            html=content.html,
            attachments=tuple(one.name for one in content.attachments),
        )


def _first_route(plan: Plan, envelope: Envelope) -> tuple[str, Mapping[str, str]]:
    for name in envelope.routes:
        if (route := plan.routes.get(name)) and (sender := _sender(plan, route)):
            try:
                return name, _headers(route, envelope, sender)
            except AddressError:
                continue
    return "", {}


def _sender(plan: Plan, route: Route) -> str:
    """Return the sender of a route's mails; "": it sends no mails."""
    account = account_of(plan, route)
    address = getattr(route.options, "mail_from", "") or getattr(route.options, "sender", "")
    return str(address or (account.mailbox if account else ""))


def _headers(route: Route, envelope: Envelope, sender: str) -> Mapping[str, str]:
    """Return the headers as a mail program shows them."""
    name = str(getattr(route.options, "sender_name", ""))
    charset = str(getattr(route.options, "charset", UTF_8))
    raw = compose(envelope, sender, name, charset)
    message = message_from_bytes(raw, policy=policy.default)
    return {name: str(value) for name, value in message.items()}
