"""`noroshi user own-password` and `own-totp`: what people do with their own account."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.users import OFF, say_recovery, scanned
from noroshi.cli.password_prompt import contents, typed
from noroshi.core.translation import Message, _

OLD = _("Current password: ")
NEW = _("New password: ")
BY_FILE = _("There is no terminal to ask for the password: use --password-file.")
CHANGED = _("The password of “{name}” was changed. All browsers are logged out.")


def password(asked: CommandContext) -> int:
    """The old one for a new one; neither as an argument."""
    given = asked.given
    old = _secret(asked, given.password_file, OLD)
    new = _secret(asked, given.new_password_file, NEW)
    name = asked.call("own_password", name=given.name, old=old, new=new)
    print(asked.say(CHANGED.fill(name=name)))
    return exits.DONE


def totp(asked: CommandContext) -> int:
    """Begin, and prove that the authenticator has it; or turn it off."""
    given = asked.given
    old = _secret(asked, given.password_file, OLD)
    if given.off:
        name = asked.call("own_totp_off", name=given.name, password=old)
        print(asked.say(OFF.fill(name=name)))
        return exits.DONE
    begun = asked.call("own_totp", name=given.name, password=old)
    code = scanned(asked, begun)
    kept = asked.call("own_totp_on", name=given.name, password=old, code=code)
    say_recovery(asked, kept)
    return exits.DONE


def _secret(asked: CommandContext, file: str, prompt: Message) -> str:
    return contents(file).strip("\r\n") if file else typed(asked, prompt, BY_FILE)
