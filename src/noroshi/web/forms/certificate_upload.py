"""Read a certificate with the private key from a form: a file in PFX or PEM, or PEM as text. A
separate process opens it, and only the operation that puts it into the vault keeps it. Only an
administrator's upload is opened at all."""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.oauth.client_certificates import (
    CANNOT_OPEN,
    CertificateError,
    read_in_sandbox,
    require_valid,
)
from noroshi.service import InvalidArgumentError, OperationFailedError
from noroshi.vault import Secret
from noroshi.web.view.form_operations import require_administrator
from noroshi.web.view.page_context import Visit

LARGEST = 64 << 10
"""Bytes: a key and a chain of ten certificates have about 20 KiB."""
NOTHING = _("Choose a file with the certificate and its key, or paste both as PEM.")
TWO = _("Choose a file or paste PEM, not both. Nothing was saved.")
TOO_LONG = _(
    "The input exceeds {most} KiB. It does not look like a certificate with its key. Nothing "
    "was saved."
)


async def uploaded_credential(visit: Visit) -> Secret:
    """Return key and certificate in PEM, unlocked. Raises ForbiddenError, OperationFailedError
    and InvalidArgumentError, in words that quote nothing of it."""
    require_administrator(visit)
    text, files = visit.form.get("pem", "").strip(), visit.files
    if len(files) + bool(text) != 1:
        raise InvalidArgumentError(TWO if files or text else NOTHING)
    data = files[0].content if files else text.encode()
    if len(data) > LARGEST:
        raise InvalidArgumentError(TOO_LONG.fill(most=LARGEST >> 10))
    passphrase = visit.form.get("passphrase", "")
    try:
        bundle = await read_in_sandbox(data, passphrase)
        require_valid(bundle.reveal(), visit.web.service.now())
    except CertificateError as error:
        raise InvalidArgumentError(error.words) from None
    except OSError:
        raise OperationFailedError(CANNOT_OPEN) from None
    return bundle
