"""Word what can stand between us and a server, and who mends it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from noroshi.core.mail import Fault, Network
from noroshi.core.os_errors import why
from noroshi.core.words import NOTHING, Words, joined
from noroshi.ports import RouteError

DNS = Words(
    en="cannot find {where}: {why} (DNS). The name is wrong, or this computer's name server "
    "does not answer.",
    ja="{where} が見つかりません: {why} (DNS)。名前が違うか、このコンピューターの"
    "ネームサーバーが応答していません。",
)
TCP = Words(
    en="cannot connect to {where}: {why} (TCP). Nothing runs there, or a firewall is in "
    "between.",
    ja="{where} に接続できません: {why} (TCP)。相手が動いていないか、途中のファイアウォールが"
    "止めています。",
)
NO_CONNECTION = Words(
    en="{where} did not answer within {seconds:g} s (TCP). It is down, or a firewall drops "
    "what we send.",
    ja="{where} から{seconds:g}秒以内に応答がありません (TCP)。相手が止まっているか、"
    "途中のファイアウォールが捨てています。",
)
NO_NAME_SERVER = Words(
    en="no name server said within {seconds:g} s where {where} is (DNS). It is down, or a firewall "
    "drops what we ask.",
    ja="{where} の名前を{seconds:g}秒以内に調べられません (DNS)。ネームサーバーが止まっているか、"
    "途中のファイアウォールが捨てています。",
)
NO_SOURCE = Words(
    en="connections cannot come from {source}: {why}. It must be an address of this computer; "
    "see source in networks/{name}.toml.",
    ja="{source} から接続できません: {why}。networks/{name}.toml の source には、この"
    "コンピューターのアドレスを指定してください。",
)
OTHER_FAMILY = Words(
    en="{where} has no address that {source} can connect to: one is IPv4, the other IPv6",
    ja="{where} には {source} から接続できるアドレスがありません (IPv4 と IPv6 の違いです)",
)
CLOSED_CONNECTION = Words(en="connection closed", ja="接続を切られました")
REFUSED_CONNECTION = Words(en="connection refused", ja="接続を拒否されました")
OF_ONE = Words(en="{address}: {why}", ja="{address}: {why}")

NO_PROXY = Words(
    en="the proxy {proxy} of the network {name} cannot be reached: {why}",
    ja="ネットワーク「{name}」のプロキシ {proxy} に届きません: {why}",
)
PROXY_AWAY = Words(
    en="the proxy {where} did not answer within {seconds:g} s (TCP). It is down, or a firewall "
    "drops what we send.",
    ja="プロキシ {where} から{seconds:g}秒以内に応答がありません (TCP)。プロキシが止まっているか、"
    "途中のファイアウォールが捨てています。",
)
PROXY_SILENT = Words(
    en="the proxy {proxy} did not connect us to {where} within {seconds:g} s. Either the proxy "
    "hangs, or {where} does not answer it.",
    ja="プロキシ {proxy} が{seconds:g}秒以内に {where} へつないでくれません。プロキシが"
    "固まっているか、{where} がプロキシに応答していません。",
)
NOT_A_PROXY = Words(
    en="{proxy} does not answer as an HTTP proxy does. Check proxy in networks/{name}.toml.",
    ja="{proxy} の返事は HTTP プロキシのものではありません。networks/{name}.toml の proxy を"
    "確かめてください。",
)
PROXY_WANTS_LOGIN = Words(
    en="the proxy {proxy} wants a log-in (407). Set proxy_user and proxy_password in "
    "networks/{name}.toml.",
    ja="プロキシ {proxy} が認証を求めています (407)。networks/{name}.toml に proxy_user と "
    "proxy_password を指定してください。",
)
PROXY_REFUSED_LOGIN = Words(
    en="the proxy {proxy} did not let {user} log in (407). Put the right password in: noroshi "
    "secret set {entry}",
    ja="プロキシ {proxy} に {user} でログインできません (407)。正しいパスワードを noroshi "
    "secret set {entry} で入れてください。",
)
PROXY_OTHER_LOGIN = Words(
    en="the proxy {proxy} wants to be logged in to by {schemes} (407), and Noroshi knows Basic "
    "alone. Its administrator has to allow Basic, or this computer without a log-in.",
    ja="プロキシ {proxy} は {schemes} でのログインを求めていますが (407)、Noroshi が使えるのは "
    "Basic だけです。Basic を許可するか、このコンピューターを認証なしで通すよう、プロキシの"
    "管理者に依頼してください。",
)
PROXY_FORBIDS = Words(
    en="the proxy {proxy} does not let us connect to {where} ({status}). Its administrator has "
    "to allow CONNECT to port {port}.",
    ja="プロキシ {proxy} が {where} への接続を許可していません ({status})。ポート {port} への "
    "CONNECT を許可するよう、プロキシの管理者に依頼してください。",
)
PROXY_FAILED = Words(
    en="the proxy {proxy} could not reach {where} ({status}). That server is down, or the proxy "
    "cannot find it.",
    ja="プロキシ {proxy} が {where} に届きません ({status})。相手が止まっているか、プロキシから"
    "見つけられません。",
)

CERTIFICATE = Words(
    en="the certificate of {where} cannot be trusted: {why} (TLS). Name the CA's file in "
    "ca_file, or have the server's certificate mended.",
    ja="{where} の証明書を信頼できません: {why} (TLS)。ca_file に認証局の証明書を指定するか、"
    "サーバーの証明書を直してください。",
)
EXPIRED = Words(
    en="the certificate of {where} cannot be trusted: {why} (TLS). Whoever runs the server renews "
    "it. Should it hold elsewhere, this computer's clock is wrong.",
    ja="{where} の証明書を信頼できません: {why} (TLS)。サーバーの管理者が更新してください。ほかでは有効"
    "なら、このコンピューターの時計がずれています。",
)
OTHER_NAME = Words(
    en="the certificate of {where} cannot be trusted: {why} (TLS). Give the name that stands in "
    "the certificate, or have the server's certificate mended.",
    ja="{where} の証明書を信頼できません: {why} (TLS)。証明書にある名前を指定するか、サーバーの証明書を"
    "直してください。",
)
UNKNOWN_ISSUER = Words(
    en="the certificate of {where} cannot be trusted: it was issued by {issuer}, which nobody "
    "here vouches for (TLS). If that is your organisation's own CA, or a firewall or virus "
    "scanner of yours that replaces certificates, name its CA's file in ca_file. If not, "
    "somebody is in between.",
    ja="{where} の証明書を信頼できません。発行元の {issuer} が信頼されていません (TLS)。社内の"
    "認証局や、証明書を差し替えるファイアウォール・ウイルス対策ソフトであれば、その認証局の"
    "証明書を ca_file に指定してください。心当たりがなければ、途中で何者かが割り込んでいます。",
)
REPLACED = Words(
    en="the proxy {proxy} replaces certificates: the one for {where} was issued by {issuer}, "
    "which is not trusted here (TLS). Add that CA's certificate to ca_file in "
    "networks/{name}.toml.",
    ja="プロキシ {proxy} が証明書を差し替えています。{where} の証明書の発行元 {issuer} は信頼"
    "されていません (TLS)。その認証局の証明書を networks/{name}.toml の ca_file に加えて"
    "ください。",
)
TLS = Words(
    en="{where} and we found no common way to encrypt: {why} (TLS). TLS 1.2 or newer is needed.",
    ja="{where} と暗号化の方法が合いません: {why} (TLS)。TLS 1.2 以上が必要です。",
)
NO_TLS = Words(
    en="{where} did not begin with TLS within {seconds:g} s (TCP, TLS). It hangs, or a firewall "
    "drops what we send.",
    ja="{where} と{seconds:g}秒以内に TLS で接続できません (TCP、TLS)。相手が固まっているか、"
    "途中のファイアウォールが捨てています。",
)
CA_FILE = Words(
    en="the CA file {path} cannot be read: {why}. Mend ca_file of the monitor, the route, the "
    "network or the cloud.",
    ja="認証局のファイル {path} を読めません: {why}。監視項目、送信経路、ネットワーク、クラウドの ca_file を"
    "直してください。",
)
CERTIFICATE_FILE = Words(
    en="the certificate {path} cannot be used: {why}. It must hold, in PEM, the certificate and "
    "its key, which must not be locked by a passphrase.",
    ja="証明書 {path} を使えません: {why}。PEM 形式の証明書と、パスフレーズのない鍵の両方を"
    "入れてください。",
)
# X.509 verification errors of OpenSSL: whoever issued it is not known here.
ISSUERS_FAULT = frozenset({2, 18, 19, 20, 21})
DISTRUSTED = {
    9: "まだ有効期間になっていません",
    10: "有効期限が切れています",
    18: "自己署名の証明書です",
    19: "自己署名の認証局が発行しています",
    20: "発行した認証局の証明書がありません",
    21: "発行した認証局の証明書がありません",
    62: "証明書の名前が接続先と一致しません",
    64: "証明書の IP アドレスが接続先と一致しません",
}
OF_TIME, OF_NAME = frozenset({9, 10}), frozenset({62, 64})


class NetworkError(Exception):
    """Report that the other side was not reached, or did not answer."""


class ConnectError(NetworkError, RouteError):
    """Report that nobody was reached, or not safely. Nothing was said that must not be heard."""

    def __init__(
        self, words: Words, fault: Fault = Fault.NETWORK, about: Words = NOTHING
    ) -> None:
        super().__init__(words, fault=fault, about=about)


class TlsError(ConnectError):
    """Report that the connection was made, and TLS was not; `reason` is OpenSSL's, "" if nothing
    came."""

    def __init__(self, trouble: ConnectError, reason: str = "") -> None:
        super().__init__(trouble.words, trouble.fault, trouble.about)
        self.reason = reason


class NoAnswerError(NetworkError):
    """Report that the request left, and its answer is not known: it may have been obeyed."""


class NoAddressAnsweredError(NetworkError, OSError):
    """Report that every address failed: each with its own reason."""

    def __init__(self, failures: Sequence[tuple[str, OSError]]) -> None:
        super().__init__("nobody answered")
        self.failures = failures


class SourceAddressError(NetworkError):
    """Report that no connection can come from the source address; `why` is None where none of the
    other side's addresses is of its family."""

    def __init__(self, why: OSError | None) -> None:
        super().__init__(str(why))
        self.why = why


def not_reached(about: Words, fault: Fault = Fault.NETWORK, **given: object) -> ConnectError:
    """Fill one of the sentences above."""
    return ConnectError(about.fill(**given), fault, about)


def of_error(where: str, error: OSError) -> ConnectError:
    """Say what stopped a connection from being made."""
    words = DNS if isinstance(error, socket.gaierror) else TCP
    return not_reached(words, where=where, why=why_of(error))


def of_name(where: str, error: ValueError) -> ConnectError:
    """Say why a host's name cannot be looked for."""
    return not_reached(DNS, where=where, why=getattr(error, "reason", "") or error)


def of_source(network: Network, where: str, error: SourceAddressError) -> ConnectError:
    """Say why the source address cannot be used."""
    if error.why is None:
        return not_reached(OTHER_FAMILY, Fault.SETUP, where=where, source=network.source)
    return not_reached(
        NO_SOURCE, Fault.SETUP, source=network.source, why=why_of(error.why), name=network.name
    )


def why_of(error: OSError) -> Words:
    """Return the system's own reason; each address's, where they differ."""
    if isinstance(error, ConnectionRefusedError):
        return REFUSED_CONNECTION
    if isinstance(error, NoAddressAnsweredError):
        reasons = [why_of(failure) for _, failure in error.failures]
        if len(set(reasons)) == 1:
            return reasons[0]
        addresses = [address for address, _ in error.failures]
        pairs = zip(addresses, reasons, strict=True)
        return joined(OF_ONE.fill(address=address, why=why) for address, why in pairs)
    return why(error) if error.strerror or str(error) else CLOSED_CONNECTION


def of_proxy(network: Network, error: OSError | ValueError) -> ConnectError:
    """Say why the proxy itself is not reached."""
    why = why_of(error) if isinstance(error, OSError) else error
    return not_reached(NO_PROXY, proxy=network.proxy, name=network.name, why=why)


def of_proxy_answer(
    network: Network, where: str, status: int, reason: str, schemes: Sequence[str]
) -> ConnectError:
    """Say why a proxy refused CONNECT (RFC 9110, 9.3.6)."""
    said = {"proxy": network.proxy, "name": network.name, "where": where}
    if status == 407:
        return _of_login(network, said, schemes)
    told = PROXY_FAILED if status >= 500 else PROXY_FORBIDS
    fault = Fault.NETWORK if status >= 500 else Fault.PERMISSION
    port, shown = where.rpartition(":")[2], f"{status} {reason}".strip()
    return not_reached(told, fault, **said, status=shown, port=port)


def _of_login(network: Network, said: dict[str, str], schemes: Sequence[str]) -> ConnectError:
    if schemes and "basic" not in [scheme.lower() for scheme in schemes]:
        known = ", ".join(schemes)
        return not_reached(PROXY_OTHER_LOGIN, Fault.PERMISSION, **said, schemes=known)
    if not network.proxy_user:
        return not_reached(PROXY_WANTS_LOGIN, Fault.SETUP, **said)
    who = {"user": network.proxy_user, "entry": network.proxy_password}
    return not_reached(PROXY_REFUSED_LOGIN, Fault.SIGN_IN, **said, **who)


def of_tls(where: str, error: ssl.SSLError) -> ConnectError:
    """Say what stopped a connection from being encrypted, but for the certificate."""
    return not_reached(TLS, where=where, why=error.reason or error)


def is_of_issuer(error: ssl.SSLCertVerificationError) -> bool:
    """Return whether it is not known here who issued the certificate; else it has ended, say."""
    return error.verify_code in ISSUERS_FAULT


def of_certificate(
    network: Network, where: str, error: ssl.SSLCertVerificationError, issuer: str
) -> ConnectError:
    """Say why a certificate is not trusted; `issuer` of the one that was shown, "" if unknown."""
    if not issuer:
        return not_reached(_of_code(error.verify_code), where=where, why=distrust(error))
    words = REPLACED if network.proxy else UNKNOWN_ISSUER
    told = {"where": where, "issuer": issuer}
    return not_reached(words, Fault.NETWORK, **told, proxy=network.proxy, name=network.name)


def distrust(error: ssl.SSLCertVerificationError) -> Words:
    """Say what is the matter with a certificate; in OpenSSL's own words where it is something rare."""
    said = error.verify_message.rstrip(".")
    return Words(en=said, ja=DISTRUSTED.get(error.verify_code, said))


def _of_code(code: int) -> Words:
    if code in OF_TIME:
        return EXPIRED
    return OTHER_NAME if code in OF_NAME else CERTIFICATE
