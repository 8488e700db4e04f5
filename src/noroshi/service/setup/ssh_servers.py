"""Operations that add a server which is monitored over SSH: its host key, a key, the instance."""

from __future__ import annotations

import re
from typing import Any

from noroshi import imports
from noroshi.core.definitions.problems import Problem
from noroshi.core.mail import DIRECT
from noroshi.core.model import SSH_SOURCE
from noroshi.core.ssh_login import PORT, SshLogin
from noroshi.core.translation import _
from noroshi.network import NetworkEgress
from noroshi.oauth.token_provider import secret_of
from noroshi.operations import ssh_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.ssh_answers import HostKeyShown, SshKeyMade
from noroshi.ports import Unmeasurable
from noroshi.service.errors import ConflictError, InvalidArgumentError, OperationFailedError
from noroshi.service.operation import Person, note, offers
from noroshi.service.setup.login_servers import (
    NOT_ADDED,
    LoginServerOperations,
    NewServer,
    missing,
)
from noroshi.vault import Secret, VaultError

NO_LOGIN = _("enter a private key or a password.")
ENTRY_TAKEN = _("The vault already has an entry “{name}”. Choose another name.")
ADDED = _("{name} over SSH")


class SshServerOperations(LoginServerOperations):
    """Add servers over SSH."""

    @offers(ssh_operations.SSH_HOST_KEY)
    async def host_key(self, person: Person, address: str, port: int = PORT) -> HostKeyShown:
        """Return the host key that a server shows, to be compared with what the server itself
        says."""
        if problems := tuple(missing({"address": address})):
            raise InvalidArgumentError(NOT_ADDED, problems)
        login = SshLogin(address=address, user="", port=port)
        egress = NetworkEgress(DIRECT, secret_of(self._vault))
        with imports.ONE_AT_A_TIME:
            from noroshi.hosts.ssh.first_login import host_key_of
        try:
            shown_key = await host_key_of(login, egress)
        except Unmeasurable as problem:
            raise OperationFailedError(problem.words) from None
        return HostKeyShown(
            where=login.host_and_port,
            algorithm=shown_key.algorithm,
            fingerprint=shown_key.fingerprint,
            command=shown_key.look_up_command,
        )

    @offers(ssh_operations.SSH_KEY_NEW)
    async def new_key(self, person: Person, name: str) -> SshKeyMade:
        """Generate a key pair: the private half stays in the vault, under a name that it does not
        have yet."""
        if name in await self._vault.names():
            raise ConflictError(ENTRY_TAKEN.fill(name=name))
        with imports.ONE_AT_A_TIME:
            from noroshi.hosts.ssh.first_login import make_key_pair
        node = re.sub(r"[^A-Za-z0-9._-]", "-", self._context.name)  # it is pasted into a shell
        private_key, line = make_key_pair(f"noroshi@{node}")
        _unused, plan = await self._context.current()
        await self._context.bindings.disown(name)
        try:
            await self._vault.put(name, Secret(private_key))
        except VaultError as failure:
            raise OperationFailedError(failure.words) from None
        await self._context.bindings.bind_anew(person, plan, name)
        note(new_state={"kept": True})
        return SshKeyMade(entry=name, line=line)

    @offers(ssh_operations.SSH_SERVER_ADD)
    async def add(
        self,
        person: Person,
        instance: str,
        address: str,
        user: str,
        host_key: str,
        port: int = PORT,
        key: str = "",
        password: str = "",
        title: str = "",
        rules: tuple[str, ...] = (),
        language: str = "en",
    ) -> Applied:
        """Define an instance with this login, and the monitors of a Linux server, with titles in
        that language. `key` and `password` are entries of the vault."""
        problems = [*missing({"address": address, "user": user, "host_key": host_key})]
        if not (key or password):
            problems.append(Problem("key", NO_LOGIN))
        if problems:
            raise InvalidArgumentError(NOT_ADDED, tuple(problems))
        server = NewServer(
            instance=instance,
            title=title,
            rules=rules,
            language=language,
            settings=_settings(address, user, host_key, port, key, password),
        )
        return await self._add_server(person, server, ADDED)


def _settings(
    address: str, user: str, host_key: str, port: int, key: str, password: str
) -> dict[str, Any]:
    login: dict[str, Any] = {"user": user, "host_key": host_key}
    if port != PORT:
        login["port"] = port
    login |= {name: value for name, value in (("key", key), ("password", password)) if value}
    return {"address": address, "source": SSH_SOURCE, SSH_SOURCE: login}
