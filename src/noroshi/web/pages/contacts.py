"""Show and change contacts: addresses, languages, and the rules that notify them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.schema import ContactDef
from noroshi.core.translation import _, pgettext
from noroshi.operations.history_answers import ContactRow
from noroshi.service.monitors.history import HistoryOperations
from noroshi.web.context import WebContext
from noroshi.web.pages.rules import DefinitionTexts, DefinitionType, editor
from noroshi.web.view.form_operations import address, permissions_of, query_value
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.setting_names import CHOICE_NAMES, definition_name

CONTACTS = DefinitionType(
    type="contacts",
    singular="contact",
    definition_class=ContactDef,
    sections={
        "who": (pgettext("contact.who", "Contact"), ("title", "addresses")),
        "how": (_("Message format"), ("language", "zone", "one_by_one")),
    },
    page_texts=DefinitionTexts(
        titles=_("Contacts"),
        new=_("New contact"),
        title=_("Contact “{name}”"),
        description=_(
            "Changes apply starting with the next message. Messages that are already waiting keep "
            "their addresses."
        ),
        removal=_(
            "“{name}” will no longer be notified. First change the rules and system notifications "
            "that refer to this contact."
        ),
    ),
)


def routes(web: WebContext) -> list[Route]:
    """Return the routes of the list and of one contact."""
    methods = ["GET", "POST"]
    return [
        Route(CONTACTS.list, page(web, contacts), methods=["GET"]),
        Route(CONTACTS.path, page(web, editor(CONTACTS)), methods=methods),
    ]


async def contacts(visit: Visit) -> Response:
    """Show all contacts; one that nothing notifies is marked."""
    saved_version = query_value(visit, "did")
    return await visit.show(
        "contacts.html",
        rows=[_row(visit, one) for one in await visit.call(HistoryOperations.contacts)],
        may=permissions_of(visit),
        saved_version=saved_version if saved_version.isdecimal() else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOnPage:
    """Hold a row of the list of contacts: the contact, the address of the contact's page, the
    language in words, and the rules and system notifications that notify the contact."""

    contact: ContactRow
    href: str
    language: str
    rules: Sequence[str]
    notifications: Sequence[str]

    @property
    def is_notified(self) -> bool:
        """Return whether anything notifies the contact."""
        return bool(self.rules or self.notifications)


def _row(visit: Visit, one: ContactRow) -> ContactOnPage:
    titles = one.called or (*one.rules, *one.notifications)
    return ContactOnPage(
        contact=one,
        href=address(CONTACTS.path, name=one.name),
        language=visit.say(CHOICE_NAMES[f"language.{one.language}"]),
        rules=_definition_names(visit, "rules", titles[: len(one.rules)]),
        notifications=_definition_names(visit, "notifications", titles[len(one.rules) :]),
    )


def _definition_names(visit: Visit, type: str, titles: Sequence[str]) -> Sequence[str]:
    """Return definitions of that type as a text names them, such as Rule “ops”."""
    return [visit.say(definition_name(f"{type}/{title}", title)) for title in titles]
