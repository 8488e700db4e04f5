"""A sign-in server, a vault in memory and clocks that stand still until told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noroshi.oauth.account import Account, Cloud
from noroshi.oauth.grant_store import GrantStore
from noroshi.oauth.provider import Client, Credential, Provider
from noroshi.oauth.providers.generic import GenericProvider
from noroshi.oauth.providers.msal import MsalProvider
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.oauth.tokens import TokenSource
from noroshi.ports import Clocks, StoreError
from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import Box, Secret, Vault
from tests.oauth.authority import SECRET, Authority, make_certificate

KEY = Secret("5a" * 32)


class Shelf:
    """A store of sealed bytes and of turns in memory, whose disk can be full."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.full: str = "nothing"
        self.unreadable: str = "nothing"
        self.taken = asyncio.Event()
        """Set whenever somebody takes a turn, or holds it on."""
        self._turns = MemoryStore()

    async def put_secret(self, name: str, sealed: bytes) -> None:
        if name.startswith(self.full):
            raise StoreError("No space left on device")
        self.kept[name] = sealed

    async def get_secret(self, name: str) -> bytes | None:
        if name.startswith(self.unreadable):
            raise StoreError("disk I/O error")
        return self.kept.get(name)

    async def secret_names(self) -> Sequence[str]:
        return sorted(self.kept)

    async def drop_secret(self, name: str) -> bool:
        if name.startswith(self.full):
            raise StoreError("No space left on device")
        return self.kept.pop(name, None) is not None

    async def acquire_lock(
        self, name: str, holder: str, until: datetime, now: datetime
    ) -> bool:
        if self.full == "":
            raise StoreError("No space left on device")
        taken = await self._turns.acquire_lock(name, holder, until, now)
        self.taken.set()
        return taken

    async def release_lock(self, name: str, holder: str) -> None:
        await self._turns.release_lock(name, holder)


class Times:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.clocks = Clocks(
            wall=lambda: datetime(2026, 12, 1, tzinfo=UTC) + timedelta(seconds=self.passed),
            steady=lambda: self.passed,
        )


def provider_of(cloud: Cloud) -> Provider:
    return MsalProvider() if cloud.entra else GenericProvider()


@dataclass
class Scene:
    """All that a story needs."""

    authority: Authority
    account: Account
    shelf: Shelf = field(default_factory=Shelf)
    times: Times = field(default_factory=Times)
    box: Box | None = Box(KEY)

    def __post_init__(self) -> None:
        self.vault = Vault(self.shelf, self.box)
        self.source = self.restarted()

    def restarted(self, holder: str = "node", again: float = 0.01) -> TokenSource:
        """A new life on the same vault; or another process, with another name."""
        clocks = self.times.clocks
        return TokenSource(
            vault=self.vault,
            provider_of=provider_of,
            clocks=clocks,
            refresh_lock=RefreshLock(self.shelf, holder, clocks, look=0.01),
            save_pause=again,
        )

    async def signed_in(self) -> Scene:
        """Somebody walks the page and pastes the address back, an hour ago; then nothing that
        is at hand is good any more."""
        await self.vault.put(self.account.secret, Secret(SECRET))
        url = await self.source.begin(self.account)
        await self.source.finish(self.account, self.authority.walk(url))
        self.times.passed += 3600
        self.source = self.restarted()
        self.authority.posts.clear()
        return self

    async def kept_token(self) -> str:
        kept = await GrantStore(self.vault).get(self.account)
        assert kept is not None
        return kept.token.reveal()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def authority(certificate: Path) -> Iterator[Authority]:
    server = Authority(certificate)
    yield server
    server.close()


@pytest.fixture
def cloud(authority: Authority, certificate: Path) -> Cloud:
    """Entra's way: the authority is asked through MSAL."""
    return Cloud(
        name="own",
        authority=authority.url + "/{tenant}",
        scope="https://mail.test/SMTP.Send offline_access",
        app_scope="https://mail.test/.default",
        graph_scope="https://graph.test/Mail.Send",
        graph_app_scope="https://graph.test/.default",
        graph="https://graph.test",
        graph_shared_scope="https://graph.test/Mail.Send.Shared",
        smtp_host="localhost",
        smtp_port=587,
        ca_file=str(certificate),
    )


@pytest.fixture
def account(cloud: Cloud) -> Account:
    return Account(
        name="m365",
        cloud=cloud,
        tenant="t1",
        client_id="client-1",
        secret="m365-secret",
        mailbox="alarm@x.test",
    )


@pytest.fixture
def oidc(account: Account) -> Account:
    """The same at any OpenID Connect server, which tells its endpoints."""
    authority = f"{account.cloud.authority}/v2.0"
    return replace(account, cloud=replace(account.cloud, authority=authority, oidc=True))


@pytest.fixture
def told(account: Account, authority: Authority) -> Account:
    """The same at an OAuth 2.0 server whose endpoints the cloud says."""
    base = authority.url + "/{tenant}/oauth2/v2.0"
    cloud = replace(
        account.cloud,
        authority="",
        scope="https://mail.test/SMTP.Send openid",
        authorization_endpoint=f"{base}/authorize",
        token_endpoint=f"{base}/token",
        device_authorization_endpoint=f"{base}/devicecode",
    )
    return replace(account, cloud=cloud)


@pytest.fixture(params=["account", "oidc", "told"], ids=["entra", "by discovery", "endpoints"])
def any_account(request: pytest.FixtureRequest) -> Account:
    """Each way in which a provider is asked, MSAL's and Authlib's alike."""
    found: Account = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def app(account: Account) -> Account:
    """The same account, whose app signs in by itself."""
    return replace(account, sign_in="app")


@pytest.fixture
def scene(authority: Authority, account: Account) -> Scene:
    return Scene(authority, account)


def with_secret(account: Account, value: str = SECRET) -> Client:
    """The account's app with its client secret."""
    credential = Credential(entry=account.secret, kind="secret", value=Secret(value))
    return Client(account=account, credential=credential)
