"""A program that asks for a token in several threads at once, each as a process of its own would.

    python -m tests.oauth.token_program '{"store": ..., "key": ..., "account": {...}, "threads": 4}'

It prints "ready", waits for a line, and at its end prints each token, hashed. With "dies" it is
killed between the provider's answer and the store's.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import psutil

from noroshi.oauth.account import Account, Cloud
from noroshi.oauth.providers.msal import MsalProvider
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.oauth.tokens import TokenSource
from noroshi.ports import Clocks
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.vault import Box, Secret, Vault

CLOCKS = Clocks(wall=lambda: datetime.now(UTC), steady=time.monotonic)


class Killing:
    """A store before whose answer the process is gone, once a refresh token is to be kept."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def put_secret(self, name: str, sealed: bytes) -> None:
        if name.startswith("refresh/"):
            psutil.Process().kill()
        await self._store.put_secret(name, sealed)


def account_of(given: dict) -> Account:
    cloud = Cloud(
        name="own",
        authority=given["authority"],
        scope="https://mail.test/SMTP.Send",
        smtp_host="localhost",
        smtp_port=587,
        ca_file=given["ca_file"],
    )
    return Account(
        name="m365",
        cloud=cloud,
        tenant="t1",
        client_id="client-1",
        secret="m365-secret",
        mailbox="alarm@x.test",
    )


async def asked(given: dict, holder: str) -> str:
    store = SqliteStore.open(Path(given["store"]), reserve=0)
    kept = Killing(store) if given.get("dies") else store
    source = TokenSource(
        vault=Vault(kept, Box(Secret(given["key"]))),
        provider_of=lambda cloud: MsalProvider(),
        clocks=CLOCKS,
        refresh_lock=RefreshLock(kept, holder, CLOCKS, look=0.05),
    )
    try:
        token = await source.token(account_of(given["account"]))
    finally:
        await source.close()
        await store.close()
    return sha256(token.reveal().encode()).hexdigest()


def main(given: dict) -> None:
    together, found = threading.Barrier(given["threads"]), list[str]()

    def ask(number: int) -> None:
        together.wait()
        found.append(asyncio.run(asked(given, f"{os.getpid()}-{number}")))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(given["threads"])]
    print("ready", flush=True)
    sys.stdin.readline()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("\n".join(found), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
