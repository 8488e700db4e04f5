"""Describe what is to be set up: from the definitions in force, and to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from noroshi.core.definitions.schema_mail import REDIRECT
from noroshi.guides.guide import Case
from noroshi.guides.microsoft365 import (
    MAIL_READ,
    MAIL_READ_SHARED,
    MAIL_SEND,
    MAIL_SEND_SHARED,
    path_of,
    values_of,
)
from noroshi.guides.places import Value
from noroshi.guides.setup_documents import account_route, changed_document

NOT_YET = "00000000-0000-0000-0000-000000000000"
"""A client ID that nobody knows yet: the app is still to be registered."""
BY_PAGE = ("person-paste", "person-here")
EXAMPLES = ("example.com", "example.net", "example.org")
"""RFC 2606: whoever left such an address as it was has not been asked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupGoal:
    """Describe one route through Microsoft 365, and its account. `way` is one of guides.WAYS;
    `secret`: the app shows a client secret; `person` signs in, "" for the mailbox itself;
    `delegated`: the mailbox is said to be a shared one, for which somebody signs in; `entry` is
    the vault's entry of the secret, if that is not under the account's name."""

    account: str
    route: str
    kind: str = "smtp"
    cloud: str = "microsoft365"
    tenant: str = ""
    client_id: str = NOT_YET
    mailbox: str = ""
    way: str = ""
    secret: bool = True
    secret_ends: str = ""
    redirect: str = REDIRECT
    network: str = ""
    person: str = ""
    delegated: bool = False
    entry: str = ""

    @property
    def app_only(self) -> bool:
        """Return whether the app signs in by itself."""
        return self.way.startswith("app-")

    @property
    def certified(self) -> bool:
        return self.way == "app-certificate"

    @property
    def is_shared(self) -> bool:
        """Return whether somebody else than the mailbox signs in."""
        return not self.app_only and (self.delegated or self.of_other(self.person))

    def of_other(self, person: str) -> bool:
        """Return True if another person than the mailbox itself signs in."""
        return person.lower() not in ("", self.mailbox.lower())

    @property
    def entry_of_secret(self) -> str:
        return self.entry or self.account

    @property
    def registered(self) -> bool:
        return self.client_id != NOT_YET

    def case(self, *known_names: str, path: str = "") -> Case:
        """Return for whom the administrator's steps are looked up."""
        by_cloud = path or path_of(self.cloud)
        return Case(
            way=self.way,
            kind=self.kind,
            path=by_cloud,
            is_shared=self.is_shared,
            known_values=known_names,
        )

    def values(self, **more: str) -> Mapping[str, Value]:
        """Return what fills the places in the administrator's steps."""
        return values_of(
            self.cloud,
            account=self.account,
            tenant=self.tenant,
            client_id=self.client_id if self.registered else "",
            mailbox=self.mailbox,
            redirect=self.redirect,
            mail_send=MAIL_SEND_SHARED if self.is_shared else MAIL_SEND,
            mail_read=MAIL_READ_SHARED if self.is_shared else MAIL_READ,
            person=self.person or ("" if self.delegated else self.mailbox),
            **more,
        )

    def account_document(self, old_document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what accounts/NAME says; what of it is none of ours stays as it is."""
        settings = {
            "cloud": self.cloud,
            "tenant": self.tenant,
            "client_id": self.client_id,
            "mailbox": self.mailbox,
            "shared": self.delegated and not self.app_only,
            "network": self.network,
        }
        return changed_document(
            old_document, settings | (self._sign_in_settings() if self.way else {})
        )

    def _sign_in_settings(self) -> dict[str, Any]:
        """Return the settings of the sign-in. Without a secret, `redirect` tells sign-in by a
        page from that by a code, and `sign_in` tells a chosen code from a question that nobody
        was asked yet."""
        secret = self.secret and not self.certified
        by_page = self.way in BY_PAGE and not secret
        by_code = not (self.app_only or secret or by_page)
        return {
            "sign_in": "app" if self.app_only else "person" if by_code else None,
            "secret": self.entry_of_secret if secret else None,
            "secret_ends": self.secret_ends if secret else None,
            "certificate": certificate_entry(self.account) if self.certified else None,
            "redirect": self.redirect
            if by_page or not (self.app_only or self.redirect == REDIRECT)
            else None,
        }

    def route_document(self, old_document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what routes/NAME says."""
        settings = {"network": self.network}
        return account_route(old_document, self.kind, self.account, settings)


def known_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an account in force answers already, by the names of SetupGoal."""
    names = ("cloud", "tenant", "client_id", "mailbox", "redirect", "network", "secret_ends")
    fields = {name: content[name] for name in names if content.get(name)}
    if content.get("shared"):
        fields["delegated"] = True
    if str(content.get("mailbox", "")).rpartition("@")[2].lower() in EXAMPLES:
        return {name: fields[name] for name in ("cloud", "network") if name in fields}
    return fields


def way_of(content: Mapping[str, Any]) -> str:
    """Return the way by which an account signs in, as far as its definition says."""
    if content.get("sign_in") == "app":
        return "app-certificate" if content.get("certificate") else "app-secret"
    by_page = content.get("secret") or content.get("redirect")
    return "person-paste" if by_page else "person-device"


def is_answered(content: Mapping[str, Any]) -> bool:
    """Return whether somebody has said how the account signs in."""
    return any(content.get(name) for name in ("sign_in", "secret", "certificate", "redirect"))


def certificate_entry(account: str) -> str:
    """Return where the vault keeps the certificate of an account that does not say where."""
    return f"{account}-cert"


def switch_sign_in(
    content: Mapping[str, Any], name: str, way: str, entry_of_secret: str = ""
) -> dict[str, Any]:
    """Return the content of accounts/NAME for another way of sign-in, all else unchanged: a
    person, whatever the app shows beside; or the app by itself, by its secret or by its
    certificate alone. If the content does not name a secret yet, the secret goes into
    `entry_of_secret`, else into an entry under the account's name."""
    settings = dict(content)
    if not way.startswith("app-"):
        return {field: value for field, value in settings.items() if field != "sign_in"}
    for needless in ("redirect", "shared"):  # no browser, and nobody who acts for another
        settings.pop(needless, None)
    credential, other, entry = (
        ("certificate", "secret", certificate_entry(name))
        if way == "app-certificate"
        else ("secret", "certificate", entry_of_secret or name)
    )
    for field in (other, f"{other}_next", f"{other}_ends", f"{other}_next_ends"):
        settings.pop(field, None)
    return settings | {"sign_in": "app", credential: settings.get(credential) or entry}
