"""Logins by SSH of a plan: how the instances with the source "ssh" are asked."""

from __future__ import annotations

from noroshi.core.definitions.problems import Place
from noroshi.core.definitions.schema import InstanceDef, SshDef, SshHopDef
from noroshi.core.definitions.value_checks import fingerprints, host, in_range
from noroshi.core.marked_names import with_settings
from noroshi.core.model import SSH_SOURCE as SSH
from noroshi.core.ssh_login import FINGERPRINT, SshLogin
from noroshi.core.translation import _

MISSING_LOGIN = with_settings(
    _('the source "ssh" requires {user}, and {key} or {password}'), "user", "key", "password"
)
NO_FINGERPRINT = _(
    "“{given}” is not the fingerprint of a host key; use the format SHA256:… with 43 "
    "characters, as ssh-keygen -l prints it"
)


def ssh_login_of(definition: InstanceDef, place: Place) -> SshLogin | None:
    """Return how to log in to an instance; None if it has no login."""
    place = place.at("ssh")
    if definition.ssh is None:
        if definition.source == SSH:
            place.say(MISSING_LOGIN)
        return None
    jump = definition.ssh.jump
    return _login(
        definition.ssh,
        definition.address,
        place,
        _hop(jump, place.at("jump")) if jump else None,
    )


def _hop(definition: SshHopDef, place: Place) -> SshLogin:
    host(definition.address, place.at("address"))
    return _login(definition, definition.address, place)


def _login(
    definition: SshDef | SshHopDef, address: str, place: Place, jump: SshLogin | None = None
) -> SshLogin:
    in_range(definition.port, 1, 65535, place.at("port"))
    if not definition.user or not (definition.key or definition.password):
        place.say(MISSING_LOGIN)
    return SshLogin(
        address=address,
        user=definition.user,
        port=definition.port,
        key=definition.key,
        password=definition.password,
        host_keys=fingerprints(
            definition.host_key, FINGERPRINT, NO_FINGERPRINT, place.at("host_key")
        ),
        jump=jump,
    )
