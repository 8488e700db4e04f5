"""`noroshi user` and `noroshi token`: who and what may enter the manager."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.lists import print_table
from noroshi.cli.output.times import clock
from noroshi.cli.password_prompt import contents, read_hidden
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.people import Maker
from noroshi.core.roles import ROLE_NAMES
from noroshi.core.translation import _, ngettext, pgettext
from noroshi.operations import people_operations
from noroshi.operations.people_answers import (
    Recovery,
    SecondStep,
    TokenMade,
    TokenRow,
    UserMade,
    UserRow,
)

BY_CODE = _(
    "“{name}” ({role}) can now choose a password in the manager, at /start, with this "
    "one-time code. It is valid until {until}:\n"
    "\n"
    "  {code}"
)
BY_PASSWORD = _("“{name}” ({role}) can log in.")
ROLE_IS = _("“{name}” now has the role {role}.")
NO_USERS = with_commands(
    _("There are no users yet. To add the first administrator: {command}"),
    command=CommandText("user add", pgettext("command", "NAME --role administrator")),
)
NO_TOKENS = _("There are no API tokens.")
USER_HEAD = (_("NAME"), _("ROLE"), _("PASSWORD"), _("TWO-STEP LOGIN"), _("CREATED"))
STEPS = {
    True: ngettext("on, {left} recovery code", "on, {left} recovery codes", by="left"),
    False: _("off"),
}
HAS_PASSWORD = {True: _("set"), False: _("not set")}
SCAN = _(
    "Enter this key in the authenticator, or make a QR code from the URI:\n"
    "\n"
    "  {seed}\n"
    "  {address}\n"
)
CODE = _("Current code: ")
AT_TERMINAL = _("Cannot prompt for the code without a terminal.")
RECOVERY = _(
    "Two-step login for “{name}” is on. Keep these recovery codes; each can be used once:\n"
    "\n"
    "{codes}"
)
OFF = _("Two-step login for “{name}” is off.")
TOKEN = _(
    "API token “{name}” ({role}), valid until {until}. It is not shown again:\n\n  {token}"
)
NEVER = _("it is revoked")
TOKEN_HEAD = (_("NAME"), _("ROLE"), _("EXPIRES"), _("CREATED BY"))
ENDED = _("expired {until}")
PROGRAMS = _("{role}, programs")


def add(context: CommandContext) -> int:
    """Add a user; the password is never an argument."""
    args = context.args
    user = context.ask(
        people_operations.USER_ADD,
        UserMade,
        name=args.name,
        role=args.role,
        password=_password(context),
    )
    return _say_login(context, user)


def password(context: CommandContext) -> int:
    """Set another password, or print a code for one."""
    user = context.ask(
        people_operations.USER_PASSWORD,
        UserMade,
        name=context.args.name,
        password=_password(context),
    )
    return _say_login(context, user)


def role(context: CommandContext) -> int:
    """Give a user another role."""
    name, new_role = context.args.name, context.args.role
    context.ask(people_operations.USER_ROLE, UserMade, name=name, role=new_role)
    print(context.say(ROLE_IS.fill(name=name, role=ROLE_NAMES[new_role])))
    return exits.DONE


def list_(context: CommandContext) -> int:
    """List all users."""
    answer = context.ask(people_operations.USER_LIST, tuple[UserRow, ...])
    return print_table(context, answer, NO_USERS, USER_HEAD, _user)


def totp(context: CommandContext) -> int:
    """Begin, and prove that the authenticator has it; or turn it off."""
    name = context.args.name
    if context.args.off:
        context.ask(people_operations.USER_TOTP_OFF, str, name=name)
        print(context.say(OFF.fill(name=name)))
        return exits.DONE
    enrolment = context.ask(people_operations.USER_TOTP, SecondStep, name=name)
    code = read_totp_code(context, enrolment)
    say_recovery(
        context, context.ask(people_operations.USER_TOTP_ON, Recovery, name=name, code=code)
    )
    return exits.DONE


def read_totp_code(context: CommandContext, enrolment: SecondStep) -> str:
    """Show what an authenticator takes; the code that it shows then."""
    print(context.say(SCAN.fill(seed=enrolment.seed, address=enrolment.address)))
    return read_hidden(context, CODE, AT_TERMINAL)


def say_recovery(context: CommandContext, recovery: Recovery) -> None:
    """Say that the second step is on, and show the codes to keep."""
    codes = "\n".join(f"  {one}" for one in recovery.codes)
    print(context.say(RECOVERY.fill(name=recovery.name, codes=codes)))


def token_new(context: CommandContext) -> int:
    """Make a token and print it; with --json, as JSON for a program."""
    args = context.args
    answer = context.ask(
        people_operations.TOKEN_NEW,
        TokenMade,
        name=args.name,
        role=args.role,
        days=args.days,
        programs=args.programs,
    )
    if args.json:
        context.print_json(answer)
        return exits.DONE
    end = _clock_text(answer.until) if answer.until else NEVER
    role, token = ROLE_NAMES[answer.role], answer.token
    print(context.say(TOKEN.fill(name=answer.name, role=role, until=end, token=token)))
    return exits.DONE


def token_list(context: CommandContext) -> int:
    """List all API tokens."""
    answer = context.ask(people_operations.TOKEN_LIST, tuple[TokenRow, ...])
    return print_table(context, answer, NO_TOKENS, TOKEN_HEAD, _token)


def _password(context: CommandContext) -> str:
    file = context.args.password_file
    return contents(file).strip("\r\n") if file else ""


def _say_login(context: CommandContext, user: UserMade) -> int:
    if context.args.json:
        context.print_json(user)
        return exits.DONE
    name, role = user.name, ROLE_NAMES[user.role]
    words = BY_PASSWORD.fill(name=name, role=role)
    if user.code:
        end = _clock_text(user.until)
        words = BY_CODE.fill(name=name, role=role, until=end, code=user.code)
    print(context.say(words))
    return exits.DONE


def _user(context: CommandContext, one: UserRow) -> Sequence[str]:
    steps = STEPS[one.two_steps].fill(left=one.recovery)
    texts = (ROLE_NAMES[one.role], HAS_PASSWORD[not one.waits], steps)
    return (one.name, *map(context.say, texts), _clock_text(one.made))


def _token(context: CommandContext, one: TokenRow) -> Sequence[str]:
    role = ROLE_NAMES[one.role]
    role = PROGRAMS.fill(role=role) if one.programs else role
    end = context.say(NEVER) if one.until is None else _clock_text(one.until)
    end = context.say(ENDED.fill(until=end)) if one.ended else end
    return (one.name, context.say(role), end, context.say(Maker.read(one.by).words))


def _clock_text(at: datetime | None) -> str:
    return clock(at, datetime.now(UTC))
