"""What `noroshi setup microsoft365` asks of the mailbox, the way to sign in, and the app."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words
from noroshi.guides.export import SENDS_BY

HELD = Words(
    en="Mails leave by this account now. What you change is proved first and put in force at once "
    "after that; until then they go on as before.",
    ja="このアカウントは現在送信に使われています。変更はまず確認だけを行い、確認が済んだ時点でまとめて有効にします。"
    "それまでは、これまでどおり送信します。",
)
MAILBOX = Words(en="Mailbox that alarms come from", ja="アラームの送信元メールボックス")
TENANT = Words(
    en="Tenant ID, or a domain of the organisation", ja="テナント ID、または組織のドメイン"
)
TENANT_FOUND = Words(
    en="{tenant} is the tenant {id} (says {host}).",
    ja="{tenant} のテナントは {id} です ({host} で確認)。",
)
TENANT_THERE = Words(
    en="The tenant {id} is there (says {host}).",
    ja="テナント {id} が見つかりました ({host} で確認)。",
)
WHICH_WAY = Words(en="How shall it sign in?", ja="どの方法でサインインしますか。")
WHY: Mapping[str, Words] = {
    "app-certificate": Words(
        en="Best for a server: no person, no password, no second factor; nothing to hand over but "
        "a certificate that may be seen. It needs PowerShell for Exchange once.",
        ja="サーバーにおすすめです。人も、パスワードも、2要素認証も要りません。渡すのは見られても困らない"
        "証明書だけです。Exchange の PowerShell を一度使います。",
    ),
    "app-secret": Words(
        en="The same, with a secret that ends after two years at most.",
        ja="上と同じですが、最長2年で切れるシークレットを使います。",
    ),
    "person-paste": Words(
        en="Where the administrator gives client ID, secret, tenant ID and redirect URL. Somebody "
        "signs in once, on any computer.",
        ja="クライアント ID、シークレット、テナント ID、リダイレクト URL を管理者から受け取る方法です。"
        "どのコンピューターからでも、一度サインインするだけです。",
    ),
    "person-here": Words(
        en="The same, where this computer has a browser: nothing to paste.",
        ja="上と同じで、このコンピューターにブラウザーがある場合です。貼り付けは要りません。",
    ),
    "person-device": Words(
        en="No secret; on a phone, say. Many organisations block it.",
        ja="シークレットは要らず、スマートフォンでもできます。禁止している組織も多くあります。",
    ),
}
WHICH_KIND = Words(en="And by which way shall mails leave?", ja="どの経路で送りますか。")
KINDS: Mapping[str, tuple[Words, Words]] = {
    "smtp": (
        SENDS_BY["smtp"],
        Words(
            en="The permission for nothing but that. “Authenticated SMTP” must be on for the mailbox.",
            ja="権限が最小で済みます。メールボックスで「認証済み SMTP」を有効にする必要があります。",
        ),
    ),
    "graph": (
        SENDS_BY["graph"],
        Words(
            en="Where port 587 or Authenticated SMTP is closed. Mails of up to 3 MB.",
            ja="ポート 587 や「認証済み SMTP」が使えない場合に。メールは3 MB までです。",
        ),
    ),
}
PERSON = Words(en="Who signs in", ja="サインインする人")
NO_TENANT = Words(
    en="must be a tenant ID, or a domain such as contoso.onmicrosoft.com",
    ja="テナント ID か、contoso.onmicrosoft.com のようなドメインを入れてください",
)
NOT_REGISTERED = Words(en="not registered yet", ja="未登録")
GO_ON_WITH = Words(
    en="""What is known so far:
  mailbox   {mailbox}
  cloud     {cloud}
  tenant    {tenant}
  client ID {app}
  way       {way}
  sends by  {kind}
  kept in   accounts/{account}, routes/{route}
Go on with this? (n: change it)""",
    ja="""ここまでの設定:
  メールボックス    {mailbox}
  クラウド          {cloud}
  テナント          {tenant}
  クライアント ID   {app}
  サインイン        {way}
  送信              {kind}
  保存先            accounts/{account}、routes/{route}
このまま続けますか (n: 変更する)。""",
)
CLIENT_ID = Words(en="Application (client) ID", ja="アプリケーション (クライアント) ID")
NOT_KNOWN_YET = Words(
    en="If it is not known yet: Enter alone leaves it for now.",
    ja="まだ分からなければ、空のまま Enter で中断できます。",
)
NO_GUID = Words(
    en="must be like 11111111-2222-3333-4444-555555555555",
    ja="11111111-2222-3333-4444-555555555555 のような形にしてください",
)
