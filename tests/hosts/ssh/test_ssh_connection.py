"""What happens on a connection that no real server can be made to do: one in this process does it."""

from __future__ import annotations

import asyncssh
import pytest

from noroshi.core.ssh_login import SshLogin
from noroshi.hosts.ssh.login_errors import login_problem
from noroshi.hosts.ssh.ssh_connection import SshConnection


class HastySession(asyncssh.SSHServerSession):
    """Answers and ends together with its beginning."""

    def connection_made(self, chan):
        self._channel = chan

    def exec_requested(self, command):
        return True

    def session_started(self):
        self._channel.write("done")
        self._channel.exit(3)


class HastyServer(asyncssh.SSHServer):
    def begin_auth(self, username):
        return False

    def session_requested(self):
        return HastySession()


@pytest.fixture
async def connection(key, egress):
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=HastyServer, server_host_keys=[host_key]
    )
    login = SshLogin(
        address="127.0.0.1",
        user="watcher",
        port=server.get_port(),
        key="key",
        host_keys=(host_key.get_fingerprint(),),
    )
    connection = SshConnection(login, egress)
    yield connection
    connection.close_all()
    server.close()
    await server.wait_closed()


async def test_what_a_program_wrote_counts_though_it_ended_before_it_read(connection):
    result = await connection.run("true", 20.0, "the input of a program")
    assert (result.code, result.output) == (3, "done")


def test_the_farewell_of_a_server_commands_no_terminal_and_fills_no_page():
    login = SshLogin(address="nas01", user="watcher")
    farewell = asyncssh.DisconnectError(2, "\x1b[2J" + "x" * 10_000)
    words = login_problem(login, farewell, None).en
    assert "\x1b" not in words and len(words) < 400
