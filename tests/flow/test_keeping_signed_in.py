"""A node looks after the sign-ins that no mail uses, on the whole path from definitions to provider."""

import asyncio
import json
from datetime import timedelta

import pytest

from noroshi.app.composition import open_app
from noroshi.app.node_process import keep_signed_in
from noroshi.config.config import Config
from noroshi.ports import Document
from noroshi.service import administrator
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks
from noroshi.vault import make_key
from tests.oauth.authority import SECRET, Authority, make_certificate

AKI = administrator("aki")


@pytest.fixture
def authority(tmp_path):
    found = Authority(make_certificate(tmp_path))
    yield found
    found.close()


def defined(authority, tmp_path):
    return {
        "clouds/own": {
            "authority": authority.url + "/{tenant}",
            "scope": "https://mail.test/SMTP.Send",
            "smtp_host": "localhost",
            "ca_file": str(tmp_path / "authority.pem"),
        },
        "accounts/m365": {
            "cloud": "own",
            "tenant": "t1",
            "client_id": "client-1",
            "secret": "m365-secret",
            "mailbox": "n@example.com",
        },
        "contacts/ops": {"addresses": ["ops@example.com"]},
        "routes/smtp1": {"kind": "smtp", "options": {"account": "m365"}},
    }


async def test_what_rested_for_a_week_is_renewed_when_a_node_starts(tmp_path, authority):
    names = {"home": tmp_path, "store": tmp_path / "s", "door": tmp_path / "d"}
    config = Config(key=tmp_path / "k", **names)
    make_key(config.key)
    time, asked = ManualClocks(), asyncio.Event()
    loop = asyncio.get_running_loop()
    async with open_app(config, time.clocks, lambda path: MemoryStore()) as app:
        documents = defined(authority, tmp_path).items()
        await app.service.definitions.apply(
            AKI, tuple(Document(k, json.dumps(v)) for k, v in documents)
        )
        await app.service.sign_in.set_secret(AKI, "m365-secret", SECRET)
        begun = await app.service.sign_in.authorize_begin(AKI, "smtp1")
        pasted = authority.walk(begun.url)
        signed_in = await app.service.sign_in.authorize_finish(AKI, "smtp1", pasted)
        await app.plans.compile(await app.store.current())
        time.pass_by(days=8)
        authority.answer = lambda form: loop.call_soon_threadsafe(asked.set) and None
        keeping = asyncio.create_task(keep_signed_in(app))
        await asked.wait()
        while (
            route := (await app.service.status.status(AKI)).routes[0]
        ).renewed == signed_in.renewed:
            await app.store.wait(timedelta(milliseconds=20))
        keeping.cancel()
        await asyncio.wait((keeping,))
    assert route.renewed == time.now
    assert authority.posts[-1]["grant_type"] == "refresh_token"
