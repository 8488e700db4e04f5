"""What mail servers said, as it looked on the wire: when, the line, what it means.

One at least for each row of the table in `rules`, and some that no row names.
"""

from __future__ import annotations

from noroshi.core.mail import Fault, Verdict

TRAIL = " [AM0PR06CA0126.eurprd06.prod.outlook.com 2026-02-14T14:50:26.590Z 08DC2D372B4C3DED]"
ACCEPTED, LATER, NO = Verdict.ACCEPTED, Verdict.DEFERRED, Verdict.REFUSED
SERVER, QUOTA, SIGN_IN = Fault.SERVER, Fault.QUOTA, Fault.SIGN_IN
REFUSED, SETUP = Fault.PERMISSION, Fault.SETUP

SAID = [
    # It is taken
    (".", "250 2.0.0 OK <01J@example.com> [Hostname=X.prod.outlook.com]", ACCEPTED),
    (".", "250 OK", ACCEPTED),
    (".", "251 User not local; will forward", ACCEPTED),
    (".", "299 odd", ACCEPTED),
    # The sender, which Postfix speaks of at RCPT, Exim at the end as well
    (
        "RCPT",
        "553 5.7.1 <n@example.com>: Sender address rejected: not owned by user box",
        REFUSED,
    ),
    ("RCPT", "553 5.7.1 <n@example.com>: Sender address rejected: not logged in", REFUSED),
    ("RCPT", "554 5.7.1 <n@example.com>: Sender address rejected: Access denied", REFUSED),
    (
        "RCPT",
        "550 5.1.0 <n@example.com>: Sender address rejected: User unknown in virtual table",
        REFUSED,
    ),
    ("RCPT", "504 5.5.2 <n>: Sender address rejected: need fully-qualified address", REFUSED),
    ("RCPT", "450 4.1.8 <n@example.com>: Sender address rejected: Domain not found", SERVER),
    ("RCPT", "550 Sender verify failed", REFUSED),
    (".", "451 Could not complete sender verify", SERVER),
    (".", "550 5.7.1 Client does not have permissions to send as this sender", REFUSED),
    ("RCPT", "553 5.1.7 <n@example.com>: bad sender", REFUSED),
    ("RCPT", "553 5.1.8 <n@example.com>... Domain of sender address does not exist", REFUSED),
    ("RCPT", "550 5.7.27 Sender address has null MX", REFUSED),
    ("RCPT", "550 5.1.8 Bad sender's system address", REFUSED),
    # What Postfix says at RCPT of EHLO, and of a recipient without a domain
    ("RCPT", "504 5.5.2 <web1>: Helo command rejected: need fully-qualified hostname", SETUP),
    ("RCPT", "504 5.5.2 <ops>: Recipient address rejected: need fully-qualified address", NO),
    # 4xx
    ("CONNECT", "421 4.3.2 Service not active" + TRAIL, SERVER),
    (
        "CONNECT",
        "421 4.3.2 The maximum number of concurrent server connections has exceeded a limit, "
        "closing transmission channel" + TRAIL,
        SERVER,
    ),
    (".", "421 4.4.1 Connection timed out" + TRAIL, SERVER),
    ("RCPT", "421 4.4.2 Connection dropped due to SocketError" + TRAIL, SERVER),
    ("MAIL", "421 4.3.0 Temporary System Problem. Try again later. - gsmtp", SERVER),
    ("CONNECT", "421 4.4.5 Server busy, try again later. - gsmtp", SERVER),
    ("MAIL", "421 4.7.0 Try again later, closing connection. - gsmtp", SERVER),
    (
        "TLS EHLO",
        "421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to "
        "support TLS 1.2. Visit https://aka.ms/smtp_auth_tls." + TRAIL,
        SETUP,
    ),
    (
        "AUTH",
        "432 4.3.2 Concurrent connections limit exceeded. Visit "
        "https://aka.ms/concurrent_sending for more information." + TRAIL,
        LATER,
    ),
    (".", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded" + TRAIL, LATER),
    ("AUTH", "432 4.7.12 A password transition is needed", LATER),
    (
        "RCPT",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
        LATER,
    ),
    ("RCPT", "450 4.2.1 Peak SMTP relay limit exceeded for customer. - gsmtp", SERVER),
    ("RCPT", "450 4.1.1 greylisted, try again", LATER),
    (".", "450 4.7.0 Temporary server error. Please try again later. PRX4" + TRAIL, LATER),
    ("MAIL", "451 4.7.0 Temporary server error. Please try again later. PRX2" + TRAIL, LATER),
    ("MAIL", "451 4.3.0 Mail server temporarily rejected message. - gsmtp", LATER),
    (".", "451 4.4.2 Timeout - closing connection. - gsmtp", LATER),
    (
        "RCPT",
        "451 4.7.500 Server busy. Please try again later from [192.0.2.9]. (AS7843)",
        SERVER,
    ),
    ("RCPT", "451 4.7.651 Access denied, please try again later" + TRAIL, SERVER),
    ("MAIL", "451 4.7.850 Access denied, please try again later" + TRAIL, SERVER),
    ("MAIL", "451 5.7.3 STARTTLS is required to send mail" + TRAIL, SETUP),
    (
        "RCPT",
        "452 4.2.2 The email account that you tried to reach is over quota. - gsmtp",
        LATER,
    ),
    ("MAIL", "452 4.3.1 Insufficient system resources" + TRAIL, SERVER),
    ("RCPT", "452 4.5.3 Too many recipients (AS780090)" + TRAIL, LATER),
    ("AUTH", "454 4.7.0 Temporary authentication failure" + TRAIL, SERVER),
    ("AUTH", "454 4.7.0 Cannot authenticate due to temporary system problem. - gsmtp", SERVER),
    # What we said was not understood
    ("MAIL", "500 5.3.3 Unrecognized command" + TRAIL, SERVER),
    ("RCPT", "501 5.1.3 Invalid address" + TRAIL, NO),
    ("RCPT", "501 5.1.5 Recipient address reserved by RFC 2606" + TRAIL, NO),
    ("MAIL", "501 5.1.7 Invalid address" + TRAIL, REFUSED),
    ("EHLO", "501 5.5.4 Invalid domain name" + TRAIL, SETUP),
    ("AUTH", "501 5.5.124 Invalid XOAUTH2 auth data" + TRAIL, SETUP),
    ("AUTH", "501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon" + TRAIL, SERVER),
    ("DATA", "502 5.5.1 Command not implemented", SERVER),
    ("DATA", "503 5.5.1 Bad sequence of commands" + TRAIL, SERVER),
    ("MAIL", "503 5.5.2 Send hello first" + TRAIL, SERVER),
    ("AUTH", "504 5.7.4 Unrecognized authentication type" + TRAIL, SETUP),
    # Signing in
    ("MAIL", "530 5.7.57 Client not authenticated to send mail." + TRAIL, SETUP),
    (
        "MAIL",
        "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"
        + TRAIL,
        SETUP,
    ),
    ("MAIL", "530 5.7.0 Must issue a STARTTLS command first. - gsmtp", SETUP),
    ("MAIL", "530 5.7.0 Authentication Required. - gsmtp", SETUP),
    ("AUTH", "534 5.7.9 Application-specific password required. - gsmtp", SIGN_IN),
    ("AUTH", "534 5.7.14 Please log in through your web browser and then try again.", SIGN_IN),
    ("AUTH", "534 5.7.9 Please log in with another mechanism", SIGN_IN),
    ("AUTH", "534 another mechanism is needed", SIGN_IN),
    ("AUTH", "535 5.7.3 Authentication unsuccessful" + TRAIL, REFUSED),
    (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
        "Tenant. Visit https://aka.ms/smtp_auth_disabled for more information." + TRAIL,
        REFUSED,
    ),
    (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
        "Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information." + TRAIL,
        REFUSED,
    ),
    (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled." + TRAIL,
        SETUP,
    ),
    (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be "
        "authenticated successfully. Contact your administrator." + TRAIL,
        REFUSED,
    ),
    (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's "
        "security defaults policy. Contact your administrator." + TRAIL,
        REFUSED,
    ),
    (
        "AUTH",
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect." + TRAIL,
        SIGN_IN,
    ),
    ("AUTH", "535 5.7.139 Authentication unsuccessful, something new." + TRAIL, REFUSED),
    ("AUTH", "535 5.7.8 Username and Password not accepted. - gsmtp", REFUSED),
    ("AUTH", "538 5.7.11 Encryption required for requested authentication mechanism", SETUP),
    (
        "AUTH",
        "550 5.7.30 Basic authentication is not supported for Client Submission." + TRAIL,
        SETUP,
    ),
    # The sender's account
    (
        ".",
        "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to "
        "process message due to a permanent exception with message The message can't be "
        "submitted because the sender's submission quota was exceeded." + TRAIL,
        QUOTA,
    ),
    (
        ".",
        "554 5.2.0 The message can't be submitted because the sender's submission quota was "
        "exceeded." + TRAIL,
        QUOTA,
    ),
    (
        ".",
        "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process "
        "message" + TRAIL,
        REFUSED,
    ),
    (".", "554 5.2.0 WASCL UserAction verdict is not None. Actual verdict is Suspend", REFUSED),
    (".", "554 5.2.0 STOREDRV.Submission.Exception:NotAllowedException" + TRAIL, REFUSED),
    (
        ".",
        "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException."
        "MapiExceptionShutoffQuotaExceeded" + TRAIL,
        REFUSED,
    ),
    (
        ".",
        "554 5.2.252 SendAsDenied; box@example.com not allowed to send as n@example.com; "
        "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied" + TRAIL,
        REFUSED,
    ),
    (
        ".",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender" + TRAIL,
        REFUSED,
    ),
    ("MAIL", "550 5.1.8 Access denied, bad outbound sender (AS1)" + TRAIL, REFUSED),
    (
        "DATA",
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for "
        "message recipients" + TRAIL,
        QUOTA,
    ),
    (
        ".",
        "550 5.2.251 Sender throttled due to continuous mailbox full errors" + TRAIL,
        REFUSED,
    ),
    (".", "550 5.2.252 Sender throttled due to continuous send as denied errors", REFUSED),
    (".", "550 5.2.253 Sender throttled due to continuous invalid license errors", REFUSED),
    (".", "550 5.2.254 Sender throttled due to continuous too many recipients errors", REFUSED),
    (".", "550 5.2.255 Sender throttled due to continuous invalid recipients errors", REFUSED),
    # High Volume Email
    ("AUTH", "550 5.2.240 The account is not a High Volume Email account" + TRAIL, SETUP),
    (".", "550 5.2.240 The account is not a High Volume Email account" + TRAIL, SETUP),
    (".", "550 5.6.241 The From address is not the High Volume Email account's", SETUP),
    ("MAIL", "550 5.7.62 The sender is not the High Volume Email account" + TRAIL, SETUP),
    ("MAIL", "550 5.4.5 Daily user sending quota exceeded. - gsmtp", QUOTA),
    (".", "550 5.7.232 Your message can't be sent because your trial tenant exceeded", QUOTA),
    (".", "550 5.7.233 Your message can't be sent because your tenant exceeded its", QUOTA),
    (".", "550 5.7.236 Your message can't be sent: onmicrosoft.com external limit", QUOTA),
    (".", "550 5.7.705 Access denied, tenant has exceeded threshold" + TRAIL, REFUSED),
    (".", "550 5.7.708 Access denied, traffic not accepted from this IP" + TRAIL, REFUSED),
    (
        ".",
        "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains"
        + TRAIL,
        REFUSED,
    ),
    # By a connector, or direct send
    ("MAIL", "550 5.7.57 Client not authenticated to send mail" + TRAIL, SETUP),
    ("RCPT", "550 5.7.64 TenantAttribution; Relay Access Denied" + TRAIL, REFUSED),
    (
        "RCPT",
        "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization "
        "from unauthorized sources" + TRAIL,
        REFUSED,
    ),
    ("EHLO", "550 5.7.506 Access Denied, Bad HELO" + TRAIL, SETUP),
    ("RCPT", "550 5.7.508 Access denied, 2001:db8::1 has exceeded permitted limits", QUOTA),
    ("RCPT", "550 5.7.501 Access denied, spam abuse detected" + TRAIL, REFUSED),
    ("RCPT", "550 5.7.503 Access denied, banned sender" + TRAIL, REFUSED),
    ("RCPT", "550 5.7.510 Access denied, contoso.com does not accept email over IPv6", NO),
    ("RCPT", "550 5.7.511 Access denied, banned sender" + TRAIL, REFUSED),
    ("MAIL", "550 5.7.1 Client was not authenticated" + TRAIL, SETUP),
    ("RCPT", "554 5.7.1 Unable to relay" + TRAIL, NO),
    ("RCPT", "554 5.7.1 <aki@example.com>: Relay access denied", NO),
    # This mail, or this recipient
    (".", "554 5.2.121 the recipient gets too many from this sender", LATER),
    (".", "550 5.2.122 the recipient gets too many" + TRAIL, LATER),
    ("RCPT", "550 5.1.1 User unknown", NO),
    ("RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found" + TRAIL, NO),
    ("RCPT", "550 5.4.1 Recipient address rejected: Access denied." + TRAIL, NO),
    (".", "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; invalid characters" + TRAIL, NO),
    (".", "550 5.7.1 Delivery not authorized, message refused" + TRAIL, NO),
    (".", "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant", NO),
    (".", "550 5.7.1 Our system has detected that this message is likely unsolicited", NO),
    ("MAIL", "552 5.3.4 Message size exceeds fixed maximum message size" + TRAIL, NO),
    ("MAIL", "552 5.3.4 Message size exceeds fixed limit", NO),
    (".", "552 5.2.2 mailbox full", NO),
    (".", "554 5.2.2 mailbox full", NO),
    (".", "554 4.3.2 mailbox busy" + TRAIL, LATER),
    (".", "554 5.2.0 mailbox disabled", NO),
    (".", "554 5.6.0 corrupt message", NO),
    # Nobody knows
    (".", "654 out of range", LATER),
    (".", "554 9.9.9 never heard of", NO),
    (".", "459 4.9.9 never heard of", LATER),
]
