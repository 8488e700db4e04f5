"""Explain what a refusal means and who can mend it.

The class comes from `error` (RFC 6749 5.2), as Microsoft asks; its own AADSTS numbers may
change and only choose a better text. An unknown number is told with the class's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from noroshi.core.definitions.accounts import host_in
from noroshi.core.instruction import ANY_ACCOUNT, ANY_ENTRY
from noroshi.core.translation import Message, _, plain
from noroshi.knowledge.explanation import Explanation, Who
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.oauth.account import Account, Cloud
from noroshi.oauth.high_volume import MAILBOX_ROLE
from noroshi.oauth.provider import SignInError
from noroshi.oauth.well_known_clouds import CLOUDS, GOOGLE, MICROSOFT365
from noroshi.ports.examination import Cure

LOOK_UP = "https://login.microsoftonline.com/error?code={code}"
"""Microsoft's own page about a number (reference-error-codes)."""
CLIENT_REFUSED = "invalid_client"
APP_REFUSED = ("oauth.app_refused", "oauth.other_app_refused", "google.app_refused")
MICROSOFT, OTHER_SIDE = plain("Microsoft 365"), _("the server")
OF_MICROSOFT = ("entra.wait", "entra.support")
"""Remedies that lead to Microsoft's own pages."""
TEMPORARY_ERRORS = frozenset({"temporarily_unavailable", "server_error"})
CODE = re.compile(r"AADSTS(\d{4,8})\b")
# RFC 6749 and Entra write them so; a secret or token that a server quotes there is no such word.
TIDY = re.compile(r"[a-z_]{1,64}")
WHERE_AN_APP_SIGNS_IN: Mapping[str, str] = {
    "entra.consent": "entra.app_consent",
    "entra.no_consent": "entra.app_consent",
    "entra.policy": "entra.app_policy",
    "oauth.other_scope": "oauth.other_app_scope",
}
"""The rows that hold where an app signs in by itself, by those for a person."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Say who can mend a refusal, by which sentences, and step by step."""

    party: Who
    words: Message
    cure: Cure


def advise(
    error: str,
    *,
    suberror: str = "",
    codes: tuple[int, ...] = (),
    app_only: bool = False,
    cloud: Cloud = MICROSOFT365,
    secret: str = "",
    account: str = "",
    role: str = MAILBOX_ROLE,
) -> Advice:
    """Return what to do about a refusal; the words name the AADSTS number, or else the `error`.

    `secret`: the vault entry of the secret; `account`: the account's name; `role`: the app's
    role at Exchange Online. `app_only`: an app that signs in by itself, where nobody could sign
    in again. In a user-defined cloud nothing is blamed on Microsoft, though the server speaks
    as Entra does.
    """
    explanation = _explanation(error, suberror, codes, cloud, app_only=app_only, secret=secret)
    responsible: Who = "wait" if error in TEMPORARY_ERRORS else explanation.party or "setup"
    shown_code = next((code for code in codes if by_code(code)), next(iter(codes), None))
    code = error if shown_code is None else f"AADSTS{shown_code}"
    message = explanation.meaning.fill(
        code=code,
        entry=secret or ANY_ENTRY,
        account=account or ANY_ACCOUNT,
        role=role,
        provider=MICROSOFT if cloud.name in CLOUDS else OTHER_SIDE,
        server=host_in(cloud.token_endpoint or cloud.authority) or cloud.name,
    )
    return Advice(responsible, message, _cure(explanation.cure, cloud))


def _explanation(
    error: str,
    suberror: str,
    codes: tuple[int, ...],
    cloud: Cloud,
    *,
    app_only: bool,
    secret: str,
) -> Explanation:
    """Return the row of a refusal: by the first known number, else by the error class."""
    row = next((one for one in map(by_code, codes) if one), None)
    if row is None:
        row = _of_class(error, suberror, cloud, app_only=app_only)
        if row.name in APP_REFUSED and error == CLIENT_REFUSED and secret:
            row = knowledge().explanations["oauth.secret_refused"]
    return _of_app_only(row, cloud) if app_only else row


def _of_class(error: str, suberror: str, cloud: Cloud, *, app_only: bool) -> Explanation:
    """Return the row of OAuth's own words."""
    row = knowledge().errors["suberror"].get(suberror) if cloud.entra else None
    row = row or _classes(cloud, app_only).get(error)
    name = "oauth.unknown" if cloud.entra else "oauth.other_unknown"
    return row or knowledge().explanations[name]


def is_known(
    error: str, codes: tuple[int, ...], cloud: Cloud, *, app_only: bool = False
) -> bool:
    """Return whether the refusal is known beyond the error class; otherwise the server's own
    words are shown beside ours."""
    if codes:
        return any(by_code(code) for code in codes)
    return error in _classes(cloud, app_only)


def _cure(cure: Cure, cloud: Cloud) -> Cure:
    """Return the remedy; nobody looks at Microsoft's pages for the fault of another's
    server."""
    cures = knowledge().cures
    if cloud.name in CLOUDS or cure not in [cures[name] for name in OF_MICROSOFT]:
        return cure
    return cures["oauth.other_wait"]


def cure_of(failure: SignInError, account: Account) -> Cure:
    """Return the cure for a refusal of this account's, step by step."""
    row = refusals_at(account.cloud).get(failure.error)
    if row is not None:
        lacks_secret = failure.error == "no_secret" and not account.secret
        return refusals_at(account.cloud)["no_certificate"] if lacks_secret else row
    cure = advise(
        failure.error,
        suberror=failure.suberror,
        codes=failure.codes,
        app_only=account.app_only,
        cloud=account.cloud,
        secret=account.secret,
    ).cure
    is_known_cloud = account.cloud.entra and account.cloud.name in CLOUDS
    if cure.link or not failure.codes or not is_known_cloud:
        return cure
    return replace(cure, link=LOOK_UP.format(code=failure.codes[0]))


def refusals_at(cloud: Cloud) -> Mapping[str, Cure]:
    """Return the remedies of our own refusals, for an account at such a server."""
    refusals = knowledge().refusals
    return {**refusals["any"], **refusals["entra" if cloud.entra else "other"]}


def codes_in(text: str, cloud: Cloud) -> tuple[int, ...]:
    """Return the AADSTS numbers in a description: a redirect with an error has them nowhere
    else. Another provider's text has none, whatever it quotes."""
    return tuple(int(code) for code in CODE.findall(text)) if cloud.entra else ()


def codes_of(answer: Mapping[str, Any], cloud: Cloud) -> tuple[int, ...]:
    """Return the AADSTS numbers of a refusal. The `error_codes` of another provider are other
    numbers, which say nothing of Microsoft's."""
    listed_codes = answer.get("error_codes")
    if cloud.entra and isinstance(listed_codes, list):
        codes = tuple(code for code in listed_codes if isinstance(code, int))
        if codes:
            return codes
    return codes_in(str(answer.get("error_description", "")), cloud)


def tidy(text: object) -> str:
    """Return a word of the protocol as it stands; whatever else a server sends there is not
    repeated."""
    return text if isinstance(text, str) and TIDY.fullmatch(text) else "unknown"


def by_code(code: int) -> Explanation | None:
    """Return the row of one of Entra's numbers; None if nothing is known of it."""
    explanation = knowledge().aadsts.get(code)
    return explanation or next(
        (row for span, row in knowledge().aadsts_ranges if code in span), None
    )


def _classes(cloud: Cloud, app_only: bool) -> Mapping[str, Explanation]:
    """Return the rows of OAuth's own words at such a server."""
    errors = knowledge().errors
    kinds = ["any", "entra" if cloud.entra else "other"]
    if cloud.name == GOOGLE.name:
        kinds.append("google")
    if app_only and cloud.app_grant == "service_account" and not cloud.entra:
        kinds.append("key_file")
    return {error: row for kind in kinds for error, row in errors[kind].items()}


def _of_app_only(row: Explanation, cloud: Cloud) -> Explanation:
    """Return the row that holds where an app signs in by itself: nobody can sign in again."""
    app_row = WHERE_AN_APP_SIGNS_IN.get(row.name)
    if app_row is not None:
        return knowledge().explanations[app_row]
    return _classes(cloud, app_only=False)[CLIENT_REFUSED] if row.party == "user" else row
