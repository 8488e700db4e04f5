"""Get what the app proves itself by: a client secret that is asked for, or a certificate made
here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.certificates import opened
from noroshi.cli.handlers.secrets import ENDS as STILL_ENDS, places
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.admin_steps import KnownValues, mending
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.core.definitions.accounts import end_of, is_over
from noroshi.core.translation import Message
from noroshi.guides.setup_goal import SetupGoal
from noroshi.oauth.client_certificates import describe

LIKE_A_DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", re.ASCII)
Found = Mapping[str, Any]
MOST_FILES = 100
"""So many names are tried for a certificate's file before none is written."""


def certified(talk: Dialogue, wanted: SetupGoal, known: KnownValues) -> None:
    """A certificate is in the vault, and what of it is uploaded in a file. Raises RefusedError."""
    asked, account = talk.asked, wanted.account
    found = _in_vault(talk, account)  # of the account in force, which may name none yet
    if file := talk.given.certificate_file:
        pem = opened(asked, file, talk.given.passphrase_file)
        talk.given.certificate_file = ""  # a second route has it in the vault
        _imported(talk, wanted, known, pem, found)
        return
    if found is None:
        found = asked.call("certificate_new", name=account, ahead=talk.held)
        talk.done(setup_texts.CERTIFICATE_MADE.fill(days=730))
    known.thumbprint = found["sha1"]
    known.certificate = _written(talk, account, found["pem"])


def _in_vault(talk: Dialogue, account: str) -> Found | None:
    try:
        found: Found = talk.asked.call("certificate_show", name=account)
    except RefusedError as refused:
        if refused.kind != "not found" and not (talk.held and refused.kind == "conflict"):
            raise
        return None
    return found


def _imported(
    talk: Dialogue, wanted: SetupGoal, known: KnownValues, pem: str, before: Found | None
) -> None:
    """One that is there already gives way once the sign-in server takes the new one."""
    new = describe(pem)
    known.thumbprint = new.thumbprints.sha1.upper()
    stale = before["pem"] if before else ""
    known.certificate = _written(talk, wanted.account, new.pem, stale)
    given = {"name": wanted.account, "pem": pem, "replace": True, "proved": True}
    given |= {"ahead": talk.held}

    def mend(refused: RefusedError) -> bool:
        mending(talk, wanted, known, refused.codes)
        return False

    talk.until_proved(
        lambda: talk.asked.call("certificate_import", **given), mend, setup_texts.UPLOADED
    )
    if before and before["sha1"] != known.thumbprint:
        talk.done(setup_texts.REPLACED.fill(old=before["sha1"], new=known.thumbprint))


def certificate_of(talk: Dialogue, kept: Drafts, wanted: SetupGoal, known: KnownValues) -> None:
    """Note what an administrator compares, of a certificate that is there already. Raises
    RefusedError."""
    known.certificate = f"noroshi-{wanted.account}.cer"
    try:
        if kept.all("accounts").get(wanted.account, {}).get("certificate"):
            known.thumbprint = talk.asked.call("certificate_show", name=wanted.account)["sha1"]
    except RefusedError as refused:
        if refused.kind != "not found":
            raise
    talk.say(setup_texts.CERTIFICATE_LATER.fill(file=known.certificate))


def another_secret(talk: Dialogue, kept: Drafts, wanted: SetupGoal) -> SetupGoal:
    """Ask for one; what is refused, such as the secret's ID, is asked for again."""
    talk.say(setup_texts.ASK_SECRET if wanted.alone else setup_texts.ASK_SECRET_OR_NONE)
    while True:
        value = talk.hidden(setup_texts.SECRET_PROMPT)
        if not value and not wanted.alone:
            public = replace(wanted, secret=False)
            kept.keep(public)
            return public
        try:
            return keep_secret(talk, kept, wanted, value)
        except RefusedError as refused:
            if refused.kind != "invalid" and not refused.about("secret"):
                raise
            talk.stopped(refused)


def asked_when_it_ends(
    talk: Dialogue, kept: Drafts, wanted: SetupGoal, *, another: bool
) -> SetupGoal:
    """The secret's last day, which no server tells. `another`: the day known is an earlier
    secret's, which stays only where nobody can be asked."""
    before = "" if no_end(wanted.secret_ends) else wanted.secret_ends
    stays = before and another and talk.hurried and not talk.given.secret_ends
    ends = talk.text(
        setup_texts.SECRET_ENDS,
        option="--secret-ends",
        given=talk.given.secret_ends,
        default=before if talk.hurried or not another else "",
        check=no_end,
        empty=True,
    )
    if stays:
        talk.say(STILL_ENDS.fill(account=wanted.account, ends=ends))
    dated = replace(wanted, secret_ends=ends)
    kept.keep(dated)
    return dated


def keep_secret(talk: Dialogue, kept: Drafts, wanted: SetupGoal, value: str) -> SetupGoal:
    """Into the vault; where it has one already, only once the server
    takes the new one. Raises RefusedError."""
    # The vault goes by what the account in force says of the name.
    meant = replace(wanted, secret=True)
    kept.keep(meant)
    entry = meant.entry_of_secret
    to = places(talk.asked, entry)
    if kept.may_hold(entry, value, to):
        _tried(talk, kept, meant)
    else:
        talk.asked.call("set_secret", name=entry, value=value, proved=True, to=to)
    return meant


def _tried(talk: Dialogue, kept: Drafts, wanted: SetupGoal) -> None:
    """Show it to the sign-in server before it is put in. Raises RefusedError."""
    given = {**kept.trial, **kept.secret}
    try:
        talk.asked.call("account_try", account=wanted.account, **given)
    except RefusedError:
        kept.drop_secret()
        raise


def is_kept(talk: Dialogue, entry: str) -> bool:
    """Return whether the vault has it."""
    found = talk.asked.call("secret_list")
    return any(one["name"] == entry and one["kept"] for one in found)


def no_end(text: str) -> Message | None:
    """Return why it cannot be the last day of a secret that has just been taken."""
    if day := end_of(text):
        return setup_texts.IS_OVER.fill(day=day) if is_over(day, datetime.now(UTC)) else None
    parts = LIKE_A_DAY.fullmatch(text)
    if not parts:
        return setup_texts.NO_DATE
    try:
        day = date(*map(int, parts.groups()))
    except ValueError:
        return setup_texts.NO_SUCH_DAY.fill(given=text)
    return setup_texts.WRITE_DAY.fill(day=day)


def _written(talk: Dialogue, account: str, pem: str, stale: str = "") -> str:
    """The certificate without its key, in a file that is not there yet or holds the very same, or
    the one whose place it takes."""
    for number in range(1, MOST_FILES):
        file = Path(f"noroshi-{account}{f'-{number}' if number > 1 else ''}.cer")
        try:
            if file.exists():
                kept = file.read_text("ascii")
                if kept == pem:
                    return str(file)
                if kept != stale:
                    continue
            file.write_text(pem, encoding="ascii")
        except (OSError, ValueError):  # no folder to write in: it is shown instead
            break
        talk.done(setup_texts.CERTIFICATE_WRITTEN.fill(file=file.resolve()))
        return str(file)
    talk.say(setup_texts.CERTIFICATE_SHOWN)
    talk.line(pem)
    return ""
