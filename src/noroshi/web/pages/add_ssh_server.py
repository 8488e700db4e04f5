"""Add a server over SSH in two steps: the login and a key, then the host key, which a person
compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from noroshi.core.ssh_login import PORT
from noroshi.core.translation import _
from noroshi.operations.ssh_answers import HostKeyShown
from noroshi.service.setup.ssh_servers import SshServerOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.web.pages.login_form import LoginForm, free_entry, read_form
from noroshi.web.view.form_operations import Outcome, run_reauthenticated
from noroshi.web.view.page_context import Visit

LOOK, ADD_SERVER = "ssh_look", "ssh_add"
NEW_KEY, OWN_KEY = "new-key", "own-key"
DEFAULTS: Mapping[str, str] = {
    "title": "",
    "address": "",
    "user": "noroshi",
    "port": str(PORT),
    "login": NEW_KEY,
    "key": "",
    "password_entry": "",
    "line": "",
}
NOT_COMPARED = _("Compare the fingerprint on the server first, and select the check box.")


@dataclass(kw_only=True)
class SshForm(LoginForm):
    """Hold the state of the form, with the host key once it was shown."""

    host_key: HostKeyShown | None = None


async def ssh_form(visit: Visit) -> SshForm:
    """Return the form, with what came of the step that was posted."""
    form = await read_form(visit, SshForm, (LOOK, ADD_SERVER), DEFAULTS)
    if visit.form.get("do") == LOOK:
        await _look(visit, form)
    elif visit.form.get("do") == ADD_SERVER:
        await _add(visit, form)
    return form


async def _look(visit: Visit, form: SshForm) -> None:
    """Show the host key of the server, and put the means of the login into the vault."""
    if await _has_no_host_key(visit, form):
        return
    entry = await free_entry(visit, "ssh", form.instance)
    if form.fields["login"] == NEW_KEY:
        outcome = await run_reauthenticated(visit, SshServerOperations.new_key, name=entry)
        if form.has_failed(outcome):
            form.host_key = None
            return
        form.fields |= {"key": outcome.ok.entry, "line": outcome.ok.line}
        return
    secret = visit.form.get("private_key" if form.fields["login"] == OWN_KEY else "secret", "")
    outcome_of_secret = await run_reauthenticated(
        visit, SignInOperations.set_secret, name=entry, value=secret
    )
    if form.has_failed(outcome_of_secret):
        form.host_key = None
        return
    form.fields["key" if form.fields["login"] == OWN_KEY else "password_entry"] = entry


async def _has_no_host_key(visit: Visit, form: SshForm) -> bool:
    outcome = await run_reauthenticated(
        visit, SshServerOperations.host_key, address=form.fields["address"], port=form.port
    )
    if form.has_failed(outcome):
        return True
    form.host_key = outcome.ok
    return False


async def _add(visit: Visit, form: SshForm) -> None:
    """Add the server; the host key is the one that was compared, and no other that it shows by
    now."""
    if await _has_no_host_key(visit, form):
        return
    if visit.form.get("same") != "yes":
        form.outcome = Outcome(None, (visit.say(NOT_COMPARED),), 400)
        return
    fields = form.fields
    outcome = await run_reauthenticated(
        visit,
        SshServerOperations.add,
        instance=form.instance,
        title=fields["title"] or fields["address"],
        address=fields["address"],
        port=form.port,
        user=fields["user"],
        host_key=visit.form.get("fingerprint", ""),
        key=fields["key"],
        password=fields["password_entry"],
        rules=list(form.chosen_rules),
        language=visit.language,
    )
    form.is_added = not form.has_failed(outcome)
