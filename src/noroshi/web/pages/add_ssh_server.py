"""Add a server over SSH in two steps: the login and a key, then the host key, which a person
compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from noroshi.core.ssh_login import PORT
from noroshi.core.translation import _
from noroshi.operations.ssh_answers import HostKeyShown
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.node.secrets import SecretOperations
from noroshi.service.setup.ssh_servers import SshServerOperations
from noroshi.service.setup.suggestions import instance_name
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.web.forms.location import title_of
from noroshi.web.forms.normalize import figures
from noroshi.web.view.form_operations import Outcome, refusal_texts, run_reauthenticated
from noroshi.web.view.page_context import Visit

LOOK, ADD_SERVER = "ssh_look", "ssh_add"
DEEDS = (LOOK, ADD_SERVER)
NEW_KEY, OWN_KEY, BY_PASSWORD = "new-key", "own-key", "password"
FIELDS = ("title", "address", "user", "port", "login", "key", "password_entry", "line")
DEFAULTS: Mapping[str, str] = {"user": "noroshi", "port": str(PORT), "login": NEW_KEY}
RULE = "rule."
NOT_COMPARED = _("Compare the fingerprint on the server first, and select the check box.")


@dataclass(kw_only=True)
class SshForm:
    """Hold the state of the form: the fields, the host key once it was shown, the rules by name
    with their titles, and what was wrong. `is_added`: the server is monitored now."""

    fields: dict[str, str]
    rules: Mapping[str, str]
    chosen_rules: Sequence[str]
    host_key: HostKeyShown | None = None
    outcome: Outcome[object] = field(default_factory=Outcome[object])
    is_added: bool = False

    @property
    def instance(self) -> str:
        """Return the name of the instance: by its title, else by its address, of which a number is
        kept whole."""
        title, host = self.fields["title"], self.fields["address"]
        is_number = not host.replace(".", "").strip("0123456789")
        return instance_name(title or (host.replace(".", "-") if is_number else host))

    def has_failed(self, outcome: Outcome[object]) -> bool:
        """Keep the outcome of a step, and return whether it was refused."""
        self.outcome = outcome
        return outcome.answer is None


async def ssh_form(visit: Visit) -> SshForm:
    """Return the form, with what came of the step that was posted."""
    rules = await _rules(visit)
    is_posted = visit.form.get("do") in DEEDS
    form = SshForm(
        fields={
            name: visit.form.get(name, "").strip() if is_posted else DEFAULTS.get(name, "")
            for name in FIELDS
        },
        rules=rules,
        chosen_rules=[name for name in rules if f"{RULE}{name}" in visit.form]
        if is_posted
        else list(rules)[:1],
    )
    if visit.form.get("do") == LOOK:
        await _look(visit, form)
    elif visit.form.get("do") == ADD_SERVER:
        await _add(visit, form)
    return form


async def _look(visit: Visit, form: SshForm) -> None:
    """Show the host key of the server, and put the means of the login into the vault."""
    if await _has_no_host_key(visit, form):
        return
    entry = await _free_entry(visit, form.instance)
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
    port = figures(form.fields["port"])
    outcome = await run_reauthenticated(
        visit,
        SshServerOperations.host_key,
        address=form.fields["address"],
        port=int(port) if port.isascii() and port.isdecimal() else form.fields["port"],
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
        port=int(figures(fields["port"])),
        user=fields["user"],
        host_key=visit.form.get("fingerprint", ""),
        key=fields["key"],
        password=fields["password_entry"],
        rules=list(form.chosen_rules),
        language=visit.language,
    )
    form.is_added = not form.has_failed(outcome)


async def _free_entry(visit: Visit, name: str) -> str:
    """Return a name for an entry of the vault that none has yet."""
    used_names = {one.name for one in await visit.call(SecretOperations.list)}
    entry, number = f"ssh/{name}", 2
    while entry in used_names:
        entry, number = f"ssh/{name}-{number}", number + 1
    return entry


async def _rules(visit: Visit) -> Mapping[str, str]:
    documents = (await visit.call(EditOperations.read)).documents
    names = [key.partition("/")[2] for key in sorted(documents) if key.startswith("rules/")]
    return {name: title_of(name, documents[f"rules/{name}"]) for name in names}


def refusals(visit: Visit, form: SshForm) -> tuple[str, ...]:
    """Return why a step was refused."""
    return refusal_texts(visit, form.outcome)
