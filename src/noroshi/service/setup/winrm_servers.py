"""Operations that add a server which is monitored over WinRM: its certificate, a diagnosis of the
login, the instance."""

from __future__ import annotations

from typing import Any

from noroshi import imports
from noroshi.core.definitions.problems import Problem
from noroshi.core.mail import DIRECT
from noroshi.core.model import WINRM_SOURCE
from noroshi.core.translation import NOTHING, _, plain
from noroshi.core.winrm_login import HTTPS_PORT, LOOK_UP_COMMAND, WinrmLogin
from noroshi.definitions.compilation import Plan
from noroshi.network import NetworkEgress
from noroshi.oauth.token_provider import secret_of
from noroshi.operations import winrm_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.diagnostic_answers import Examined
from noroshi.operations.winrm_answers import CertificateShown
from noroshi.ports import Unmeasurable
from noroshi.service.diagnostics.examinations import stage_names
from noroshi.service.errors import InvalidArgumentError, OperationFailedError
from noroshi.service.operation import Person, offers
from noroshi.service.setup.login_servers import (
    NOT_ADDED,
    LoginServerOperations,
    NewServer,
    documents_with,
    missing,
)

ADDED = _("{name} over WinRM")
NO_LOGIN = _("enter a user with a password, or a client certificate.")


class WinrmServerOperations(LoginServerOperations):
    """Add servers over WinRM."""

    @offers(winrm_operations.WINRM_CERTIFICATE)
    async def certificate(
        self, person: Person, address: str, port: int = HTTPS_PORT
    ) -> CertificateShown:
        """Return the certificate that a server shows, and whether a CA vouches for it."""
        if problems := tuple(missing({"address": address})):
            raise InvalidArgumentError(NOT_ADDED, problems)
        login = WinrmLogin(address=address, port=port)
        with imports.ONE_AT_A_TIME:
            from noroshi.hosts.winrm.server_certificate import certificate_of
        try:
            certificate = await certificate_of(login, self._egress())
        except Unmeasurable as problem:
            raise OperationFailedError(problem.words) from None
        return CertificateShown(
            where=login.host_and_port,
            fingerprint=certificate.fingerprint,
            subject=certificate.subject,
            issuer=certificate.issuer,
            valid_until=certificate.valid_until,
            distrust=certificate.distrust,
            command=LOOK_UP_COMMAND,
        )

    @offers(winrm_operations.WINRM_EXAMINE)
    async def examine(
        self,
        person: Person,
        instance: str,
        address: str,
        port: int = HTTPS_PORT,
        user: str = "",
        authentication: str = "",
        password: str = "",
        certificate: str = "",
        fingerprint: str = "",
    ) -> Examined:
        """Begin a diagnosis of the login that `winrm_server_add` would define with these values."""
        settings = _settings(
            address, port, user, authentication, password, certificate, fingerprint
        )
        server = NewServer(
            instance=instance, title="", rules=(), language="en", settings=settings
        )
        login = _login_in(await self._plan_with(person, server), instance)
        with imports.ONE_AT_A_TIME:
            from noroshi.hosts.winrm.examination import WinrmExamination
        examination = WinrmExamination(login, self._egress())
        id, now = self._context.new_id(), self._clocks.wall()
        self._context.running_examinations.begin(id, examination, now)
        return Examined(
            id=id,
            route="",
            title=plain(instance),
            kind="",
            mark=NOTHING,
            where=login.host_and_port,
            at=now,
            names=stage_names(examination.steps),
            instance=instance,
        )

    @offers(winrm_operations.WINRM_SERVER_ADD)
    async def add(
        self,
        person: Person,
        instance: str,
        address: str,
        port: int = HTTPS_PORT,
        user: str = "",
        authentication: str = "",
        password: str = "",
        certificate: str = "",
        fingerprint: str = "",
        title: str = "",
        rules: tuple[str, ...] = (),
        language: str = "en",
    ) -> Applied:
        """Define an instance with this login, and the monitors that each server begins with, with
        titles in that language. `password` and `certificate` are entries of the vault. Without
        `fingerprint`, a trusted CA must vouch for the server."""
        settings = _settings(
            address, port, user, authentication, password, certificate, fingerprint
        )
        server = NewServer(
            instance=instance, title=title, rules=rules, language=language, settings=settings
        )
        return await self._add_server(person, server, ADDED)

    async def _plan_with(self, person: Person, server: NewServer) -> Plan:
        """Return the plan that has the server. Raises InvalidArgumentError, and
        ReauthenticationRequiredError for an entry of the vault that is kept for another one."""
        current = await self._store.current()
        documents = documents_with(server, current)
        checked = await self._require_sound(documents, current, empty=False)
        plan_in_effect = await self._plan_in_effect(current)
        await self._context.bindings.check_destinations(person, checked.plan, plan_in_effect)
        return checked.plan

    def _egress(self) -> NetworkEgress:
        return NetworkEgress(DIRECT, secret_of(self._vault))


def _settings(
    address: str,
    port: int,
    user: str,
    authentication: str,
    password: str,
    certificate: str,
    fingerprint: str,
) -> dict[str, Any]:
    """Return the settings of an instance. Raises InvalidArgumentError for what no login can lack."""
    problems = [*missing({"address": address})]
    if not certificate and not (user and password):
        problems.append(Problem("user", NO_LOGIN))
    if problems:
        raise InvalidArgumentError(NOT_ADDED, tuple(problems))
    values = {
        "user": user,
        "password": password,
        "certificate": certificate,
        "authentication": authentication,
        "fingerprint": fingerprint,
    }
    login: dict[str, Any] = {name: value for name, value in values.items() if value}
    if port != HTTPS_PORT:
        login["port"] = port
    return {"address": address, "source": WINRM_SOURCE, WINRM_SOURCE: login}


def _login_in(plan: Plan, instance: str) -> WinrmLogin:
    monitors = (one for one in plan.monitors.values() if one.instance.name == instance)
    login = next(monitors).instance.winrm
    assert login is not None
    return login
