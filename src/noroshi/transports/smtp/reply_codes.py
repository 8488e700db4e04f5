"""Tabulate what mail servers answer and mean, where that is not as the first digit of a code says.

The first row that fits counts; what none of them names goes by its first digit. Exchange Online
changes its wording: a row goes by code, enhanced code and a short part of the text at most.
"""

from __future__ import annotations

from dataclasses import dataclass

from noroshi.core.mail import Fault, Verdict
from noroshi.transports.remedies import message, relay, sender, sign_in
from noroshi.transports.remedies.remedy import Advice

ANY = 0
DEFERRED, REFUSED = Verdict.DEFERRED, Verdict.REFUSED
SERVER, QUOTA, SIGN_IN = Fault.SERVER, Fault.QUOTA, Fault.SIGN_IN
PERMISSION, SETUP = Fault.PERMISSION, Fault.SETUP

LEARN = "https://learn.microsoft.com/en-us/exchange/"
BLOG = "https://techcommunity.microsoft.com/blog/exchange/"
SUBMISSION = LEARN + "troubleshoot/send-emails/smtp-submission-improvements"
THROTTLING = (
    LEARN + "mail-flow-best-practices/continuous-error-throttling-smtp-auth-submissions"
)
NDR = LEARN + "troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online"
DEVICES = "Microsoft, Fix issues with printers, scanners, and LOB applications"
CODES_700 = "Microsoft, Fix NDR error codes 5.7.700 through 5.7.750"
SUBMIT_QUOTA = "Microsoft, Fix NDR error for submission quota exceeded"
DIRECT_SEND = BLOG + "introducing-more-control-over-direct-send-in-exchange-online/4408790"
BASIC_ENDS = (
    BLOG + "exchange-online-to-retire-basic-auth-for-client-submission-smtp-auth/4114750"
)
LEGACY_TLS = (
    LEARN + "clients-and-mobile-in-exchange-online/"
    "opt-in-exchange-online-endpoint-for-legacy-tls-using-smtp-auth"
)
HVE = LEARN + "mail-flow-best-practices/oauth-high-volume-mails-m365"
LIMITS = "Microsoft 365 message center, MC1023294 (TERRL) and the onmicrosoft.com limit"
XOAUTH2 = "https://github.com/simonrob/email-oauth2-proxy/issues/193"
MAILKIT = "https://github.com/jstedfast/MailKit/issues/1733"
GOOGLE = "https://support.google.com/a/answer/3726730"
POSTFIX = "https://www.postfix.org/postconf.5.html#reject_sender_login_mismatch"
EXIM = "https://www.exim.org/exim-html-current/doc/html/spec_html/ch-access_control_lists.html"
STATUS, NULL_MX = "RFC 3463, 3.2", "RFC 7505, 4.2"
SMTP, AUTH, TLS = "RFC 5321, 4.2", "RFC 4954, 6", "RFC 3207, 4"
SEEN = "known from practice; no page of the vendor names it"


@dataclass(frozen=True, slots=True)
class Rule:
    """An answer: its code (ANY), its enhanced code ("" is any; ? is one digit, * the rest), a
    part of its text; and what it says: a verdict on the recipient, or whose fault it is that
    the route is down. `source` is who says so."""

    code: int
    enhanced: str
    part: str
    says: Verdict | Fault
    source: str
    advice: Advice


RULES: tuple[Rule, ...] = (
    # The sender, at whatever command it is said: Postfix waits for RCPT (smtpd_delay_reject), others
    # for the end of the mail. It is the same for all mails of a route.
    Rule(ANY, "4.*", "sender address rejected", SERVER, POSTFIX, sender.SENDER_UNSURE),
    Rule(ANY, "", "sender address rejected", PERMISSION, POSTFIX, sender.SENDER_REFUSED),
    Rule(451, "", "sender verify", SERVER, EXIM, sender.SENDER_UNSURE),
    Rule(ANY, "", "sender verify failed", PERMISSION, EXIM, sender.SENDER_REFUSED),
    Rule(ANY, "5.7.1", "send as this sender", PERMISSION, DEVICES, sender.SEND_AS),
    Rule(ANY, "5.1.7", "", PERMISSION, STATUS, message.BAD_SENDER),
    # 4xx: the first digit says "later"; for some of them it is the route.
    Rule(421, "4.7.66", "", SETUP, LEGACY_TLS, relay.OLD_TLS),
    Rule(421, "", "", SERVER, SMTP, relay.CLOSES),  # it closes the connection
    Rule(
        432, "", "", DEFERRED, SUBMISSION, sender.MANY_CONNECTIONS
    ),  # more than 3 connections of one mailbox
    Rule(
        450, "4.2.1", "relay limit", SERVER, GOOGLE, relay.RELAY_LIMIT
    ),  # of the whole customer, for a while
    Rule(451, "4.7.5??", "", SERVER, NDR, relay.REPUTATION),
    Rule(451, "4.7.6??", "", SERVER, NDR, relay.REPUTATION),
    Rule(451, "4.7.8[5-9]?", "", SERVER, NDR, relay.REPUTATION),
    Rule(
        451, "5.7.3", "", SETUP, SEEN, relay.WANTS_TLS
    ),  # STARTTLS is required, said with a 4 in front
    Rule(
        452, "4.3.1", "", SERVER, NDR, relay.NO_ROOM
    ),  # no room or no memory: it is so for every mail
    Rule(
        452, "4.5.3", "", DEFERRED, NDR, message.MANY_RECIPIENTS
    ),  # too many recipients in one mail: the others are taken
    Rule(
        454, "", "", SERVER, AUTH, sign_in.OUT_OF_ORDER
    ),  # sign-in is out of order for the moment
    # A command it does not know or take is our fault or its: no mail is to blame.
    Rule(500, "", "", SERVER, SMTP, relay.NOT_UNDERSTOOD),
    Rule(501, "5.5.4", "domain name", SETUP, SEEN, relay.EHLO_NAME),
    Rule(
        501, "5.5.124", "", SETUP, HVE, sign_in.BAD_DATA
    ),  # what we said to sign in was not understood
    Rule(
        501, "5.5.127", "", SERVER, HVE, sign_in.ENDS_TOO_SOON
    ),  # the token ends too soon, the fresh one too
    Rule(502, "", "", SERVER, SMTP, relay.NOT_UNDERSTOOD),
    Rule(503, "", "", SERVER, SMTP, relay.NOT_UNDERSTOOD),
    Rule(504, "", "", SETUP, AUTH, sign_in.OTHER_WAY),
    # Signing in
    Rule(530, "5.7.57", "", SETUP, DEVICES, sign_in.NOT_SIGNED_IN),
    Rule(530, "", "starttls", SETUP, TLS, relay.WANTS_TLS),
    Rule(530, "", "", SETUP, AUTH, sign_in.NOT_SIGNED_IN),
    Rule(534, "5.7.9", "", SIGN_IN, GOOGLE, sign_in.GOOGLE_PASSWORD),
    Rule(534, "5.7.14", "", SIGN_IN, GOOGLE, sign_in.GOOGLE_BROWSER),
    Rule(534, "", "", SIGN_IN, AUTH, sign_in.OTHER_WAY),  # it wants another way to sign in
    Rule(535, "5.7.139", "for the Tenant", PERMISSION, XOAUTH2, sign_in.AUTH_OFF_FOR_ALL),
    Rule(535, "5.7.139", "for the Mailbox", PERMISSION, SEEN, sign_in.AUTH_OFF),
    Rule(535, "5.7.139", "basic authentication", SETUP, BASIC_ENDS, sign_in.NO_PASSWORDS),
    Rule(535, "5.7.139", "meet the criteria", PERMISSION, MAILKIT, sign_in.CONDITIONAL_ACCESS),
    Rule(535, "5.7.139", "security defaults", PERMISSION, SEEN, sign_in.CONDITIONAL_ACCESS),
    Rule(535, "5.7.139", "credentials were", SIGN_IN, SEEN, sign_in.WRONG_USER),
    Rule(535, "5.7.139", "", PERMISSION, MAILKIT, sign_in.KEPT_OUT),  # its text says by what
    Rule(535, "5.7.8", "", PERMISSION, GOOGLE, sign_in.GOOGLE_REFUSED),
    Rule(
        535, "", "", PERMISSION, AUTH, sign_in.SIGN_IN_REFUSED
    ),  # 5.7.3: it says so of a dozen things
    Rule(538, "", "", SETUP, AUTH, relay.WANTS_TLS),  # it wants encryption
    Rule(ANY, "5.7.30", "", SETUP, BASIC_ENDS, sign_in.NO_PASSWORDS),
    # The sender's account, whatever the mail; Exchange Online says so after the mail itself.
    Rule(554, "5.2.0", "SubmissionQuota", QUOTA, SUBMISSION, sender.DAY_USED_UP),
    Rule(554, "5.2.0", "submission quota", QUOTA, SUBMIT_QUOTA, sender.DAY_USED_UP),
    Rule(554, "5.2.0", "OutboundSpam", PERMISSION, SEEN, sender.BLOCKED),
    Rule(554, "5.2.0", "WASCL", PERMISSION, SEEN, sender.BLOCKED),
    Rule(554, "5.2.0", "STOREDRV.Submission", PERMISSION, SEEN, sender.NOT_SUBMITTED),
    Rule(554, "5.2.2", "", PERMISSION, SUBMISSION, sender.MAILBOX_FULL),
    Rule(554, "5.2.252", "", PERMISSION, SEEN, sender.SEND_AS),  # another than 550 5.2.252
    Rule(550, "5.7.60", "", PERMISSION, DEVICES, sender.SEND_AS),
    Rule(550, "5.1.8", "", PERMISSION, NDR, sender.BLOCKED),
    Rule(ANY, "5.1.8", "", PERMISSION, STATUS, sender.SENDER_REFUSED),
    Rule(ANY, "5.7.27", "", PERMISSION, NULL_MX, sender.SENDER_REFUSED),
    Rule(550, "5.1.90", "", QUOTA, SEEN, sender.DAY_USED_UP),
    Rule(550, "5.2.251", "", PERMISSION, THROTTLING, sender.MAILBOX_FULL),
    Rule(550, "5.2.252", "", PERMISSION, THROTTLING, sender.SEND_AS),
    Rule(550, "5.2.253", "", PERMISSION, THROTTLING, sender.NO_LICENCE),
    Rule(ANY, "5.2.25?", "", PERMISSION, THROTTLING, sender.THROTTLED),
    # High Volume Email: an account of its own, and mails from that alone.
    Rule(550, "5.2.240", "", SETUP, SEEN, sender.NO_BULK_ACCOUNT),
    Rule(550, "5.6.241", "", SETUP, SEEN, sender.BULK_SENDER),
    Rule(550, "5.7.62", "", SETUP, SEEN, sender.BULK_SENDER),
    Rule(550, "5.4.5", "", QUOTA, GOOGLE, sender.GOOGLE_DAY),
    Rule(ANY, "5.7.232", "", QUOTA, LIMITS, sender.TENANT_USED_UP),
    Rule(ANY, "5.7.233", "", QUOTA, LIMITS, sender.TENANT_USED_UP),
    Rule(ANY, "5.7.236", "", QUOTA, LIMITS, sender.OWN_DOMAIN),
    Rule(ANY, "5.7.705", "", PERMISSION, CODES_700, sender.TENANT_BLOCKED),
    Rule(ANY, "5.7.708", "", PERMISSION, CODES_700, sender.TENANT_BLOCKED),
    Rule(ANY, "5.7.750", "", PERMISSION, CODES_700, sender.UNKNOWN_DOMAIN),
    # Without signing in: by a connector, or direct send
    Rule(ANY, "5.7.57", "", SETUP, DEVICES, sign_in.NOT_SIGNED_IN),
    Rule(ANY, "5.7.64", "", PERMISSION, DEVICES, relay.CONNECTOR),
    Rule(ANY, "5.7.68", "", PERMISSION, DIRECT_SEND, relay.DIRECT_SEND_OFF),
    Rule(ANY, "5.7.506", "", SETUP, NDR, relay.EHLO_NAME),
    Rule(ANY, "5.7.508", "", QUOTA, NDR, relay.BY_IPV4),
    Rule(ANY, "5.7.50?", "", PERMISSION, NDR, relay.BANNED),
    Rule(
        ANY, "5.7.510", "", REFUSED, NDR, relay.BY_IPV4
    ),  # this recipient takes nothing by IPv6
    Rule(ANY, "5.7.511", "", PERMISSION, NDR, relay.BANNED),
    Rule(ANY, "5.7.1", "not authenticated", SETUP, NDR, sign_in.NOT_SIGNED_IN),
    Rule(ANY, "5.7.1", "relay", REFUSED, NDR, relay.RELAY),
    Rule(ANY, "5.7.1", "Delivery not authorized", REFUSED, NDR, message.NOT_LET_IN),
    # This mail, or this recipient
    Rule(
        ANY, "5.2.121", "", DEFERRED, NDR, message.TOO_OFTEN
    ),  # too much for this recipient within the hour
    Rule(ANY, "5.2.122", "", DEFERRED, NDR, message.TOO_OFTEN),
    Rule(501, "5.1.3", "", REFUSED, SEEN, message.NO_SUCH_RECIPIENT),  # no address at all
    Rule(
        501, "5.1.5", "", REFUSED, SEEN, message.NO_SUCH_RECIPIENT
    ),  # example.com and the like
    Rule(550, "5.1.1", "", REFUSED, NDR, message.NO_SUCH_RECIPIENT),
    Rule(550, "5.1.10", "", REFUSED, NDR, message.NO_SUCH_RECIPIENT),
    Rule(
        550, "5.4.1", "", REFUSED, NDR, message.NO_SUCH_RECIPIENT
    ),  # there is no such recipient
    Rule(
        550, "5.6.11", "", REFUSED, NDR, message.BAD_MAIL
    ),  # bare line feeds: none leaves here
    Rule(550, "5.7.512", "", REFUSED, NDR, message.BAD_MAIL),  # no From: none leaves here
    Rule(552, "5.3.4", "", REFUSED, GOOGLE, message.TOO_LARGE),  # this mail is too large
    Rule(554, "4.*", "", DEFERRED, SEEN, message.BUSY_MAILBOX),  # "554 4.3.2 mailbox busy"
)
