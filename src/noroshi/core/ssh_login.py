"""How to log in to a computer by SSH, and which host key it must show."""

from __future__ import annotations

import re
from dataclasses import dataclass

from noroshi.core.host_port import authority
from noroshi.core.translation import Message, _, list_names

PORT = 22
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
"""A host key as `ssh-keygen -l` prints it."""

NEW_HOST_KEY = _(
    "the host key of {where} is not confirmed yet: {algorithm} {fingerprint}. Compare it with the "
    "output of {command} on that computer, and set host_key in the instance"
)
CHANGED_HOST_KEY = _(
    "the host key of {where} has changed to {algorithm} {fingerprint}; it was {pinned}. "
    "Nothing was sent to it. If the computer was reinstalled, compare the key there and set "
    "host_key in the instance; if not, someone may be intercepting the connection"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SshLogin:
    """Hold where and as whom to log in. `key` and `password` name entries of the vault;
    `host_keys` are the fingerprints that count, none: not confirmed yet. `jump` is the computer
    through which the connection is made."""

    address: str
    user: str
    port: int = PORT
    key: str = ""
    password: str = ""
    host_keys: tuple[str, ...] = ()
    jump: SshLogin | None = None

    @property
    def host_and_port(self) -> str:
        """Return address and port, as problems name them."""
        return authority(self.address, self.port)


@dataclass(frozen=True, slots=True)
class ShownHostKey:
    """Hold the key that a server showed: `algorithm` as SSH names it, and the fingerprint."""

    algorithm: str
    fingerprint: str

    @property
    def look_up_command(self) -> str:
        """Return the command that shows the same key on the computer itself."""
        kind = self.algorithm.removeprefix("ssh-").partition("-")[0]
        return f"ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub"


def host_key_problem(login: SshLogin, shown_key: ShownHostKey) -> Message | None:
    """Return why a host key is not trusted; None if it is."""
    if shown_key.fingerprint in login.host_keys:
        return None
    words = CHANGED_HOST_KEY if login.host_keys else NEW_HOST_KEY
    return words.fill(
        where=login.host_and_port,
        algorithm=shown_key.algorithm,
        fingerprint=shown_key.fingerprint,
        pinned=list_names(login.host_keys),
        command=shown_key.look_up_command,
    )
