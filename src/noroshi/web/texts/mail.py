"""Texts of the pages on mail: routes, their order, accounts."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

MAILING: Mapping[str, Words] = {
    "mailing.title": Words(en="Mail", ja="メール"),
    "mailing.none": Words(
        en="No alarm can leave yet: there is no route. Add the first one.",
        ja="送信経路がまだないため、アラームを送れません。最初の経路を追加してください。",
    ),
    "mailing.well_one": Words(
        en="Mails can leave by the only route.", ja="送信できます。経路は1つだけです。"
    ),
    "mailing.in_vain": Words(
        en="The last diagnosis of a route failed, so mails may not leave.",
        ja="直近の診断に失敗した経路があり、送信できないおそれがあります。",
    ),
    "mailing.unproved": Words(
        en="Nothing is known against the routes, but not proved yet: {unproved} of {count}.",
        ja="経路に問題は見つかっていませんが、{count}本のうち{unproved}本はまだ送信実績がありません。",
    ),
    "mailing.well": Words(
        en="Mails can leave by every route ({count}).",
        ja="{count}つの経路すべてで送信できます。",
    ),
    "mailing.some": Words(
        en="{bad} of {count:route|routes} cannot send. Alarms leave by the others.",
        ja="{count}経路のうち{bad}つで送信できません。アラームはほかの経路から送ります。",
    ),
    "mailing.no": Words(
        en="{bad} of {count:route|routes} cannot send.",
        ja="{count}経路のうち{bad}つで送信できません。",
    ),
    "mailing.for_now": Words(
        en="{bad} of {count:route needs|routes need} somebody, though what they have may still send for "
        "a while.",
        ja="送信経路{count}本のうち{bad}本に対応が必要です (しばらくは送信できる場合があります)。",
    ),
    "mailing.stuck": Words(
        en="{bad} of {count:route|routes} cannot send. Alarms of these cannot leave: {which}.",
        ja="{count}経路のうち{bad}つで送信できません。次のアラームは送れません: {which}。",
    ),
    "mailing.stuck.more": Words(en="{names} and {more} more", ja="{names}、ほか{more}件"),
    "mailing.all_bad": Words(
        en="No route can send. Alarms are kept and go out, worst first, as soon as one is back.",
        ja="どの経路でも送信できません。アラームは保管し、経路が戻りしだい危険から順に送ります。",
    ),
    "mailing.routes": Words(en="Routes", ja="送信経路"),
    "mailing.first": Words(en="SMTP server {n}", ja="SMTPサーバー{n}"),
    "mailing.first.of": Words(en="Route {n} ({kind})", ja="経路{n} ({kind})"),
    "mailing.further": Words(en="Further route", ja="その他の経路"),
    "mailing.add": Words(en="Add a route", ja="経路を追加"),
    "mailing.open": Words(en="Settings, sign-in, diagnosis", ja="設定・サインイン・診断"),
    "mailing.used_by": Words(en="Used by", ja="使用元"),
    "mailing.unused": Words(
        en="No rule names it, so no alarm goes by it.",
        ja="どの実行条件にも入っていないため、アラームはここを通りません。",
    ),
    "mailing.never": Words(
        en="Nobody has signed in yet: until then no mail leaves by it.",
        ja="まだサインインしていません。済むまで、この経路では送れません。",
    ),
    "mailing.lacks": Words(
        en="“{entry}”, which it needs, is not in the vault: until then no mail leaves by it.",
        ja="この経路に要る「{entry}」が保管庫にありません。入れるまで、この経路では送れません。",
    ),
    "mailing.put_in": Words(en="Put it in", ja="保管庫に入れる"),
    "mailing.through": Words(en="Network", ja="ネットワーク"),
    "mailing.signed": Words(en="Signed in", ja="サインイン"),
    "mailing.set_up": Words(en="Set up", ja="設定"),
    "mailing.password_kept": Words(en="Password", ja="パスワード"),
    "mailing.way_of": Words(
        en="How far this route is proved", ja="この経路で確かめたところまで"
    ),
    "mailing.order": Words(en="Order", ja="使う順番"),
    "mailing.order.about": Words(
        en="A mail takes the first route that can. The way back is found by itself.",
        ja="上から順に、使える経路で送ります。戻ったことは自動で見つけ、もとの順番に戻します。",
    ),
    "mailing.rule": Words(en="Rule {name}", ja="実行条件 {name}"),
    "mailing.notification": Words(en="Notification {name}", ja="通知項目 {name}"),
    "mailing.up": Words(en="Up", ja="上へ"),
    "mailing.down": Words(en="Down", ja="下へ"),
    "mailing.out": Words(en="Take out", ja="外す"),
    "mailing.into": Words(en="Add at the end", ja="最後に追加"),
    "mailing.into.ask": Words(en="Route to add to {name}", ja="{name} に追加する経路"),
    "mailing.only_one": Words(
        en="One route alone: if it fails, alarms wait. A second one by another way is worth it.",
        ja="経路が1つだけです。使えなくなるとアラームは待つことになります。別の方法の2つ目をおすすめします。",
    ),
    "mailing.no_order": Words(
        en="No rule and no notification names a route yet.",
        ja="経路を使う実行条件や通知項目は、まだありません。",
    ),
    "mailing.accounts": Words(en="Accounts", ja="アカウント"),
    "mailing.accounts.none": Words(
        en="No account yet. Adding a route through Microsoft 365 or Google makes one.",
        ja="アカウントはまだありません。Microsoft 365 や Google の経路を追加すると作られます。",
    ),
    "mailing.account": Words(en="Account", ja="アカウント"),
    "mailing.mailbox": Words(en="Mailbox", ja="メールボックス"),
    "mailing.cloud": Words(en="Cloud", ja="クラウド"),
    "mailing.sign_in": Words(en="Sign-in", ja="サインイン"),
    "mailing.by_person": Words(en="by a person", ja="人がサインイン"),
    "mailing.by_app": Words(en="by the app itself", ja="アプリのみ"),
    "mailing.state": Words(en="State", ja="状態"),
    "mailing.no_route": Words(en="no route uses it", ja="使う経路なし"),
    "mailing.again": Words(en="Sign in", ja="サインインする"),
    "mailing.networks": Words(en="Networks", ja="ネットワーク"),
    "mailing.networks.about": Words(
        en="Where the way out needs a proxy, or a certain address of this computer.",
        ja="外に出るのにプロキシや、このコンピューターの特定のアドレスが要る場合に使います。",
    ),
    "mailing.networks.none": Words(
        en="None: everything goes out directly.", ja="なし (すべて直接接続)"
    ),
    "mailing.networks.add": Words(en="Add a network", ja="ネットワークを追加"),
    "mailing.proxy": Words(en="Proxy", ja="プロキシ"),
    "mailing.source": Words(en="From", ja="接続元アドレス"),
    "mailing.edit": Words(en="Change", ja="変更"),
    "mailing.direct": Words(en="directly", ja="直接接続"),
    "mailing.retiring": Words(
        en="It signs in to Exchange Online by a password. Microsoft switches that off for existing "
        "tenants at the end of December 2026 (an administrator may switch it on again), gives it "
        "to no tenant made after that, and names the day on which it ends for good in the second "
        "half of 2027.",
        ja="Exchange Online にパスワードでサインインしています。Microsoft は既存のテナントでは2026年12月末に"
        "これを無効にし (管理者が再び有効にすることはできます)、それ以降に作られたテナントでは使えません。"
        "完全に終了する日は2027年後半に発表されます。",
    ),
    "mailing.retiring.do": Words(
        en="Add a route that signs in by OAuth 2.0", ja="OAuth 2.0 の経路を追加する"
    ),
    "mailing.ends_soon": Words(
        en="Its credential ends in {days:day|days} ({day}). After that no mail leaves by this route.",
        ja="サインインに使うシークレットまたは証明書の期限まで、あと{days}日です ({day})。"
        "切れると、この経路では送れません。",
    ),
    "mailing.ended": Words(
        en="Its credential has ended ({day}): no mail leaves by this route until a new one is put in.",
        ja="サインインに使うシークレットまたは証明書の期限が切れています ({day})。新しいものを入れるまで、"
        "この経路では送れません。",
    ),
    "mailing.meanwhile": Words(
        en="Alarms go by the other routes and are not lost.",
        ja="アラームはほかの経路に回り、失われません。",
    ),
    "mailing.did.order": Words(en="The order is changed.", ja="順番を変更しました。"),
    "mailing.did.removed": Words(en="It is removed.", ja="削除しました。"),
    "mailing.did.saved": Words(en="It is saved.", ja="保存しました。"),
    "mailing.did.added": Words(
        en="The route is there. What is still missing stands below, in its order.",
        ja="経路を追加しました。残りの手順を、上から順に進めてください。",
    ),
    "mailing.did.signed_in": Words(
        en="The route is signed in. What waits for it goes out now.",
        ja="サインインが済みました。待っているメールを順に送ります。",
    ),
    "mailing.did.secret": Words(
        en="It is in the vault; nobody is shown it again.",
        ja="保管庫に入れました。もう誰にも表示されません。",
    ),
}
