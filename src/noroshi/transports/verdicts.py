"""What a mail server's answer to a mail means: a table, as the first digit lies.

Sources: Microsoft "Fix issues with SMTP client submission", "Troubleshoot client and server
connection limits" and "NDR error codes in Exchange Online"; Google "SMTP errors and codes";
RFC 5321, 4.2 and RFC 3463. What the table does not name goes by its first digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from noroshi.core.model import Fault, Verdict

ROUTE, LATER, NO = Verdict.ROUTE_DOWN, Verdict.DEFERRED, Verdict.REFUSED
ANY = 0

# code, enhanced code (* ends a beginning of it, "" is any), a part of the text, and what it means:
# a verdict on the recipient, or whose fault it is that the route is down.
RULES: tuple[tuple[int, str, str, Verdict | Fault], ...] = (
    (421, "", "", Fault.SERVER),  # it closes the connection; RFC 5321, 3.8
    (432, "", "", LATER),  # Exchange Online: more than 3 connections of one mailbox
    (
        451,
        "5.7.3",
        "",
        Fault.SETUP,
    ),  # Exchange Online: STARTTLS is required, said with a 4 in front
    (452, "4.5.3", "", LATER),  # too many recipients in one mail: the others are taken
    (452, "4.3.1", "", Fault.SERVER),  # no room or no memory: it is so for every mail
    (454, "", "", Fault.SERVER),  # sign-in is out of order for the moment
    (530, "", "", Fault.SETUP),  # not signed in, or not in TLS
    (534, "", "", Fault.SIGN_IN),  # Google: it wants another way to sign in
    (535, "", "", Fault.REFUSED),  # signed out: SMTP AUTH is off, or the token is no good
    (538, "", "", Fault.SETUP),  # RFC 4954: it wants encryption
    (552, "5.3.4", "", NO),  # this mail is too large
    (554, "4.*", "", LATER),  # Exchange Online says "554 4.3.2 mailbox busy"
    # The sender's account, whatever the mail. Exchange Online, at the end of DATA:
    (554, "5.2.0", "SubmissionQuota", Fault.QUOTA),  # the day's 10,000 recipients are used up
    (554, "5.2.0", "submission quota", Fault.QUOTA),  # the same, without its exception's name
    (554, "5.2.0", "STOREDRV.Submission", Fault.REFUSED),  # blocked for spam
    (554, "5.2.0", "WASCL", Fault.REFUSED),  # the same, without its exception's name
    (554, "5.2.2", "", Fault.REFUSED),  # the sender's mailbox is full: Sent Items grew
    (554, "5.2.252", "", Fault.REFUSED),  # SendAsDenied
    (550, "5.7.60", "", Fault.REFUSED),  # the same, older wording
    (550, "5.1.8", "", Fault.REFUSED),  # the sender is blocked for spam
    (550, "5.1.90", "", Fault.QUOTA),  # the day's recipients are used up
    (
        ANY,
        "5.2.25*",
        "",
        Fault.REFUSED,
    ),  # 5.2.251 to 255: throttled for one error again and again
    (550, "5.4.5", "", Fault.QUOTA),  # Google: the day's quota is used up
    (ANY, "5.7.30", "", Fault.SETUP),  # passwords are not taken any more
    (ANY, "5.7.57", "", Fault.SETUP),  # not signed in
    (ANY, "5.7.64", "", Fault.REFUSED),  # relay: the connector does not know us
    (ANY, "5.7.68", "", Fault.REFUSED),  # direct send is not allowed
    (ANY, "5.7.23*", "", Fault.QUOTA),  # 5.7.232, 233, 236: the tenant's external recipients
    (ANY, "5.7.50*", "", Fault.REFUSED),  # 5.7.501 to 508: this sender or address is banned
    (ANY, "5.7.511", "", Fault.REFUSED),  # the same
    (ANY, "5.7.705", "", Fault.REFUSED),  # the tenant sent too much
    (ANY, "5.7.708", "", Fault.REFUSED),  # no traffic is taken from this address
    (ANY, "5.7.750", "", Fault.REFUSED),  # the domain is not registered
    (ANY, "5.7.1", "not authenticated", Fault.SETUP),  # not signed in
    (ANY, "5.2.121", "", LATER),  # too much for this recipient within the hour
    (ANY, "5.2.122", "", LATER),  # the same
    # A command it does not know or take is our fault or its: no mail is to blame.
    (500, "", "", Fault.SERVER),
    (502, "", "", Fault.SERVER),
    (503, "", "", Fault.SERVER),
    (504, "", "", Fault.SETUP),
)
ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\S)")
TRAIL = re.compile(r"\s*\[(?:Hostname=)?[^\[\]]*\]\s*$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer says of its recipient, or of the route: then whose fault it is."""

    verdict: Verdict
    fault: Fault | None = None


def meaning(code: int, enhanced: str = "", text: str = "") -> Meaning:
    """What an answer within a mail's transaction means."""
    for its_code, its_enhanced, part, says in RULES:
        fits = its_code in (ANY, code) and _fits(enhanced, its_enhanced)
        if fits and part.lower() in text.lower():
            return Meaning(says) if isinstance(says, Verdict) else Meaning(ROUTE, says)
    return Meaning({2: Verdict.ACCEPTED, 5: NO}.get(code // 100, LATER))


def sender_meaning(code: int, enhanced: str = "", text: str = "") -> Meaning:
    """The same for MAIL FROM: who is refused there is the sender, which is the route's."""
    said = meaning(code, enhanced, text)
    if said.verdict is NO and code != 552:
        return Meaning(ROUTE, Fault.REFUSED)
    return said


def wants_new_token(code: int, enhanced: str) -> bool:
    """Whether a refusal to sign in may be mended by a fresh token.

    535 5.7.3 and Google's 5.7.8 may; 5.7.139 says that an administrator switched it off.
    501 5.5.127 is High Volume Email's "Token will expire soon".
    """
    if code == 501:
        return enhanced == "5.5.127"
    return code == 535 and enhanced != "5.7.139"


def wants_tls(code: int, text: str) -> bool:
    """Whether a refusal says that it is for want of TLS (RFC 3207, 4; RFC 4954, 6).

    Exchange Online says 451 5.7.3, others 530 5.7.0, each with the command's name.
    """
    return code == 538 or (code in (451, 530) and "starttls" in text.lower())


def enhanced_code(text: str) -> str:
    """The enhanced code (RFC 2034) at the beginning of an answer's text, or ""."""
    found = ENHANCED.match(text)
    return found[1] if found else ""


def gist(text: str) -> str:
    """The text without Exchange's trailing [host time session]: equal for equal troubles."""
    return TRAIL.sub("", text)


def _fits(enhanced: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return enhanced.startswith(pattern[:-1])
    return pattern in ("", enhanced)
