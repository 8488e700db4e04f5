"""`noroshi user own-password` and `own-totp`: let people change their own accounts."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.users import OFF, read_totp_code, say_recovery
from noroshi.cli.password_prompt import contents, read_hidden
from noroshi.core.translation import Message, _
from noroshi.operations import people_operations
from noroshi.operations.people_answers import Recovery, SecondStep

OLD = _("Current password: ")
NEW = _("New password: ")
BY_FILE = _("Cannot prompt for the password without a terminal: use --password-file.")
CHANGED = _("The password for “{name}” was changed. All browsers are logged out.")


def password(context: CommandContext) -> int:
    """Change the old password for a new one; neither is an argument."""
    args = context.args
    old = _secret(context, args.password_file, OLD)
    new = _secret(context, args.new_password_file, NEW)
    name = context.ask(people_operations.OWN_PASSWORD, str, name=args.name, old=old, new=new)
    print(context.say(CHANGED.fill(name=name)))
    return exits.DONE


def totp(context: CommandContext) -> int:
    """Begin, and prove that the authenticator has it; or turn it off."""
    args = context.args
    old = _secret(context, args.password_file, OLD)
    if args.off:
        name = context.ask(people_operations.OWN_TOTP_OFF, str, name=args.name, password=old)
        print(context.say(OFF.fill(name=name)))
        return exits.DONE
    enrolment = context.ask(
        people_operations.OWN_TOTP, SecondStep, name=args.name, password=old
    )
    code = read_totp_code(context, enrolment)
    recovery = context.ask(
        people_operations.OWN_TOTP_ON, Recovery, name=args.name, password=old, code=code
    )
    say_recovery(context, recovery)
    return exits.DONE


def _secret(context: CommandContext, file: str, prompt: Message) -> str:
    return contents(file).strip("\r\n") if file else read_hidden(context, prompt, BY_FILE)
