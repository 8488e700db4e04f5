"""A sign-in server, a vault in memory and clocks that stand still until told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noroshi.oauth.clouds import Account, Cloud
from noroshi.oauth.entries import Entries
from noroshi.oauth.msal_provider import MsalProvider
from noroshi.oauth.tokens import TokenSource
from noroshi.ports import Clocks, StoreError
from noroshi.vault import Box, Secret, Vault
from tests.oauth.authority import SECRET, Authority, make_certificate

KEY = Secret("5a" * 32)


class Shelf:
    """A store of sealed bytes in memory, whose disk can be full."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.full: str = "nothing"

    async def put_secret(self, name: str, sealed: bytes) -> None:
        if name.startswith(self.full):
            raise StoreError("No space left on device")
        self.kept[name] = sealed

    async def get_secret(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def secret_names(self) -> Sequence[str]:
        return sorted(self.kept)


class Times:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.clocks = Clocks(
            wall=lambda: datetime(2026, 12, 1, tzinfo=UTC) + timedelta(seconds=self.passed),
            steady=lambda: self.passed,
        )


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

    def restarted(self) -> TokenSource:
        """A new life on the same vault."""
        return TokenSource(
            vault=self.vault, provider=MsalProvider(), clocks=self.times.clocks, again=0.01
        )

    async def signed_in(self) -> Scene:
        """Somebody walks the page and pastes the address back; then nothing is cached."""
        await self.vault.put(self.account.secret, Secret(SECRET))
        url = await self.source.begin(self.account)
        await self.source.finish(self.account, self.authority.walk(url))
        self.source = self.restarted()
        self.authority.posts.clear()
        return self

    async def kept_token(self) -> str:
        kept = await Entries(self.vault).kept(self.account)
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
    return Cloud(
        name="own",
        authority=authority.url + "/{tenant}/v2.0",
        scope="https://mail.test/SMTP.Send offline_access",
        app_scope="https://mail.test/.default",
        smtp_host="localhost",
        smtp_port=587,
        ca_file=str(certificate),
        oidc=True,
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
def entra(account: Account, authority: Authority) -> Account:
    """The same, asked in Microsoft Entra's way."""
    cloud = replace(account.cloud, authority=authority.url + "/{tenant}", oidc=False)
    return replace(account, cloud=cloud)


@pytest.fixture
def app(account: Account) -> Account:
    """The same account, whose app signs in by itself."""
    return replace(account, sign_in="app")


@pytest.fixture
def scene(authority: Authority, account: Account) -> Scene:
    return Scene(authority, account)
