"""Write what stands in the tokens that Entra ID gives: access tokens of version 1.0, id_tokens
of 2.0."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from noroshi_lab.lab.directory import App, Clock, Tenant, User
from noroshi_lab.lab.jwt import encode
from noroshi_lab.lab.scopes import Scopes, audience, roles_of
from noroshi_lab.lab.tokens import Mint


@dataclass(slots=True, kw_only=True)
class Scribe:
    """Write tokens; `seconds` is the lifetime of each."""

    mint: Mint
    clock: Clock
    issuer: str
    seconds: int

    def for_user(self, tenant: Tenant, app: App, user: User, scopes: Scopes) -> str:
        """Write what a person lets an app do."""
        claims = self._common(tenant, app, scopes.audience, user.oid) | {
            "scp": scopes.scp,
            "sub": user.oid,
            "unique_name": user.upn,
            "upn": user.upn,
        }
        return self.mint.sign(claims | ({"groups": user.groups} if user.groups else {}))

    def for_app(self, tenant: Tenant, app: App, resource: str) -> str:
        """Write what an app may do by itself; without consent it has no `roles`."""
        oid = str(uuid.uuid5(uuid.UUID(tenant.id), app.client_id))
        claims = self._common(tenant, app, audience(resource), oid) | {"idtyp": "app"}
        roles = roles_of(app.roles, resource)
        return self.mint.sign(claims | ({"roles": roles} if roles else {}))

    def id_token(self, tenant: Tenant, app: App, user: User, nonce: str) -> str:
        """Write who has signed in."""
        claims = {
            "aud": app.client_id,
            "iss": f"{self.issuer}/{tenant.id}/v2.0",
            **self._times(),
            "name": user.name,
            "oid": user.oid,
            "preferred_username": user.upn,
            "sub": user.oid,
            "tid": tenant.id,
            "ver": "2.0",
        }
        return self.mint.sign(claims | ({"nonce": nonce} if nonce else {}))

    def _common(self, tenant: Tenant, app: App, aud: str, oid: str) -> dict[str, object]:
        return {
            "aud": aud,
            "iss": f"https://sts.windows.net/{tenant.id}/",
            **self._times(),
            "appid": app.client_id,
            "oid": oid,
            "tid": tenant.id,
            "ver": "1.0",
        }

    def _times(self) -> dict[str, int]:
        now = int(self.clock().timestamp())
        return {"iat": now, "nbf": now, "exp": now + self.seconds}


def client_info(tenant: Tenant, user: User) -> str:
    """Return who the account is, as MSAL wants to know it."""
    return encode(json.dumps({"uid": user.oid, "utid": tenant.id}).encode())
