"""Answers to mail that comes without a sign-in, and to the way in which it comes."""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    AN_HOUR,
    BY_ITSELF,
    EXCHANGE,
    RIGHTS,
    SUPPORT,
    WITH_NEXT,
    Advice,
)

CONNECTORS = "https://admin.exchange.microsoft.com/#/connectors"
MAKE_CONNECTOR = (
    EXCHANGE,
    "New-InboundConnector -Name Noroshi -ConnectorType OnPremises `",
    "  -SenderDomains * -SenderIPAddresses <public address> -RequireTls $true",
)
HOW_TO_CONNECT = Words(
    en="Exchange admin center › Mail flow › Connectors › Add a connector › from Your "
    "organization's email server, by this site's public IP address; or in Exchange Online "
    "PowerShell, with that address in its place:",
    ja="Exchange 管理センター › メール フロー › コネクタ › コネクタの追加 ›「組織のメール サーバー」"
    "から、この拠点のグローバル IP アドレスで識別します。または Exchange Online PowerShell で "
    "(アドレスを入れて):",
)
CONNECTOR = Advice(
    means=Words(
        en="Exchange Online does not know this computer as yours.",
        ja="Exchange Online がこのコンピューターを自社のものと認識していません。",
    ),
    act=Words(
        en="In the Exchange admin center, Mail flow, Connectors, an administrator makes one from "
        "your organisation's mail server that names this site's public address, or the "
        "certificate of the route (option certificate); the sender's domain must be an accepted "
        "domain.",
        ja="Exchange 管理センターの「コネクタ」で、この拠点のグローバル IP アドレスか、経路の証明書 "
        "(オプション certificate) を指定したコネクタ (組織のメール サーバーから) を作り、差出人の"
        "ドメインを承認済みドメインにしてください。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(HOW_TO_CONNECT,),
        lines=MAKE_CONNECTOR,
        link=CONNECTORS,
        takes=AN_HOUR,
    ),
)
DIRECT_SEND_OFF = Advice(
    means=Words(
        en="The organisation rejects direct send (Set-OrganizationConfig -RejectDirectSend $true).",
        ja="この組織は直接送信 (Direct Send) を拒否しています (Set-OrganizationConfig "
        "-RejectDirectSend $true)。",
    ),
    act=Words(
        en="Make a connector for this site's public address, or sign in: an account with a route "
        "to smtp.office365.com, or of kind graph.",
        ja="この拠点のグローバル IP アドレスのコネクタを作るか、account でサインインする経路 "
        "(smtp.office365.com または kind = graph) を使ってください。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(HOW_TO_CONNECT,),
        lines=MAKE_CONNECTOR,
        link=CONNECTORS,
        takes=AN_HOUR,
    ),
)
REPUTATION = Advice(
    means=Words(
        en="Exchange Online holds mails from this computer's public address back, as it does not "
        "know it.",
        ja="このコンピューターのグローバル IP アドレスが知られていないため、Exchange Online が受信を"
        "抑えています。",
    ),
    act=Words(
        en="A connector for that address, or signing in with an account, ends that.",
        ja="そのアドレスのコネクタを作るか、account でサインインすれば解消します。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        how=(HOW_TO_CONNECT,),
        lines=MAKE_CONNECTOR,
        link=CONNECTORS,
        takes=AN_HOUR,
    ),
)
BANNED = Advice(
    means=Words(
        en="Microsoft has banned this sender or this computer's address.",
        ja="差出人か、このコンピューターのアドレスが Microsoft に拒否されています。",
    ),
    act=Words(
        en="Its support lifts that: delist@microsoft.com, or https://sender.office.com.",
        ja="解除はサポートに申請します (delist@microsoft.com、または https://sender.office.com)。",
    ),
    cure=Cure(
        whose=Whose.PROVIDER,
        how=(
            Words(
                en="Ask for the removal with the address that the reply names; or let mails leave "
                "by signing in (an account), which does not go by this computer's address.",
                ja="返事にあるアドレスの解除を申請します。account でサインインして送れば、この"
                "コンピューターのアドレスは問われません。",
            ),
        ),
        link="https://sender.office.com",
        takes=SUPPORT,
    ),
)
RELAY = Advice(
    means=Words(
        en="The server takes mails for its own domains alone from whoever does not sign in.",
        ja="サーバーは、サインインしない相手からは自分のドメイン宛てしか受け付けません。",
    ),
    act=Words(
        en="Sign in (password or account), or have this computer allowed to relay there.",
        ja="サインイン (password または account) するか、このコンピューターからの中継を許可して"
        "もらってください。",
    ),
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=RIGHTS),
)
EHLO_NAME = Advice(
    means=Words(
        en="The server does not take the name that we give it.",
        ja="名乗った名前をサーバーが受け付けません。",
    ),
    act=Words(
        en="Set ehlo in the route to this computer's full name.",
        ja="経路の ehlo にこのコンピューターの完全な名前を指定してください。",
    ),
    cure=Cure(whose=Whose.YOU, lines=('ehlo = "server1.example.com"',), takes=WITH_NEXT),
)
OLD_TLS = Advice(
    means=Words(
        en="Something between us and Exchange Online speaks TLS 1.0 or 1.1; Noroshi itself begins "
        "with 1.2.",
        ja="Noroshi は TLS 1.2 以上で接続します。途中の機器が TLS 1.0 か 1.1 を使っています。",
    ),
    cure=Cure(
        whose=Whose.NETWORK,
        how=(
            Words(
                en="Have the gateway or virus scanner that looks into mail connections brought up "
                "to date, or let connections to {host} pass it.",
                ja="メールの通信を検査する機器やウイルス対策ソフトを更新するか、{host} への通信を"
                "検査の対象から外してもらいます。",
            ),
        ),
        link="https://aka.ms/smtp_auth_tls",
        takes=WITH_NEXT,
    ),
)
WANTS_TLS = Advice(
    means=Words(
        en="The server takes mails in TLS alone.",
        ja="サーバーは TLS でしかメールを受け付けません。",
    ),
    act=Words(
        en="Set protection of the route to starttls, or tls.",
        ja="経路の protection を starttls か tls にしてください。",
    ),
    cure=Cure(whose=Whose.YOU, lines=('protection = "starttls"',), takes=WITH_NEXT),
)
BY_IPV4 = Advice(
    means=Words(
        en="The server takes less by IPv6.", ja="相手は IPv6 からの受信を制限しています。"
    ),
    act=Words(
        en="Have this route come from an IPv4 address: source in its network.",
        ja="経路のネットワークの source に IPv4 アドレスを指定してください。",
    ),
    cure=Cure(
        whose=Whose.YOU,
        lines=('source = "192.0.2.10"        # networks/NAME.toml',),
        takes=WITH_NEXT,
    ),
)
CLOSES = Advice(
    means=Words(
        en="The server is busy or being restarted, and closes the connection.",
        ja="サーバーが混み合っているか再起動中で、接続を切りました。",
    ),
    act=Words(en="It is tried again by itself.", ja="自動でもう一度試します。"),
    cure=Cure(whose=Whose.PROVIDER, link="https://status.cloud.microsoft", takes=BY_ITSELF),
)
RELAY_LIMIT = Advice(
    means=Words(
        en="The organisation sends more by Google's relay than it may just now.",
        ja="Google の SMTP リレーで組織が送れる量を超えています。",
    ),
    act=Words(en="It is tried again by itself.", ja="自動でもう一度試します。"),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        link="https://support.google.com/a/answer/2956491",
        takes=BY_ITSELF,
    ),
)
NO_ROOM = Advice(
    means=Words(
        en="The server has no room or no memory left at the moment.",
        ja="サーバーの空き容量かメモリが、いま足りません。",
    ),
    act=Words(en="It is tried again by itself.", ja="自動でもう一度試します。"),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
NOT_UNDERSTOOD = Advice(
    means=Words(
        en="The server did not understand a command that every mail server knows.",
        ja="どのメールサーバーでも使えるはずのコマンドが拒否されました。",
    ),
    act=Words(
        en="A firewall that looks into SMTP may have changed it on the way; have that switched "
        "off.",
        ja="途中のファイアウォールが SMTP の通信を書き換えているおそれがあります。SMTP の検査を無効に"
        "してもらってください。",
    ),
    cure=Cure(whose=Whose.NETWORK, takes=WITH_NEXT),
)
