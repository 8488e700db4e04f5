"""What of an app registration the sign-in server does not know is told at its field at once, not
by a sign-in that fails."""

from __future__ import annotations

from noroshi.web.view.form_operations import Outcome, run
from noroshi.web.view.page_context import Visit


async def checked(visit: Visit, account: str, secret: str) -> Outcome:
    """Refused if a setting is wrong for sure; what cannot be asked now the sign-in will show."""
    done = await run(visit, "account_check", account=account, secret=secret)
    field = done.ok["field"] if done.ok else ""
    if not field:
        return Outcome()
    why = visit.say(done.ok["why"])
    return Outcome(None, (why,), 400, problems=((field, why),), kind="invalid")


async def sealed(visit: Visit, account: str, entry: str, secret: str) -> Outcome:
    """The account as the server takes it, and its secret, if one was given, in the vault."""
    done = await checked(visit, account, secret)
    if done.why or not secret:
        return done
    return await run(visit, "set_secret", name=entry, value=secret, proved=True)
