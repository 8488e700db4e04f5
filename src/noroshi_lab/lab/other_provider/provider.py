"""Hold who is known at the other provider, and how it is set."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import rsa

from noroshi_lab.lab.certificates import load_key, pem, write_private

DOMAIN = "elsewhere.example"
MAIL_SCOPE = f"https://mail.{DOMAIN}/"
SCOPES = frozenset({MAIL_SCOPE, "openid", "email", "profile", "offline_access"})
REDIRECTS = ("http://localhost/MxMail/", "http://localhost", "http://127.0.0.1")

Offline = Literal["scope", "access-type"]
Refresh = Literal["rotating", "lasting"]
Granted = Literal["asked", "fewer"]
ClientAuth = Literal["any", "basic", "post"]
Passwords = Literal["app", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a mailbox; `app_password` is what a mail program may use."""

    address: str
    password: str = field(repr=False)
    app_password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """Hold the account of a program, with a key, that may send for everybody here."""

    email: str
    key_id: str
    key: rsa.RSAPrivateKey = field(repr=False)
    scopes: frozenset[str] = frozenset({MAIL_SCOPE})


@dataclass(slots=True, kw_only=True)
class Provider:
    """The whole of it; what stands after `account` is changed by switches."""

    client_id: str
    client_secret: str = field(repr=False)
    people: dict[str, Person]
    account: ServiceAccount
    offline: Offline = "scope"  # what a refresh token is asked for by
    refresh: Refresh = "rotating"
    granted: Granted = "asked"
    client_auth: ClientAuth = "any"
    passwords: Passwords = "app"
    delegated: bool = True  # whether the service account may act for people
    token_life: timedelta = timedelta(hours=1)
    refresh_life: timedelta = timedelta(days=180)  # without being used
    recipients: int = 100  # of one mail
    recipients_a_day: int = 500
    size: int = 25 * 1024 * 1024

    @property
    def sender(self) -> Person:
        """Return the person to use."""
        return next(iter(self.people.values()))


def make_provider(saved: Mapping[str, object], key_file: Path) -> Provider:
    """Make a provider ready; take up again what an earlier start has saved."""

    def saved_or(name: str, fresh: str) -> str:
        return str(saved.get(name, fresh))

    sender = Person(
        address=f"alerts@{DOMAIN}",
        password=saved_or("password", secrets.token_urlsafe(12)),
        app_password=saved_or("app_password", secrets.token_hex(8)),
    )
    reader = Person(
        address=f"ops@{DOMAIN}",
        password=secrets.token_urlsafe(12),
        app_password=secrets.token_hex(8),
    )
    return Provider(
        client_id=saved_or("client_id", f"{secrets.token_hex(8)}.apps.{DOMAIN}"),
        client_secret=saved_or("client_secret", "GOLAB-" + secrets.token_urlsafe(18)),
        people={each.address: each for each in (sender, reader)},
        account=_open_account(key_file),
    )


def _open_account(key_file: Path) -> ServiceAccount:
    """Return the account in that file; made, if there is none."""
    try:
        document = json.loads(key_file.read_bytes())
        key = load_key(document["private_key"].encode())
        if key is not None:
            return ServiceAccount(
                email=document["client_email"], key_id=document["private_key_id"], key=key
            )
    except FileNotFoundError:
        pass  # the first start
    return ServiceAccount(
        email=f"noroshi@project.iam.{DOMAIN}",
        key_id=secrets.token_hex(20),
        key=rsa.generate_private_key(65537, 2048),
    )


def write_account(account: ServiceAccount, key_file: Path, token_uri: str) -> None:
    """Write the key file as a cloud's console hands it out."""
    document = {
        "type": "service_account",
        "project_id": "project",
        "private_key_id": account.key_id,
        "private_key": pem(account.key).decode(),
        "client_email": account.email,
        "token_uri": token_uri,
    }
    write_private(key_file, (json.dumps(document, indent=2) + "\n").encode())
