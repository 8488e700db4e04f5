"""`noroshi cert`: client certificates made, brought here, and shown for the upload."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.secrets import CERTIFICATE, report_probes, say_checking
from noroshi.cli.output.times import clock
from noroshi.cli.password_prompt import CANNOT_READ, STDIN, contents, read_hidden
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Message, _, pgettext
from noroshi.knowledge.os_errors import cause_text
from noroshi.oauth.client_certificates import CertificateError, read
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import Certificate

MADE = _(
    "Created a key and certificate for {account}, stored in the vault as “{entry}”. The key "
    "never leaves the vault."
)
IMPORTED = _("The certificate of {account} and its key are in the vault as “{entry}”.")
FACTS = _(
    "  name        {name}\n  thumbprint  {sha1}\n  SHA-256     {sha256}\n  expires     {ends}"
)
WROTE = with_commands(
    _(
        "The certificate, without its key, is in {file}. Upload it: Entra admin center › App "
        "registrations › the app › Certificates & secrets › Certificates › Upload certificate. "
        "Then run: {command}"
    ),
    command=CommandText("authorize", pgettext("command", "ROUTE")),
)
UPLOAD = _(
    "Save the following as a .cer file, and upload it: Entra admin center › App "
    "registrations › the app › Certificates & secrets › Certificates › Upload certificate."
)
ASK = _("Passphrase of {file}: ")
BY_FILE = _(
    "The file is protected by a passphrase, and Noroshi cannot prompt for it without a "
    "terminal: use --passphrase-file FILE (- for standard input)."
)
IS_THERE = _("{file} already exists and is not overwritten.")
NOT_WRITTEN = _("Cannot write to {file}: {why}")
TRIES = 4


def new(context: CommandContext) -> int:
    """Have the node make a key and a certificate, and print what of it goes to the provider."""
    args = context.args
    _refuse_if_there(args.out)
    certificate = context.ask(
        sign_in_operations.CERTIFICATE_NEW,
        Certificate,
        name=args.name,
        next=args.next,
        replace=args.replace,
        days=args.days,
    )
    print(context.say(MADE.fill(account=certificate.account, entry=certificate.entry)))
    return _show(context, certificate)


def import_(context: CommandContext) -> int:
    """Import a certificate that was made elsewhere. A PFX file is opened in this process, so
    that the passphrase stays on this computer."""
    args = context.args
    pem = read_certificate(context, args.file, args.passphrase_file)
    replaces = args.replace and context.is_node_running and _exists(context)
    if replaces and not args.force:
        say_checking(context)
    certificate = context.ask(
        sign_in_operations.CERTIFICATE_IMPORT,
        Certificate,
        name=args.name,
        pem=pem,
        next=args.next,
        replace=args.replace,
        proved=not args.force,
    )
    print(context.say(IMPORTED.fill(account=certificate.account, entry=certificate.entry)))
    print(context.say(_facts(certificate)))
    probes = report_probes(context, certificate.entry, CERTIFICATE) if replaces else ()
    return exits.TROUBLE if any(one.refused for one in probes) else exits.DONE


def _exists(context: CommandContext) -> bool:
    """Return whether there is one whose place another would take."""
    try:
        context.ask(
            sign_in_operations.CERTIFICATE_SHOW,
            Certificate,
            name=context.args.name,
            next=context.args.next,
        )
    except RefusedError as refusal:
        if refusal.kind != "not found":
            raise
        return False
    return True


def show(context: CommandContext) -> int:
    """Print once more what is uploaded."""
    args = context.args
    _refuse_if_there(args.out)
    certificate = context.ask(
        sign_in_operations.CERTIFICATE_SHOW, Certificate, name=args.name, next=args.next
    )
    if args.json:
        context.print_json(certificate)
        return exits.DONE
    return _show(context, certificate)


def _show(context: CommandContext, certificate: Certificate) -> int:
    print(context.say(_facts(certificate)))
    if path := context.args.out:
        _write(Path(path), certificate.pem)
        print(context.say(WROTE.fill(file=path)))
    else:
        print(context.say(UPLOAD))
        print(certificate.pem, end="")
    return exits.DONE


def _facts(certificate: Certificate) -> Message:
    ends = clock(certificate.ends, datetime.now(UTC))
    return FACTS.fill(
        name=certificate.name, sha1=certificate.sha1, sha256=certificate.sha256, ends=ends
    )


def read_certificate(context: CommandContext, file: str, passphrase_file: str | None) -> str:
    """Return key and certificate of a file in PEM, unlocked; ask for the passphrase if there is
    one."""
    data, passphrase = _bytes(file), ""
    if passphrase_file:
        passphrase = contents(passphrase_file).rstrip("\r\n")
    for remaining in reversed(range(TRIES)):
        try:
            return read(data, passphrase).reveal()
        except CertificateError as unfit:
            if not unfit.is_locked or not remaining or passphrase_file:
                raise RefusedError("invalid", unfit.words) from None
            if passphrase:
                print(context.say(unfit.words), file=sys.stderr)
        passphrase = read_hidden(context, ASK.fill(file=file), BY_FILE)
    raise AssertionError("the last try raises or returns")


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        raise RefusedError(
            "invalid", CANNOT_READ.fill(file=file, why=cause_text(error))
        ) from None


def _refuse_if_there(path: str | None) -> None:
    """Refuse before anything is made: a certificate that could not be written would be hard to
    find."""
    if path and Path(path).exists():
        raise RefusedError("conflict", IS_THERE.fill(file=path))


def _write(file: Path, pem: str) -> None:
    try:
        with file.open("x", encoding="ascii") as stream:
            stream.write(pem)
    except FileExistsError:
        raise RefusedError("conflict", IS_THERE.fill(file=file)) from None
    except OSError as error:
        raise RefusedError(
            "trouble", NOT_WRITTEN.fill(file=file, why=cause_text(error))
        ) from None
