"""A home folder from nothing, and the commands where no node runs: on the store itself."""

import asyncio
import json
import signal
import socket
import stat
import sys

import pytest

from noroshi.cli.handlers.init import name_of
from noroshi.config.config import read_config
from tests.cli.command_process import NOBODYS, typed
from tests.cli.test_asking_a_node import written
from tests.e2e.world import opened

SMTP = (
    'kind = "smtp"\n[options]\nhost = "127.0.0.1"\nport = 9\nsender = "noroshi@example.com"\n'
)
OURS = {"routes/plain.toml": SMTP}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_home_folder_is_made_for_its_owner_alone(tmp_path):
    home = tmp_path / "home"
    assert (await typed("init", home=home)).code == 0
    assert (mode(home), mode(home / "key")) == (0o700, 0o600)


async def test_a_home_folder_is_made_where_there_was_none(tmp_path):
    home = tmp_path / "deep" / "home"
    told = await typed("init", "--name", "web1", "--home", str(home))
    assert (told.code, told.err) == (0, "")
    assert f"noroshi serve --home {home}" in told.out
    assert told.out.endswith("noroshi demo\n")  # which has a folder of its own
    assert 'name = "web1"' in (home / "noroshi.toml").read_text("utf-8")
    looked = await typed("status", "--json", home=home)
    assert (looked.code, looked.err) == (0, "")
    status = json.loads(looked.out)
    assert (status["node"], status["version"], status["running"]) == ("web1", 0, False)


async def test_the_home_folder_of_an_agent_has_no_manager(tmp_path):
    assert (await typed("init", "--no-manager", home=tmp_path)).code == 0
    assert "\nweb = false\n" in (tmp_path / "noroshi.toml").read_text("utf-8")
    assert read_config(tmp_path).web is None


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("fs01", "fs01"),
        ("FS01.minato.example", "FS01"),
        ("db_1", "db_1"),
        ("営業-pc2", "pc2"),
        ("a b", "a-b"),
        ("x" * 70, "x" * 63),
        ("localhost.localdomain", "node"),
        ("営業", "node"),
        ("", "node"),
    ],
)
def test_a_node_is_called_like_its_computer(host, name):
    assert name_of(host) == name


async def test_a_node_that_nobody_named_has_its_computers_name(tmp_path):
    assert (await typed("init", home=tmp_path)).code == 0
    assert f'name = "{name_of(socket.gethostname())}"' in (tmp_path / "noroshi.toml").read_text(
        "utf-8"
    )


async def test_the_kinds_are_told_without_a_home_folder(tmp_path):
    told = await typed("kinds", "smtp", home=tmp_path / "none")
    assert (told.code, told.err) == (0, "") and "protection" in told.out
    assert told.out.startswith("smtp  Mail server (SMTP), type of route\n")
    assert "  host  (text, required without an account)\n" in told.out
    assert "  port  (whole number)\n" in told.out


async def test_a_kind_is_told_in_the_readers_words_and_as_toml_has_it(tmp_path):
    told = await typed("kinds", "logfile", "--lang", "ja", home=tmp_path / "none")
    assert "  ignore_case  (true か false、既定値 false)\n" in told.out
    assert "  path  (文字列、必須)\n" in told.out
    assert '("auto" | "utf-8" | "cp932"' in told.out
    assert f"  hits        該当行数{' ' * 36}既定のしきい値: 注意 1 以上\n" in told.out


async def test_a_hint_names_the_home_folder_that_was_given(tmp_path):
    home = tmp_path / "my home"
    option = f'--home "{home}"' if sys.platform == "win32" else f"--home '{home}'"
    told = await typed("status", "--home", str(home))
    assert f"Create it with `noroshi init {option}`" in told.err
    await typed("init", "--home", str(home))
    told = await typed("status", "--home", str(home))
    assert f"noroshi apply {option} DIR" in told.out


async def test_a_home_folder_that_is_there_is_left_as_it_is(tmp_path):
    await typed("init", home=tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    told = await typed("init", home=tmp_path)
    assert told.code == 5 and "Nothing was changed" in told.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


async def test_a_key_that_is_there_is_never_made_anew(tmp_path):
    (tmp_path / "key").write_text("5a" * 32)
    told = await typed("init", home=tmp_path)
    assert told.code == 0 and "Kept the existing key" in told.out
    assert (tmp_path / "key").read_text("utf-8") == "5a" * 32


async def test_no_key_is_made_for_a_store_that_is_there(tmp_path):
    await typed("init", home=tmp_path)
    (tmp_path / "noroshi.toml").unlink()
    (tmp_path / "key").unlink()
    told = await typed("init", home=tmp_path)
    assert "put the old key back" in told.out
    assert not (tmp_path / "key").exists()


async def test_a_name_that_is_none_leaves_nothing_in_the_way(tmp_path):
    assert (await typed("init", "--name", "a b", home=tmp_path)).code == 3
    assert (await typed("init", home=tmp_path)).code == 0


async def test_a_file_in_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "home").write_text("")
    told = await typed("init", home=tmp_path / "home")
    assert (told.code, told.out) == (1, "") and "--home" in told.err


async def test_definitions_and_mails_wait_for_the_first_start(tmp_path):
    await typed("init", home=tmp_path)
    applied = await typed("apply", written(tmp_path / "defs", **OURS), home=tmp_path)
    assert applied.code == 0 and "No node is running." in applied.out
    assert "takes effect when noroshi serve starts" in applied.out
    sent = await typed("send", "--to", "ops", "--subject", "s", given="text", home=tmp_path)
    assert sent.code == 7 and "once noroshi serve runs" in sent.err
    (one,) = json.loads((await typed("queue", "list", "--json", home=tmp_path)).out)
    assert f"{one['id']}\n" == sent.out
    told = await typed("status", "--check", home=tmp_path)
    assert told.code == 4 and "No node is running" in told.out


async def test_a_store_that_is_in_use_is_told(tmp_path):
    await typed("init", home=tmp_path)
    async with serving(tmp_path):
        (tmp_path / "door.sock").unlink()
        told = await typed("status", home=tmp_path)
    assert told.code == 4 and "nother Noroshi" in told.err


async def test_a_second_node_on_one_store_is_refused(tmp_path):
    await typed("init", home=tmp_path)
    async with serving(tmp_path):
        told = await typed("serve", home=tmp_path)
    assert told.code == 1 and "nother Noroshi" in told.err


async def test_a_node_says_what_it_does_and_takes_up_what_is_applied(tmp_path):
    await typed("init", home=tmp_path)
    async with serving(tmp_path) as node:
        assert "no monitors yet" in (await node.stdout.readline()).decode()
        applied = await typed("apply", written(tmp_path / "defs", **OURS), home=tmp_path)
        assert "No node is running" not in applied.out
        while not await measured(tmp_path):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def measured(home):
    status = json.loads((await typed("status", "--json", home=home)).out)
    assert status["running"]
    return all(monitor["measured"] for monitor in status["monitors"])


class serving:  # noqa: N801
    """A node of its own, which is told to stop at the end and must do so by itself."""

    def __init__(self, home):
        self.home = home

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "noroshi.cli", "serve"),
            stdout=asyncio.subprocess.PIPE,
            env=NOBODYS | {"NOROSHI_HOME": str(self.home)},
        )
        while not opened(self.home / "door.sock"):
            assert self.process.returncode is None
            await asyncio.sleep(0.05)
        return self.process

    async def __aexit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        await self.process.communicate()
        assert self.process.returncode == 0
