"""Say why a login by SSH did not come about, and whose it is."""

from __future__ import annotations

import asyncssh

from noroshi.core.ssh_login import ShownHostKey, SshLogin
from noroshi.core.translation import Message, _
from noroshi.hosts.ssh.facts_output import short_reply

DENIED = _(
    "{where} refused {user}'s login. Check the user, and that the public key is in "
    "~/.ssh/authorized_keys of that user there, or that the password is correct and password "
    "login is allowed"
)
NOT_SSH = _("The service at {where} is not an SSH server: {why}")
NO_COMMON = _("{where} and Noroshi have no encryption method in common: {why}")
NO_LOGIN_IN_TIME = _(
    "{where} accepted the connection but did not complete the login in time. It is overloaded, or "
    "it is waiting for its name server (UseDNS)"
)
HUNG_UP = _("{where} closed the connection during the login: {why}")
NO_FORWARDING = _(
    "{jump} does not forward connections to {where}: {why}. Its SSH server must allow it "
    "(AllowTcpForwarding), or {where} cannot be reached from there"
)


def login_problem(login: SshLogin, error: Exception, shown_key: ShownHostKey | None) -> Message:
    """Return what stood between us and a session."""
    arguments = {"where": login.host_and_port, "user": login.user, "why": reason_of(error)}
    if isinstance(error, asyncssh.PermissionDenied):
        return DENIED.fill(**arguments)
    if isinstance(error, asyncssh.ChannelOpenError) and login.jump is not None:
        return NO_FORWARDING.fill(jump=login.jump.host_and_port, **arguments)
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return NO_COMMON.fill(**arguments)
    if isinstance(error, TimeoutError):
        return NO_LOGIN_IN_TIME.fill(**arguments)
    return (HUNG_UP if shown_key is not None else NOT_SSH).fill(**arguments)


def reason_of(error: Exception) -> str:
    """Return what an error says; it may be in the words of the server."""
    return short_reply(str(getattr(error, "reason", "")) or str(error)) or type(error).__name__
