"""Carry a form over the page that asks for the password again, and send it once more. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from noroshi.core.translation import Message, _

PASSWORD_AGAIN = "once_more"
"""The field with that password. No form of ours has another one of this name."""
CSRF = "csrf"
SECRETS: Mapping[str, Message] = {
    "secret": _("Secret or password"),
    "value": _("Secret or password"),
    "passphrase": _("Passphrase of the file"),
    "pem": _("Or paste PEM"),
    "key_file": _("Key file (JSON)"),
    "private_key": _("Private key"),
    "client_certificate": _("Client certificate"),
    "pasted": _("Final URL in the browser"),
    "code": _("Code"),
    "password": _("Password"),
    "old": _("Current password"),
    "new": _("New password"),
    "again": _("Repeat the password"),
}
"""Fields that may hold what no page shows, by what they are called there: typed once more."""
SEVERAL_LINES = ("pem", "key_file", "pasted", "private_key", "client_certificate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Hold a field whose value is not carried: the label; `lines`: the field has several
    lines."""

    name: str
    label: Message
    lines: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingForm:
    """Hold what the page that asks for the password carries: the fields as they were sent, and
    what must be given again: secrets, and whether files."""

    fields: Mapping[str, str]
    secrets: Sequence[Secret]
    files: bool


def pending_form(form: Mapping[str, str], *, files: bool) -> PendingForm:
    """Return the part of a form that is carried."""
    left_out = (CSRF, PASSWORD_AGAIN, *SECRETS)
    return PendingForm(
        fields={name: text for name, text in form.items() if name not in left_out},
        secrets=[
            Secret(name=name, label=label, lines=name in SEVERAL_LINES)
            for name, label in SECRETS.items()
            if form.get(name)
        ],
        files=files,
    )


def split_password(form: Mapping[str, str]) -> tuple[Mapping[str, str], str | None]:
    """Return the form as it was first sent, and the password that came with it; None: none
    did."""
    original = {name: text for name, text in form.items() if name != PASSWORD_AGAIN}
    return original, form.get(PASSWORD_AGAIN)
