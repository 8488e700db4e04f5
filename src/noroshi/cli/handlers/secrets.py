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
from noroshi.cli.output.tables import table
from noroshi.cli.password_prompt import contents, typed
from noroshi.core.definitions.accounts import OVER, end_of, is_over
from noroshi.core.definitions.problems import suggestion
from noroshi.core.translation import NOTHING, Message, _, bilingual

PROMPT = _("Password for “{name}”: ")
AGAIN = _("Again: ")
DIFFERENT = _("The two entries differ, so nothing was saved.")
BY_FILE = _(
    "There is no terminal to ask for the password: use --file FILE (- for standard input)."
)
NOTHING_GIVEN = _("Nothing was entered, so nothing was saved.")
KEPT = _("“{name}” is stored in the vault.")
NOBODY_NAMES_IT = _("No route or account uses it yet{instead}")
ENDS = _(
    "Account {account} still has {ends} as the expiry date of its secret (secret_ends). "
    "Enter the new date there or with --ends."
)
CHOSEN = _(
    "“{name}” is sent to {where}. API token {token} chose this destination, and no person "
    "has confirmed it yet."
)
MAY_GO = _("Allow this destination? [y/N] ")
NOT_THERE = _("Nothing was saved. Correct the destination first: {who}")
REMOVED = _("“{name}” was deleted from the vault.")
NONE_YET = _("The vault is empty.")
HEAD = (_("ENTRY"), _("IN THE VAULT"), _("USED BY"))
IS_KEPT = {True: _("yes"), False: _("no: noroshi secret set {name}")}
NOBODY = _("none")


def set_(asked: CommandContext) -> int:
    """Ask for it, never by an argument: what stands there is seen in the list of processes."""
    name, file = asked.given.name, asked.given.file
    value = contents(file) if file else _typed(asked, name)
    if not value.strip():
        raise RefusedError("invalid", NOTHING_GIVEN)
    day = dated(asked, name, asked.given.ends) if asked.given.ends else None
    to = asked.given.to or places(asked, name)
    before = _entries(asked).get(name, {"kept": False, "named_by": ()})
    of_account = any(key.startswith("accounts/") for key in before["named_by"])
    if of_account and asked.running:
        say_that_it_is_asked(asked)
    asked.call("set_secret", name=name, value=value, proved=not asked.given.force, to=to)
    print(asked.say(KEPT.fill(name=name)))
    if day:
        write_down(asked, day)
    _say_if_nobody_names_it(asked, name)
    if not of_account or not asked.running:
        return exits.DONE
    return _told(asked, name, stale=before["kept"] and not day)


def places(asked: CommandContext, name: str) -> Sequence[str]:
    """Return where an entry goes; ask about where an API token chose it. Raises
    RefusedError."""
    one = _entries(asked).get(name, {})
    to: Sequence[str] = one.get("goes_to", ())
    if not one.get("led_by"):
        return to
    print(asked.say(CHOSEN.fill(name=name, where=", ".join(to), token=one["led_by"])))
    if not sys.stdin.isatty():
        return ()  # the node refuses it, and says what to do
    asked.let_go()  # whoever thinks for an hour keeps no node from starting
    try:
        said = input(asked.say(MAY_GO))
    except EOFError:
        said = ""
    if said.strip().lower() not in ("y", "yes"):
        raise RefusedError("invalid", NOT_THERE.fill(who=", ".join(one["named_by"])))
    return to


def list_(asked: CommandContext) -> int:
    """Print which entries there are, and who names them; never what is in them."""
    found = asked.call("secret_list")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NONE_YET))
    else:
        rows = [[asked.say(words) for words in HEAD], *(_row(asked, one) for one in found)]
        print("\n".join(table(rows)))
    return exits.DONE


def remove(asked: CommandContext) -> int:
    """Take one out for good."""
    name = asked.call("secret_remove", name=asked.given.name, force=asked.given.force)
    print(asked.say(REMOVED.fill(name=name)))
    return exits.DONE


def _row(asked: CommandContext, one: Mapping[str, Any]) -> Sequence[str]:
    kept = asked.say(IS_KEPT[one["kept"]].fill(name=one["name"]))
    return (one["name"], kept, ", ".join(one["named_by"]) or asked.say(NOBODY))


def _entries(asked: CommandContext) -> dict[str, Mapping[str, Any]]:
    return {one["name"]: one for one in asked.call("secret_list")}


def _say_if_nobody_names_it(asked: CommandContext, name: str) -> None:
    """A slip in the name would else be found when the first mail waits."""
    entries = _entries(asked)
    if not entries[name]["named_by"]:
        known = [other for other, one in entries.items() if one["named_by"]]
        near = suggestion(name, known) if known else NOTHING
        print(asked.say(NOBODY_NAMES_IT.fill(instead=near)))


def _told(asked: CommandContext, name: str, *, stale: bool) -> int:
    """Print what the sign-in servers say of it, and whose day of end may be the old one's."""
    found = told(asked, name)
    for one in found:
        if stale and one["ends"]:
            print(asked.say(ENDS.fill(account=one["account"], ends=one["ends"])))
    return exits.TROUBLE if any(one["refused"] for one in found) else exits.DONE


def _typed(asked: CommandContext, name: str) -> str:
    first = typed(asked, PROMPT.fill(name=name), BY_FILE)
    if first != typed(asked, AGAIN, BY_FILE):
        raise RefusedError("invalid", DIFFERENT)
    return first


NO_ACCOUNT = _("The expiry date was not saved: no account uses “{name}” as its secret.")
WRITTEN = _("Account {account}: its secret expires on {day}.")
DAY_OF = {"secret": "secret_ends", "secret_next": "secret_next_ends"}
Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Dated:
    """Hold what the accounts are to say, and what they must still be then."""

    day: str
    put: Documents
    etags: Mapping[str, str]


def dated(asked: CommandContext, name: str, day: str) -> Dated:
    """Before the secret is kept: a day that cannot be keeps it out. Raises RefusedError."""
    ends = end_of(day)
    if ends and is_over(ends, datetime.now(UTC)):
        raise RefusedError("invalid", OVER.fill(day=day))
    found = asked.call("definition_show", types=("accounts",))
    put = _with_day(found["documents"], name, day)
    if not put:
        raise RefusedError("invalid", NO_ACCOUNT.fill(name=name))
    made = Dated(day, put, {key: found["etags"][key] for key in put})
    asked.call("definition_change", put=made.put, etags=made.etags, dry=True)
    return made


def write_down(asked: CommandContext, made: Dated) -> None:
    """Into force, unless it is there already."""
    told = asked.call("definition_change", put=made.put, etags=made.etags, dry=True)
    if told["differences"]:
        asked.call("definition_change", put=made.put, etags=made.etags)
    for key in made.put:
        account = key.partition("/")[2]
        print(asked.say(WRITTEN.fill(account=account, day=made.day)))


def _with_day(documents: Documents, name: str, day: str) -> dict[str, dict[str, Any]]:
    return {
        key: {**said, field: day}
        for key, said in documents.items()
        for entry, field in DAY_OF.items()
        if said.get(entry) == name
    }


ASKING = _("Checking it with the sign-in server …")
SECRET, CERTIFICATE = (_("secret"), _("certificate"))
TAKEN = _("The sign-in server accepts the {what} of account {account}.")
NOT_SURE = _(
    "It is not known yet whether the {what} of account {account} is right; signing in will show. "
    "({why})"
)
REFUSED = _("The {what} cannot be used for account {account}: {why}")


def say_that_it_is_asked(asked: CommandContext) -> None:
    """It may take a while."""
    print(asked.say(ASKING), file=sys.stderr, flush=True)


def told(
    asked: CommandContext, entry: str, what: Message = SECRET
) -> Sequence[Mapping[str, Any]]:
    """For each account that shows it, said on a line; what was answered."""
    found: Sequence[Mapping[str, Any]] = asked.call("secret_try", name=entry)
    for one in found:
        words = TAKEN if one["taken"] else REFUSED if one["refused"] else NOT_SURE
        why = bilingual(**one["why"])
        print(asked.say(words.fill(account=one["account"], what=what, why=why)))
    return found
