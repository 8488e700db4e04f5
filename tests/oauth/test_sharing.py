"""Processes that share a store: one question to the provider, whoever of them dies."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from noroshi.oauth.grant_store import GrantStore
from noroshi.oauth.provider import SignInError
from noroshi.oauth.providers.msal import MsalProvider
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.oauth.tokens import SignInStatus, TokenSource
from noroshi.ports import Clocks, StoreError
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.vault import Box, Secret, SecretCache, Vault
from tests.oauth.authority import SECRET, refusal
from tests.oauth.conftest import Shelf, provider_of
from tests.oauth.token_program import account_of

HOUSE = Path(__file__).parents[2]
KEY = "5a" * 32
LATER = timedelta(hours=1)
PROCESSES, THREADS = 8, 4


def clocks(later=timedelta()):
    def wall():
        return datetime.now(UTC) + later

    return Clocks(wall=wall, steady=lambda: wall().timestamp())


class Shared:
    """A store that several processes open, with an account that somebody has signed in."""

    def __init__(self, folder, authority, certificate):
        self.path, self.authority = folder / "noroshi.db", authority
        self.said = {"authority": f"{authority.url}/{{tenant}}", "ca_file": str(certificate)}
        self.account = account_of(self.said)

    @asynccontextmanager
    async def life(self, holder="node", later=timedelta()):
        store = SqliteStore.open(self.path, reserve=0)
        times = clocks(later)
        source = TokenSource(
            vault=Vault(store, Box(Secret(KEY))),
            provider_of=lambda cloud: MsalProvider(),
            clocks=times,
            refresh_lock=RefreshLock(store, holder, times, look=0.01),
        )
        try:
            yield source
        finally:
            await source.close()
            await store.close()

    async def signed_in(self):
        """The access token of the sign-in itself is over at once."""
        self.authority.extra = {"expires_in": 0}
        store = SqliteStore.open(self.path, reserve=0)
        await Vault(store, Box(Secret(KEY))).put(self.account.secret, Secret(SECRET))
        await store.close()
        async with self.life() as source:
            url = await source.begin(self.account)
            await source.finish(self.account, self.authority.walk(url))
        self.authority.extra = {}
        return self

    @property
    def asked(self):
        """What was asked for after the sign-in."""
        return self.authority.posts[1:]

    def start(self, **more):
        """A process that is about to ask."""
        given = {"store": str(self.path), "key": KEY, "account": self.said, "threads": 1}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.oauth.token_program", json.dumps(given | more)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HOUSE,
            env=os.environ | {"PYTHONPATH": str(HOUSE / "src")},
        )
        assert process.stdout.readline() == "ready\n"
        return process


@pytest.fixture
async def shared(tmp_path, authority, certificate):
    return await Shared(tmp_path, authority, certificate).signed_in()


async def test_eight_processes_with_four_threads_each_ask_the_provider_once(shared):
    processes = [shared.start(threads=THREADS) for _ in range(PROCESSES)]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    outs = await asyncio.gather(*(asyncio.to_thread(p.communicate) for p in processes))
    tokens = [line for out, _ in outs for line in out.split()]
    assert len(tokens) == PROCESSES * THREADS and len(set(tokens)) == 1
    assert len(shared.asked) == 1


async def killed(shared):
    """A process asks, and is gone between the provider's answer and the store's."""
    process = shared.start(dies=True)
    out, _ = await asyncio.to_thread(process.communicate, "\n")
    assert process.returncode < 0 or sys.platform == "win32"
    assert out == ""
    [form] = shared.asked
    return form["refresh_token"]


async def test_with_a_provider_that_keeps_the_old_token_kill_9_costs_nothing(shared):
    """Microsoft: "Refresh tokens aren't revoked when used to acquire new access tokens"."""
    used = await killed(shared)
    async with shared.life(later=LATER) as source:
        await source.token(shared.account)
        assert (await source.state(shared.account)).sign is SignInStatus.SIGNED_IN
    assert [form["refresh_token"] for form in shared.asked] == [used, used]


async def test_with_a_provider_that_detects_reuse_kill_9_becomes_sign_in_again(shared):
    """RFC 9700, 4.14.2: reuse of a rotated token ends the sign-in."""
    shared.authority.rotates_once = True
    await killed(shared)
    async with shared.life(later=LATER) as source:
        with pytest.raises(SignInError, match="Sign in again"):
            await source.token(shared.account)
        state = await source.state(shared.account)
        assert state.sign is SignInStatus.NEEDED and "もう一度サインイン" in state.reason.ja
        url = await source.begin(shared.account)
        await source.finish(shared.account, shared.authority.walk(url))
        await source.token(shared.account)


async def test_one_who_died_keeps_nobody_waiting_for_long(shared):
    await killed(shared)
    turn = timedelta(seconds=21)
    async with shared.life("another", later=turn) as source:
        await source.token(shared.account)
    assert len(shared.asked) == 2


async def test_a_node_that_comes_back_takes_its_own_turn_up_at_once(shared):
    """Only one life of a name opens a store, so the turn is that of the life before."""
    store = SqliteStore.open(shared.path, reserve=0)
    now = datetime.now(UTC)
    await store.acquire_lock(shared.account.name, "node", now + LATER, now)
    await store.close()
    async with shared.life("node") as source:
        await source.token(shared.account)
    assert len(shared.asked) == 1


async def test_whoever_waits_shares_the_refusal_too(scene):
    await scene.signed_in()
    scene.authority.answer = lambda form: refusal("invalid_grant", 50173)
    lives = [scene.restarted(f"node-{n}") for n in range(4)]
    asked = [life.token(scene.account) for life in lives]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, SignInError) for one in found)
    assert {one.codes for one in found} == {(50173,)}
    assert len(scene.authority.posts) == 1


async def test_a_refused_token_is_replaced_once_for_all(scene):
    await scene.signed_in()
    lives = [scene.restarted(f"node-{n}") for n in range(4)]
    await asyncio.gather(*(life.token(scene.account) for life in lives))
    assert len(scene.authority.posts) == 1
    scene.times.passed += 60
    asked = [life.token(scene.account, force=True) for life in lives]
    found = await asyncio.gather(*asked)
    assert all(token == found[0] for token in found)
    assert len(scene.authority.posts) == 2


async def test_while_another_is_at_work_its_turn_does_not_end(scene):
    """However long its provider takes: it holds on, until it is done or dead."""
    shelf, clocks = scene.shelf, scene.times.clocks
    length = timedelta(milliseconds=8)
    async with RefreshLock(shelf, "one", clocks, length=length).try_acquire("m365") as ours:
        assert ours
        for _ in range(5):
            scene.times.passed += 0.006
            shelf.taken.clear()
            await shelf.taken.wait()
            async with RefreshLock(shelf, "two", clocks, look=0).try_acquire("m365") as theirs:
                assert not theirs
    async with RefreshLock(shelf, "two", clocks).try_acquire("m365") as theirs:
        assert theirs


async def test_a_store_that_takes_no_turn_withholds_no_token(scene):
    await scene.signed_in()
    scene.shelf.full = ""
    assert await scene.source.token(scene.account) == Secret("canary-access-1")


class MuteShelf(Shelf):
    """Answers nothing while it is mute, and keeps what it was asked."""

    def __init__(self):
        super().__init__()
        self.questions, self.answers_event = [], asyncio.Event()
        self.answers_event.set()
        self.grant_event = asyncio.Event()

    async def _ask(self, question):
        self.questions.append(question)
        await self.answers_event.wait()

    async def get_secret(self, name):
        await self._ask("read")
        return await super().get_secret(name)

    async def get_secrets(self):
        await self._ask("read all")
        return dict(self.kept)

    async def put_secret(self, name, sealed):
        await self._ask("write")
        await super().put_secret(name, sealed)
        if name.startswith("refresh/"):
            self.grant_event.set()

    async def acquire_lock(self, *turn):
        await self._ask("take a turn")
        return await super().acquire_lock(*turn)

    async def release_lock(self, *turn):
        await self._ask("end a turn")
        await super().release_lock(*turn)


async def test_a_store_that_is_mute_is_waited_for_once_a_read_and_once_a_turn(scene):
    scene.shelf = shelf = MuteShelf()
    clocks = scene.times.clocks
    scene.vault = Vault(shelf, scene.box)
    scene.source = scene.restarted()
    await scene.signed_in()
    cache = SecretCache(shelf, clocks.steady, patience=0.01)
    await cache.read_ahead()
    source = TokenSource(
        vault=Vault(shelf, scene.box, cache=cache),
        provider_of=provider_of,
        clocks=clocks,
        refresh_lock=RefreshLock(shelf, "node", clocks, patience=0.01),
        save_pause=0.001,
    )
    shelf.answers_event.clear()
    shelf.questions.clear()
    shelf.grant_event.clear()
    token = await source.token(scene.account)
    assert shelf.questions[:2] == ["read", "take a turn"]
    assert set(shelf.questions[2:]) <= {"write"}, "and nobody waits for these"
    assert await source.token(scene.account) == token
    shelf.answers_event.set()
    await shelf.grant_event.wait()
    grant = await GrantStore(scene.vault).get(scene.account)
    assert grant.renewed == clocks.wall(), "it is saved once the store answers"
    await source.close()
    assert await scene.restarted("other").token(scene.account) == token, (
        "it is there for others"
    )


class Late(MsalProvider):
    """Its answers come when the test says so."""

    def __init__(self):
        self.answered, self.come = asyncio.Event(), asyncio.Event()

    async def refresh(self, *asked):
        tokens = await super().refresh(*asked)
        self.answered.set()
        await self.come.wait()
        return tokens


async def test_what_somebody_signed_in_meanwhile_is_not_written_over(scene):
    """An answer to the older sign-in that comes after its turn has ended: the newer one stays."""
    await scene.signed_in()
    late = Late()
    slow = TokenSource(
        vault=scene.vault,
        provider_of=lambda cloud: late,
        clocks=scene.times.clocks,
        refresh_lock=RefreshLock(scene.shelf, "slow", scene.times.clocks),
    )
    asking = asyncio.create_task(slow.token(scene.account))
    await late.answered.wait()
    scene.times.passed += 30
    other = scene.restarted("other")
    url = await other.begin(scene.account)
    await other.finish(scene.account, scene.authority.walk(url))
    newest = await scene.kept_token()
    late.come.set()
    await asking
    assert await scene.kept_token() == newest


async def test_a_store_that_cannot_be_read_is_told(scene):
    await scene.signed_in()

    async def broken(name):
        raise StoreError("disk I/O error")

    scene.shelf.get_secret = broken
    with pytest.raises(StoreError):
        await scene.source.token(scene.account)
