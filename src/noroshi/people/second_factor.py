"""The second step of a log-in: codes of an authenticator (TOTP, RFC 6238), recovery codes."""

from __future__ import annotations

from datetime import datetime

from noroshi.imports import ONE_AT_A_TIME
from noroshi.people.random_keys import are_equal, code, hashed_code

SECONDS = 30
WINDOW = (0, -1, 1)
"""Steps that are taken: the current one, and one on either side for clocks that differ."""
RECOVERY = 10
ISSUER = "Noroshi"


def fresh_seed() -> str:
    """Return a seed of 160 bits, in base32 as authenticators take it."""
    with ONE_AT_A_TIME:
        import pyotp  # only now: most processes never ask

    return pyotp.random_base32()


def address_of(seed: str, user: str, node: str) -> str:
    """Return the address that an authenticator reads from a QR code."""
    with ONE_AT_A_TIME:
        import pyotp

    return pyotp.TOTP(seed).provisioning_uri(name=user, issuer_name=f"{ISSUER} {node}")


def step_of(seed: str, code: str, now: datetime, last_step: int) -> int:
    """Return the step whose code was given; 0: of none that is in time and later than the one
    used."""
    with ONE_AT_A_TIME:
        import pyotp

    digits, current = "".join(code.split()), int(now.timestamp()) // SECONDS
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return 0
    totp = pyotp.TOTP(seed)
    matching_steps = [
        s
        for s in (current + offset for offset in WINDOW)
        if are_equal(totp.at(s * SECONDS), digits)
    ]
    return next((step for step in matching_steps if step > last_step), 0)


def recovery_codes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make fresh recovery codes to keep on paper; return them and the hashes."""
    codes = tuple(code() for _ in range(RECOVERY))
    return codes, tuple(hashed_code(plain_code) for plain_code in codes)
