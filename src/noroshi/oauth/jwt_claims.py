"""What an access token says of itself, taken apart: for whom it is, what it permits, whose it is.

As in `claims`, for people to read and to act upon; no mail is sent or held back by it. The claims
are those of Microsoft's page "Access token claims reference": `oid` of an app's own token is its
service principal's, which Exchange wants to be told as New-ServicePrincipal -ObjectId.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from noroshi.core.printable import printable
from noroshi.core.words import Words
from noroshi.oauth.claims import (
    AUDIENCES,
    FOR_SHARED,
    NAMES,
    ROLES,
    SCOPES,
    audience_of,
    claims_in,
    is_app,
    is_name_of,
    named_in,
    scopes_in,
)
from noroshi.ports import Resource
from noroshi.vault import Secret

LONGEST, MOST = 100, 20

FOR = Words(en="It is for {name}.", ja="{name} 用のトークンです。")
FOR_OTHER = Words(
    en="It is for “{audience}”, not for {name}, which will refuse it. Check the cloud's scopes.",
    ja="{name} 用ではなく「{audience}」用のトークンです。このままでは断られます。クラウドのスコープを"
    "確かめてください。",
)
PERMITS = Words(en="It carries {permits}.", ja="アクセス許可は {permits} です。")
LACKS = Words(
    en="It lacks {wanted}. Add it to the app registration as a delegated permission of Microsoft "
    "Graph, and sign in again.",
    ja="{wanted} がありません。アプリの登録に Microsoft Graph の委任されたアクセス許可として追加し、"
    "サインインし直してください。",
)
BY_EXCHANGE = Words(
    en="It carries no permission, as is right where Exchange itself grants it (RBAC for "
    "Applications).",
    ja="アクセス許可は含まれていません。Exchange 側の「アプリケーションの RBAC」で許可する場合は"
    "これで正常です。",
)
EVERY_MAILBOX = Words(
    en="With Mail.Send from Entra ID the app may send from every mailbox. Narrower: take it out "
    "there, and let Exchange grant “Application Mail.Send” for this mailbox alone.",
    ja="Entra ID で Mail.Send を許可したアプリは、すべてのメールボックスから送信できます。絞るには、"
    "Entra ID の許可を外し、Exchange でこのメールボックスだけに Application Mail.Send を"
    "割り当ててください。",
)
OF_PERSON = Words(en="{person} signed in.", ja="サインインしたのは {person} です。")
FOR_SHARED_MAILBOX = Words(
    en="{person} signed in, for the shared mailbox {mailbox}.",
    ja="共有メールボックス {mailbox} のために {person} がサインインしています。",
)
ANOTHER = Words(
    en="{person} signed in, and mails come from {mailbox}: that needs Full Access and Send As "
    "there.",
    ja="サインインしたのは {person} で、送信元は {mailbox} です。{mailbox} へのフル アクセス権限と "
    "Send As 権限が必要です。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One token, looked into. `object_id` is an app's service principal; "" of a person's token.
    `until` is when it ends, None if it does not say."""

    audience: str
    fits: bool
    permits: tuple[str, ...]
    alone: bool
    person: str = ""
    object_id: str = ""
    until: datetime | None = None

    def told(
        self, resource: Resource, mailbox: str, *, shared: bool = False
    ) -> tuple[Words, ...]:
        """All of it in words; what will be refused, and what is wider than it need be, too."""
        name = NAMES[resource]
        fits = FOR if self.fits else FOR_OTHER
        told = [fits.fill(name=name, audience=self.audience)]
        if self.alone:
            return (*told, *self._of_app(resource))
        told += self._rights(resource, shared=shared)
        return (*told, *self._whose(mailbox, shared=shared))

    def lacks(self, resource: Resource, *, shared: bool = False) -> str:
        """What it ought to permit and does not; an app may be permitted by Exchange instead."""
        wanted = (FOR_SHARED if shared else SCOPES)[resource]
        return "" if self.alone or set(wanted) & set(self.permits) else wanted[0]

    def _of_app(self, resource: Resource) -> list[Words]:
        if ROLES[resource] not in self.permits:
            return [BY_EXCHANGE]
        told = [PERMITS.fill(permits=ROLES[resource])]
        return [*told, EVERY_MAILBOX] if resource == "graph" else told

    def _rights(self, resource: Resource, *, shared: bool) -> list[Words]:
        wanted = self.lacks(resource, shared=shared)
        permits = PERMITS.fill(permits=", ".join(self.permits) or "-")
        return [permits, LACKS.fill(wanted=wanted)] if wanted else [permits]

    def _whose(self, mailbox: str, *, shared: bool) -> list[Words]:
        if not self.person:
            return []
        other = not is_name_of(self.person, mailbox)
        of_other = FOR_SHARED_MAILBOX if shared else ANOTHER
        words = of_other if other else OF_PERSON
        return [words.fill(person=self.person, mailbox=mailbox)]


def seen_in(token: Secret, resource: Resource) -> Seen | None:
    """None where it cannot be looked into, which is no fault."""
    claims = claims_in(token.reveal())
    if claims is None:
        return None
    audience, fits = audience_of(claims, AUDIENCES[resource])
    alone = is_app(claims)
    return Seen(
        audience=_shown(audience),
        fits=fits,
        permits=_permits(claims, alone=alone),
        alone=alone,
        person="" if alone else _shown(named_in(claims)),
        object_id=_shown(claims.get("oid", "")) if alone else "",
        until=_instant(claims.get("exp")),
    )


def _permits(claims: Mapping[str, Any], *, alone: bool) -> tuple[str, ...]:
    roles = claims.get("roles")
    given = roles if isinstance(roles, list) else []
    found = given if alone else scopes_in(claims)
    return tuple(_shown(one) for one in found[:MOST])


def _instant(given: object) -> datetime | None:
    """A NumericDate (RFC 7519, 2); None where it is none."""
    try:
        return datetime.fromtimestamp(given, UTC) if isinstance(given, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _shown(given: object) -> str:
    """A claim as it may be told: short, and nothing that a terminal obeys."""
    return printable(str(given))[:LONGEST]
