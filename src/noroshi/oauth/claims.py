"""What an access token says of itself, for people to read: never a reason to use it or not.

Its format is the mail server's matter (Microsoft: "access tokens are opaque to clients"), so
nothing is decided by it, and one that cannot be read is no fault.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from typing import Any

from noroshi.core.printable import printable
from noroshi.core.words import Words
from noroshi.oauth.high_volume import BULK_ROLE, MAILBOX_ROLE
from noroshi.ports import Resource
from noroshi.vault import Secret

EXCHANGE = frozenset(
    {
        "https://outlook.office.com",
        "https://outlook.office365.com",
        "https://outlook.office365.us",
        "https://outlook-dod.office365.us",
        "https://partner.outlook.cn",
        "00000002-0000-0ff1-ce00-000000000000",
    }
)
"""The audiences of Exchange Online in its clouds."""
GRAPH = frozenset(
    {
        "https://graph.microsoft.com",
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
        "00000003-0000-0000-c000-000000000000",
    }
)
"""The audiences of Microsoft Graph in its clouds."""
AUDIENCES: Mapping[Resource, frozenset[str]] = {"smtp": EXCHANGE, "graph": GRAPH}
NAMES: Mapping[Resource, str] = {"smtp": "Exchange Online", "graph": "Microsoft Graph"}
SCOPES: Mapping[Resource, tuple[str, ...]] = {
    "smtp": ("SMTP.Send",),
    "graph": ("Mail.Send", "Mail.Send.Shared"),
}
"""What a person permits; the first is the least."""
FOR_SHARED: Mapping[Resource, tuple[str, ...]] = {**SCOPES, "graph": ("Mail.Send.Shared",)}
"""What sends from a mailbox that is another's than the person's."""
ROLES: Mapping[Resource, str] = {"smtp": MAILBOX_ROLE, "graph": "Mail.Send"}
"""What an app is permitted."""
PERSON = ("upn", "preferred_username", "email", "unique_name")
"""The claims that name a person to people: Entra's, and OpenID Connect's (Core, 5.1)."""
LONGEST = 80

OPAQUE = Words(
    en="The token cannot be looked into; the mail server will judge it.",
    ja="トークンの中身は確かめられません。判断はメールサーバーに任せます。",
)
FOR_EXCHANGE = Words(
    en="The token is for Exchange Online.", ja="Exchange Online 用のトークンです。"
)
FOR_OTHER = Words(
    en="Caution: the token is for “{aud}”, not for Exchange Online, which will refuse it "
    "(535 5.7.3). Check app_scope of the cloud.",
    ja="注意: Exchange Online ではなく「{aud}」用のトークンです。このままでは断られます "
    "(535 5.7.3)。クラウドの app_scope を確かめてください。",
)
MAY_SEND = Words(
    en="It carries the permission {role}.", ja="アクセス許可 {role} が含まれています。"
)
MAY_NOT = Words(
    en="Caution: it lacks the permission SMTP.SendAsApp. Under API permissions, Office 365 "
    "Exchange Online, the administrator adds it as an application permission and grants admin "
    "consent. (Not needed where Exchange itself grants it: RBAC for Applications.)",
    ja="注意: アクセス許可 SMTP.SendAsApp が含まれていません。管理者が「API のアクセス許可」の "
    "Office 365 Exchange Online でアプリケーションの許可として追加し、管理者の同意を与えてください "
    "(Exchange 側の「アプリケーションの RBAC」で許可している場合は不要です)。",
)
MAY_NOT_BULK = Words(
    en="Caution: it lacks the permission Mail.Send of Office 365 Exchange Online, which High Volume "
    "Email wants. Under API permissions, Office 365 Exchange Online, the administrator adds it as an "
    "application permission and grants admin consent; the account lets the app in by "
    "Add-HVEAppAccess.",
    ja="注意: High Volume Email に要る、Office 365 Exchange Online のアクセス許可 Mail.Send が含まれて"
    "いません。管理者が「API のアクセス許可」の Office 365 Exchange Online でアプリケーションの許可として"
    "追加して管理者の同意を与え、Add-HVEAppAccess でアカウントにこのアプリを許可してください。",
)
READING = frozenset({"Mail.Read", "Mail.ReadWrite"})
MAY_READ = Words(
    en="It may read the mailbox ({role}).", ja="メールボックスを読み取れます ({role})。"
)
MAY_NOT_READ = Words(
    en="Caution: it lacks the permission Mail.Read. Under API permissions, Microsoft Graph, the "
    "administrator adds it as an application permission and grants admin consent. (Not needed "
    "where Exchange itself grants it: RBAC for Applications.)",
    ja="注意: アクセス許可 Mail.Read が含まれていません。管理者が「API のアクセス許可」の Microsoft Graph "
    "でアプリケーションの許可として追加し、管理者の同意を与えてください (Exchange 側の"
    "「アプリケーションの RBAC」で許可している場合は不要です)。",
)


def look_at_reading(token: Secret) -> tuple[Words, ...]:
    """Whether an app's token lets it read mailboxes, in words."""
    claims = claims_in(token.reveal())
    roles = claims.get("roles") if claims is not None else None
    held = sorted(READING.intersection(map(str, roles if isinstance(roles, list) else ())))
    return (MAY_READ.fill(role=held[0]) if held else MAY_NOT_READ,)


def look_into(token: Secret, role: str = MAILBOX_ROLE) -> tuple[Words, ...]:
    """What an app's token is for and whether it may send, in words; `role` is what the route's
    server wants."""
    claims = claims_in(token.reveal())
    if claims is None:
        return (OPAQUE,)
    aud, fit = audience_of(claims, EXCHANGE)
    fits = FOR_EXCHANGE if fit else FOR_OTHER.fill(aud=printable(aud[:LONGEST]))
    roles = claims.get("roles")
    if isinstance(roles, list) and role in roles:
        return fits, MAY_SEND.fill(role=role)
    return fits, MAY_NOT_BULK if role == BULK_ROLE else MAY_NOT


def audience_of(claims: Mapping[str, Any], wanted: Collection[str]) -> tuple[str, bool]:
    """For whom a token is, and whether that is one of those: of several (RFC 7519, 4.1.3) the one
    that is, else all."""
    given = claims.get("aud")
    listed = given if isinstance(given, list) else [given]
    told = [one for one in listed if isinstance(one, str)]
    fit = next((one for one in told if one.rstrip("/") in wanted), None)
    return (", ".join(told), False) if fit is None else (fit, True)


def scopes_in(claims: Mapping[str, Any]) -> list[str]:
    """What a person let the app do: a list of words at some servers, words in a line at Entra."""
    given = claims.get("scp", "")
    return [str(one) for one in given] if isinstance(given, list) else str(given).split()


def claims_in(token: str) -> Mapping[str, Any] | None:
    """The payload of a JWT, its signature unlooked at; None where it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_app(claims: Mapping[str, Any]) -> bool:
    """Whether it is an app's own: then nobody's scopes are in it."""
    return claims.get("idtyp") == "app" or ("scp" not in claims and "upn" not in claims)


def named_in(claims: Mapping[str, Any], mailbox: str = "") -> str:
    """Who signed in, as an id_token or an access token names them: by the mailbox if one of the names
    is that, else by an address; "" where nobody is named."""
    told = [one for name in PERSON if isinstance(one := claims.get(name), str) and one]
    subject = claims.get("sub")
    if isinstance(subject, str) and "@" in subject:  # mostly a number (OpenID Connect Core, 2)
        told.append(subject)
    same = (one for one in told if is_name_of(one, mailbox))
    addresses = (one for one in told if "@" in one)
    return next(same, None) or next(addresses, None) or next(iter(told), "")


def is_name_of(person: str, mailbox: str) -> bool:
    """Return whether that names the mailbox: many sign-in servers leave the domain out."""
    whole = mailbox.casefold()
    return person.casefold() in (whole, whole.partition("@")[0])
