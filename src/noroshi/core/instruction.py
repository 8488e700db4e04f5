"""Tell a reader what to do next, or where to look: in a terminal by a command, on a page by the
place in the manager where it is done, in a mail by both.

An instruction is a value, its kind and its arguments. It is an argument of a text, or stands
after one, and is put into words when the reader is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import (
    Argument,
    Medium,
    Message,
    ReadAt,
    _,
    marked_text,
    pgettext,
    plain,
    sentences,
)


class InstructionKind(StrEnum):
    """Name each next step. The values are stored; they stay."""

    SIGN_IN = "sign_in"
    SIGN_IN_AGAIN = "sign_in_again"
    SIGN_IN_PLACE = "sign_in_place"
    SIGN_IN_TO_READ = "sign_in_to_read"
    SIGN_IN_TO_READ_PLACE = "sign_in_to_read_place"
    SIGN_IN_ANYWHERE = "sign_in_anywhere"
    PUT_SECRET = "put_secret"
    PUT_SECRET_PLACE = "put_secret_place"
    PUT_RIGHT_SECRET = "put_right_secret"
    REPLACE_SECRET = "replace_secret"
    PUT_KEY_FILE = "put_key_file"
    GIVE_RIGHT_SECRET = "give_right_secret"
    PUT_ENTRY = "put_entry"
    MAKE_CERTIFICATE = "make_certificate"
    PUT_CERTIFICATE = "put_certificate"
    SHOW_CERTIFICATE = "show_certificate"
    SAVE_CERTIFICATE = "save_certificate"
    REQUEST_CERTIFICATE = "request_certificate"
    IMPORT_CERTIFICATE = "import_certificate"
    KEEP_SECRET = "keep_secret"
    KEEP_CERTIFICATE = "keep_certificate"
    GIVE_SECRET = "give_secret"
    GIVE_PASSWORD = "give_password"
    SET_VALUE = "set_value"
    CONFIRM_DESTINATION = "confirm_destination"
    REMOVE_ENTRY = "remove_entry"
    SHOW_ENTRIES = "show_entries"
    SHOW_STATUS = "show_status"
    SHOW_ALARMS = "show_alarms"
    SHOW_SILENCES = "show_silences"
    SHOW_LEDGER = "show_ledger"
    SHOW_QUEUE = "show_queue"
    SHOW_MAIL = "show_mail"
    SHOW_VERSIONS = "show_versions"
    SHOW_PLAN = "show_plan"
    SHOW_CHANGES = "show_changes"
    DIAGNOSE = "diagnose"
    CHECK_ACCEPTED = "check_accepted"
    EDIT_MAIL = "edit_mail"
    EDIT_WAITING_PLACE = "edit_waiting_place"
    CHANGE_ROUTE = "change_route"
    DROP_MAIL = "drop_mail"
    RELEASE_MAIL = "release_mail"
    TAKE_BACK = "take_back"
    END_WATCHING = "end_watching"
    REMOVE_LAST = "remove_last"
    CHANGE_PASSWORD = "change_password"
    END_SECOND_STEP = "end_second_step"
    AFTER_APPLY = "after_apply"
    NEXT_AFTER_APPLY = "next_after_apply"


class ManagerPage(StrEnum):
    """The pages of the manager to which instructions lead."""

    OVERVIEW = "overview"
    ALARMS = "alarms"
    LEDGER = "ledger"
    QUEUE = "queue"
    VERSIONS = "versions"
    USERS = "users"
    ROUTE = "route"
    FORM = "form"
    """The form that the reader sees, in which there is a box to tick."""


PAGES: Mapping[ManagerPage, Message] = {
    ManagerPage.OVERVIEW: _("the overview"),
    ManagerPage.ALARMS: _("the Alarms page"),
    ManagerPage.LEDGER: _("the ledger"),
    ManagerPage.QUEUE: _("the queue"),
    ManagerPage.VERSIONS: _("the versions"),
    ManagerPage.USERS: _("the Users page"),
    ManagerPage.ROUTE: _("the route's page"),
    ManagerPage.FORM: _("this page"),
}


@dataclass(frozen=True, slots=True)
class ManagerPlace:
    """Name a page of the manager to which an instruction leads: that of the route, or of the mail,
    of this name; "": no certain one."""

    page: ManagerPage
    name: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """Hold the wordings of one instruction by medium; {command} and {page} are places. Without
    a wording for a page or a mail, the wording of the terminal stands there."""

    terminal: Message
    page: Message | None = None
    mail: Message | None = None

    def at(self, medium: ReadAt) -> Message:
        """Return the wording of one medium."""
        match medium:
            case Medium.PAGE:
                return self.page or self.terminal
            case Medium.MAIL:
                return self.mail or self.terminal
            case _:
                return self.terminal


@dataclass(frozen=True, slots=True)
class Guidance:
    """The command that does a thing, how that is told, and the page that does the same; None:
    no page does, so that a page tells the command, to be copied."""

    command: Message
    wording: Wording
    page: ManagerPage | None = None


LOOK = Wording(
    _("See: {command}"), _("See {page}."), _("See: {command} (or {page} in the manager)")
)
SIGN_IN = Wording(
    _("Sign in: {command}"),
    _("Sign in on {page}."),
    _("Sign in: {command} (or on {page} in the manager)"),
)
SIGN_IN_AGAIN = Wording(
    _("Sign in again: {command}"),
    _("Sign in again on {page}."),
    _("Sign in again: {command} (or on {page} in the manager)"),
)
SIGN_IN_TO_READ = Wording(_("To allow reading the mailbox: {command}"))
SIGN_IN_ANYWHERE = Wording(
    _("In a browser on any computer or, with --device, with a code on a phone: {command}"),
    _("In a browser on any computer, or with a code on a phone, on {page}."),
)
WITHIN = Wording(plain("{command}"), _("on {page}"), _("{command}, or on {page}"))
"""Within a sentence, in parentheses."""
WITHIN_QUEUE = Wording(plain("{command}"), _("in {page}"), _("{command}, or in {page}"))
"""The same of the queue."""
PUT = Wording(
    _("Store it: {command}"),
    _("Store it on {page}."),
    _("Store it: {command} (or on {page} in the manager)"),
)
PUT_RIGHT = Wording(
    _("Enter the correct one: {command}"),
    _("Enter the correct one."),
    _("Enter the correct one: {command} (or on {page} in the manager)"),
)
REPLACE = Wording(
    _(
        "Replace the old one with it, and set secret_ends of the account to its expiry date to "
        "be notified in time: {command}"
    ),
    _(
        "Replace the old one with it on {page}, and enter its expiry date to be notified in time."
    ),
)
SAVE = Wording(
    _("Write the certificate in use to a file: {command}"),
    _("Save the certificate in use as a file on {page}."),
)
REQUEST = Wording(
    _("Create a certificate, and have the administrator upload it: {command}"),
    _("Create a certificate on {page}, and have the administrator upload it."),
)
IMPORT = Wording(
    _("Or import an existing one: {command}"), _("Or import an existing one on {page}.")
)
GIVE = Wording(_("Store the secret with: {command}"), _("Store the secret on {page}."))
MAKE = Wording(
    _("Create one: {command}"),
    _("Create one on {page}."),
    _("Create one: {command} (or on {page} in the manager)"),
)
MAKE_OR_IMPORT = Wording(
    _("Create or import one: {command}"),
    _("Create or import one on {page}."),
    _("Create or import one: {command} (or on {page} in the manager)"),
)
SAVE_CERTIFICATE = Wording(
    _("To see the certificate and its thumbprint: {command}"),
    _("Save the certificate as a file on {page}, which also shows its thumbprint."),
    _("To see the certificate and its thumbprint: {command} (or on {page} in the manager)"),
)
KEEP = Wording(
    _("To save the value anyway: {command}"),
    _("To save the value anyway, select the check box below and enter it again."),
)
REMOVE = Wording(_("To remove the entry anyway: {command}"))
CONFIRM = Wording(
    _("If that is right, confirm it: {command}"), _("If that is right, confirm it on {page}.")
)
REAUTHENTICATE = Wording(
    _("If you use an API token, it must have been created with: {command}"),
    _("Enter the password to continue."),
)
SET_VALUE = Wording(_("As a command: {command}"), _("Enter a value."))
LOOK_FOR_CHANGES = Wording(
    _("Check the differences: {command}"), _("Check the differences in {page}.")
)
DIAGNOSE = Wording(
    _("To see how to fix it: {command}"),
    _("The diagnosis on {page} shows how to fix it."),
    _("To see how to fix it: {command} (or open the diagnosis on {page} in the manager)"),
)
CHECK_ACCEPTED = Wording(
    _("To check whether it was accepted: {command}"),
    _("To see whether it was accepted, go to {page}."),
)
EDIT = Wording(
    _("Correct the address: {command}"),
    _("Correct the address in {page}."),
    _("Correct the address: {command} (or in the manager, under Queue)"),
)
CHANGE_ROUTE = Wording(
    _("Assign another route: {command}"), _("Assign another route in {page}.")
)
DROP = Wording(_("To drop one: {command}"), _("To drop one, open it in {page}."))
RELEASE = Wording(
    _("To send the message: {command}"),
    _("To send the message, open it in {page}."),
    _("To send the message: {command} (or in the manager, under Queue)"),
)
TAKE_BACK = Wording(
    _("Add a comment, or withdraw the acknowledgement first: {command}"),
    _("Add a comment, or withdraw the acknowledgement first."),
)
IF_MEANT = Wording(
    _("If you really want this: {command}"),
    _("If you really want this, select the check box below."),
)
BY_ADMINISTRATOR = Wording(
    _("An administrator can do this: {command}"), _("An administrator can do this on {page}.")
)
SECOND_STEP_LOST = Wording(
    _("If the authenticator is lost, an administrator can run: {command}"),
    _(
        "If the authenticator is lost, an administrator can use {page} to turn off two-step "
        "login."
    ),
)
AT_ONCE = Wording(_("immediately after: {command}"), _("as soon as it is saved"))
WITH_NEXT = Wording(
    _("with the next message after: {command}"), _("with the next message, once it is saved")
)
_AUTHORIZE, _PUT_SECRET = (
    CommandText("authorize", "{route}"),
    CommandText("secret set", "{entry}"),
)
_TO_READ = CommandText("authorize", "{route} --read-mailbox")
_APPLY = CommandText("apply", "DIR")
_KIND = InstructionKind
ANY_ROUTE = pgettext("any_route", "ROUTE")
"""Stands in a command where no certain route is meant."""
ANY_ENTRY = _("NAME")
"""Stands in a command where no certain entry of the vault is meant."""
SUBJECTS = ("route", "mail")
"""The places of a command that name something with a page of its own."""
ANY_ACCOUNT = _("ACCOUNT")
"""Stands in a command where no certain account is meant."""
GUIDANCE: Mapping[InstructionKind, Guidance] = {
    _KIND.SIGN_IN: Guidance(_AUTHORIZE, SIGN_IN, ManagerPage.ROUTE),
    _KIND.SIGN_IN_AGAIN: Guidance(_AUTHORIZE, SIGN_IN_AGAIN, ManagerPage.ROUTE),
    _KIND.SIGN_IN_PLACE: Guidance(_AUTHORIZE, WITHIN, ManagerPage.ROUTE),
    _KIND.SIGN_IN_TO_READ: Guidance(_TO_READ, SIGN_IN_TO_READ),
    _KIND.SIGN_IN_TO_READ_PLACE: Guidance(_TO_READ, Wording(plain("{command}"))),
    _KIND.PUT_SECRET: Guidance(_PUT_SECRET, PUT, ManagerPage.ROUTE),
    _KIND.PUT_SECRET_PLACE: Guidance(_PUT_SECRET, WITHIN, ManagerPage.ROUTE),
    _KIND.PUT_RIGHT_SECRET: Guidance(_PUT_SECRET, PUT_RIGHT, ManagerPage.ROUTE),
    _KIND.SIGN_IN_ANYWHERE: Guidance(_AUTHORIZE, SIGN_IN_ANYWHERE, ManagerPage.ROUTE),
    _KIND.REPLACE_SECRET: Guidance(_PUT_SECRET, REPLACE, ManagerPage.ROUTE),
    _KIND.SAVE_CERTIFICATE: Guidance(
        CommandText("cert show", "{account} --out noroshi.cer"), SAVE, ManagerPage.ROUTE
    ),
    _KIND.REQUEST_CERTIFICATE: Guidance(
        CommandText("cert new", "{account} --out noroshi.cer"), REQUEST, ManagerPage.ROUTE
    ),
    _KIND.IMPORT_CERTIFICATE: Guidance(
        CommandText("cert import", pgettext("command", "{account} FILE")),
        IMPORT,
        ManagerPage.ROUTE,
    ),
    _KIND.PUT_KEY_FILE: Guidance(
        CommandText("secret set", pgettext("command", "{entry} --file FILE")),
        PUT,
        ManagerPage.ROUTE,
    ),
    _KIND.GIVE_RIGHT_SECRET: Guidance(
        CommandText("authorize", pgettext("command", "{route} --secret-file FILE")),
        PUT_RIGHT,
        ManagerPage.ROUTE,
    ),
    _KIND.GIVE_SECRET: Guidance(_AUTHORIZE, GIVE, ManagerPage.ROUTE),
    _KIND.GIVE_PASSWORD: Guidance(
        CommandText("token new", "--programs"), REAUTHENTICATE, ManagerPage.FORM
    ),
    _KIND.SET_VALUE: Guidance(_("--set {name}=VALUE"), SET_VALUE, ManagerPage.FORM),
    _KIND.PUT_ENTRY: Guidance(_PUT_SECRET, Wording(PUT.terminal)),
    _KIND.MAKE_CERTIFICATE: Guidance(
        CommandText("cert new", "{account}"), MAKE, ManagerPage.ROUTE
    ),
    _KIND.PUT_CERTIFICATE: Guidance(
        with_commands(
            _("{new}, or {existing}"),
            new=CommandText("cert new", "{account}"),
            existing=CommandText("cert import", pgettext("command", "{account} FILE")),
        ),
        MAKE_OR_IMPORT,
        ManagerPage.ROUTE,
    ),
    _KIND.SHOW_CERTIFICATE: Guidance(
        CommandText("cert show", "{account}"), SAVE_CERTIFICATE, ManagerPage.ROUTE
    ),
    _KIND.KEEP_SECRET: Guidance(
        CommandText("secret set", "{entry} --force"), KEEP, ManagerPage.FORM
    ),
    _KIND.KEEP_CERTIFICATE: Guidance(
        CommandText("cert import", pgettext("command", "{account} FILE --replace --force")),
        KEEP,
        ManagerPage.FORM,
    ),
    _KIND.CONFIRM_DESTINATION: Guidance(
        CommandText("secret set", pgettext("command", "{entry} --to HOST:PORT")),
        CONFIRM,
        ManagerPage.ROUTE,
    ),
    _KIND.REMOVE_ENTRY: Guidance(CommandText("secret remove", "{name} --force"), REMOVE),
    _KIND.SHOW_ENTRIES: Guidance(CommandText("secret list"), Wording(LOOK.terminal)),
    _KIND.SHOW_STATUS: Guidance(CommandText("status", "--all"), LOOK, ManagerPage.OVERVIEW),
    _KIND.SHOW_ALARMS: Guidance(CommandText("alarms"), LOOK, ManagerPage.ALARMS),
    _KIND.SHOW_SILENCES: Guidance(CommandText("silence list"), LOOK, ManagerPage.ALARMS),
    _KIND.SHOW_LEDGER: Guidance(CommandText("ledger"), LOOK, ManagerPage.LEDGER),
    _KIND.SHOW_QUEUE: Guidance(CommandText("queue list"), LOOK, ManagerPage.QUEUE),
    _KIND.SHOW_MAIL: Guidance(CommandText("queue show", "{mail}"), LOOK, ManagerPage.QUEUE),
    _KIND.SHOW_VERSIONS: Guidance(CommandText("versions"), LOOK, ManagerPage.VERSIONS),
    _KIND.SHOW_PLAN: Guidance(CommandText("plan", "DIR"), LOOK, ManagerPage.VERSIONS),
    _KIND.SHOW_CHANGES: Guidance(CommandText("plan"), LOOK_FOR_CHANGES, ManagerPage.VERSIONS),
    _KIND.DIAGNOSE: Guidance(CommandText("doctor", "{route}"), DIAGNOSE, ManagerPage.ROUTE),
    _KIND.CHECK_ACCEPTED: Guidance(
        CommandText("queue show", "{mail}"), CHECK_ACCEPTED, ManagerPage.QUEUE
    ),
    _KIND.EDIT_WAITING_PLACE: Guidance(
        CommandText("queue edit", "ID"), WITHIN_QUEUE, ManagerPage.QUEUE
    ),
    _KIND.EDIT_MAIL: Guidance(
        CommandText("queue edit", pgettext("command", "--to ADDRESS {mail}")),
        EDIT,
        ManagerPage.QUEUE,
    ),
    _KIND.CHANGE_ROUTE: Guidance(
        CommandText("queue edit", pgettext("command", "ID --route ROUTE")),
        CHANGE_ROUTE,
        ManagerPage.QUEUE,
    ),
    _KIND.DROP_MAIL: Guidance(CommandText("queue drop", "ID"), DROP, ManagerPage.QUEUE),
    _KIND.RELEASE_MAIL: Guidance(
        CommandText("queue release", "{mail}"), RELEASE, ManagerPage.QUEUE
    ),
    _KIND.TAKE_BACK: Guidance(
        CommandText("alarm take-back", "{monitor}"), TAKE_BACK, ManagerPage.ALARMS
    ),
    _KIND.END_WATCHING: Guidance(
        CommandText("apply", pgettext("command", "--empty DIR")), IF_MEANT, ManagerPage.FORM
    ),
    _KIND.REMOVE_LAST: Guidance(
        CommandText("definition remove", pgettext("command", "--empty KEY")),
        IF_MEANT,
        ManagerPage.FORM,
    ),
    _KIND.CHANGE_PASSWORD: Guidance(
        CommandText("user password", "{name}"), BY_ADMINISTRATOR, ManagerPage.USERS
    ),
    _KIND.END_SECOND_STEP: Guidance(
        CommandText("user totp", "--off {name}"), SECOND_STEP_LOST, ManagerPage.USERS
    ),
    _KIND.AFTER_APPLY: Guidance(_APPLY, AT_ONCE, ManagerPage.FORM),
    _KIND.NEXT_AFTER_APPLY: Guidance(_APPLY, WITH_NEXT, ManagerPage.FORM),
}


class Instruction(Message):
    """Tell a reader the next step. `fill` fills the {places} of the command; the instruction is
    filled along with the text that it stands in."""

    __slots__ = ("kind",)
    filled_along = True
    is_step = True

    def __init__(
        self, kind: InstructionKind, arguments: Mapping[str, Argument | Message] | None = None
    ) -> None:
        self.kind = kind
        all_arguments = {} if arguments is None else arguments
        own_arguments = {
            name: all_arguments[name] for name in self.places & all_arguments.keys()
        }
        # A node that does not know the kind reads what is stored by this command.
        stored_arguments = {**own_arguments, "command": self._filled_command(own_arguments)}
        super().__init__(self.guidance.wording.terminal.id, arguments=stored_arguments)

    @property
    def guidance(self) -> Guidance:
        """Return the guidance for this kind of instruction."""
        return GUIDANCE[self.kind]

    @property
    def places(self) -> frozenset[str]:
        """Return the names of the command's {places}."""
        return self.guidance.command.empty_places

    def command(self) -> Message:
        """Return the command that does it, to be copied."""
        return self._filled_command(self.arguments)

    def _filled_command(self, arguments: Mapping[str, Argument | Message]) -> Message:
        command = self.guidance.command
        is_known = command.empty_places <= arguments.keys()
        return command.fill(**arguments) if is_known else command

    def with_arguments(self, arguments: Mapping[str, Argument | Message]) -> Instruction:
        """Return the same instruction with those arguments."""
        return Instruction(self.kind, arguments)

    def _wording(self, language: str, medium: ReadAt) -> str:
        return self.guidance.wording.at(medium).say(language)

    def _rendered(self, language: str, medium: ReadAt) -> dict[str, Argument]:
        return {**super()._rendered(language, medium), "page": self._page(language, medium)}

    def _page(self, language: str, medium: ReadAt) -> str:
        """Return what the page is called that does it; a page leads there."""
        page = self.guidance.page
        if page is None:
            return ""
        name = PAGES[page].say(language)
        return (
            marked_text(name, ManagerPlace(page, self._subject))
            if medium is Medium.PAGE
            else name
        )

    @property
    def _subject(self) -> str:
        """The route or mail that is meant; "" for none, or for whichever."""
        subjects = (self.arguments.get(name) for name in SUBJECTS)
        return next((subject for subject in subjects if isinstance(subject, str)), "")


def with_instruction(text: Message, kind: InstructionKind, **arguments: object) -> Message:
    """Return a text with an instruction in its place {instruction}. `arguments` fill the
    instruction's places at once; without them, the arguments of the text do."""
    return text.with_arguments(
        {**text.arguments, "instruction": _filled_instruction(kind, arguments)}
    )


def followed_by(text: Message, kind: InstructionKind, **arguments: object) -> Message:
    """Return a sentence, and what is to be done after it; `arguments` as in
    `with_instruction`."""
    return sentences(text, _filled_instruction(kind, arguments))


def _filled_instruction(kind: InstructionKind, arguments: Mapping[str, object]) -> Message:
    return Instruction(kind).fill(**arguments) if arguments else Instruction(kind)
