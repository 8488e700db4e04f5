"""A credential is shown to the sign-in server, on trial: what is refused takes nothing's place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from noroshi.core.definitions.problems import Problem
from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.core.translation import Message, _
from noroshi.oauth.account import Account
from noroshi.oauth.client_certificates import thumbprints
from noroshi.oauth.credentials import CREDENTIAL_REFUSED, named_by
from noroshi.oauth.errors.error_explanation import by_code
from noroshi.oauth.provider import Credential, OAuthError, SignInError, UnreachableError
from noroshi.oauth.tokens import TokenSource
from noroshi.operations.sign_in_answers import AppTried
from noroshi.service.errors import OperationFailedError
from noroshi.vault import Secret, VaultError

NO_SECRET_SENT = 7000218
WRONG_SECRET = frozenset({7000215, 7000222})
"""Entra's codes for a client secret that is wrong, or has ended."""
ANOTHER_SECRET = Instruction(InstructionKind.PUT_RIGHT_SECRET)
UNKNOWN_CERTIFICATE = _(
    "The application has no certificate with the thumbprint {thumbprint} ({code}). The "
    "administrator must upload it first: Entra admin center › App registrations › the app › "
    "Certificates & secrets › Certificates › Upload certificate. Entra may need a few "
    "minutes to recognise a new certificate."
)
ALL_THE_SAME: Mapping[str, Message] = {
    "secret": Instruction(InstructionKind.KEEP_SECRET),
    "certificate": Instruction(InstructionKind.KEEP_CERTIFICATE),
}
STAYS = _(
    "{why}\n"
    "So the new value was not saved and will not be retried automatically: “{entry}” in the "
    "vault is unchanged."
)
FIELD_OF: Mapping[str, str] = {
    "entra.admin_app": "client_id",
    "entra.tenant_needed": "tenant",
    "entra.wrong_cloud": "cloud",
    "entra.wrong_secret": "secret",
    "entra.ended_secret": "secret",
}
"""The setting of an account that a refusal is about, by the name of the explanation."""
WRONG_CERTIFICATE = "entra.wrong_certificate"
WRONG = frozenset({*FIELD_OF, WRONG_CERTIFICATE, "entra.clock"})
"""The refusals that a sign-in would meet as well. Others are of this way to ask alone, as a
policy for apps is."""
OF_OURS = frozenset({"no_secret", "no_certificate", "no_key_file", "no_proxy_password"})
ASKED_FOR = frozenset(
    {
        "no_scope",
        "invalid_scope",
        "invalid_resource",
        "invalid_request",
        "invalid_response",
        "unsupported_grant_type",
    }
)
"""The errors by which other servers than Entra refuse a question, whoever asks it."""
LIKE_A_WRONG_ONE = _("the sign-in server gives the same reply to a made-up value")


async def try_credential(
    tokens: TokenSource,
    account: Account,
    credential: Credential | None = None,
    *,
    bare: bool = False,
) -> AppTried:
    """Tell whether the server takes it, or else what the vault has; with `bare` whether it
    knows the app. Raises OperationFailedError if it does not."""
    try:
        if not await _is_taken(tokens, account, credential, bare=bare):
            return AppTried(sure=False, why=LIKE_A_WRONG_ONE)
    except SignInError as failure:
        if bare and NO_SECRET_SENT in failure.codes:
            return AppTried(sure=True)
        if _is_wrong(account, failure):
            raise probe_error(account, failure, credential) from None
        return AppTried(sure=False, why=failure.words)
    except (UnreachableError, VaultError) as failure:
        raise probe_error(account, failure, credential) from None
    return AppTried(sure=True)


async def _is_taken(
    tokens: TokenSource, account: Account, credential: Credential | None, *, bare: bool
) -> bool:
    """Tell whether the server takes it, asked as it is asked for tokens; False if that cannot
    be told."""
    if account.cloud.entra or bare:
        try:
            await tokens.probe_credential(
                account, without_credential=bare, credential=credential
            )
        except SignInError as failure:
            # What no setting says may be wrong for itself, and then tells nothing of the secret.
            if bare or account.cloud.app_scope or failure.error not in ASKED_FOR:
                raise
        else:
            return True
    return await tokens.credential_valid(account, credential)


async def refusal(
    tokens: TokenSource,
    account: Account,
    credential: Credential | None = None,
    *,
    bare: bool = False,
) -> SignInError | None:
    """Return the refusal that a sign-in at Entra would meet as well; None: none that can be
    known before. Raises UnreachableError and VaultError."""
    try:
        await tokens.probe_credential(account, without_credential=bare, credential=credential)
    except SignInError as failure:
        return failure if _is_wrong_at_entra(failure) else None
    return None


async def require_accepted(
    tokens: TokenSource, accounts: Iterable[Account], entry: str, value: Secret
) -> None:
    """Require that the server of each account that would show it from now on takes it. Raises
    OperationFailedError."""
    for account, credential in credentials_for(accounts, entry, value):
        try:
            await try_credential(tokens, account, credential)
        except OperationFailedError as refusal:
            words = STAYS.fill(why=refusal.words, entry=entry)
            anyway = ALL_THE_SAME[credential.kind].fill(entry=entry, account=account.name)
            raise OperationFailedError(
                words, (*refusal.problems, Problem("", anyway)), refusal.codes
            ) from None


def credentials_for(
    accounts: Iterable[Account], entry: str, value: Secret
) -> Iterator[tuple[Account, Credential]]:
    """Yield the accounts that show an entry as a credential, each with it."""
    for account in accounts:
        for one in named_by(account):
            if one.entry == entry:
                yield account, Credential(entry=entry, kind=one.kind, value=value)


def probe_error(
    account: Account, failure: OAuthError | VaultError, credential: Credential | None = None
) -> OperationFailedError:
    """Return what was said, and where the secret goes if that is at fault: no route is needed
    for it."""
    if not isinstance(failure, SignInError):
        return OperationFailedError(failure.words)
    if _is_about_credential(account, failure, credential):
        secret = credential.entry if credential else account.secret
        return refused_sign_in(failure, Problem("secret", ANOTHER_SECRET.fill(entry=secret)))
    if credential and _is_unknown(failure):
        words = _not_uploaded(failure, credential)
        return OperationFailedError(words, codes=failure.code_names)
    return refused_sign_in(failure)


def refused_sign_in(failure: SignInError, *problems: Problem) -> OperationFailedError:
    """Return the sign-in server's refusal as an error, with the codes."""
    return OperationFailedError(failure.words, problems, failure.code_names)


def field_of(failure: SignInError) -> str:
    """Return the setting of an account that a refusal is about; "" where that is not sure."""
    return next((FIELD_OF[name] for name in _names(failure) if name in FIELD_OF), "")


def is_about_secret(codes: Collection[int]) -> bool:
    """Tell whether another client secret mends it."""
    return not WRONG_SECRET.isdisjoint(codes)


def _is_about_credential(
    account: Account, failure: SignInError, credential: Credential | None
) -> bool:
    """Return whether another secret mends it. Other servers than Entra do not tell a wrong
    secret from a wrong app."""
    if account.cloud.entra:
        return is_about_secret(failure.codes)
    kind = credential.kind if credential else "secret" if account.secret else ""
    return failure.error == CREDENTIAL_REFUSED and kind == "secret"


def _is_unknown(failure: SignInError) -> bool:
    return WRONG_CERTIFICATE in _names(failure)


def _not_uploaded(failure: SignInError, credential: Credential) -> Message:
    """Say that the certificate on trial is not uploaded: what shows the account's own would
    show another one."""
    thumbprint = thumbprints(credential.value.reveal()).sha1.upper()
    return UNKNOWN_CERTIFICATE.fill(thumbprint=thumbprint, code=failure.code_names[0])


def _is_wrong(account: Account, failure: SignInError) -> bool:
    """Tell whether it would be refused so at a sign-in too, or nobody can tell before the
    server is well again."""
    if failure.error in OF_OURS or failure.party == "wait":
        return True
    if account.cloud.entra:
        return _is_wrong_at_entra(failure)
    return failure.error not in ASKED_FOR


def _is_wrong_at_entra(failure: SignInError) -> bool:
    return not WRONG.isdisjoint(_names(failure))


def _names(failure: SignInError) -> Sequence[str]:
    """Return the names of the explanations of Entra's numbers."""
    return [row.name for row in map(by_code, failure.codes) if row is not None]
