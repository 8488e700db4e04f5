"""Get what the app proves itself by: a client secret that is asked for, or a certificate made
here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.certificates import read_certificate
from noroshi.cli.handlers.secrets import ENDS as STILL_ENDS, places
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.admin_steps import KnownValues, show_remedy_steps
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.core.translation import Message
from noroshi.guides.setup_fields import CLIENT_SECRET, SECRET_ENDS, check_expiry
from noroshi.guides.setup_goal import SetupGoal
from noroshi.oauth.client_certificates import describe
from noroshi.operations import node_operations, sign_in_operations
from noroshi.operations.sign_in_answers import AppTried, Certificate
from noroshi.operations.vault_answers import SecretEntry

MOST_FILES = 100
"""The most names that are tried for a certificate's file before none is written."""


def prepare_certificate(talk: Dialogue, goal: SetupGoal, known_values: KnownValues) -> None:
    """Put a certificate into the vault, and what of it is uploaded into a file. Raises
    RefusedError."""
    context, account = talk.context, goal.account
    certificate = _certificate_in_vault(
        talk, account
    )  # of the account in force, which may name none yet
    if file := talk.args.certificate_file:
        pem = read_certificate(context, file, talk.args.passphrase_file)
        talk.args.certificate_file = ""  # a second route has it in the vault
        _import_certificate(talk, goal, known_values, pem, certificate)
        return
    if certificate is None:
        certificate = context.ask(
            sign_in_operations.CERTIFICATE_NEW,
            Certificate,
            name=account,
            ahead=talk.holds_drafts,
        )
        talk.say_success(setup_texts.CERTIFICATE_MADE.fill(days=730))
    known_values.thumbprint = certificate.sha1
    known_values.certificate = _write_certificate(talk, account, certificate.pem)


def _certificate_in_vault(talk: Dialogue, account: str) -> Certificate | None:
    try:
        certificate = talk.context.ask(
            sign_in_operations.CERTIFICATE_SHOW, Certificate, name=account
        )
    except RefusedError as refusal:
        if refusal.kind != "not found" and not (
            talk.holds_drafts and refusal.kind == "conflict"
        ):
            raise
        return None
    return certificate


def _import_certificate(
    talk: Dialogue,
    goal: SetupGoal,
    known_values: KnownValues,
    pem: str,
    previous: Certificate | None,
) -> None:
    """Import a certificate; one that is there already gives way once the sign-in server takes
    the new one."""
    new = describe(pem)
    known_values.thumbprint = new.thumbprints.sha1.upper()
    old_content = previous.pem if previous else ""
    known_values.certificate = _write_certificate(talk, goal.account, new.pem, old_content)
    arguments = {"name": goal.account, "pem": pem, "replace": True, "proved": True}
    arguments |= {"ahead": talk.holds_drafts}

    def mend(refusal: RefusedError) -> bool:
        show_remedy_steps(talk, goal, known_values, refusal.codes)
        return False

    talk.until_proved(
        lambda: talk.context.ask(
            sign_in_operations.CERTIFICATE_IMPORT, Certificate, **arguments
        ),
        mend,
        setup_texts.UPLOADED,
    )
    if previous and previous.sha1 != known_values.thumbprint:
        talk.say_success(
            setup_texts.REPLACED.fill(old=previous.sha1, new=known_values.thumbprint)
        )


def certificate_of(
    talk: Dialogue, drafts: Drafts, goal: SetupGoal, known_values: KnownValues
) -> None:
    """Note what an administrator compares, of a certificate that is there already. Raises
    RefusedError."""
    known_values.certificate = f"noroshi-{goal.account}.cer"
    try:
        if drafts.all("accounts").get(goal.account, {}).get("certificate"):
            known_values.thumbprint = talk.context.ask(
                sign_in_operations.CERTIFICATE_SHOW, Certificate, name=goal.account
            ).sha1
    except RefusedError as refusal:
        if refusal.kind != "not found":
            raise
    talk.say(setup_texts.CERTIFICATE_LATER.fill(file=known_values.certificate))


def ask_another_secret(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> SetupGoal:
    """Ask for one; what is refused, such as the secret's ID, is asked for again."""
    talk.say(setup_texts.ASK_SECRET if goal.app_only else setup_texts.ASK_SECRET_OR_NONE)
    while True:
        value = talk.hidden(CLIENT_SECRET.prompt)
        if not value and not goal.app_only:
            public = replace(goal, secret=False)
            drafts.keep(public)
            return public
        try:
            return keep_secret(talk, drafts, goal, value)
        except RefusedError as refusal:
            if refusal.kind != "invalid" and not refusal.concerns("secret"):
                raise
            talk.say_failure(refusal)


def ask_secret_expiry(
    talk: Dialogue, drafts: Drafts, goal: SetupGoal, *, replaces: bool
) -> SetupGoal:
    """Ask for the secret's last day, which no server tells. `replaces`: the day known is an
    earlier secret's, which stays only where nobody can be asked."""
    previous = "" if _check_expiry(goal.secret_ends) else goal.secret_ends
    keeps_day = previous and replaces and talk.hurried and not talk.args.secret_ends
    ends = talk.answer(
        SECRET_ENDS,
        option_value=talk.args.secret_ends,
        default=previous if talk.hurried or not replaces else "",
        check=_check_expiry,
        empty=True,
    )
    if keeps_day:
        talk.say(STILL_ENDS.fill(account=goal.account, ends=ends))
    updated = replace(goal, secret_ends=ends)
    drafts.keep(updated)
    return updated


def keep_secret(talk: Dialogue, drafts: Drafts, goal: SetupGoal, value: str) -> SetupGoal:
    """Put a secret into the vault; if the vault has one already, only once the server accepts
    the new one. Raises RefusedError."""
    # The vault goes by what the account in force says of the name.
    goal_with_secret = replace(goal, secret=True)
    drafts.keep(goal_with_secret)
    entry = goal_with_secret.entry_of_secret
    destinations = places(talk.context, entry)
    if drafts.may_hold(entry, value, destinations):
        _try_secret(talk, drafts, goal_with_secret)
    else:
        talk.context.ask(
            sign_in_operations.SET_SECRET,
            str,
            name=entry,
            value=value,
            proved=True,
            to=destinations,
        )
    return goal_with_secret


def _try_secret(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> None:
    """Show the secret to the sign-in server before it goes into the vault. Raises
    RefusedError."""
    arguments = {**drafts.trial, **drafts.secret}
    try:
        talk.context.ask(
            sign_in_operations.ACCOUNT_TRY, AppTried, account=goal.account, **arguments
        )
    except RefusedError:
        drafts.drop_secret()
        raise


def is_stored(talk: Dialogue, entry: str) -> bool:
    """Return whether the vault has it."""
    entries = talk.context.ask(node_operations.SECRET_LIST, tuple[SecretEntry, ...])
    return any(one.name == entry and one.kept for one in entries)


def _check_expiry(text: str) -> Message | None:
    return check_expiry(text, datetime.now(UTC))


def _write_certificate(talk: Dialogue, account: str, pem: str, old_content: str = "") -> str:
    """Write the certificate without its key: into a new file, into one that has the same
    content already, or into the file of the certificate that it replaces."""
    for number in range(1, MOST_FILES):
        file = Path(f"noroshi-{account}{f'-{number}' if number > 1 else ''}.cer")
        try:
            if file.exists():
                content = file.read_text("ascii")
                if content == pem:
                    return str(file)
                if content != old_content:
                    continue
            file.write_text(pem, encoding="ascii")
        except (OSError, ValueError):  # no folder to write in: it is shown instead
            break
        talk.say_success(setup_texts.CERTIFICATE_WRITTEN.fill(file=file.resolve()))
        return str(file)
    talk.say(setup_texts.CERTIFICATE_SHOWN)
    talk.line(pem)
    return ""
