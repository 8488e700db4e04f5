"""Read a stored text of an earlier wording that had the next step in it as the text of today, whose
next step is an instruction. A wording that changed without that is a row of the English catalogue
(decision 1). The texts of today stand elsewhere, where they are made; here they are keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.instruction import (
    ANY_ACCOUNT,
    ANY_ROUTE,
    Instruction,
    InstructionKind,
    followed_by,
    with_instruction,
)
from noroshi.core.marked_names import with_settings
from noroshi.core.translation import Argument, Message, pgettext

_KIND = InstructionKind


@dataclass(frozen=True, slots=True)
class CurrentText:
    """Hold the text of today, unfilled; `names` maps the earlier names of places to those of
    today."""

    text: Message
    names: Mapping[str, str] = field(default_factory=dict)

    def filled(self, arguments: Mapping[str, Argument | Message]) -> Message | None:
        """Return the text filled with the stored arguments; None if the row is damaged."""
        renamed_arguments = {
            new: arguments[old] for new, old in self.names.items() if old in arguments
        }
        try:
            return self.text.fill(**{**arguments, **renamed_arguments})
        except KeyError:
            return None


def text_of_today(id: str, arguments: Mapping[str, Argument | Message]) -> Message | None:
    """Return the text of today for what was stored under an earlier wording; None for any other."""
    current_text = EARLIER.get(id)
    return None if current_text is None else current_text.filled(arguments)


def _with_step(text: Message, kind: InstructionKind, **arguments: object) -> Message:
    """Return a text with an instruction in the place that is named after its kind, as rows of
    knowledge have it."""
    step = Instruction(kind)
    return text.with_arguments({kind.value: step.fill(**arguments) if arguments else step})


_NOT_WELL = CurrentText(
    followed_by(
        Message("{why} (mailbox {mailbox}, application (client) ID {client}, route {routes})."),
        _KIND.DIAGNOSE,
    )
)
_LACKS_ENTRY = CurrentText(
    followed_by(Message("“{entry}”, which it needs, is not in the vault."), _KIND.PUT_SECRET)
)
_NO_RIGHT = CurrentText(
    with_instruction(
        Message(
            "The account may not read its mailbox. The app needs Mail.Read of Microsoft Graph "
            "(for a user of a shared mailbox, Mail.Read.Shared and Full Access): as a delegated "
            "permission for a user, who then signs in again ({instruction}), or as an "
            "application permission with admin consent for an app. Mail.ReadBasic is not "
            "enough. Otherwise, set reads_inbox = false."
        ),
        _KIND.SIGN_IN_TO_READ_PLACE,
        route=ANY_ROUTE,
    )
)
_NOT_LET_IN = CurrentText(
    followed_by(
        Message(
            "{where} does not let the account read its mailbox: {reply}. IMAP may be switched "
            "off for the mailbox, or the permission is missing."
        ),
        _KIND.SIGN_IN_TO_READ,
        route=ANY_ROUTE,
    )
)
_ASK_FOR_IT = CurrentText(
    with_instruction(Message("{why} ({instruction})"), _KIND.SIGN_IN_TO_READ, route=ANY_ROUTE)
)
_PROXY_REFUSED = CurrentText(
    followed_by(
        Message("the proxy {proxy} refused the log-in of {user} (407): the password is wrong."),
        _KIND.PUT_ENTRY,
    )
)
_ENDED_SECRET = CurrentText(
    _with_step(
        Message(
            "The client secret has expired ({code}). The administrator of {provider} makes a "
            "new one; with it the mails that wait go out in order. {put_secret}"
        ),
        _KIND.PUT_SECRET,
    ),
    {"entry": "secret"},
)
_IN_THE_CLEAR = CurrentText(
    with_settings(
        Message(
            "http is allowed only for an address of this computer or of a private network (as "
            "http://192.168.1.10:8080/hook), and only with {plain_http} = true"
        ),
        "plain_http",
    )
)
_NO_SCOPE = _with_step(
    Message(
        "The token carries “{has}” and lacks the permission {wanted}: add it to the app "
        "registration as a delegated permission of Microsoft Graph, and sign in again "
        "({sign_in_place})."
    ),
    _KIND.SIGN_IN_PLACE,
    route=ANY_ROUTE,
)
_OF_GRAPH = _with_step(
    Message(
        "The token itself looks right. A policy of the organisation (Conditional Access) may "
        "keep it out, or somebody revoked it: look under Entra admin center, Sign-in logs; then "
        "sign in again ({sign_in_place})."
    ),
    _KIND.SIGN_IN_PLACE,
    route=ANY_ROUTE,
)
_FILE = pgettext("command", "FILE")
_RESTORE = CommandText("restore", _FILE)
_NEW_STORE = CommandText("init", "--new-store")
_STORE_MISSING = CurrentText(
    with_commands(
        Message(
            "the store {path} is missing{left}. No new one is created, because sign-ins, waiting "
            "messages and definitions would be lost: put the file back, or restore a backup "
            "({restore}). To start with an empty store: {init}"
        ),
        restore=_RESTORE,
        init=_NEW_STORE,
    )
)
_STORE_EMPTY = CurrentText(
    with_commands(
        Message(
            "the store {path} is empty{left}: its contents are lost. Put the file back, or restore "
            "a backup ({restore}). To start with an empty store: {init}"
        ),
        restore=_RESTORE,
        init=_NEW_STORE,
    )
)
_STORE_REMOVED = CurrentText(
    with_commands(
        Message(
            "{path} was removed, moved or replaced while the node is running, so nothing more is "
            "written. Its contents are still open here: save them before the node ends ({backup}), "
            "stop the node, restore them ({restore}) and start the node"
        ),
        backup=CommandText("backup", _FILE),
        restore=_RESTORE,
    )
)
_NOROSHI_FAILED = CurrentText(
    with_commands(
        Message(
            "Noroshi itself failed here ({kind}). Report it with the file that {command} writes."
        ),
        command=CommandText("doctor", "--bundle"),
    )
)
_NOT_POSTED = CurrentText(
    with_commands(
        Message(
            "Nothing was posted. Only a real message shows whether the URL itself is right: "
            "{command}"
        ),
        command=CommandText(
            "send", pgettext("command", "--to NAME --subject Test --text Test --route {route}")
        ),
    )
)
_NO_KEY_FILE = CurrentText(
    with_commands(
        Message("{path} is not a key file written by `{command}`."),
        command=CommandText("key backup"),
    )
)
EARLIER: Mapping[str, CurrentText] = {
    # checks
    "{why} Mailbox {mailbox}, application (client) ID {client}, route {routes}. What is to be "
    "done, with its page: noroshi doctor {route}": _NOT_WELL,
    "{why} Mailbox {mailbox}, application (client) ID {client}, route {routes}. For the remedy "
    "and its page: noroshi doctor {route}": _NOT_WELL,
    "{count} mail was refused by every route: noroshi queue list": CurrentText(
        followed_by(
            Message(
                "{count} mail was refused by every route.",
                several="{count} mails were refused by every route.",
                by="count",
            ),
            _KIND.SHOW_QUEUE,
        )
    ),
    "{count} alarm is neither accepted nor waiting: noroshi ledger": CurrentText(
        followed_by(
            Message(
                "{count} alarm is neither accepted nor waiting.",
                several="{count} alarms are neither accepted nor waiting.",
                by="count",
            ),
            _KIND.SHOW_LEDGER,
        )
    ),
    "“{entry}”, which it needs, is not in the vault; do: noroshi secret set {entry}": (
        _LACKS_ENTRY
    ),
    "“{entry}”, which it needs, is not in the vault; run: noroshi secret set {entry}": (
        _LACKS_ENTRY
    ),
    # mailboxes
    "The account may not read its mailbox: the app needs Mail.Read of Microsoft Graph (for a "
    "person at a shared mailbox Mail.Read.Shared, and Full Access there), delegated for a "
    "person, who then signs in once more (noroshi authorize ROUTE --read-mailbox), or as an "
    "application permission with admin consent for an app. Mail.ReadBasic is not enough. Or say "
    "reads_inbox = false.": _NO_RIGHT,
    "The account may not read its mailbox. The app needs Mail.Read of Microsoft Graph (for a "
    "user of a shared mailbox, Mail.Read.Shared and Full Access): as a delegated permission for "
    "a user, who then signs in again (noroshi authorize ROUTE --read-mailbox), or as an "
    "application permission with admin consent for an app. Mail.ReadBasic is not enough. "
    "Otherwise, set reads_inbox = false.": _NO_RIGHT,
    "{where} does not let the account read its mailbox: {reply}. The right is asked for by: "
    "noroshi authorize ROUTE --read-mailbox. IMAP may be switched off for the mailbox.": (
        _NOT_LET_IN
    ),
    "{where} does not let the account read its mailbox: {reply}. To request the permission: "
    "noroshi authorize ROUTE --read-mailbox. IMAP may be switched off for the mailbox.": (
        _NOT_LET_IN
    ),
    "{why} (So that the mailbox may be read: noroshi authorize ROUTE --read-mailbox)": (
        _ASK_FOR_IT
    ),
    "{why} (To allow reading the mailbox: noroshi authorize ROUTE --read-mailbox)": _ASK_FOR_IT,
    # connections
    "the proxy {proxy} did not let {user} log in (407). Put the right password in: noroshi "
    "secret set {entry}": _PROXY_REFUSED,
    "the proxy {proxy} refused the log-in of {user} (407). Enter the correct password: noroshi "
    "secret set {entry}": _PROXY_REFUSED,
    "http is only for an address of this computer or of a private network (as "
    "http://192.168.1.10:8080/hook), and only with plain_http = true": _IN_THE_CLEAR,
    "http is allowed only for an address of this computer or of a private network (as "
    "http://192.168.1.10:8080/hook), and only with plain_http = true": _IN_THE_CLEAR,
    # sign-ins
    "The client secret is wrong ({code}). Put the Value from the portal in, not the secret ID: "
    "noroshi secret set {secret}": CurrentText(
        _with_step(
            Message(
                "The client secret is wrong ({code}). It must be the Value from the portal, not "
                "the secret ID. {put_secret}"
            ),
            _KIND.PUT_SECRET,
        ),
        {"entry": "secret"},
    ),
    "The client secret has ended ({code}). The administrator of {provider} makes a new one; put "
    "it in: noroshi secret set {secret}. The mails that wait go out in order then.": (
        _ENDED_SECRET
    ),
    "The certificate is not one of the application's ({code}). The administrator uploads the "
    "one that is used here: noroshi cert show {account} tells it and its thumbprint.": CurrentText(
        _with_step(
            Message(
                "The certificate is not one of the application's ({code}). The administrator "
                "uploads the one that is used here. {show_certificate}"
            ),
            _KIND.SHOW_CERTIFICATE,
        )
    ),
    "The sign-in server does not accept the application's secret, or does not know its client "
    "ID ({code}). If the secret is another one, put it in: noroshi secret set {secret}. Else "
    "the administrator checks the client ID.": CurrentText(
        _with_step(
            Message(
                "The sign-in server does not accept the application's secret, or does not know "
                "its client ID ({code}). If the secret is another one, put it in "
                "({put_secret_place}). Else the administrator checks the client ID."
            ),
            _KIND.PUT_SECRET_PLACE,
        ),
        {"entry": "secret"},
    ),
    "Nobody has signed in for {name} yet. Run: noroshi authorize {route}": CurrentText(
        followed_by(Message("Nobody has signed in for {name} yet."), _KIND.SIGN_IN)
    ),
    "The app {name} has not signed in yet. Run: noroshi authorize {route}": CurrentText(
        followed_by(Message("The app {name} has not signed in yet."), _KIND.SIGN_IN)
    ),
    "The vault has no certificate “{secret}” for {name}. Make one: noroshi cert new {name}": (
        CurrentText(
            followed_by(
                Message("The vault has no certificate “{secret}” for {account}."),
                _KIND.MAKE_CERTIFICATE,
            ),
            {"account": "name"},
        )
    ),
    "The vault's entry “{entry}” is no certificate with its key. Put one in: noroshi cert new, "
    "or noroshi cert import": CurrentText(
        followed_by(
            Message("The vault's entry “{entry}” is no certificate with its key."),
            _KIND.PUT_CERTIFICATE,
            account=ANY_ACCOUNT,
        )
    ),
    "The vault has no entry “{entry}” with the password of the proxy of network {network}. Put "
    "it in: noroshi secret set {entry}": CurrentText(
        followed_by(
            Message(
                "The vault has no entry “{entry}” with the password of the proxy of network "
                "{network}."
            ),
            _KIND.PUT_ENTRY,
        )
    ),
    "The vault's entry “{entry}” is no key file of a service account. Put in the whole JSON "
    "file that Google gave: noroshi secret set {entry} --file FILE": CurrentText(
        followed_by(
            Message(
                "The vault's entry “{entry}” is no key file of a service account: it takes the "
                "whole JSON file that Google gave."
            ),
            _KIND.PUT_KEY_FILE,
        )
    ),
    "The cloud {cloud} knows no sign-in by a code on another device. Sign in with: noroshi "
    "authorize {route}": CurrentText(
        followed_by(
            Message("The cloud {cloud} knows no sign-in by a code on another device."),
            _KIND.SIGN_IN,
        )
    ),
    "the vault has no entry {name}; put it in: noroshi secret set {name}": CurrentText(
        followed_by(Message("the vault has no entry {entry}."), _KIND.PUT_SECRET),
        {"entry": "name"},
    ),
    "Caution: {user} signed in, not {mailbox}, from which account {account} sends. Either sign "
    "in again as {mailbox} (noroshi authorize {route}), or an administrator gives {user} the "
    "rights Full Access and Send As there: Add-MailboxPermission {mailbox} -User {user} "
    "-AccessRights FullAccess, and Add-RecipientPermission {mailbox} -Trustee {user} "
    "-AccessRights SendAs. Where {user} is only another name of that mailbox, nothing is to be "
    "done.": CurrentText(
        with_instruction(
            Message(
                "Caution: {user} signed in, not {mailbox}, from which account {account} sends. "
                "Either sign in again as {mailbox} ({instruction}), or an administrator gives "
                "{user} the rights Full Access and Send As there: Add-MailboxPermission "
                "{mailbox} -User {user} -AccessRights FullAccess, and Add-RecipientPermission "
                "{mailbox} -Trustee {user} -AccessRights SendAs. Where {user} is only another "
                "name of that mailbox, nothing is to be done."
            ),
            _KIND.SIGN_IN_PLACE,
        )
    ),
    "Caution: {user} signed in, not {mailbox}, from which account {account} sends: by Microsoft "
    "Graph its mails will be refused. Sign in again as {mailbox} (noroshi authorize {route}). "
    "If {mailbox} is a shared mailbox, put shared = true into accounts/{account}.toml and sign "
    "in again as {user}, who needs Full Access and Send As there: Add-MailboxPermission "
    "{mailbox} -User {user} -AccessRights FullAccess, and Add-RecipientPermission {mailbox} "
    "-Trustee {user} -AccessRights SendAs. Where {user} is only another name of that mailbox, "
    "nothing is to be done.": CurrentText(
        with_instruction(
            Message(
                "Caution: {user} signed in, not {mailbox}, from which account {account} sends: "
                "by Microsoft Graph its mails will be refused. Sign in again as {mailbox} "
                "({instruction}). If {mailbox} is a shared mailbox, put shared = true into "
                "accounts/{account}.toml and sign in again as {user}, who needs Full Access and "
                "Send As there: Add-MailboxPermission {mailbox} -User {user} -AccessRights "
                "FullAccess, and Add-RecipientPermission {mailbox} -Trustee {user} "
                "-AccessRights SendAs. Where {user} is only another name of that mailbox, "
                "nothing is to be done."
            ),
            _KIND.SIGN_IN_PLACE,
        )
    ),
    "Caution: {user} signed in, not {mailbox}, from which account {account} sends: its mails "
    "will most likely be refused. Sign in again as {mailbox}: noroshi authorize {route}. Where "
    "{user} is only another name of that mailbox, nothing is to be done.": CurrentText(
        with_instruction(
            Message(
                "Caution: {user} signed in, not {mailbox}, from which account {account} sends: "
                "its mails will most likely be refused. Sign in again as {mailbox} "
                "({instruction}). Where {user} is only another name of that mailbox, nothing is "
                "to be done."
            ),
            _KIND.SIGN_IN_PLACE,
        )
    ),
    # servers' replies
    "{meaning} {action}": CurrentText(
        Message("{first} {second}"), {"first": "meaning", "second": "action"}
    ),
    "Sign in again: noroshi authorize {route}.": CurrentText(Instruction(_KIND.SIGN_IN_AGAIN)),
    "Put the password in anew, or sign in again: noroshi authorize {route}.": CurrentText(
        _with_step(
            Message("Put the password in anew, or sign in again ({sign_in_place})."),
            _KIND.SIGN_IN_PLACE,
        )
    ),
    "Mend the address in the contact, and of what waits: noroshi queue edit.": CurrentText(
        _with_step(
            Message(
                "Mend the address in the contact, and in the mails that wait ({edit_waiting_place})."
            ),
            _KIND.EDIT_WAITING_PLACE,
        )
    ),
    "{where} did not let {user} sign in by {way} (AUTH): {reply}. Either the password is "
    "another one (put it in: noroshi secret set {entry}), or the server wants another user or "
    "way (user and auth of the route).": CurrentText(
        with_instruction(
            Message(
                "{where} did not let {user} sign in by {way} (AUTH): {reply}. Either the "
                "password is another one (put it in: {instruction}), or the server wants "
                "another user or way (user and auth of the route)."
            ),
            _KIND.PUT_SECRET_PLACE,
        )
    ),
    "The token carries “{has}” and lacks the permission {wanted}: add it to the app "
    "registration as a delegated permission of Microsoft Graph, and sign in again (noroshi "
    "authorize ROUTE).": CurrentText(_NO_SCOPE),
    "The token carries “{has}” and lacks the permission {wanted}: add it to the app "
    "registration as a delegated permission of Microsoft Graph, and sign in again "
    "({instruction}).": CurrentText(_NO_SCOPE, {"sign_in_place": "instruction"}),
    "The token itself looks right. A policy of the organisation (Conditional Access) may keep "
    "it out, or somebody revoked it: look under Entra admin center, Sign-in logs; then noroshi "
    "authorize ROUTE.": CurrentText(_OF_GRAPH),
    "The token itself looks right. A policy of the organisation (Conditional Access) may keep "
    "it out, or somebody revoked it: look under Entra admin center, Sign-in logs; then sign in "
    "again ({instruction}).": CurrentText(_OF_GRAPH, {"sign_in_place": "instruction"}),
    "the store {path} is missing{left}. No new one is created, as sign-ins, waiting mails "
    "and definitions would be lost: put the file back, or restore a backup (noroshi "
    "restore FILE). To begin with an empty store: noroshi init --new-store": _STORE_MISSING,
    "the store {path} is missing{left}. No new one is created, because sign-ins, waiting "
    "mails and definitions would be lost: put the file back, or restore a backup (noroshi "
    "restore FILE). To start with an empty store: noroshi init --new-store": _STORE_MISSING,
    "the store {path} is missing{left}. No new one is created, because sign-ins, waiting "
    "messages and definitions would be lost: put the file back, or restore a backup "
    "(noroshi restore FILE). To start with an empty store: noroshi init --new-store": _STORE_MISSING,
    "the store {path} is empty{left}: what was in it is lost. Put the file back, or "
    "restore a backup (noroshi restore FILE). To begin with an empty store: noroshi init "
    "--new-store": _STORE_EMPTY,
    "the store {path} is empty{left}: its contents are lost. Put the file back, or restore "
    "a backup (noroshi restore FILE). To start with an empty store: noroshi init "
    "--new-store": _STORE_EMPTY,
    "{path} was removed, moved or replaced while the node runs, so nothing more is "
    "written. What was in it is still open here: save it before the node ends (noroshi "
    "backup FILE), stop the node, bring it back (noroshi restore FILE) and start the node": _STORE_REMOVED,
    "{path} was removed, moved or replaced while the node is running, so nothing more is "
    "written. Its contents are still open here: save them before the node ends (noroshi "
    "backup FILE), stop the node, restore them (noroshi restore FILE) and start the node": _STORE_REMOVED,
    "Noroshi itself failed here ({kind}). Report it with what noroshi doctor --bundle "
    "writes.": _NOROSHI_FAILED,
    "Noroshi itself failed here ({kind}). Report it with the file that noroshi doctor "
    "--bundle writes.": _NOROSHI_FAILED,
    "Nothing was posted. Whether the URL itself is right, a message alone tells: noroshi "
    "send --to NAME --subject Test --text Test --route {route}": _NOT_POSTED,
    "Nothing was posted. Only a real message shows whether the URL itself is right: "
    "noroshi send --to NAME --subject Test --text Test --route {route}": _NOT_POSTED,
    "{path} is no key that `noroshi key backup` wrote.": _NO_KEY_FILE,
    "{path} is not a key file written by `noroshi key backup`.": _NO_KEY_FILE,
}
"""The texts of today by the earlier wording under which rows were stored."""
