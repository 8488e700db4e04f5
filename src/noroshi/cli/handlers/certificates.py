"""`noroshi cert`: client certificates made, brought here, and shown for the upload."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.secrets import CERTIFICATE, say_that_it_is_asked, told
from noroshi.cli.output.times import clock
from noroshi.cli.password_prompt import CANNOT_READ, STDIN, contents, typed
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import why
from noroshi.oauth.client_certificates import CertificateError, read

MADE = _(
    "Created a key and certificate for {account}, stored in the vault as “{entry}”. The key "
    "never leaves the vault."
)
IMPORTED = _("The certificate of {account} and its key are in the vault as “{entry}”.")
FACTS = _(
    "  name        {name}\n  thumbprint  {sha1}\n  SHA-256     {sha256}\n  expires     {ends}"
)
WROTE = _(
    "The certificate, without its key, is in {file}. Upload it: Entra admin centre, App "
    "registrations, the app, Certificates & secrets, Certificates, Upload certificate. Then "
    "run: noroshi authorize ROUTE"
)
UPLOAD = _(
    "Save the following as a .cer file, and upload it: Entra admin centre, App "
    "registrations, the app, Certificates & secrets, Certificates, Upload certificate."
)
ASK = _("Passphrase of {file}: ")
BY_FILE = _(
    "The file is protected by a passphrase, and there is no terminal to ask for it: use "
    "--passphrase-file FILE (- for standard input)."
)
IS_THERE = _("{file} already exists and is not overwritten.")
NOT_WRITTEN = _("Cannot write to {file}: {why}")
TRIES = 4
Answer = Mapping[str, Any]


def new(asked: CommandContext) -> int:
    """A key that is made in the node, and what of it goes to the provider."""
    given = asked.given
    _refuse_if_there(given.out)
    found = asked.call(
        "certificate_new",
        name=given.name,
        next=given.next,
        replace=given.replace,
        days=given.days,
    )
    print(asked.say(MADE.fill(account=found["account"], entry=found["entry"])))
    return _show(asked, found)


def import_(asked: CommandContext) -> int:
    """A certificate that was made elsewhere; a PFX is opened here, so its passphrase stays here."""
    given = asked.given
    pem = opened(asked, given.file, given.passphrase_file)
    replaces = given.replace and asked.running and _is_there(asked)
    if replaces and not given.force:
        say_that_it_is_asked(asked)
    found = asked.call(
        "certificate_import",
        name=given.name,
        pem=pem,
        next=given.next,
        replace=given.replace,
        proved=not given.force,
    )
    print(asked.say(IMPORTED.fill(account=found["account"], entry=found["entry"])))
    print(asked.say(_facts(found)))
    said = told(asked, found["entry"], CERTIFICATE) if replaces else ()
    return exits.TROUBLE if any(one["refused"] for one in said) else exits.DONE


def _is_there(asked: CommandContext) -> bool:
    """Return whether there is one whose place another would take."""
    try:
        asked.call("certificate_show", name=asked.given.name, next=asked.given.next)
    except RefusedError as refused:
        if refused.kind != "not found":
            raise
        return False
    return True


def show(asked: CommandContext) -> int:
    """Print once more what is uploaded."""
    given = asked.given
    _refuse_if_there(given.out)
    found = asked.call("certificate_show", name=given.name, next=given.next)
    if given.json:
        asked.print_json(found)
        return exits.DONE
    return _show(asked, found)


def _show(asked: CommandContext, found: Answer) -> int:
    print(asked.say(_facts(found)))
    if out := asked.given.out:
        _write(Path(out), found["pem"])
        print(asked.say(WROTE.fill(file=out)))
    else:
        print(asked.say(UPLOAD))
        print(found["pem"], end="")
    return exits.DONE


def _facts(found: Answer) -> Message:
    ends = clock(found["ends"], datetime.now(UTC))
    return FACTS.fill(name=found["name"], sha1=found["sha1"], sha256=found["sha256"], ends=ends)


def opened(asked: CommandContext, file: str, passphrase_file: str | None) -> str:
    """Key and certificate of a file in PEM, unlocked; asks for the passphrase if there is one."""
    data, passphrase = _bytes(file), ""
    if passphrase_file:
        passphrase = contents(passphrase_file).rstrip("\r\n")
    for left in reversed(range(TRIES)):
        try:
            return read(data, passphrase).reveal()
        except CertificateError as unfit:
            if not unfit.locked or not left or passphrase_file:
                raise RefusedError("invalid", unfit.words) from None
            if passphrase:
                print(asked.say(unfit.words), file=sys.stderr)
        passphrase = typed(asked, ASK.fill(file=file), BY_FILE)
    raise AssertionError("the last try raises or returns")


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        raise RefusedError("invalid", CANNOT_READ.fill(file=file, why=why(error))) from None


def _refuse_if_there(out: str | None) -> None:
    """Before anything is made: a certificate that could not be written would be hard to find."""
    if out and Path(out).exists():
        raise RefusedError("conflict", IS_THERE.fill(file=out))


def _write(file: Path, pem: str) -> None:
    try:
        with file.open("x", encoding="ascii") as opened:
            opened.write(pem)
    except FileExistsError:
        raise RefusedError("conflict", IS_THERE.fill(file=file)) from None
    except OSError as error:
        raise RefusedError("trouble", NOT_WRITTEN.fill(file=file, why=why(error))) from None
