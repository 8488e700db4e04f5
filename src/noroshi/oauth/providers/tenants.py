"""Which tenant a sign-in server means by a name: its own ID, without anybody signing in.

Microsoft: "Find your tenant's ID", and OpenID Connect on the Microsoft identity platform: for a
tenant that is asked for by a domain the endpoints of its metadata hold the ID.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from noroshi.core.words import Words
from noroshi.oauth.http_session import Wire
from noroshi.oauth.provider import Client, SignInFailed
from noroshi.oauth.providers.base import asked

METADATA = "/v2.0/.well-known/openid-configuration"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NO_TENANT = Words(
    en="“{tenant}” is no single tenant at {host}. Give the tenant ID, or a domain of the "
    "organisation.",
    ja="{host} の「{tenant}」は特定のテナントを指していません。テナント ID か、組織のドメインを"
    "指定してください。",
)


async def tenant_of(client: Client) -> str:
    """The ID of its account's tenant at an Entra ID. Raises SignInFailed (there is no such tenant) and Unreachable."""

    account = client.account

    def ask(wire: Wire) -> str | SignInFailed:
        found = wire.get(f"{account.authority}{METADATA}").content or {}
        where = urlsplit(str(found.get("token_endpoint", "")))
        tenant = where.path.lstrip("/").partition("/")[0]
        if GUID.fullmatch(tenant):
            return tenant.lower()
        words = NO_TENANT.fill(tenant=account.tenant, host=urlsplit(account.authority).netloc)
        return SignInFailed(words, error="no_tenant", who="setup")

    return await asked(client, ask)
