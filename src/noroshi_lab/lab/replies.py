"""Hold Exchange Online's replies in SMTP, by a short name for each.

After Microsoft's pages on client submission, NDR codes and throttling, and public logs. A
client must go by code and enhanced code; the bracket at the end of an error is added when the
reply is sent.
"""

from __future__ import annotations

_STORE = "STOREDRV.Submission.Exception:"
_UNSUCCESSFUL = "Authentication unsuccessful"
REPLIES = {
    "421": "421 4.3.2 Service not active",
    "4.4.1": "421 4.4.1 Connection timed out",
    "4.4.2": "421 4.4.2 Connection dropped due to SocketError",
    "4.7.66": "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client "
    "to support TLS 1.2. Visit https://aka.ms/smtp_auth_tls.",
    "432": "432 4.3.2 Concurrent connections limit exceeded. "
    "Visit https://aka.ms/concurrent_sending for more information.",
    "sender-threads": "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
    "450": "450 4.7.0 Temporary server error. Please try again later.",
    "451": "451 4.7.0 Temporary server error. Please try again later.",
    "4.7.500": "451 4.7.500 Server busy. Please try again later.",
    "4.7.850": "451 4.7.850 Access denied, please try again later",
    "starttls": "451 5.7.3 STARTTLS is required to send mail",
    "452": "452 4.3.1 Insufficient system resources",
    "4.5.3": "452 4.5.3 Too many recipients",
    "454": "454 4.7.0 Temporary authentication failure",
    "500": "500 5.3.3 Unrecognized command",
    "5.1.5": "501 5.1.5 Recipient address reserved by RFC 2606",
    "5.5.124": "501 5.5.124 Invalid XOAUTH2 auth data",
    "5.5.127": "501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon",
    "504": "504 5.7.4 Unrecognized authentication type",
    "530": "530 5.7.57 Client not authenticated to send mail.",
    "535": f"535 5.7.3 {_UNSUCCESSFUL}",
    "off-tenant": f"535 5.7.139 {_UNSUCCESSFUL}, SmtpClientAuthentication is disabled for the "
    "Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
    "off-mailbox": f"535 5.7.139 {_UNSUCCESSFUL}, SmtpClientAuthentication is disabled for the "
    "Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.",
    "basic-off": f"535 5.7.139 {_UNSUCCESSFUL}, basic authentication is disabled.",
    "criteria": f"535 5.7.139 {_UNSUCCESSFUL}, the request did not meet the criteria to be "
    "authenticated successfully. Contact your administrator.",
    "security-defaults": f"535 5.7.139 {_UNSUCCESSFUL}, user is locked by your organization's "
    "security defaults policy. Contact your administrator.",
    "password": f"535 5.7.139 {_UNSUCCESSFUL}, the user credentials were incorrect.",
    "5.7.30": "550 5.7.30 Basic authentication is not supported for Client Submission.",
    "550": "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found",
    "5.1.8": "550 5.1.8 Access denied, bad outbound sender AS(42004)",
    "5.1.90": "550 5.1.90 Your message can't be sent because you've reached your daily limit "
    "for message recipients",
    "5.2.251": "550 5.2.251 Sender throttled due to continuous mailbox full errors",
    "5.2.252": "550 5.2.252 Sender throttled due to continuous send as denied errors",
    "5.2.253": "550 5.2.253 Sender throttled due to continuous invalid license errors",
    "5.2.254": "550 5.2.254 Sender throttled due to continuous too many recipients errors",
    "5.2.255": "550 5.2.255 Sender throttled due to continuous invalid recipients errors",
    "5.4.1": "550 5.4.1 Recipient address rejected: Access denied",
    "5.6.11": "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, "
    "which cannot be sent via DATA",
    "5.7.60": "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    "5.2.240": "550 5.2.240 The account is not a High Volume Email account",
    "5.6.241": "550 5.6.241 The From address is not the High Volume Email account's",
    "5.7.62": "550 5.7.62 The sender is not the High Volume Email account",
    "554": f"554 5.2.0 {_STORE}SubmissionQuotaExceededException; "
    "The message can't be submitted because the sender's submission quota was exceeded",
    "5.2.2": f"554 5.2.2 mailbox full; {_STORE}"
    "QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
    "spam": f"554 5.2.0 {_STORE}OutboundSpamException; WASCL UserAction verdict is not None",
    "5.3.4": "552 5.3.4 Message size exceeds fixed maximum message size",
    "5.7.1": "550 5.7.1 Delivery not authorized, message refused",
    "5.7.64": "550 5.7.64 TenantAttribution; Relay Access Denied",
    "5.7.68": "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this "
    "organization from unauthorized sources",
    "5.7.232": "550 5.7.232 Your message can't be sent because your trial tenant has exceeded "
    "its daily limit for sending email to external recipients (tenant external recipient rate "
    "limit)",
    "5.7.233": "550 5.7.233 Your message can't be sent because your tenant exceeded its daily "
    "limit for sending email to external recipients (tenant external recipient rate limit)",
    "5.7.236": "550 5.7.236 Your message can't be sent because your tenant exceeded its daily "
    "limit for sending email to external recipients from onmicrosoft.com domains",
    "5.7.501": "550 5.7.501 Access denied, spam abuse detected",
    "5.7.506": "550 5.7.506 Access Denied, Bad HELO",
    "5.7.512": "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant",
    "5.7.705": "550 5.7.705 Access denied, tenant has exceeded threshold",
    "5.7.708": "550 5.7.708 Access denied, traffic not accepted from this IP",
    "5.7.750": "550 5.7.750 Service unavailable. Client blocked from sending from unregistered "
    "domains",
}
"""A whole reply may be given in the place of a short name, one of several lines as well."""
