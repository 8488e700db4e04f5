"""List the remedies of a trouble that has no code: on the way to a server, or within its first
words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from noroshi.core.mail import Fault
from noroshi.core.translation import NOTHING, Message, _, bilingual, plain
from noroshi.network import connection_errors
from noroshi.ports import RouteError
from noroshi.ports.examination import Cure, Exam, Remedy, StepError, Whose
from noroshi.transports.remedies.message import NOT_KNOWN, NOT_NOW
from noroshi.transports.remedies.remedy import AT_ONCE, BY_ITSELF, WITH_NEXT, Advice
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.errors import SmtpServerError
from noroshi.transports.smtp.reply_classifier import rule_for

NAME = Cure(
    whose=Whose.NETWORK,
    how=(
        _(
            "Ask for the name on this computer. If no answer comes, its name server is at fault "
            "(/etc/resolv.conf); if it is not known, the name is misspelt."
        ),
    ),
    lines=("getent ahosts {host}",),
    takes=AT_ONCE,
)
CONNECTION = Cure(
    whose=Whose.NETWORK,
    how=(
        _(
            "Is the server up, and does it take mails at that port? If it does, a firewall in "
            "between must let {host} port {port} out."
        ),
    ),
    lines=("nc -vz {host} {port}",),
    takes=AT_ONCE,
)
SOURCE = Cure(
    whose=Whose.YOU,
    how=(_("Take an address of this computer, of the family that {host} has:"),),
    lines=("ip -brief address", 'source = "192.0.2.10"        # networks/{network}.toml'),
    takes=WITH_NEXT,
)
PROXY_IS_DOWN = Cure(
    whose=Whose.NETWORK,
    how=(
        _(
            "Whoever runs the proxy looks whether it is up, and whether its name and port here "
            "are right:"
        ),
    ),
    lines=('proxy = "{proxy}"        # networks/{network}.toml',),
    takes=AT_ONCE,
)
PROXY_LOG_IN = Cure(
    whose=Whose.YOU,
    how=(_("Give the network the proxy's user, and put the password into the vault:"),),
    lines=(
        "# networks/{network}.toml",
        'proxy_user = "noroshi"',
        'proxy_password = "proxy"',
        "noroshi secret set proxy",
    ),
    takes=WITH_NEXT,
)
PROXY_PASSWORD = Cure(
    whose=Whose.YOU,
    how=(_("Put the right password in:"),),
    lines=("noroshi secret set {proxy_password}",),
    takes=AT_ONCE,
)
PROXY_RULES = Cure(
    whose=Whose.NETWORK,
    how=(
        _(
            "Have the proxy allow CONNECT to {host} port {port} (many allow 443 alone). Or use "
            'Microsoft Graph, which needs 443 alone: kind = "graph" with the same account.'
        ),
    ),
    takes=AT_ONCE,
)
OWN_CA = Cure(
    whose=Whose.NETWORK,
    how=(
        _(
            "Get that CA's certificate in PEM from whoever runs the proxy, firewall or virus "
            "scanner, and compare its fingerprint with them. Then name the file:"
        ),
    ),
    lines=('ca_file = "/etc/ssl/office-ca.pem"        # {ca_place}',),
    takes=WITH_NEXT,
)
CERTIFICATE = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(_("Look at the certificate that {host} shows, and at this computer's clock:"),),
    lines=(
        "openssl s_client -connect {host}:{port} {starttls}</dev/null \\",
        "  | openssl x509 -noout -subject -issuer -dates -ext subjectAltName",
        "date -u",
    ),
    takes=AT_ONCE,
)
SHOWN_IN_BETWEEN = replace(
    CERTIFICATE,
    whose=Whose.NETWORK,
    how=(
        _(
            "{host} itself shows no such certificate. Something in between does (a proxy, firewall "
            "or virus scanner), the name leads to another server, or this computer's clock is wrong:"
        ),
    ),
)
"""At a provider whose own certificates are right: its administrator can mend nothing of that."""
OLD_CIPHERS = Cure(
    whose=Whose.ADMINISTRATOR,
    how=(_("The server must be brought to TLS 1.2 or newer; so must a gateway in between."),),
    takes=AT_ONCE,
)
A_FILE = Cure(
    whose=Whose.YOU,
    how=(_("The file must be there, in PEM, and readable for the user that Noroshi runs as."),),
    takes=AT_ONCE,
)
HANGS = Cure(
    whose=Whose.PROVIDER,
    how=(
        _(
            "What waits is sent by itself once it answers. If it stays so, something in between may hold the "
            "connection up: a firewall or virus scanner that looks into it."
        ),
    ),
    takes=BY_ITSELF,
)
PROTECTION = Cure(
    whose=Whose.YOU,
    lines=(
        'protection = "starttls"        # port 587 or 25',
        'protection = "tls"             # port 465',
    ),
    takes=WITH_NEXT,
)
NO_STARTTLS = Cure(
    whose=Whose.NETWORK,
    how=(
        _(
            "If the server itself offers STARTTLS, something in between takes it away: have the "
            "inspection of SMTP switched off (on Cisco: no inspect esmtp). Else take a port that "
            "begins with TLS:"
        ),
    ),
    lines=('protection = "tls"', "port = 465"),
    takes=WITH_NEXT,
)
ANOTHER_PORT = Cure(
    whose=Whose.YOU, how=(_("Give host and port of the mail server itself."),), takes=WITH_NEXT
)
SIGN_IN_WAYS = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Is it the right server? Exchange Online offers XOAUTH2 only after STARTTLS and only "
            "at smtp.office365.com. For a password set auth to one that is offered."
        ),
    ),
    takes=WITH_NEXT,
)
OBSTACLES: Mapping[Message, Cure] = {
    connection_errors.DNS: NAME,
    connection_errors.NO_NAME_SERVER: NAME,
    connection_errors.TCP: CONNECTION,
    connection_errors.NO_CONNECTION: CONNECTION,
    connection_errors.NO_SOURCE: SOURCE,
    connection_errors.OTHER_FAMILY: SOURCE,
    connection_errors.NO_PROXY: PROXY_IS_DOWN,
    connection_errors.PROXY_AWAY: PROXY_IS_DOWN,
    connection_errors.PROXY_SILENT: PROXY_IS_DOWN,
    connection_errors.NOT_A_PROXY: PROXY_IS_DOWN,
    connection_errors.PROXY_WANTS_LOGIN: PROXY_LOG_IN,
    connection_errors.PROXY_REFUSED_LOGIN: PROXY_PASSWORD,
    connection_errors.PROXY_OTHER_LOGIN: PROXY_RULES,
    connection_errors.PROXY_FORBIDS: PROXY_RULES,
    connection_errors.PROXY_FAILED: CONNECTION,
    connection_errors.CERTIFICATE: CERTIFICATE,
    connection_errors.EXPIRED: CERTIFICATE,
    connection_errors.OTHER_NAME: CERTIFICATE,
    connection_errors.UNKNOWN_ISSUER: OWN_CA,
    connection_errors.REPLACED: OWN_CA,
    connection_errors.TLS: OLD_CIPHERS,
    connection_errors.NO_TLS: HANGS,
    connection_errors.CA_FILE: A_FILE,
    connection_errors.CERTIFICATE_FILE: A_FILE,
    errors.SILENT: HANGS,
    errors.LOST: HANGS,
    errors.NOT_SMTP: ANOTHER_PORT,
    errors.NO_STARTTLS: NO_STARTTLS,
    errors.NO_WAY: SIGN_IN_WAYS,
    errors.WANTS_TLS: PROTECTION,
    errors.NO_TLS_YET: PROTECTION,
    errors.NO_TLS_FIRST: PROTECTION,
}
"""By the sentence that tells the trouble, its places not yet filled."""
OF_CERTIFICATES = frozenset(
    {connection_errors.CERTIFICATE, connection_errors.EXPIRED, connection_errors.OTHER_NAME}
)
BY_FAULT: Mapping[Fault, Cure] = {
    Fault.NETWORK: Cure(whose=Whose.NETWORK),
    Fault.SERVER: Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
    Fault.QUOTA: Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
    Fault.SIGN_IN: Cure(whose=Whose.YOU, takes=AT_ONCE),
    Fault.PERMISSION: Cure(whose=Whose.ADMINISTRATOR),
    Fault.SETUP: Cure(whose=Whose.YOU, takes=WITH_NEXT),
}


def stopped_by(trouble: RouteError, exam: Exam, found: Message = NOTHING) -> StepError:
    """Return how the stage stopped at which a trouble came up; `found` is the short of it, unless
    the server has a code for it."""
    return StepError(_code_of(trouble) or found, remedy_of(trouble, exam))


def remedy_of(trouble: RouteError, exam: Exam) -> Remedy:
    """Return the remedy by what the server said, if it said anything; else by the sentence that
    tells it."""
    if isinstance(trouble, SmtpServerError) and trouble.text:
        reply = f"{trouble.code} {trouble.text}"
        if trouble.about in OBSTACLES:
            return OBSTACLES[trouble.about].remedy(sentence(trouble.words), exam, reply)
        advice = advice_on(trouble.code, trouble.enhanced, trouble.text)
        return advice.remedy(exam, reply)
    return _cure_of(trouble, exam).remedy(sentence(trouble.words), exam)


def _cure_of(trouble: RouteError, exam: Exam) -> Cure:
    # Only the great providers' administrators have a name of their own.
    if trouble.about in OF_CERTIFICATES and Whose.ADMINISTRATOR in exam.people:
        return SHOWN_IN_BETWEEN
    return OBSTACLES.get(trouble.about, BY_FAULT[trouble.fault])


def advice_on(code: int, enhanced: str, text: str) -> Advice:
    """Return the advice by the table of answers; what no row names goes by its first digit."""
    rule = rule_for(code, enhanced, text)
    if rule is not None:
        return rule.advice
    return NOT_NOW if code // 100 == 4 else NOT_KNOWN


def sentence(words: Message) -> Message:
    """Make a sentence that stands by itself: our troubles are told within other sentences too."""
    first = words.en.partition(" ")[0]  # a host's name stays as it is
    en = words.en[:1].upper() + words.en[1:] if first.isalpha() else words.en
    ja = words.ja if words.ja.endswith(("。", ":")) else f"{words.ja}。"
    return bilingual(en=en if en.endswith((".", ":")) else f"{en}.", ja=ja)


def _code_of(trouble: RouteError) -> Message | None:
    if not isinstance(trouble, SmtpServerError) or not trouble.text:
        return None
    return plain(f"{trouble.code} {trouble.enhanced}".strip())
