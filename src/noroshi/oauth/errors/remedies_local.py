"""List the remedies of a sign-in that was not even asked for: what our own settings and vault lack."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words
from noroshi.oauth.errors import remedies
from noroshi.oauth.errors.remedies import AT_ONCE, WITH_APPLY
from noroshi.ports.examination import Cure, Whose

CERTIFICATE = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Make a certificate and have the administrator upload it, or put in one that is "
            "there:",
            ja="証明書を作って管理者に登録してもらうか、すでにあるものを入れます:",
        ),
    ),
    lines=(
        "noroshi cert new {account} --out noroshi.cer",
        "noroshi cert import {account} FILE",
    ),
    link=remedies.CREDENTIALS,
    takes=AT_ONCE,
)
PROXY_PASSWORD = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Put the password of the proxy in:", ja="プロキシのパスワードを保管庫に入れます:"
        ),
    ),
    lines=("noroshi secret set {proxy_password}",),
    takes=AT_ONCE,
)
NO_SCOPE = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Take a cloud that has it (microsoft365 has), or write the scope into "
            "clouds/{cloud}.toml.",
            ja="スコープのあるクラウド (microsoft365 など) を使うか、clouds/{cloud}.toml に書きます。",
        ),
    ),
    takes=WITH_APPLY,
)
OTHER_HOST = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Ask whoever runs that sign-in server whether the host is theirs. If it is, list it in "
            "endpoint_hosts of clouds/{cloud}.toml. If it is not, this may be an attack: do not "
            "sign in.",
            ja="サインイン サーバーの運営者に、そのホストが自社のものかを確かめます。そうであれば clouds/{cloud}.toml "
            "の endpoint_hosts に書きます。違う場合は不正な誘導のおそれがあるため、サインインしないでください。",
        ),
    ),
    takes=WITH_APPLY,
)
VAULT = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="See which key is there and what it opens; the right one comes from its backup:",
            ja="どの鍵があり、何を開けるかを確かめます。正しい鍵は控えから戻せます:",
        ),
    ),
    lines=("noroshi key check", "noroshi key restore FILE"),
    takes=AT_ONCE,
)
STORE = Cure(
    whose=Whose.YOU,
    how=(
        Words(
            en="Look whether the volume is full or read-only, and whether the store is whole:",
            ja="ボリュームがいっぱいか読み取り専用になっていないか、保存先に異常がないか調べます:",
        ),
    ),
    lines=("df -h", "noroshi check-store"),
    takes=AT_ONCE,
)
BY_ERROR: Mapping[str, Cure] = {
    "never_signed_in": remedies.SIGN_IN,
    "other_account": remedies.SIGN_IN,
    "no_secret": remedies.SECRET,
    "no_key_file": remedies.SECRET,
    "no_certificate": CERTIFICATE,
    "no_proxy_password": PROXY_PASSWORD,
    "no_scope": NO_SCOPE,
    "other_host": OTHER_HOST,
    "leads_to_microsoft": remedies.CLOUD,
    "invalid_response": remedies.SETTINGS,
}
"""By what our own refusals are called."""
