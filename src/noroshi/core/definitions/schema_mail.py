"""Definitions of how mails leave: routes, networks, accounts, and the clouds of those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from noroshi.core.definitions.definition import Definition

REDIRECT = "http://localhost/MxMail/"


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
    mails_a_minute: int | None = None
    """For a route without an account: mails per minute; 0 means no limit. The default, here and for the next two, is the server's known limit. / アカウントのない経路で、1分に送るメールの上限です。0 なら制限しません。指定しなければ、次の2つも含めてサーバーごとの既知の値を使います。"""
    mails_an_hour: int | None = None
    """For a route without an account: mails per hour. / 同じく、1時間に送るメールの上限です。"""
    recipients_a_day: int | None = None
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
    """Mails that the mailbox may send per minute; 0 means no limit. The default, here and for the next three, is the cloud's. / メールボックスが1分に送れるメールの数です。0 なら制限しません。指定しなければ、次の3つも含めてクラウドの値を使います。"""
    mails_an_hour: int | None = None
    """Mails that the mailbox may send per hour. / 1時間に送れるメールの数です。"""
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
    endpoint_hosts: tuple[str, ...] = ()
    """Hosts other than the authority's that the server may name as its endpoints. / サーバーがエンドポイントとして指定してよい、サインイン サーバー以外のホストです。"""
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
    mails_an_hour: int = 0
    """Mails that a mailbox may send per hour; 0 means no limit. / メールボックスが1時間に送れるメールの数です。0 なら制限しません。"""
    connections: int = 0
    """How many connections a mailbox may have at once; 0 is without a limit. / メールボックスが同時に開ける接続の数です。0 なら制限しません。"""
    recipients_a_day: int = 0
    """How many recipients a mailbox may send to in 24 hours; 0 is without a limit. / メールボックスが24時間に送れる宛先の数です。0 なら制限しません。"""
