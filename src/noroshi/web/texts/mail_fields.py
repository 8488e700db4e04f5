"""What the settings of routes, accounts and networks are called where people read."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

NAMED: Mapping[str, tuple[str, str]] = {
    "host": ("Mail server", "メールサーバー"),
    "protection": ("Encryption", "暗号化"),
    "ca_file": ("Certificates to trust", "信頼する証明書"),
    "smtp.certificate": ("Own certificate", "こちらの証明書"),
    "sender": ("From", "差出人"),
    "sender_name": ("Name beside it", "差出人の表示名"),
    "envelope_sender": ("Envelope sender", "エンベロープの差出人"),
    "smtp.user": ("Signs in as", "サインインするユーザー"),
    "password": ("Password's entry", "パスワードの項目名"),
    "auth": ("Way to sign in", "サインインの方式"),
    "ehlo": ("Calls itself", "名乗る名前"),
    "charset": ("Character set", "文字コード"),
    "graph": ("Graph's address", "Graph のアドレス"),
    "folder": ("Folder", "フォルダー"),
    "envelope_headers": ("Envelope headers", "エンベロープのヘッダー"),
    "url": ("Address", "URL (アドレス)"),
    "url_entry": ("Address's entry", "URL の項目名"),
    "shape": ("Shape", "形式"),
    "header": ("Header", "ヘッダー"),
    "header_entry": ("Header's entry", "ヘッダーの項目名"),
    "plain_http": ("Without TLS", "暗号化なし"),
    "cloud": ("Cloud", "クラウド"),
    "tenant": ("Tenant ID", "テナント ID"),
    "client_id": ("Client ID", "クライアント ID"),
    "sign_in": ("Sign-in", "サインイン"),
    "secret": ("Secret's entry", "シークレットの項目名"),
    "secret_ends": ("Secret ends on", "シークレットの期限"),
    "secret_next": ("Next secret's entry", "次のシークレットの項目名"),
    "secret_next_ends": ("Next secret ends on", "次のシークレットの期限"),
    "certificate": ("Certificate's entry", "証明書の項目名"),
    "certificate_next": ("Next certificate's entry", "次の証明書の項目名"),
    "mailbox": ("Mailbox", "メールボックス"),
    "shared": ("Shared mailbox", "共有メールボックス"),
    "reads_inbox": ("Reads its mailbox", "メールボックスを読む"),
    "redirect": ("Redirect URI", "リダイレクト URI"),
    "renew_every": ("Renewed at least every", "更新の間隔"),
    "proxy": ("Proxy", "プロキシ"),
    "proxy_user": ("Proxy's user", "プロキシの利用者"),
    "proxy_password": ("Proxy password's entry", "プロキシのパスワードの項目名"),
    "source": ("From address", "接続元アドレス"),
}
MAILING_FIELDS: Mapping[str, Words] = {
    f"field.{name}": Words(en=en, ja=ja) for name, (en, ja) in NAMED.items()
}
