"""The way to a database: hosts in their order, TLS, the password, and what each failure is told as."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest

from noroshi.config.database import Database
from noroshi.ports import StoreError, StoreFault
from noroshi.stores.postgres.connection import connect, connect_arguments, tls_mode
from noroshi.stores.postgres.connection_errors import ConnectError, meaning_of
from noroshi.stores.postgres.transaction_errors import is_away
from tests import postgres as postgres_server
from tests.ports import free_port
from tests.postgres import PASSWORD

CANARY = "canary-5d2f"


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """A server with TLS that lets `barred` in from nowhere and writes nothing by itself."""
    settings = {"ssl": "on", "default_transaction_read_only": "on"}
    with postgres_server.server(postgres_server.SHARED | settings, secure=True) as server:
        yield server


@pytest.fixture
def password_file(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / "password"
        path.write_text(f"{text}\n")
        path.chmod(mode)
        return path

    return write


def _by_tcp(server, database="postgres", user="noroshi", **other):
    return Database(url=server.tcp_url(database, user), **other)


async def _failure(database):
    with pytest.raises(ConnectError) as caught:
        await connect(database, "noroshi/test")
    (error,) = caught.value.errors.values()
    told = caught.value.words
    assert CANARY not in told.en + told.ja + repr(caught.value) + repr(database)
    assert told.ja != told.en
    return meaning_of(error), told.en


async def test_the_password_is_read_from_its_file_and_the_session_has_a_name(
    postgres, password_file
):
    database = _by_tcp(postgres, password_file=password_file(PASSWORD))
    connection = await connect(database, "noroshi/one")
    assert await connection.fetchval("show application_name") == "noroshi/one"
    await connection.close()


async def test_the_password_is_found_in_the_file_that_pgpassfile_names(
    postgres, tmp_path, monkeypatch
):
    passfile = tmp_path / "pgpass"
    passfile.write_text(f"127.0.0.1:{postgres.port}:*:noroshi:{PASSWORD}\n")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))
    connection = await connect(_by_tcp(postgres), "noroshi")
    await connection.close()


async def test_a_wrong_password_is_told_and_never_shown(postgres, password_file):
    database = _by_tcp(postgres, password_file=password_file(CANARY))
    kind, told = await _failure(database)
    assert kind == "wrong_password" and "PostgreSQL refuses the user noroshi" in told


async def test_a_password_that_others_may_read_is_not_used(postgres, password_file):
    database = _by_tcp(postgres, password_file=password_file(PASSWORD, mode=0o644))
    with pytest.raises(StoreError, match="readable by others"):
        await connect(database, "noroshi")


async def test_a_password_file_that_is_not_there_is_told(postgres, tmp_path):
    database = _by_tcp(postgres, password_file=tmp_path / "none")
    with pytest.raises(StoreError, match=r"none \(No such file"):
        await connect(database, "noroshi")


async def test_what_is_wrong_on_the_way_is_told_with_whoever_can_mend_it(
    postgres, secured, password_file, tmp_path
):
    known = password_file(PASSWORD)
    closed = free_port()
    limited = await connect(Database(url=postgres.url()), "noroshi")
    await limited.execute("create role full_up login connection limit 0")
    await limited.close()
    local = f"host={postgres.socket}&port={postgres.port}"
    failures = {
        "unknown_host": Database(url="postgresql://u@db.invalid/noroshi?sslmode=disable"),
        "refused": Database(url=f"postgresql://u@127.0.0.1:{closed}/noroshi"),
        "no_socket": Database(url=f"postgresql://u@/noroshi?host={tmp_path}"),
        "no_database": _by_tcp(postgres, "nowhere", password_file=known),
        "too_many": Database(url=f"postgresql://full_up@/postgres?{local}"),
        "no_tls": Database(url=f"{postgres.tcp_url()}?sslmode=verify-full"),
        "certificate": Database(url=f"{secured.tcp_url()}?sslmode=verify-full"),
        "not_allowed": _by_tcp(secured, user="barred", password_file=known),
        "read_only": _by_tcp(secured, password_file=known),
    }
    assert {kind: (await _failure(one))[0] for kind, one in failures.items()} == {
        kind: kind for kind in failures
    }


async def test_the_certificate_of_a_named_authority_is_trusted_for_its_name(
    secured, password_file
):
    query = f"sslmode=verify-full&sslrootcert={secured.certificate}&target_session_attrs=any"
    known = password_file(PASSWORD)
    by_name = f"postgresql://noroshi@localhost:{secured.port}/postgres?{query}"
    connection = await connect(Database(url=by_name, password_file=known), "noroshi")
    used = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
    assert await connection.fetchval(used)
    await connection.close()
    kind, _ = await _failure(Database(url=f"{secured.tcp_url()}?{query}", password_file=known))
    assert kind == "certificate"  # it is not issued for 127.0.0.1


async def test_of_several_hosts_the_first_that_can_be_written_to_is_taken(
    postgres, secured, password_file
):
    silent = socket.create_server(("127.0.0.1", 0))  # takes a connection, and never answers
    ports = free_port(), silent.getsockname()[1], secured.port, postgres.port
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    url = f"postgresql://noroshi@{hosts}/postgres"
    database = Database(url=url, password_file=password_file(PASSWORD))
    with silent:
        connection = await connect(database, "noroshi", timeout=1.0)
    assert await connection.fetchval("show port") == str(postgres.port)
    await connection.close()


def _message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


@asynccontextmanager
async def _server_of_version(text):
    ended = asyncio.Event()

    async def answer(reader, writer):
        while (await reader.readexactly(8))[4:] == struct.pack("!i", 80877103):
            writer.write(b"N")  # no TLS here
        version = _message(b"S", b"server_version\0" + text + b"\0")
        ready = _message(b"K", struct.pack("!ii", 1, 1)) + _message(b"Z", b"I")
        writer.write(_message(b"R", struct.pack("!i", 0)) + version + ready)
        try:
            with suppress(ConnectionError):
                await reader.read()
        finally:
            writer.close()
            ended.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await ended.wait()


async def test_a_server_that_is_too_old_is_told_with_its_version():
    async with _server_of_version(b"14.13") as port:
        url = f"postgresql://noroshi@127.0.0.1:{port}/noroshi?target_session_attrs=any"
        kind, told = await _failure(Database(url=url))
    assert kind == "too_old" and "14.13" in told


@asynccontextmanager
async def _server_that_asks_for_a_login_of_before():
    ended = asyncio.Event()

    async def answer(reader, writer):
        while (await reader.readexactly(8))[4:] == struct.pack("!i", 80877103):
            writer.write(b"N")  # no TLS here
        writer.write(_message(b"R", struct.pack("!i", 6)))
        try:
            with suppress(ConnectionError):
                await reader.read()
        finally:
            writer.close()
            ended.set()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await ended.wait()


async def test_a_login_that_the_library_does_not_know_is_no_connection_that_was_lost():
    async with _server_that_asks_for_a_login_of_before() as port:
        url = f"postgresql://noroshi@127.0.0.1:{port}/noroshi?target_session_attrs=any"
        kind, told = await _failure(Database(url=url))
    assert kind == ""
    assert "unsupported authentication method" in told and "was lost" not in told


async def test_a_query_that_the_library_does_not_send_is_no_connection_that_was_lost(
    postgres, password_file
):
    database = _by_tcp(postgres, password_file=password_file(PASSWORD))
    connection = await connect(database, "noroshi/test")
    with pytest.raises(asyncpg.InterfaceError) as caught:
        await connection.fetchval("select $1::int")
    assert meaning_of(caught.value) == ""
    assert not is_away(caught.value), "the connection is as good as before"
    await connection.close()
    with pytest.raises(asyncpg.InterfaceError) as caught:
        await connection.fetchval("select 1")
    assert meaning_of(caught.value) == "cut_off" and is_away(caught.value)


async def test_what_can_only_be_read_is_a_fault_of_its_own(secured, password_file):
    database = _by_tcp(secured, password_file=password_file(PASSWORD))
    with pytest.raises(ConnectError) as caught:
        await connect(database, "noroshi")
    assert caught.value.fault is StoreFault.READ_ONLY


@pytest.mark.parametrize(
    ("hosts", "mode"),
    [
        ("127.0.0.1", "prefer"),
        ("localhost,[::1]:5433", "prefer"),
        ("/run/postgresql", "prefer"),
        ("db.example.com", "verify-full"),
        ("localhost,db.example.com", "verify-full"),
    ],
)
def test_tls_is_verified_in_full_unless_all_of_the_way_is_on_this_computer(hosts, mode):
    is_folder = hosts.startswith("/")
    url = f"postgresql:///x?host={hosts}" if is_folder else f"postgresql://u@{hosts}/x"
    assert tls_mode(Database(url=url)) == mode
    told = Database(url=f"postgresql://u@{hosts}/x?sslmode=require")
    assert is_folder or tls_mode(told) == "require"


def test_behind_a_pooler_no_statement_is_prepared_by_name():
    arguments = connect_arguments(Database(url="postgresql://u@a/x", pooler=True), "noroshi")
    assert arguments["statement_cache_size"] == 0
