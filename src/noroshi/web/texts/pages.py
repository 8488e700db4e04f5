"""Every text of the pages, by key and in both languages. What an operation answers brings its own."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words
from noroshi.web.texts.administration import HANDLING
from noroshi.web.texts.alarms import ALARMS
from noroshi.web.texts.audit_log import AUDIT, DEEDS
from noroshi.web.texts.definition_edit import EDITING
from noroshi.web.texts.first_steps import FIRST
from noroshi.web.texts.forms import FORMS
from noroshi.web.texts.mail import MAILING, MAILING_EDIT, MAILING_FIELDS
from noroshi.web.texts.mail_route import MAILING_ROUTE
from noroshi.web.texts.monitors import ACTS, WATCHING
from noroshi.web.texts.settings import SETTINGS

TEXTS: Mapping[str, Words] = {
    "busy": Words(en="Working…", ja="処理しています…"),
    "skip": Words(en="Skip to content", ja="本文へ移動"),
    "pages": Words(en="Main pages", ja="主なページ"),
    "person.menu": Words(en="Menu of {name} ({role})", ja="{name} のメニュー ({role})"),
    "language": Words(en="Language", ja="言語"),
    "language.en": Words(en="English", ja="English"),
    "language.ja": Words(en="日本語", ja="日本語"),
    "theme": Words(en="Appearance", ja="表示"),
    "theme.auto": Words(en="as the system", ja="システムに合わせる"),
    "theme.light": Words(en="light", ja="ライト"),
    "theme.dark": Words(en="dark", ja="ダーク"),
    "look.choose": Words(en="Choose", ja="変更"),
    "log_out": Words(en="Log out", ja="ログアウト"),
    "bar.lost": Words(en="Alarms: lost", ja="アラーム: 失われた"),
    "bar.waiting": Words(en="waiting", ja="待機"),
    "foot": Words(
        en="Noroshi {version} · {node} · times in {zone}",
        ja="Noroshi {version}・{node}・時刻は {zone}",
    ),
    "name": Words(en="Name", ja="名前"),
    "password": Words(en="Password", ja="パスワード"),
    "password.again": Words(en="Once more", ja="もう一度"),
    "password.help": Words(
        en="At least 12 characters. A sentence is good.",
        ja="12文字以上。文章にすると覚えやすくなります。",
    ),
    "log_in.title": Words(en="Log in", ja="ログイン"),
    "log_in.do": Words(en="Log in", ja="ログイン"),
    "log_in.meanwhile": Words(
        en="Watching and sending go on, whether anybody is logged in or not.",
        ja="監視と送信は、ログインに関係なく続いています。",
    ),
    "code.title": Words(en="Second step", ja="2段階認証"),
    "code.ask": Words(en="Code", ja="コード"),
    "code.help": Words(
        en="The six digits that your authenticator shows now, or a recovery code.",
        ja="認証アプリに表示されている6桁の数字か、リカバリー コードを入れてください。",
    ),
    "code.do": Words(en="Log in", ja="ログイン"),
    "code.other": Words(en="Log in as somebody else", ja="別の利用者でログイン"),
    "start.title": Words(en="First start", ja="はじめに"),
    "start.title.code": Words(en="Choose a password", ja="パスワードを決める"),
    "start.about": Words(
        en="There is no administrator yet. Whoever started Noroshi has a one-time code: noroshi serve "
        "printed it on its terminal, or in its journal.",
        ja="管理者がまだいません。noroshi serve が端末 (サービスではジャーナル) に表示したワンタイム コードを"
        "入力して、最初の管理者を作ります。",
    ),
    "start.about.code": Words(
        en="An administrator gave you a one-time code. With it you choose your own password.",
        ja="管理者から受け取ったワンタイム コードで、自分のパスワードを決めます。",
    ),
    "start.about.from_link": Words(
        en="There is no administrator yet. The one-time code is filled in already: choose a user name "
        "and a password for the first one.",
        ja="管理者がまだいません。ワンタイム コードは入力済みです。ユーザー名とパスワードを決めて、"
        "最初の管理者を作ります。",
    ),
    "start.about.code.from_link": Words(
        en="The one-time code is filled in already. Choose your own password.",
        ja="ワンタイム コードは入力済みです。自分のパスワードを決めてください。",
    ),
    "start.code": Words(en="One-time code", ja="ワンタイム コード"),
    "start.name": Words(en="User name", ja="ユーザー名"),
    "start.name.help": Words(
        en="Letters, digits and . _ @ -", ja="英数字と . _ @ - が使えます"
    ),
    "start.do": Words(en="Begin", ja="始める"),
    "start.different": Words(
        en="The two passwords are not the same.", ja="2つのパスワードが一致しません。"
    ),
    "start.have_code": Words(
        en="I have a one-time code", ja="ワンタイム コードを持っている場合"
    ),
    "reauthenticate.title": Words(en="Password once more", ja="パスワードをもう一度"),
    "reauthenticate.about": Words(
        en="This may run programs on the node or send a secret elsewhere, or concerns who may log in. "
        "It holds for five minutes.",
        ja="ノードでのプログラムの実行、シークレットの送り先、ログインできる人のいずれかに関わる操作です。5分間有効です。",
    ),
    "reauthenticate.kept": Words(
        en="What you entered is kept and goes along; nothing was changed yet.",
        ja="入力した内容はそのまま引き継がれます。まだ何も変更していません。",
    ),
    "reauthenticate.password": Words(en="Your password", ja="ログイン パスワード"),
    "reauthenticate.secret": Words(en="Secret or password", ja="シークレットまたはパスワード"),
    "reauthenticate.code": Words(en="Code", ja="コード"),
    "reauthenticate.files": Words(
        en="The file once more (a page cannot keep it)",
        ja="ファイルをもう一度選ぶ (画面には残せません)",
    ),
    "reauthenticate.do": Words(en="Go on", ja="続ける"),
    "error.title": Words(en="That did not work", ja="できませんでした"),
    "error.lost": Words(en="Page not found", ja="ページが見つかりません"),
    "error.next": Words(
        en="What it was about may have been removed or renamed: look for it from the overview or "
        "the settings. Watching and sending go on.",
        ja="削除されたか、名前が変わった可能性があります。概況か設定から探してください。監視と送信は"
        "続いています。",
    ),
    "error.back": Words(en="To the overview", ja="概況に戻る"),
    "error.settings": Words(en="To the settings", ja="設定を開く"),
    "error.not_there": Words(
        en="There is no page at this address. See whether it is typed right.",
        ja="このアドレスのページはありません。アドレスが正しいか確かめてください。",
    ),
    "error.method": Words(
        en="This page cannot be asked for in that way.",
        ja="このページはその方法では開けません。",
    ),
    "error.bug": Words(
        en="Noroshi itself failed here. The node's log says where; watching goes on.",
        ja="Noroshi 自身の不具合です。場所はノードのログにあります。監視は続いています。",
    ),
    **WATCHING,
    **AUDIT,
    **DEEDS,
    **ALARMS,
    **HANDLING,
    **SETTINGS,
    **FIRST,
    **FORMS,
    **ACTS,
    **MAILING,
    **MAILING_EDIT,
    **MAILING_FIELDS,
    **MAILING_ROUTE,
    **EDITING,
}
