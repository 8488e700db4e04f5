"""Definitions as a person writes them: one dataclass for each sort of file, nothing inherited.

The strings under the fields are their help texts: "English. / 日本語。". "" and () stand for
"not said here".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

EventName = Literal[
    "started",
    "stopped",
    "settings-changed",
    "action-failed",
    "set-aside",
    "came-back",
    "all-is-well",
    "unwatched",
]
REDIRECT = "http://localhost/MxMail/"


class Definition:
    """What reads definitions must refuse unknown names, and takes the help texts from here."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, object]] = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsDef(Definition):
    warning: float | None = None
    """From this value on the reading is at WARNING. / 測定値がこの値に達すると「注意」になります。"""
    critical: float | None = None
    """From this value on the reading is at CRITICAL. / 測定値がこの値に達すると「危険」になります。"""
    rising: bool | None = None
    """Whether high values are bad, or low ones. Unless given, what the kind says of the reading. / 値が高いほど悪いか、低いほど悪いかです。指定しなければ、種別が測定値ごとに決めています。"""
    margin: float = 0.0
    """How far back behind a limit the value must go before the level ends. / しきい値からこの幅だけ戻ると、レベルが元に戻ります。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDef(Definition):
    """Planned work: nothing is told while it goes on."""

    title: str = ""
    """What is done then, where people read. / 作業の内容です。画面に出ます。"""
    begins: str
    """When it begins, in the instance's time zone: 22:00 each week, or once, 2026-12-24 22:00. / 始まる時刻です。毎週なら 22:00、1回だけなら 2026-12-24 22:00 のように書きます。監視インスタンスのタイムゾーンです。"""
    ends: str
    """When it ends, in the same way; a time of day that is not later is that of the next day. / 終わる時刻です。始まる時刻より後でなければ、翌日の時刻とみなします。"""
    days: tuple[str, ...] = ()
    """On which days of the week it begins: mon, tue, wed, thu, fri, sat, sun; all of them unless given. / 始まる曜日です (mon、tue、wed、thu、fri、sat、sun)。指定しなければ毎日です。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorDef(Definition):
    id: str = ""
    """Made by Noroshi at the first `apply`; keep it, as state and history belong to it. / 最初の `apply` のときに付く ID です。状態と履歴をつなぐので、変えないでください。"""
    name: str
    """Its name within the group: a-z, 0-9, - and _. / グループの中での名前です。a-z、0-9、-、_ が使えます。"""
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    kind: str
    """Which kind of monitor it is: port, disk, process ... / 監視項目の種別です (port、disk、process など)。"""
    every: str = ""
    """How often it is measured: 30s, 5m, 1h30m, 1d; at least 1s. / 測定の間隔です (30s、5m、1h30m、1d など)。1秒以上です。"""
    at: tuple[str, ...] | str = ()
    """At which times of day, in the instance's time zone, instead of an interval: 07:30. / 間隔の代わりに、測定する時刻です (07:30 など)。監視インスタンスのタイムゾーンです。"""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times. / 時刻で測定する曜日です。"""
    timeout: str = "20s"
    """How long a measurement may take. / 1回の測定にかけてよい時間です。"""
    patience: int = 1
    """How many measurements in a row it takes to believe a new level, 1 to 100. / 新しいレベルと認めるまでの、連続した測定の回数です (1から100)。"""
    may_vanish: bool = False
    """Whether items (a volume, a process) may go away without an alarm. / 対象 (ボリュームやプロセス) がなくなってもアラームにしません。"""
    rules: tuple[str, ...] | None = None
    """Which rules act on it; without any, nobody is told. / この監視項目に使う実行条件です。1つもなければ、誰にも知らせません。"""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What its kind wants to know. / 種別ごとの設定です。"""
    limits: Mapping[str, LimitsDef] = field(default_factory=dict)
    """Limits by reading; an empty table switches the kind's own limits off. / 測定値ごとのしきい値です。空のテーブルにすると、種別の既定のしきい値も使いません。"""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on it, beside its group's and its instance's. / この監視項目のメンテナンスです。グループと監視インスタンスのものに加わります。"""
    network: str = ""
    """For a web page: which network it goes through; directly unless one is given. / Web ページの監視で、どのネットワークを通るかです。指定しなければ直接つなぎます。"""
    enabled: bool = True
    """Switched off: it is not measured until it is switched on again. / オフにすると監視を停止し、オンに戻すまで測定しません。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDef(Definition):
    name: str
    """Its name within the instance: a-z, 0-9, - and _. / 監視インスタンスの中での名前です。a-z、0-9、-、_ が使えます。"""
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    every: str = ""
    """For all its monitors that say nothing else. / 個別に指定のない監視項目すべての間隔です。"""
    at: tuple[str, ...] | str = ()
    """For all its monitors that say nothing else. / 個別に指定のない監視項目すべての時刻です。"""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times. / 時刻で測定する曜日です。"""
    rules: tuple[str, ...] | None = None
    """For all its monitors that say nothing else; without any, nobody is told. / 個別に指定のない監視項目すべての実行条件です。1つもなければ、誰にも知らせません。"""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """By kind and reading, for all its monitors that say nothing else. / 個別に指定のない監視項目すべてのしきい値です。種別と測定値ごとに決めます。"""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on all its monitors, beside the instance's. / グループ全体のメンテナンスです。監視インスタンスのものに加わります。"""
    enabled: bool = True
    """Switched off: none of its monitors is measured, whatever they say themselves. / オフにすると、各監視項目の設定にかかわらず、グループ全体の監視を停止します。"""
    monitor: tuple[MonitorDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceDef(Definition):
    name: str
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    address: str = "127.0.0.1"
    """Where network checks reach it: a name or an IP address. / ネットワーク監視の接続先です。名前か IP アドレスで指定します。"""
    zone: str = "UTC"
    """Its time zone, as in Asia/Tokyo. / タイムゾーンです (Asia/Tokyo など)。"""
    every: str = ""
    """For all its monitors that say nothing else; 1m if nobody says anything. / 個別に指定のない監視項目すべての間隔です。どこにも指定がなければ1分です。"""
    at: tuple[str, ...] | str = ()
    """For all its monitors that say nothing else. / 個別に指定のない監視項目すべての時刻です。"""
    days: tuple[str, ...] = ()
    """On which days of the week it is measured at those times. / 時刻で測定する曜日です。"""
    rules: tuple[str, ...] | None = None
    """For all its monitors that say nothing else. / 個別に指定のない監視項目すべての実行条件です。"""
    limits: Mapping[str, Mapping[str, LimitsDef]] = field(default_factory=dict)
    """By kind and reading, for all its monitors that say nothing else. / 個別に指定のない監視項目すべてのしきい値です。種別と測定値ごとに決めます。"""
    maintenance: tuple[WindowDef, ...] = ()
    """Planned work on the whole of it. / 監視インスタンス全体のメンテナンスです。"""
    enabled: bool = True
    """Switched off: its monitoring is stopped; nothing of it is measured. / オフにすると監視を停止し、何も測定しません。"""
    group: tuple[GroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintDef(Definition):
    """Groups to add to an instance; ${name} in their texts stands for what is asked for."""

    name: str
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    title_ja: str = ""
    """The same in Japanese. / 日本語での名前です。"""
    help: str = ""
    """What it watches, in a sentence. / 何を監視するかの1文です。"""
    help_ja: str = ""
    """The same in Japanese. / その日本語です。"""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What is asked for when it is added, with what is taken otherwise; "" must be said. / 追加するときに尋ねる項目と、その既定値です。"" なら必ず指定します。"""
    group: tuple[GroupDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDef(Definition):
    name: str
    title: str = ""
    """Who it is, where people read. / 画面やメールに出る、人や宛先の名前です。"""
    addresses: tuple[str, ...]
    """Mail addresses; each is told. / メール アドレスです。すべてに送ります。"""
    language: Literal["ja", "en"] = "en"
    """In which language. / メールの言語です。"""
    zone: str = "UTC"
    """In which time zone times are written, as in Asia/Tokyo. / 時刻を書くときのタイムゾーンです (Asia/Tokyo など)。"""
    one_by_one: int = 3
    """How many alarms within a minute come one by one, before those that follow are put together; 0: all do. / 1分以内のアラームのうち、1通ずつ送る件数です。続くものは1通にまとめます。0 ならすべて1通ずつ送ります。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDef(Definition):
    id: str = ""
    """To which rule belongs what it has told, if that is another one than its name; written when it is renamed, and kept. / 知らせた内容がどの実行条件のものかを表す ID です。名前を変えたときに付きます。変えないでください。"""
    name: str
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    action: str
    """What is done: mail ... / 何をするかです (mail など)。"""
    contacts: tuple[str, ...]
    """Who is told. / 誰に知らせるかです。"""
    routes: tuple[str, ...]
    """By which ways out, the first that can. / どの送信経路を使うかです。使える最初の経路で送ります。"""
    on: tuple[Literal["warning", "critical", "unknown"], ...] = (
        "warning",
        "critical",
        "unknown",
    )
    """At which levels. / 知らせるレベルです。"""
    when: Literal["change", "each", "first", "nth"] = "change"
    """At which measurements of a problem it is told of. / 問題が続くあいだの、どの測定で知らせるかです。"""
    nth: int | None = None
    """If it is told at the n-th measurement: at which in a row, 1 to 999. / 「n 回続いたときに1回」の場合に、何回続いたら知らせるかです (1から999)。"""
    most: int = 999
    """How often a level is told of at most, 1 to 999. / 1つのレベルについて知らせる回数の上限です (1から999)。"""
    repeat: str = ""
    """How long until it is told again while it stays so, as in 30m; at least 1m. / 同じ状態が続くあいだ、もう一度知らせるまでの時間です (30m など)。1分以上です。"""
    recovered: bool = True
    """Whether the end of a problem is told too. / 問題が終わったことも知らせます。"""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the action wants to know: subject, text ... / アクションごとの設定です (件名、本文など)。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDef(Definition):
    name: str
    title: str = ""
    """What it is called where people read. / 画面に出る名前です。"""
    events: tuple[EventName, ...]
    """What is told of. / 知らせる出来事です。"""
    contacts: tuple[str, ...]
    """Who is told. / 誰に知らせるかです。"""
    routes: tuple[str, ...]
    """By which ways out, the first that can. / どの送信経路を使うかです。使える最初の経路で送ります。"""
    instances: tuple[str, ...] = ()
    """Of which instances; all of them unless given. / 対象の監視インスタンスです。指定しなければすべてです。"""
    action: str = "mail"
    """What is done: mail ... / 何をするかです (mail など)。"""
    at: tuple[str, ...] | str = ()
    """At which times of day it is told that all is well, as in 08:00. / 「異常なし」を知らせる時刻です (08:00 など)。"""
    days: tuple[str, ...] = ()
    """On which days of the week that is told. / 「異常なし」を知らせる曜日です。"""
    zone: str = "UTC"
    """In which time zone those times are, as in Asia/Tokyo. / その時刻のタイムゾーンです (Asia/Tokyo など)。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDef(Definition):
    name: str
    title: str = ""
    """What it is called where people read. / 画面やメールに出る名前です。"""
    kind: str
    """Which kind of way out it is: smtp ... / 送信経路の種別です (smtp など)。"""
    connections: int = 1
    """How many may be open at once, 1 to 100; Exchange Online allows 3. / 同時に開く接続の数です (1から100)。Exchange Online では3までです。"""
    network: str = ""
    """Which network it goes through; directly unless one is given. / どのネットワークを通るかです。指定しなければ直接つなぎます。"""
    mails_a_minute: int = 0
    """For a route without an account: how many mails may leave a minute; 0 is without a limit. / アカウントのない経路で、1分に送るメールの上限です。0 なら制限しません。"""
    recipients_a_day: int = 0
    """The same for recipients in 24 hours. / 同じく、24時間の宛先数の上限です。"""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What its kind wants to know; `account` names the account it sends for. / 種別ごとの設定です。account は送信に使うアカウントの名前です。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDef(Definition):
    name: str
    proxy: str = ""
    """The HTTP proxy to go through, as host:port; connections to others go by CONNECT. / 経由する HTTP プロキシです (ホスト:ポート)。ほかへの接続は CONNECT を使います。"""
    proxy_user: str = ""
    """Who logs in to the proxy. / プロキシにログインする利用者です。"""
    proxy_password: str = ""
    """Which entry of the vault holds the proxy's password: its name, never the password. / プロキシのパスワードを入れた、保管庫の項目名です。パスワードそのものは書きません。"""
    source: str = ""
    """The address of this computer that connections come from. / 接続元にする、このコンピューターのアドレスです。"""
    ca_file: str = ""
    """A file of certificates (PEM) to trust beside the system's. / システムのものに加えて信頼する証明書のファイル (PEM) です。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDef(Definition):
    id: str = ""
    """Under which name its sign-in is kept, if that is another one than its name; written when it is renamed, and kept. / サインインを保管している名前です。アカウントの名前を変えたときに付きます。変えないでください。"""
    name: str
    cloud: str
    """Which provider: microsoft365, google ..., or one defined in clouds/. / プロバイダーです。microsoft365、google など、または clouds/ で定義したものです。"""
    tenant: str = ""
    """The directory (tenant) ID. / ディレクトリ (テナント) ID です。"""
    client_id: str
    """The application (client) ID of the app registration. / アプリの登録のアプリケーション (クライアント) ID です。"""
    sign_in: Literal["person", "app"] = "person"
    """person: somebody signs in once, in a browser; app: by secret or certificate alone. / person は人がブラウザーで一度サインインします。app はシークレットか証明書だけで認証します。"""
    secret: str = ""
    """Which entry of the vault holds the client secret: its name, never the secret. / クライアント シークレットを入れた、保管庫の項目名です。シークレットそのものは書きません。"""
    secret_ends: str = ""
    """The day on which the client secret ends, as in 2027-01-31; no provider tells it. / クライアント シークレットの期限の日です (2027-01-31 など)。プロバイダーからは分かりません。"""
    secret_next: str = ""
    """Which entry holds the next client secret; it is used once the other is refused. / 次のクライアント シークレットの項目名です。いまのものが断られたら使います。"""
    secret_next_ends: str = ""
    """The day on which the next client secret ends. / 次のクライアント シークレットの期限の日です。"""
    certificate: str = ""
    """Which entry of the vault holds the client certificate with its key. / クライアント証明書と鍵を入れた、保管庫の項目名です。"""
    certificate_next: str = ""
    """Which entry holds the next certificate; it is used once the other is refused. / 次の証明書の項目名です。いまのものが断られたら使います。"""
    mailbox: str
    """The mail address that it sends as. / 送信元のメール アドレスです。"""
    shared: bool = False
    """Whether that is a shared mailbox: a person with Full Access and Send As signs in for it. / 共有メールボックスかどうかです。フル アクセスと送信者権限のある人がサインインします。"""
    reads_inbox: bool = False
    """Whether it may read its own mailbox; whoever signs in consents to that too. / 自分のメールボックスを読むかどうかです。サインインする人はそれにも同意します。"""
    redirect: str = REDIRECT
    """The redirect URI of the app registration. / アプリの登録のリダイレクト URI です。"""
    renew_every: str = "7d"
    """How long a sign-in may rest before it is renewed by itself, 1h to 80d. / サインインを使わないまま置いてよい時間です。過ぎると自動で更新します (1時間から80日)。"""
    network: str = ""
    """Which network sign-ins and tokens go through; directly unless one is given. / サインインとトークンでどのネットワークを通るかです。指定しなければ直接つなぎます。"""
    mails_a_minute: int | None = None
    """How many mails the mailbox may send a minute; 0 is without a limit. Unless given, what the cloud says; the same for the next two. / メールボックスが1分に送れるメールの数です。0 なら制限しません。指定しなければ、次の2つも含めてクラウドの値を使います。"""
    connections: int | None = None
    """How many of its mails may be on their way at once, by all routes together. / すべての経路を合わせて、同時に送ってよいメールの数です。"""
    recipients_a_day: int | None = None
    """How many recipients it may send to in 24 hours. / 24時間に送れる宛先の数です。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudDef(Definition):
    name: str
    authority: str = ""
    """The https address of the sign-in server; {tenant} in it stands for the account's tenant. / サインイン サーバーの https アドレスです。{tenant} はアカウントのテナントになります。"""
    scope: str
    """What access is asked for, separated by blanks. / 求めるアクセス許可です。空白で区切ります。"""
    app_scope: str = ""
    """What an account with sign_in = "app" asks for; Microsoft's end in /.default. / sign_in = "app" のアカウントが求めるものです。Microsoft では /.default で終わります。"""
    app_grant: Literal["client_credentials", "service_account"] = "client_credentials"
    """How an app gets its tokens; service_account: by Google's key file, for its mailbox. / アプリがトークンを得る方法です。service_account は Google のキー ファイルで、メールボックスの代わりに得ます。"""
    smtp_host: str
    """Its mail server. / メール サーバーです。"""
    smtp_port: int = 587
    """The mail server's port. / メール サーバーのポートです。"""
    mechanism: Literal["xoauth2", "oauthbearer"] = "xoauth2"
    """How the mail server takes tokens. / メール サーバーがトークンを受け取る方法です。"""
    ca_file: str = ""
    """A file of certificates (PEM) to trust beside the system's. / システムのものに加えて信頼する証明書のファイル (PEM) です。"""
    oidc: bool = False
    """true for an OpenID Connect server that is not Microsoft Entra. / Microsoft Entra 以外の OpenID Connect サーバーなら true です。"""
    authorization_endpoint: str = ""
    """Where a person signs in, for a server that does not tell its endpoints by itself. / サーバーがエンドポイントを公開していない場合の、人がサインインする場所です。"""
    token_endpoint: str = ""
    """Where tokens are given; with it the authority is not asked. / トークンを得る場所です。指定するとサインイン サーバーには問い合わせません。"""
    device_authorization_endpoint: str = ""
    """Where a sign-in by a code on another device begins; "" where there is none. / 別の端末でコードを使うサインインの開始場所です。なければ "" です。"""
    authorize_with: str = ""
    """What the sign-in page is given beside what it always is, as a query. / サインイン ページに追加で渡すクエリです。"""
    client_auth: Literal["post", "basic"] = "post"
    """How a client secret is sent: in the request's body, or by HTTP Basic. / クライアント シークレットの送り方です。本文か、HTTP Basic です。"""
    graph: str = ""
    """The https address of its Microsoft Graph, without a path; "" where there is none. / Microsoft Graph の https アドレス (パスなし) です。なければ "" です。"""
    graph_scope: str = ""
    """What access is asked for to send by Graph. / Graph での送信に求めるアクセス許可です。"""
    graph_app_scope: str = ""
    """The same for an account with sign_in = "app". / sign_in = "app" のアカウントの場合のものです。"""
    inbox_scope: str = ""
    """What access is asked for to read the account's own mailbox. / 自分のメールボックスを読むために求めるアクセス許可です。"""
    graph_shared_scope: str = ""
    """What access is asked for to send by Graph from a shared mailbox, by whoever signs in. / 共有メールボックスから Graph で送るために、サインインする人に求めるアクセス許可です。"""
    inbox_shared_scope: str = ""
    """What access is asked for to read a shared mailbox by Graph. / 共有メールボックスを Graph で読むために求めるアクセス許可です。"""
    imap_host: str = ""
    """By which server that is read where there is no Graph: IMAP in TLS. / Graph がない場合に読むためのサーバーです (TLS の IMAP)。"""
    imap_port: int = 993
    """That server's port. / そのサーバーのポートです。"""
    mails_a_minute: int = 0
    """How many mails a mailbox may send a minute; 0 is without a limit. / メールボックスが1分に送れるメールの数です。0 なら制限しません。"""
    connections: int = 0
    """How many connections a mailbox may have at once; 0 is without a limit. / メールボックスが同時に開ける接続の数です。0 なら制限しません。"""
    recipients_a_day: int = 0
    """How many recipients a mailbox may send to in 24 hours; 0 is without a limit. / メールボックスが24時間に送れる宛先の数です。0 なら制限しません。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """All definitions of one version, by name."""

    instances: Mapping[str, InstanceDef] = field(default_factory=dict)
    contacts: Mapping[str, ContactDef] = field(default_factory=dict)
    rules: Mapping[str, RuleDef] = field(default_factory=dict)
    notifications: Mapping[str, NotificationDef] = field(default_factory=dict)
    routes: Mapping[str, RouteDef] = field(default_factory=dict)
    networks: Mapping[str, NetworkDef] = field(default_factory=dict)
    accounts: Mapping[str, AccountDef] = field(default_factory=dict)
    clouds: Mapping[str, CloudDef] = field(default_factory=dict)
    blueprints: Mapping[str, BlueprintDef] = field(default_factory=dict)
