"""Operations that add a server which is monitored over SSH: its host key, a key, the instance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from noroshi import imports, schema
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.version_note import note_text
from noroshi.core.mail import DIRECT
from noroshi.core.model import SSH_SOURCE
from noroshi.core.ssh_login import PORT, SshLogin
from noroshi.core.translation import _
from noroshi.definitions.blueprints import add, blueprints
from noroshi.network import NetworkEgress
from noroshi.oauth.token_provider import secret_of
from noroshi.operations import ssh_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.ssh_answers import HostKeyShown, SshKeyMade
from noroshi.ports import Unmeasurable
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.errors import ConflictError, InvalidArgumentError, OperationFailedError
from noroshi.service.operation import Person, note, offers
from noroshi.vault import Secret, VaultError

LINUX = "linux-server"
"""The blueprint whose monitors a new server begins with."""
BAD_LOGIN = _("The server was not added.")
REQUIRED = _("is required.")
NO_LOGIN = _("enter a private key or a password.")
ENTRY_TAKEN = _("The vault already has an entry “{name}”. Choose another name.")
INSTANCE_TAKEN = _("There is already an instance “{name}”. Choose another name.")
ADDED = _("{name} over SSH")


class SshServerOperations(ApplyOperations):
    """Add servers over SSH."""

    @offers(ssh_operations.SSH_HOST_KEY)
    async def host_key(self, person: Person, address: str, port: int = PORT) -> HostKeyShown:
        """Return the host key that a server shows, to be compared with what the server itself
        says."""
        if not address:
            raise InvalidArgumentError(BAD_LOGIN, (Problem("address", REQUIRED),))
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
        required_values = {"address": address, "user": user, "host_key": host_key}
        if problems := tuple(_missing(required_values, key or password)):
            raise InvalidArgumentError(BAD_LOGIN, problems)
        current = await self._store.current()
        if f"instances/{instance}" in {one.key for one in current.documents}:
            raise ConflictError(INSTANCE_TAKEN.fill(name=instance))
        settings = _settings(address, user, host_key, port, key, password)
        if title:
            settings["title"] = title
        if rules:
            settings["rules"] = list(rules)
        blueprint = blueprints(current.documents)[LINUX]
        try:
            documents = add(current.documents, blueprint, instance, {}, settings, language)
        except schema.Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None
        words = note_text(ADDED.fill(name=title or instance))
        return await self.apply(person, documents=documents, base=current.number, note=words)


def _missing(required_values: Mapping[str, str], secret: str) -> Iterator[Problem]:
    yield from (Problem(name, REQUIRED) for name, value in required_values.items() if not value)
    if not secret:
        yield Problem("key", NO_LOGIN)


def _settings(
    address: str, user: str, host_key: str, port: int, key: str, password: str
) -> dict[str, Any]:
    login: dict[str, Any] = {"user": user, "host_key": host_key}
    if port != PORT:
        login["port"] = port
    login |= {name: value for name, value in (("key", key), ("password", password)) if value}
    return {"address": address, "source": SSH_SOURCE, SSH_SOURCE: login}
