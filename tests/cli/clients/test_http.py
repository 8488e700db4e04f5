"""Commands that speak to another computer's manager: the same answers, and what may go wrong."""

import asyncio
import json

import pytest

from noroshi.core.roles import VIEWER
from noroshi.web.http.self_signed import CERTIFICATE
from tests.cli.command_process import typed
from tests.service.clients import make_api_token, open_manager
from tests.service.harness import Harness


@pytest.fixture
async def harness():
    return Harness()


async def test_a_command_asks_the_manager_that_is_named(harness, tmp_path):
    token = await make_api_token(harness)
    async with open_manager(harness, tmp_path) as url:
        told = await typed("status", "--json", NOROSHI_URL=url, NOROSHI_TOKEN=token)
        assert json.loads(told.out)["node"] == "node"
        told = await typed("--url", url, "--token", token, "user", "add", "eri")
        assert told.code == 0 and "one-time code" in told.out
    assert "eri" in await harness.store.users()


async def test_a_role_too_low_is_refused_with_its_exit_code(harness, tmp_path):
    token = await make_api_token(harness, "low", VIEWER)
    async with open_manager(harness, tmp_path) as url:
        told = await typed("--lang", "ja", "export", ".", NOROSHI_URL=url, NOROSHI_TOKEN=token)
    assert told.code == 5 and "管理者" in told.err


async def test_a_token_that_does_not_hold_is_told(harness, tmp_path):
    await make_api_token(harness)
    async with open_manager(harness, tmp_path) as url:
        told = await typed("status", NOROSHI_URL=url, NOROSHI_TOKEN="nrs_x")
    assert (
        told.code == 5 and "is invalid or has expired" in told.err and "nrs_x" not in told.err
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://noroshi.example.com",
        "ftp://127.0.0.1",
        "https://u:p@127.0.0.1",
        "https://127.0.0.1/path",
        "https://127.0.0.1:x",
        "noroshi",
    ],
)
async def test_an_address_by_which_a_token_could_leak_is_not_used(url):
    told = await typed("--url", url, "--token", "nrs_x", "status")
    assert told.code == 3 and "is not a manager's address" in told.err


@pytest.mark.parametrize("token", ["", "ü", " "])
async def test_without_a_token_nothing_is_asked(token):
    told = await typed("--url", "https://127.0.0.1:1", "status", NOROSHI_TOKEN=token)
    assert told.code == 3 and "NOROSHI_TOKEN" in told.err


async def test_a_manager_that_is_not_there_is_told(harness, tmp_path):
    async with open_manager(harness, tmp_path) as url:
        pass
    told = await typed("--url", url, "--token", "nrs_x", "status")
    assert told.code == 4 and "Cannot reach the manager" in told.err


async def test_another_program_that_answers_is_no_manager():
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        told = await typed("--url", url, "--token", "nrs_x", "status")
    assert told.code == 4 and "is not a Noroshi manager (status 302)" in told.err


async def test_its_own_certificate_is_trusted_once_it_is_named(harness, tmp_path):
    token = await make_api_token(harness)
    async with open_manager(harness, tmp_path, tls=True) as url:
        env = {"NOROSHI_URL": url, "NOROSHI_TOKEN": token}
        told = await typed("status", **env)
        assert told.code == 4 and "--ca-file" in told.err
        told = await typed("status", "--ca-file", str(tmp_path / CERTIFICATE), **env)
        assert told.code == 0
        told = await typed("status", "--ca-file", str(tmp_path / "none.pem"), **env)
        assert told.code == 3 and f"Cannot read {tmp_path / 'none.pem'}" in told.err


async def test_a_door_that_is_named_comes_before_the_environment(tmp_path):
    door = str(tmp_path / "door.sock")
    told = await typed("status", "--door", door, NOROSHI_URL="https://127.0.0.1:1")
    assert told.code == 4 and door in told.err
