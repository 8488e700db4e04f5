"""Hold the fields that a setup asks for: the label in a form and at the terminal, the help
beside it, the default, and the check of what is typed. Every door asks for these. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from noroshi.core.definitions.accounts import end_of, is_over
from noroshi.core.definitions.value_syntax import is_address, is_name
from noroshi.core.translation import NOTHING, Message, _

Check = Callable[[str], Message | None]
"""Return why a text cannot be taken; None: it can."""
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DOMAIN = re.compile(r"\w[\w-]*(\.[\w-]+)+")
LIKE_A_DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", re.ASCII)
NO_ADDRESS = _("not an email address")
NO_TENANT = _("enter a tenant ID, or a domain such as contoso.onmicrosoft.com")
NO_GUID = _("must have the format 11111111-2222-3333-4444-555555555555")
NO_DATE = _("enter it in the format 2028-01-31")
NO_SUCH_DAY = _("“{given}” is not a valid date")
WRITE_DAY = _("enter it as {day}")
IS_OVER = _(
    "{day} has passed, and an expired secret cannot be used; check “Expires” in the portal"
)
NO_NAME = _("Use only a-z, 0-9, - and _ in the name.")


def check_address(text: str) -> Message | None:
    """Return why a text cannot be an address; None: it can."""
    return None if is_address(text) else NO_ADDRESS


def check_tenant(text: str) -> Message | None:
    """Return why a text cannot be a tenant's ID or domain; None: it can."""
    return None if GUID.fullmatch(text) or DOMAIN.fullmatch(text) else NO_TENANT


def check_client_id(text: str) -> Message | None:
    """Return why a text cannot be an app's ID; None: it can."""
    return None if GUID.fullmatch(text) else NO_GUID


def check_name(text: str) -> Message | None:
    """Return why a text cannot name a route; None: it can."""
    return None if is_name(text) else NO_NAME


def check_expiry(text: str, now: datetime) -> Message | None:
    """Return why a text cannot be the last day of a secret that has just been taken; None: it
    can."""
    if day := end_of(text):
        return IS_OVER.fill(day=day) if is_over(day, now) else None
    parts = LIKE_A_DAY.fullmatch(text)
    if not parts:
        return NO_DATE
    try:
        day = date(*map(int, parts.groups()))
    except ValueError:
        return NO_SUCH_DAY.fill(given=text)
    return WRITE_DAY.fill(day=day)


def accept_any(text: str) -> Message | None:
    """Take any text: what reads the definition checks it."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupField:
    """Hold one field. `label` and `help` stand in a form, `question` (NOTHING: the label) and
    `option` at the terminal; `input` is the kind of a form's input, `is_required` whether it must
    be filled in, and `settings` are those that it stands for by other names."""

    name: str
    label: Message
    help: Message = NOTHING
    question: Message = NOTHING
    option: str = ""
    input: str = "text"
    is_required: bool = True
    default: str = ""
    settings: tuple[str, ...] = ()
    check: Check = accept_any
    choices: Mapping[str, Message] | None = None

    @property
    def prompt(self) -> Message:
        """Return what the terminal asks."""
        return self.label if self.question == NOTHING else self.question

    @property
    def hidden(self) -> bool:
        """Return whether what is typed is not shown, and goes into the vault."""
        return self.input == "password"


DELIVERY = SetupField(
    name="by",
    label=_("Delivery method"),
    input="radio",
    default="smtp",
    settings=("graph",),
    choices={
        "smtp": _(
            "Port 587. Requires the fewest permissions. “Authenticated SMTP” must be enabled for the "
            "mailbox."
        ),
        "graph": _(
            "HTTPS. Choose this if port 587 or Authenticated SMTP is not available, or as a second "
            "route."
        ),
    },
)
MAILBOX = SetupField(
    name="mailbox",
    label=_("Mailbox"),
    help=_("The sender address of alarms."),
    question=_("Mailbox that sends the alarms"),
    option="--mailbox",
    input="email",
    settings=("sender",),
    check=check_address,
)
TENANT = SetupField(
    name="tenant",
    label=_("Tenant ID"),
    help=_(
        "The directory (tenant) ID or a domain of the organisation. If empty, the mailbox's "
        "domain is used."
    ),
    question=_("Tenant ID or domain of the organisation"),
    option="--tenant",
    is_required=False,
    check=check_tenant,
)
CLIENT_ID = SetupField(
    name="client_id",
    label=_("Client ID"),
    help=_("Application (client) ID of the app registration."),
    question=_("Application (client) ID"),
    option="--client-id",
    check=check_client_id,
)
CLIENT_SECRET = SetupField(
    name="secret",
    label=_("Client secret"),
    help=_(
        "Enter its Value. Leave empty if a secret is already stored, or if the app is a public "
        "client."
    ),
    question=_("Client secret: "),
    option="--secret-file",
    input="password",
    is_required=False,
    settings=("value",),
)
SECRET_ENDS = SetupField(
    name="secret_ends",
    label=_("Secret expires on"),
    help=_("You are notified 60, 30, 14 and 7 days and 1 day before this date."),
    question=_("Expiry date, such as 2028-01-31 (empty: not known)"),
    option="--secret-ends",
    input="date",
    is_required=False,
)
CLOUD = SetupField(
    name="cloud", label=_("Cloud"), option="--cloud", input="select", default="microsoft365"
)
PERSON = SetupField(
    name="person",
    label=_("Account that signs in"),
    option="--person",
    input="email",
    check=check_address,
)
RECIPIENT = SetupField(
    name="to",
    label=_("Recipient of the test message"),
    option="--to",
    input="email",
    check=check_address,
)
HOST = SetupField(name="host", label=_("Mail server"), help=_("Such as smtp.example.com"))
SENDER = SetupField(
    name="sender", label=_("From"), help=_("The sender address of alarms."), input="email"
)
PROTECTION = SetupField(
    name="protection",
    label=_("Encryption"),
    input="select",
    default="starttls",
    choices={
        "starttls": _("STARTTLS (usual)"),
        "tls": _("TLS from the start of the connection"),
        "none": _("none (for an internal server)"),
    },
)
PORT = SetupField(
    name="port",
    label=_("Port"),
    help=_("Default: 587; 465 with TLS from the start of the connection."),
    is_required=False,
)
USER = SetupField(
    name="user",
    label=_("Sign in as"),
    help=_("If empty, the sender's address is used."),
    is_required=False,
)
PASSWORD = SetupField(
    name="secret",
    label=_("Password"),
    help=_("Leave empty for a server without authentication."),
    input="password",
    is_required=False,
    settings=("password", "value"),
)
WEBHOOK_URL = SetupField(
    name="secret",
    label=_("Webhook URL"),
    help=_(
        "Anyone who knows the URL can post to it, so it is stored in the vault like a password."
    ),
    input="password",
    settings=("url", "url_entry", "value"),
)
SHAPE = SetupField(name="shape", label=_("Format"), input="select", default="teams")
ROUTE_NAME = SetupField(name="name", label=_("Name"), is_required=False, check=check_name)
ROUTE_TITLE = SetupField(name="title", label=_("Display name"), is_required=False)

MICROSOFT365 = (DELIVERY, MAILBOX, TENANT, CLIENT_ID, CLIENT_SECRET, SECRET_ENDS, CLOUD)
"""The fields of the first route through Microsoft 365."""
SERVER = (HOST, SENDER, PROTECTION, PORT, USER, PASSWORD)
"""The fields of a mail server."""
WEBHOOK = (WEBHOOK_URL, SHAPE)
"""The fields of a webhook."""
NAMING = (ROUTE_NAME, ROUTE_TITLE)
"""The name of a route that is added to others."""


def settings_of(fields: Sequence[SetupField]) -> dict[str, str]:
    """Return which field stands for a setting of another name."""
    return {setting: one.name for one in fields for setting in one.settings}


def options_of(fields: Sequence[SetupField]) -> tuple[str, ...]:
    """Return the options of a route that these fields fill, the secret left out."""
    return tuple(one.name for one in fields if not one.hidden)
