"""`noroshi secret`: what is in the vault, put there and taken out; it never comes out to be read."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.lists import print_table
from noroshi.cli.password_prompt import contents, read_hidden
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.definitions.accounts import OVER, end_of, is_over
from noroshi.core.definitions.problems import suggestion
from noroshi.core.translation import NOTHING, Message, _, list_names
from noroshi.operations import definition_operations, node_operations, sign_in_operations
from noroshi.operations.definition_answers import Applied, DefinitionsShown
from noroshi.operations.sign_in_answers import SecretTried
from noroshi.operations.vault_answers import SecretEntry, SecretKind

WHAT: Mapping[SecretKind, Message] = {
    SecretKind.CLIENT_SECRET: _("client secret"),
    SecretKind.CERTIFICATE: _("certificate"),
    SecretKind.PASSWORD: _("password"),
    SecretKind.URL: _("webhook URL"),
    SecretKind.HEADER: _("value of the header"),
    SecretKind.OTHER: _("secret"),
}
PROMPT = _("Enter the {what} for “{name}”: ")
AGAIN = _("Enter it again: ")
DIFFERENT = _("The entries do not match, so nothing was saved.")
BY_FILE = _(
    "Cannot prompt for the {what} without a terminal: use --file FILE (- for standard input)."
)
NOTHING_GIVEN = _("Nothing was entered, so nothing was saved.")
KEPT = _("“{name}” is stored in the vault.")
NOBODY_NAMES_IT = _("No route or account uses this entry yet{instead}.")
ENDS = _(
    "Account “{account}” still has {ends} as the expiry date of its secret (secret_ends). "
    "Enter the new date there or with --ends."
)
CHOSEN = _(
    "“{name}” is sent to {where}. API token {token} chose this destination, and no user has "
    "confirmed it yet."
)
MAY_GO = _("Allow this destination? [y/N] ")
NOT_THERE = _("Nothing was saved. Correct the destination first: {who}")
NONE_YET = _("The vault is empty.")
HEAD = (_("ENTRY"), _("IN THE VAULT"), _("USED BY"))
IS_KEPT = {
    True: _("yes"),
    False: with_commands(_("no: {command}"), command=CommandText("secret set", "{name}")),
}
NOBODY = _("none")


def set_(context: CommandContext) -> int:
    """Ask for it, never by an argument: what stands there is seen in the list of processes."""
    name, file = context.args.name, context.args.file
    value = contents(file) if file else _ask_twice(context, name)
    if not value.strip():
        raise RefusedError("invalid", NOTHING_GIVEN)
    day = prepare_expiry(context, name, context.args.ends) if context.args.ends else None
    destinations = context.args.to or places(context, name)
    previous_entry = _entries(context).get(
        name, SecretEntry(name=name, kept=False, named_by=())
    )
    of_account = any(key.startswith("accounts/") for key in previous_entry.named_by)
    if of_account and context.is_node_running:
        say_checking(context)
    context.ask(
        sign_in_operations.SET_SECRET,
        str,
        name=name,
        value=value,
        proved=not context.args.force,
        to=destinations,
    )
    print(context.say(KEPT.fill(name=name)))
    if day:
        write_down(context, day)
    _say_if_nobody_names_it(context, name)
    if not of_account or not context.is_node_running:
        return exits.DONE
    return _probe_exit_code(context, name, has_old_expiry=previous_entry.kept and not day)


def places(context: CommandContext, name: str) -> Sequence[str]:
    """Return where an entry goes; ask about where an API token chose it. Raises
    RefusedError."""
    entry = _entries(context).get(name)
    if entry is None:
        return ()
    destinations = entry.goes_to
    if not entry.led_by:
        return destinations
    print(
        context.say(CHOSEN.fill(name=name, where=list_names(destinations), token=entry.led_by))
    )
    if not sys.stdin.isatty():
        return ()  # the node refuses it, and says what to do
    context.release_store()  # whoever thinks for an hour keeps no node from starting
    try:
        reply = input(context.say(MAY_GO))
    except EOFError:
        reply = ""
    if reply.strip().lower() not in ("y", "yes"):
        raise RefusedError("invalid", NOT_THERE.fill(who=list_names(entry.named_by)))
    return destinations


def list_(context: CommandContext) -> int:
    """Print which entries there are, and who names them; never what is in them."""
    answer = context.ask(node_operations.SECRET_LIST, tuple[SecretEntry, ...])
    return print_table(context, answer, NONE_YET, HEAD, _row)


def _row(context: CommandContext, one: SecretEntry) -> Sequence[str]:
    state = context.say(IS_KEPT[one.kept].fill(name=one.name))
    return (one.name, state, context.say(list_names(one.named_by)) or context.say(NOBODY))


def _entries(context: CommandContext) -> Mapping[str, SecretEntry]:
    return {
        one.name: one
        for one in context.ask(node_operations.SECRET_LIST, tuple[SecretEntry, ...])
    }


def _say_if_nobody_names_it(context: CommandContext, name: str) -> None:
    """Say that nothing uses a new entry yet: a slip in the name would else be found when the
    first mail waits."""
    entries = _entries(context)
    if not entries[name].named_by:
        entries_in_use = [other for other, one in entries.items() if one.named_by]
        near = suggestion(name, entries_in_use) if entries_in_use else NOTHING
        print(context.say(NOBODY_NAMES_IT.fill(instead=near)))


def _probe_exit_code(context: CommandContext, name: str, *, has_old_expiry: bool) -> int:
    """Print what the sign-in servers say of it, and whose day of end may be the old one's."""
    probes = report_probes(context, name)
    for one in probes:
        if has_old_expiry and one.ends:
            print(context.say(ENDS.fill(account=one.account, ends=one.ends)))
    return exits.TROUBLE if any(one.refused for one in probes) else exits.DONE


def _ask_twice(context: CommandContext, name: str) -> str:
    entry = _entries(context).get(name)
    context.release_store()  # as in `places`
    kind_name = WHAT[entry.kind if entry else SecretKind.OTHER]
    by_file = BY_FILE.fill(what=kind_name)
    first = read_hidden(context, PROMPT.fill(what=kind_name, name=name), by_file)
    if first != read_hidden(context, AGAIN, by_file):
        raise RefusedError("invalid", DIFFERENT)
    return first


NO_ACCOUNT = _("The expiry date was not saved: no account uses “{name}” as its secret.")
WRITTEN = _("Account “{account}”: its secret expires on {day}.")
DAY_OF = {"secret": "secret_ends", "secret_next": "secret_next_ends"}
Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ExpiryChange:
    """Hold what the accounts are to say, and what they must still be then."""

    day: str
    documents: Documents
    etags: Mapping[str, str]


def prepare_expiry(context: CommandContext, name: str, day: str) -> ExpiryChange:
    """Try the change of the accounts before the secret is kept: a day that cannot be keeps it
    out. Raises RefusedError."""
    ends = end_of(day)
    if ends and is_over(ends, datetime.now(UTC)):
        raise RefusedError("invalid", OVER.fill(day=day))
    answer = context.ask(
        definition_operations.DEFINITION_SHOW, DefinitionsShown, types=("accounts",)
    )
    documents = _with_day(answer.documents, name, day)
    if not documents:
        raise RefusedError("invalid", NO_ACCOUNT.fill(name=name))
    change = ExpiryChange(day, documents, {key: answer.etags[key] for key in documents})
    _apply(context, change, dry=True)
    return change


def write_down(context: CommandContext, change: ExpiryChange) -> None:
    """Put the change in force, unless it is there already."""
    if _apply(context, change, dry=True).differences:
        _apply(context, change, dry=False)
    for key in change.documents:
        account = key.partition("/")[2]
        print(context.say(WRITTEN.fill(account=account, day=change.day)))


def _apply(context: CommandContext, change: ExpiryChange, *, dry: bool) -> Applied:
    return context.ask(
        definition_operations.DEFINITION_CHANGE,
        Applied,
        put=change.documents,
        etags=change.etags,
        dry=dry,
    )


def _with_day(documents: Documents, name: str, day: str) -> dict[str, dict[str, Any]]:
    return {
        key: {**content, field: day}
        for key, content in documents.items()
        for entry, field in DAY_OF.items()
        if content.get(entry) == name
    }


ASKING = _("Checking the new value with the sign-in server …")
SECRET, CERTIFICATE = (_("secret"), _("certificate"))
TAKEN = _("The sign-in server accepts the {what} of account “{account}”.")
NOT_SURE = _(
    "Only a sign-in will show whether the {what} of account “{account}” is correct. ({why})"
)
REFUSED = _("The {what} cannot be used for account “{account}”: {why}")


def say_checking(context: CommandContext) -> None:
    """Say that the sign-in server is asked, which may take a while."""
    print(context.say(ASKING), file=sys.stderr, flush=True)


def report_probes(
    context: CommandContext, entry: str, credential: Message = SECRET
) -> Sequence[SecretTried]:
    """Print a line for each account that shows the entry, and return what was answered."""
    probes = context.ask(sign_in_operations.SECRET_TRY, tuple[SecretTried, ...], name=entry)
    for one in probes:
        words = TAKEN if one.taken else REFUSED if one.refused else NOT_SURE
        reason = one.why
        print(context.say(words.fill(account=one.account, what=credential, why=reason)))
    return probes
