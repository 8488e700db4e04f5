"""`noroshi user` and `noroshi token`: who and what may enter the manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.cli.password_prompt import contents, typed
from noroshi.core.people import ROLE_NAMES
from noroshi.core.translation import Message, _, ngettext

Answer = Mapping[str, Any]
BY_CODE = _(
    "“{name}” ({role}) chooses a password in the manager, at /start, with this one-time "
    "code. It is valid until {until}:\n"
    "\n"
    "  {code}"
)
BY_PASSWORD = _("“{name}” ({role}) can log in.")
ROLE_IS = _("“{name}” is now {role}.")
REMOVED = _("“{name}” was removed.")
NO_USERS = _(
    "There are no users yet. To add the first administrator: noroshi user add NAME --role "
    "administrator"
)
NO_TOKENS = _("There are no API tokens.")
USER_HEAD = (_("NAME"), _("ROLE"), _("TWO-STEP LOG-IN"), _("CREATED"))
STEPS = {
    True: ngettext("yes ({left} recovery code)", "yes ({left} recovery codes)", by="left"),
    False: _("no"),
}
WAITS = _("must choose a password")
SCAN = _(
    "Enter this key in the authenticator, or make a QR code of the URI:\n"
    "\n"
    "  {seed}\n"
    "  {address}\n"
)
CODE = _("Code shown now: ")
AT_TERMINAL = _("There is no terminal to ask for the code.")
RECOVERY = _(
    "Two-step log-in of “{name}” is on. Keep these recovery codes; each can be used once:\n"
    "\n"
    "{codes}"
)
OFF = _("Two-step log-in of “{name}” is off.")
TOKEN = _(
    "API token “{name}” ({role}), valid until {until}. It is not shown again:\n\n  {token}"
)
NEVER = _("it is revoked")
TOKEN_HEAD = (_("NAME"), _("ROLE"), _("EXPIRES"), _("CREATED BY"))
ENDED = _("expired {until}")
PROGRAMS = _("{role}, programs")
REVOKED = _("“{name}” was revoked.")


def add(asked: CommandContext) -> int:
    """A new one; the password never as an argument."""
    given = asked.given
    made = asked.call("user_add", name=given.name, role=given.role, password=_password(asked))
    return _made(asked, made)


def password(asked: CommandContext) -> int:
    """Another one, or a code for one."""
    made = asked.call("user_password", name=asked.given.name, password=_password(asked))
    return _made(asked, made)


def role(asked: CommandContext) -> int:
    """Another role."""
    name, wanted = asked.given.name, asked.given.role
    asked.call("user_role", name=name, role=wanted)
    print(asked.say(ROLE_IS.fill(name=name, role=ROLE_NAMES[wanted])))
    return exits.DONE


def remove(asked: CommandContext) -> int:
    """Take one out."""
    name = asked.call("user_remove", name=asked.given.name)
    print(asked.say(REMOVED.fill(name=name)))
    return exits.DONE


def list_(asked: CommandContext) -> int:
    """All of them."""
    found = asked.call("user_list")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NO_USERS))
    else:
        rows = [_head(asked, USER_HEAD), *(_user(asked, one) for one in found)]
        print("\n".join(table(rows)))
    return exits.DONE


def totp(asked: CommandContext) -> int:
    """Begin, and prove that the authenticator has it; or turn it off."""
    name = asked.given.name
    if asked.given.off:
        asked.call("user_totp_off", name=name)
        print(asked.say(OFF.fill(name=name)))
        return exits.DONE
    begun = asked.call("user_totp", name=name)
    code = scanned(asked, begun)
    say_recovery(asked, asked.call("user_totp_on", name=name, code=code))
    return exits.DONE


def scanned(asked: CommandContext, begun: Answer) -> str:
    """Show what an authenticator takes; the code that it shows then."""
    print(asked.say(SCAN.fill(seed=begun["seed"], address=begun["address"])))
    return typed(asked, CODE, AT_TERMINAL)


def say_recovery(asked: CommandContext, kept: Answer) -> None:
    """Say that it is on, and the codes to keep."""
    codes = "\n".join(f"  {one}" for one in kept["codes"])
    print(asked.say(RECOVERY.fill(name=kept["name"], codes=codes)))


def token_new(asked: CommandContext) -> int:
    """Make one; its text alone goes to a program by --json."""
    given = asked.given
    made = asked.call(
        "token_new", name=given.name, role=given.role, days=given.days, programs=given.programs
    )
    if given.json:
        asked.print_json(made)
        return exits.DONE
    until = _when(made["until"]) if made["until"] else NEVER
    role, token = ROLE_NAMES[made["role"]], made["token"]
    print(asked.say(TOKEN.fill(name=made["name"], role=role, until=until, token=token)))
    return exits.DONE


def token_list(asked: CommandContext) -> int:
    """All of them."""
    found = asked.call("token_list")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NO_TOKENS))
    else:
        rows = [_head(asked, TOKEN_HEAD), *(_token(asked, one) for one in found)]
        print("\n".join(table(rows)))
    return exits.DONE


def token_revoke(asked: CommandContext) -> int:
    """It holds no more."""
    name = asked.call("token_revoke", name=asked.given.name)
    print(asked.say(REVOKED.fill(name=name)))
    return exits.DONE


def _password(asked: CommandContext) -> str:
    file = asked.given.password_file
    return contents(file).strip("\r\n") if file else ""


def _made(asked: CommandContext, made: Answer) -> int:
    if asked.given.json:
        asked.print_json(made)
        return exits.DONE
    name, role = made["name"], ROLE_NAMES[made["role"]]
    words = BY_PASSWORD.fill(name=name, role=role)
    if made["code"]:
        until = _when(made["until"])
        words = BY_CODE.fill(name=name, role=role, until=until, code=made["code"])
    print(asked.say(words))
    return exits.DONE


def _user(asked: CommandContext, one: Answer) -> Sequence[str]:
    steps = STEPS[one["two_steps"]].fill(left=one["recovery"])
    state = WAITS if one["waits"] else steps
    role = ROLE_NAMES[one["role"]]
    return (one["name"], asked.say(role), asked.say(state), _when(one["made"]))


def _token(asked: CommandContext, one: Answer) -> Sequence[str]:
    role = ROLE_NAMES[one["role"]]
    role = PROGRAMS.fill(role=role) if one["programs"] else role
    until = asked.say(NEVER) if one["until"] is None else _when(one["until"])
    until = asked.say(ENDED.fill(until=until)) if one["ended"] else until
    return (one["name"], asked.say(role), until, one["by"])


def _head(asked: CommandContext, head: Sequence[Message]) -> Sequence[str]:
    return [asked.say(words) for words in head]


def _when(at: str) -> str:
    return clock(at, datetime.now(UTC))
