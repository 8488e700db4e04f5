"""List the AADSTS codes that the lab knows, each with the OAuth error and a short sentence.

After Microsoft's "Entra authentication and authorization error codes". A client must go by
`error` and the code, never by the text, so the texts are our own.
"""

from __future__ import annotations

from collections.abc import Iterable

_CLIENT = {
    50012: "The client assertion is not for this endpoint.",
    50048: "The client assertion's subject and issuer are not the same.",
    70002: "The credentials of the app could not be validated.",
    650052: "The organisation has no subscription to the service that app '{app}' asks for.",
    650056: "App '{app}' lists no permission, or nobody has consented to it.",
    700024: "The client assertion is not within its valid time range: check the clock.",
    700025: "The client is public: it must send neither a secret nor an assertion.",
    700027: "The client assertion's signature or certificate is not one of app '{app}'.",
    700030: "The certificate's subject is not authorised.",
    7000215: "The client secret is wrong: send its value, not its ID.",
    7000218: "The request must contain client_secret or client_assertion.",
    7000222: "The client secret of app '{app}' has expired.",
}
_GRANT = {
    50020: "The account '{user}' is from another tenant.",
    50034: "There is no account '{user}' in this tenant.",
    50053: "The account is locked, or the address is known for attacks.",
    50055: "The password has expired.",
    50056: "The password is wrong, or there is none.",
    50057: "The account is disabled.",
    50085: "The refresh token needs a sign-in at its own identity provider.",
    50089: "The flow token has expired.",
    50105: "The account '{user}' is not assigned to app '{app}'.",
    50126: "The user name or the password is wrong.",
    50132: "The session is not valid: the password was changed or reset.",
    50133: "The session is not valid: the password has expired or was changed.",
    50134: "The wrong data centre was asked.",
    50144: "The password has expired.",
    50173: "The grant was revoked; the user must sign in again.",
    50196: "The same request came again and again.",
    53000: "The device is not compliant.",
    53001: "The device is not joined to the domain.",
    53002: "The app is not an approved one.",
    53003: "A Conditional Access policy blocks this sign-in.",
    53004: "The second factor must be registered, but the sign-in is risky.",
    53011: "The user is blocked because of risk.",
    54005: "The authorization code was already redeemed.",
    65001: "The user has not consented to '{scope}'.",
    70000: "The grant is invalid or malformed.",
    70008: "The authorization code has expired.",
    70043: "The refresh token has ended, as a policy asks for a new sign-in that often.",
    500121: "The second factor was wrong, or it was denied.",
    500112: "The redirect URI differs from the one of the authorize request.",
    501481: "The code_verifier does not match the code_challenge.",
    530032: "A policy of the tenant blocks this sign-in.",
    530034: "Security defaults block this sign-in.",
    530035: "Security defaults block this sign-in.",
    700005: "The code was issued by another tenant.",
    700082: "The refresh token has expired because it was not used.",
    700084: "The refresh token of a single-page app has expired; it lives for 24 hours.",
}
_REQUEST = {
    50011: "The redirect URI '{uri}' is not registered for app '{app}'.",
    50059: "The tenant cannot be determined from the request.",
    50147: "The code_challenge has an invalid size.",
    50194: "App '{app}' is not multi-tenant: use the tenant's endpoint.",
    70004: "The redirect URI is not valid.",
    90002: "Tenant '{tenant}' not found: check the tenant ID and the cloud.",
    90004: "The request is malformed.",
    90013: "The request is invalid.",
    90014: "A required parameter is missing.",
    90019: "The request names no tenant.",
    90023: "The parameter '{name}' has a value that is not supported.",
    90038: "The tenant belongs to another Microsoft cloud.",
    90056: "The endpoint accepts POST requests only.",
    90100: "A parameter is empty or not valid.",
    90124: "The resource cannot be reached through the common endpoint.",
    90130: "App '{app}' is not supported over the common endpoint.",
    500021: "Access to the tenant is denied by a tenant restriction.",
    501491: "The code_challenge has an invalid size.",
    900144: "The request must contain the parameter '{name}'.",
    900382: "Confidential clients are not supported in a request across clouds.",
    900432: "Confidential clients are not supported in a request across clouds.",
    900561: "The endpoint accepts POST requests only.",
    900971: "No redirect URI was given.",
    9001023: "The grant type is not supported over the common endpoint.",
    9002313: "The request is malformed or invalid.",
    9002325: "A single-page app must use PKCE.",
    9002326: "Only a single-page app may redeem a token across origins.",
    9002327: "A single-page app may redeem a token only across origins.",
}
_LATER = {
    50033: "A retryable error has occurred.",
    50087: "A transient error has occurred.",
    50088: "The limit of calls to the telephone service is reached.",
    90006: "A retryable error has occurred.",
    90012: "The request to Entra ID has timed out.",
    90024: "The request has timed out or is throttled.",
    90033: "The service is temporarily unavailable.",
    90055: "Too many requests: try again later.",
    90090: "The service is temporarily unavailable.",
}
_OTHERS: dict[int, tuple[str, str]] = {
    16000: ("interaction_required", "The account is not in this tenant."),
    50001: ("invalid_resource", "The resource '{resource}' was not found in the tenant."),
    50000: ("server_error", "A token could not be issued."),
    50058: ("login_required", "prompt=none was asked for, but nobody is signed in."),
    50072: ("interaction_required", "A second factor must be registered."),
    50074: ("interaction_required", "A strong sign-in is required."),
    50076: ("interaction_required", "Multifactor authentication is required."),
    50078: ("interaction_required", "The multifactor authentication has expired."),
    50079: (
        "interaction_required",
        "Multifactor authentication must be set up for this account first.",
    ),
    50097: ("interaction_required", "Device authentication is required."),
    50158: ("interaction_required", "An external security challenge was not met."),
    65004: ("access_denied", "The user declined to consent."),
    65005: ("invalid_resource", "App '{app}' does not list the resource '{resource}'."),
    650057: ("invalid_resource", "App '{app}' lists no permission of '{resource}'."),
    70001: ("unauthorized_client", "App '{app}' is not there or is disabled."),
    70003: ("unsupported_grant_type", "The grant type '{grant}' is not supported."),
    70005: ("unsupported_response_type", "The response type '{type}' is not supported."),
    70011: ("invalid_scope", "The scope '{scope}' is not valid."),
    70016: ("authorization_pending", "The user has not finished yet: keep polling."),
    70018: ("bad_verification_code", "The code was mistyped, or it is not this app's."),
    70019: ("expired_token", "The code has expired."),
    70020: ("expired_token", "The device code has expired."),
    90036: ("server_error", "An unexpected, non-retryable error has occurred."),
    90094: ("access_denied", "An administrator must consent to app '{app}'."),
    90095: ("access_denied", "An administrator must approve app '{app}'."),
    500011: ("invalid_resource", "The resource '{resource}' was not found in the tenant."),
    700011: ("unauthorized_client", "App '{app}' was not found in the directory."),
    700016: ("unauthorized_client", "App '{app}' was not found in the tenant."),
    700022: ("invalid_scope", "The scope '{scope}' names more than one resource."),
    1000031: ("unauthorized_client", "App '{app}' is disabled."),
    1002012: ("invalid_scope", "The scope '{scope}' is not valid: an app needs .../.default."),
    7000112: ("unauthorized_client", "App '{app}' is disabled."),
}


def _all(error: str, sentences: dict[int, str]) -> Iterable[tuple[int, tuple[str, str]]]:
    return ((code, (error, sentence)) for code, sentence in sentences.items())


KNOWN: dict[int, tuple[str, str]] = {
    **dict(_all("invalid_client", _CLIENT)),
    **dict(_all("invalid_grant", _GRANT)),
    **dict(_all("invalid_request", _REQUEST)),
    **dict(_all("temporarily_unavailable", _LATER)),
    **_OTHERS,
}
"""The OAuth error and the sentence, with names to fill, by AADSTS number."""
EXPLAINED = {65001: "consent_required", 700084: "token_expired", 70043: "token_expired"}
"""The `suberror` that some of them carry."""
CHALLENGED = frozenset({50072, 50074, 50076, 50078, 50079, 50158, 53000, 53001, 53002, 53003})
"""Codes that carry `claims`, which a client may send with the next sign-in."""
THROTTLED = frozenset({90055, 50088})
