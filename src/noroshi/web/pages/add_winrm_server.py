"""Add a Windows server over WinRM in three steps: the login, the server's certificate, which a CA
vouches for or a person compares, and a diagnosis that shows whether the login works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from noroshi.core.translation import NOTHING, _
from noroshi.core.winrm_login import HTTPS_PORT, LoginMethod
from noroshi.operations.winrm_answers import CertificateShown
from noroshi.people import random_keys
from noroshi.service.setup.winrm_servers import WinrmServerOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.web.pages.add_ssh_server import NOT_COMPARED
from noroshi.web.pages.login_form import LoginForm, free_entry, read_form
from noroshi.web.view.control_escape import Page
from noroshi.web.view.form_operations import Outcome, clock, query_value, run_reauthenticated
from noroshi.web.view.page_context import Visit
from noroshi.web.view.stages import stages_of, wait_for_stage
from noroshi.web.view.templates import templates

LOOK, EXAMINE = "winrm_look", "winrm_examine"
CHANGE, ADD_SERVER = "winrm_change", "winrm_add"
EXAM = "/servers/add/exam"
BY_CA, PINNED = "ca", "pin"
PASSWORD, CERTIFICATE = "password", "certificate"
PREPARATION = """Enable-PSRemoting -Force
$certificate = New-SelfSignedCertificate -DnsName SRV1.EXAMPLE.COM -CertStoreLocation Cert:\\LocalMachine\\My
New-Item WSMan:\\localhost\\Listener -Transport HTTPS -Address * -CertificateThumbPrint $certificate.Thumbprint -Force
New-NetFirewallRule -DisplayName 'WinRM HTTPS' -Direction Inbound -Protocol TCP -LocalPort 5986 -Action Allow
Add-LocalGroupMember -SID S-1-5-32-580 -Member noroshi"""
DEFAULTS: Mapping[str, str] = {
    "title": "",
    "address": "",
    "user": "",
    "port": str(HTTPS_PORT),
    "login": PASSWORD,
    "authentication": LoginMethod.NTLM.value,
    "entry": "",
    "entry_kind": "",
    "trust": "",
    "fingerprint": "",
}
FAILED = "trouble"
NO_USER = _("Enter the user to log in as.")


@dataclass(kw_only=True)
class WinrmForm(LoginForm):
    """Hold the state of the form, with the certificate once it was shown, and the diagnosis once it
    was begun. `valid_until` is the end of the certificate, in words; `is_early`: the diagnosis shows
    why there is no certificate."""

    certificate: CertificateShown | None = None
    valid_until: str = ""
    exam: Mapping[str, Any] | None = None
    is_early: bool = False

    @property
    def is_pinned(self) -> bool:
        """Return whether the fingerprint counts, and no CA."""
        return self.fields["trust"] != BY_CA

    @property
    def has_password(self) -> bool:
        """Return whether the vault has the password that was typed before."""
        return bool(self.fields["entry"]) and self.fields["entry_kind"] == PASSWORD

    @property
    def preparation(self) -> str:
        """Return what enables WinRM on a server."""
        return PREPARATION

    @property
    def kind(self) -> str:
        """Return what proves who logs in, which is also the argument that names its entry."""
        return CERTIFICATE if self.fields["login"] == CERTIFICATE else PASSWORD

    def login(self) -> dict[str, Any]:
        """Return the login, as the operations want it."""
        fields, is_by_certificate = self.fields, self.kind == CERTIFICATE
        return {
            "instance": self.instance,
            "address": fields["address"],
            "port": self.port,
            "user": "" if is_by_certificate else fields["user"],
            "authentication": CERTIFICATE if is_by_certificate else fields["authentication"],
            self.kind: fields["entry"],
            "fingerprint": fields["fingerprint"] if self.is_pinned else "",
        }


async def winrm_form(visit: Visit) -> WinrmForm:
    """Return the form, with what came of the step that was posted."""
    steps = {LOOK: _look, EXAMINE: _compare, ADD_SERVER: _add}
    form = await read_form(visit, WinrmForm, (*steps, CHANGE), DEFAULTS)
    if step := steps.get(visit.form.get("do", "")):
        await step(visit, form)
    return form


async def exam(visit: Visit) -> Response:
    """Show how far the diagnosis has come. `early` in the query: there is no certificate yet, so the
    login is not known to be as it should."""
    id = await wait_for_stage(visit)
    template = templates(visit.language).get_template("add_winrm_parts.html")
    module: Any = template.make_module({"csrf": random_keys.csrf_of(visit.key)})
    is_early = query_value(visit, "early") == "yes"
    show = module.winrm_stages if is_early else module.winrm_exam
    return Page(str(show(await _stages(visit, id))))


async def _look(visit: Visit, form: WinrmForm) -> None:
    """Show the certificate of the server, and put the means of the login into the vault."""
    if form.kind == PASSWORD and not form.fields["user"]:
        words = visit.say(NO_USER)
        form.outcome = Outcome(None, (words,), 400, problems=(("user", words),))
        return
    form.fields["trust"] = ""
    if not await _show_certificate(visit, form):
        if form.outcome.kind == FAILED:
            await _explain(visit, form)
        return
    if not await _store_secret(visit, form):
        form.certificate = None


async def _show_certificate(visit: Visit, form: WinrmForm) -> bool:
    outcome = await run_reauthenticated(
        visit, WinrmServerOperations.certificate, address=form.fields["address"], port=form.port
    )
    if form.has_failed(outcome):
        return False
    form.certificate = outcome.ok
    form.valid_until = clock(visit, outcome.ok.valid_until)
    form.fields["trust"] = form.fields["trust"] or (
        BY_CA if outcome.ok.distrust == NOTHING else PINNED
    )
    return True


async def _store_secret(visit: Visit, form: WinrmForm) -> bool:
    """Store what was typed; what is stored for the same login already stays, if nothing was."""
    kind = form.kind
    value = visit.form.get("client_certificate" if kind == CERTIFICATE else "secret", "")
    if not value.strip() and form.fields["entry_kind"] == kind and form.fields["entry"]:
        return True
    entry = await free_entry(visit, "winrm", form.instance)
    outcome = await run_reauthenticated(
        visit, SignInOperations.set_secret, name=entry, value=value
    )
    if form.has_failed(outcome):
        return False
    form.fields |= {"entry": entry, "entry_kind": kind}
    return True


async def _explain(visit: Visit, form: WinrmForm) -> None:
    """Show by a diagnosis why the server shows no certificate, and who can mend that."""
    entry = form.fields["entry"] or await free_entry(visit, "winrm", form.instance)
    login = {**form.login(), "fingerprint": "", form.kind: entry}
    outcome = await run_reauthenticated(visit, WinrmServerOperations.examine, **login)
    if outcome.answer is not None:
        form.exam, form.is_early = await _stages(visit, outcome.ok.id), True
        form.outcome = Outcome(None, (), form.outcome.status)


async def _compare(visit: Visit, form: WinrmForm) -> None:
    """Begin the diagnosis, once the certificate was compared or a CA vouches for it."""
    fingerprint = form.fields["fingerprint"]
    is_known = form.fields["trust"] == BY_CA or visit.form.get("same") == "yes"
    if not is_known and not await _show_certificate(visit, form):
        return
    if not is_known and form.certificate and form.certificate.distrust != NOTHING:
        form.outcome = Outcome(None, (visit.say(NOT_COMPARED),), 400)
        return
    form.certificate, form.fields["fingerprint"] = None, fingerprint
    outcome = await run_reauthenticated(visit, WinrmServerOperations.examine, **form.login())
    if not form.has_failed(outcome):
        form.exam = await _stages(visit, outcome.ok.id)
    elif outcome.needs_password:
        await _show_certificate(visit, form)
        form.outcome = outcome


async def _add(visit: Visit, form: WinrmForm) -> None:
    """Add the server; the certificate is the one that was compared, and no other that it shows by
    now."""
    outcome = await run_reauthenticated(
        visit,
        WinrmServerOperations.add,
        **form.login(),
        title=form.fields["title"] or form.fields["address"],
        rules=list(form.chosen_rules),
        language=visit.language,
    )
    form.is_added = not form.has_failed(outcome)


async def _stages(visit: Visit, id: str) -> Mapping[str, Any]:
    return await stages_of(visit, id, f"{EXAM}?id={id}")
