"""Decide whether a secret may be kept under a name, by what the accounts that name it expect
there."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.core.definitions.problems import Problem
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.mail import Route
from noroshi.core.reserved_entries import unwritable
from noroshi.core.translation import Message, _, pgettext
from noroshi.oauth.account import Account
from noroshi.oauth.credentials import named_by
from noroshi.oauth.providers.client_auth import read_key_file
from noroshi.oauth.redirect_url import SECRET_ID, looks_like_secret_id
from noroshi.vault import Secret

EMPTY = pgettext("empty", "is empty")
FOR_CERTIFICATE = followed_by(
    _("is the entry for the certificate of account “{account}”."),
    InstructionKind.PUT_CERTIFICATE,
)
NO_KEY_FILE = followed_by(
    _("is not a key file of a service account: it must be the whole JSON file from Google."),
    InstructionKind.PUT_KEY_FILE,
)
MANY_LINES = _("has several lines; a client secret's Value is one line")


def unfit(
    name: str, secret: Secret, users: Iterable[Account], routes: Iterable[Route] = ()
) -> Problem | None:
    """Return why the secret is refused; None: it is not."""
    if not secret.reveal() or not name:
        return Problem("value" if name else "name", EMPTY)
    if reason := unwritable(name):
        return Problem("name", reason)
    for account in users:
        kinds = {one.kind for one in named_by(account) if one.entry == name}
        if "certificate" in kinds:
            return Problem("name", FOR_CERTIFICATE.fill(account=account.name))
        if reason := _no_secret_of(account, name, secret.reveal()):
            return Problem("value", reason)
    for route in routes:
        judge = getattr(route.options, "entry_fault", None)
        if judge is not None and (reason := judge(name, secret.reveal().strip())):
            return Problem("value", reason)
    return None


def _no_secret_of(account: Account, name: str, text: str) -> Message | None:
    """Return why it cannot be this account's client secret; None: it can."""
    if account.app_only and account.cloud.app_grant == "service_account":
        return None if read_key_file(text) else NO_KEY_FILE.fill(entry=name)
    # Other servers than Entra do hand out secrets in the shape of a GUID.
    if not account.cloud.entra:
        return None
    if len(text.splitlines()) > 1:
        return MANY_LINES
    return SECRET_ID if looks_like_secret_id(text) else None
