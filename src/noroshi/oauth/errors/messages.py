"""Word a sign-in that is missing, ended or complete."""

from __future__ import annotations

from noroshi.core.words import Words

ANY_ROUTE = Words(en="ROUTE", ja="経路名")
"""Stands in a command where the account has no route."""
NEVER = Words(
    en="Nobody has signed in for {name} yet. Run: noroshi authorize {route}",
    ja="「{name}」はまだサインインしていません。noroshi authorize {route} を実行してください。",
)
OTHER_APP = Words(
    en="Tenant, client ID or cloud of {name} has changed since the sign-in. Sign in again.",
    ja="「{name}」のテナント、クライアント ID、クラウドのどれかがサインイン後に変わりました。"
    "もう一度サインインしてください。",
)
NOT_BEGUN = Words(
    en="No sign-in has been begun for {name}. Open the page first.",
    ja="「{name}」のサインインは始まっていません。先にページを開いてください。",
)
TOO_OLD = Words(
    en="This sign-in was begun more than an hour ago. Open the page again and paste the new URL.",
    ja="このサインインは1時間以上前のものです。ページを開き直し、新しい URL を貼り付けてください。",
)
ALREADY = Words(
    en="This URL has been used: the sign-in is complete, nothing is left to do.",
    ja="この URL は使用済みです。サインインは済んでいるため、何もする必要はありません。",
)
NO_SECRET = Words(
    en="The vault has no client secret “{secret}” for {name}. Enter the Value from the portal.",
    ja="「{name}」のクライアント シークレット「{secret}」が保管庫にありません。"
    "ポータルの「値」を入れてください。",
)
NO_REFRESH = Words(
    en="The sign-in server gave no refresh token, so the sign-in would end within an hour. "
    "The application must be allowed offline_access.",
    ja="リフレッシュ トークンが発行されないため、1時間ほどで送れなくなります。"
    "アプリケーションに offline_access を許可してください。",
)
NO_REFRESH_ELSEWHERE = Words(
    en="The sign-in server gave no refresh token, so the sign-in would end within an hour. The "
    "application must be allowed offline_access there; if the server requires consent each time, put "
    'authorize_with = "prompt=consent" into clouds/{cloud}.toml.',
    ja="リフレッシュ トークンが発行されないため、1時間ほどで送れなくなります。アプリケーションに "
    "offline_access を許可してください。サインインのたびに同意が必要なサーバーでは、clouds/{cloud}.toml に "
    'authorize_with = "prompt=consent" も書いてください。',
)
UNPROVED = Words(
    en="The app {name} has not signed in yet. Run: noroshi authorize {route}",
    ja="アプリ「{name}」はまだサインインしていません。noroshi authorize {route} を実行してください。",
)
BY_ITSELF = Words(
    en="{name} signs in by itself, with its client secret: there is no page to open.",
    ja="「{name}」はクライアント シークレットだけでサインインします。開くページはありません。",
)
SIGNED_IN = Words(en="Signed in.", ja="サインイン済みです。")
CERTIFICATE_MISSING = Words(
    en="The vault has no certificate “{secret}” for {name}. Make one: noroshi cert new {name}",
    ja="「{name}」の証明書「{secret}」が保管庫にありません。noroshi cert new {name} で作れます。",
)
NO_CERTIFICATE = Words(
    en="The vault's entry “{entry}” is no certificate with its key. Put one in: "
    "noroshi cert new, or noroshi cert import",
    ja="保管庫の「{entry}」は鍵付きの証明書ではありません。noroshi cert new か "
    "noroshi cert import で入れてください。",
)
NO_PROXY_PASSWORD = Words(
    en="The vault has no entry “{entry}” with the password of the proxy of network {network}. "
    "Put it in: noroshi secret set {entry}",
    ja="ネットワーク {network} のプロキシのパスワード「{entry}」が保管庫にありません。"
    "noroshi secret set {entry} で入れてください。",
)
NO_SCOPE = Words(
    en="The cloud {cloud} says no scope for that ({resource}), so {name} cannot be asked for it.",
    ja="クラウド {cloud} にはこの用途 ({resource}) のスコープがないため、「{name}」では使えません。",
)
OTHER_WAY = Words(
    en="The last sign-in of {name} was begun on another device, not by a page. Begin it again.",
    ja="「{name}」で最後に始めたサインインはコード入力によるものです。最初からやり直してください。",
)
CODE_OVER = Words(
    en="The code has expired before somebody finished. Begin the sign-in again.",
    ja="サインインが済む前にコードの期限が切れました。最初からやり直してください。",
)
