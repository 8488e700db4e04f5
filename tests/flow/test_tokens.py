"""Mail that must be signed in, on the whole path, while the vault's store is out of order."""

import asyncio
import json
from datetime import timedelta

from noroshi.app.composition import open_app
from noroshi.config.config import Config
from noroshi.core.mail import Verdict
from noroshi.ports import Document, StoreError
from noroshi.service import administrator
from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import Secret, make_key

AKI = administrator("aki")
DEFINED = {
    "clouds/own": {
        "authority": "https://localhost:1/{tenant}",
        "scope": "https://mail.test/SMTP.Send",
        "smtp_host": "localhost",
        "smtp_port": 1,
    },
    "accounts/m365": {
        "cloud": "own",
        "tenant": "t1",
        "client_id": "c1",
        "secret": "m365-secret",
        "mailbox": "n@example.com",
    },
    "contacts/ops": {"addresses": ["ops@example.com"], "language": "ja"},
    "routes/smtp1": {"kind": "smtp", "options": {"account": "m365"}},
}


class NoSecrets(MemoryStore):
    """A store that can give out no secret now."""

    async def get_secret(self, name):
        raise StoreError("database is locked")


async def test_a_token_that_the_store_cannot_give_rests_the_route(tmp_path):
    config = Config(
        home=tmp_path, store=tmp_path / "s", key=tmp_path / "k", door=tmp_path / "d"
    )
    make_key(config.key)
    documents = tuple(Document(key, json.dumps(body)) for key, body in DEFINED.items())
    store = NoSecrets()
    async with open_app(config, open_store=lambda path: store) as app:
        await app.service.definitions.apply(AKI, documents)
        await app.service.sign_in.set_secret(AKI, "m365-secret", Secret("s" * 9).reveal())
        (id,) = (await app.service.queue.send(AKI, ("ops",), "s", "t")).ids
        working = asyncio.create_task(app.engine.run())
        while not (letter := await app.service.queue.show(AKI, id)).tried:
            await store.wait(timedelta(milliseconds=20))
        working.cancel()
        await asyncio.wait((working,))
    said = letter.tried[0].said[0]
    assert said.verdict is Verdict.ROUTE_DOWN and "database is locked" in said.words.en
    row, _ = await store.envelope(id)
    assert (row.envelope.attempts, letter.queued.attempts) == (0, 1)
