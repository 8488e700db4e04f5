"""Lead from a text to the page of the manager that it names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Self
from urllib.parse import quote

from noroshi.core.instruction import ManagerPage, ManagerPlace
from noroshi.core.template_texts import Html
from noroshi.core.translation import MarkedText, composed, marks_of

LINK = '<a href="{href}">{text}</a>'
ADDRESSES: Mapping[ManagerPage, str] = {
    ManagerPage.OVERVIEW: "/",
    ManagerPage.ALARMS: "/alarms",
    ManagerPage.LEDGER: "/ledger",
    ManagerPage.QUEUE: "/queue",
    ManagerPage.VERSIONS: "/settings/versions",
    ManagerPage.USERS: "/settings/users",
    ManagerPage.ROUTE: "/mail",
}
"""The addresses of pages. The page of a route is chosen from the list where no certain route is
meant."""
OF_ONE: Mapping[ManagerPage, str] = {
    ManagerPage.ROUTE: "/mail/route/{name}",
    ManagerPage.QUEUE: "/queue/mail?id={name}",
}


class LinkedText(MarkedText):
    """Hold a text for the page at the address `page_address`."""

    __slots__ = ("page_address",)
    page_address: str

    def __new__(cls, text: str, page_address: str = "") -> Self:
        """Keep the names in the text."""
        linked_text = super().__new__(cls, text, marks_of(text))
        linked_text.page_address = page_address
        return linked_text

    def html(self) -> Html:
        """Return the text as HTML, with a link to each page that it names, other than the one
        that is read."""
        parts, at = list[str](), 0
        for mark in self.marks:
            if href := self._href(mark.meaning):
                link = LINK.format(href=escape(href), text=escape(self[mark.start : mark.end]))
                parts += (escape(self[at : mark.start]), link)
                at = mark.end
        return Html("".join((*parts, escape(self[at:]))))

    def _href(self, meaning: object) -> str:
        if not isinstance(meaning, ManagerPlace):
            return ""
        href, path = address_of(meaning), self.page_address.partition("?")[0]
        # A route's page shows parts of itself under addresses within its own.
        is_within = meaning.page is ManagerPage.ROUTE and path.startswith(f"{href}/")
        return "" if is_within or href in (path, self.page_address) else href


def page_text(text: str, page_address: str = "") -> str:
    """Return a text for the page at `page_address`; any that names nothing as it is."""
    return LinkedText(text, page_address) if marks_of(text) else text


def after_place(place: str, text: str) -> str:
    """Return a text after the name of the place, with the page links in the text kept."""
    line = composed("{place}: {text}", place=place, text=text).en
    return page_text(line, text.page_address) if isinstance(text, LinkedText) else line


def links(text: object) -> object:
    """Return a text of a template with the page names as links; any other value as it is."""
    return text.html() if isinstance(text, LinkedText) else text


def address_of(place: ManagerPlace) -> str:
    """Return the address of a page; "" for the one that is read."""
    if place.name and place.page in OF_ONE:
        return OF_ONE[place.page].format(name=quote(place.name, safe=""))
    return ADDRESSES.get(place.page, "")
