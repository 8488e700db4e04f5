"""Keep what people have let an app do. A sign-in outlives a restart of the lab, so that a grant
that nobody has withdrawn holds though the lab no longer knows who gave it."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi_lab.lab.directory import App, Tenant, User

ADMINISTRATORS = frozenset(
    {
        "Mail.Read",
        "Mail.Read.Shared",
        "Mail.ReadBasic",
        "Mail.ReadWrite",
        "Mail.ReadWrite.Shared",
        "IMAP.AccessAsUser.All",
        "POP.AccessAsUser.All",
        "EAS.AccessAsUser.All",
        "EWS.AccessAsUser.All",
    }
)
"""Of what the lab knows, that to which people may not consent under Microsoft's own policy."""


def may_consent(tenant: Tenant, user: User, scopes: Iterable[str]) -> bool:
    """Return whether a person may consent to these."""
    if user.admin or tenant.user_consent == "allowed":
        return True
    names = {scope.rpartition("/")[2] for scope in scopes}
    return tenant.user_consent == "microsoft" and not names & ADMINISTRATORS


class Consents:
    """Everybody's consents: those of a person are here, those for all with the tenant."""

    def __init__(self) -> None:
        self._given: set[tuple[str, str, str]] = set()  # who, which app, what
        self._withdrawn = False

    def missing(self, tenant: Tenant, app: App, user: User, scopes: Iterable[str]) -> bool:
        """Return whether the person must be asked."""
        return not set(scopes) <= self.known(tenant, app, user)

    def known(self, tenant: Tenant, app: App, user: User) -> set[str]:
        """Return all that this person, or an administrator for all, has agreed to."""
        own = {
            what
            for who, which, what in self._given
            if (who, which) == (user.upn, app.client_id)
        }
        return own | {what for which, what in tenant.consents if which == app.client_id}

    def give(
        self, tenant: Tenant, app: App, user: User, scopes: Iterable[str], *, for_all: bool
    ) -> None:
        """Keep the consent of a person; an administrator may give one for the organisation."""
        named = {(app.client_id, scope) for scope in scopes}
        self._given |= {(user.upn, *each) for each in named}
        if for_all:
            tenant.consents |= named

    def withdraw(self, tenants: Iterable[Tenant]) -> None:
        """Drop all consents: no grant holds before it is given anew."""
        self._given.clear()
        self._withdrawn = True
        for tenant in tenants:
            tenant.consents.clear()

    def holds(self, tenant: Tenant, app: App, user: User) -> bool:
        """Return whether a grant of earlier is still worth something."""
        return not self._withdrawn or bool(self.known(tenant, app, user))
