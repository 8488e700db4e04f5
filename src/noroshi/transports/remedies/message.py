"""Answers about one mail, about its recipients, and those that no row of the table names."""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi.ports.examination import Cure, Whose
from noroshi.transports.remedies.remedy import (
    AN_HOUR,
    AT_ONCE,
    BY_ITSELF,
    EXCHANGE,
    SOON,
    WITH_NEXT,
    Advice,
)

MANY_RECIPIENTS = Advice(
    means=Words(
        en="The mail has more recipients than the server takes at once.",
        ja="1通の宛先の数が、サーバーの上限を超えています。",
    ),
    act=Words(
        en="The others follow in a further mail by themselves.",
        ja="残りの宛先には、続けて自動で送ります。",
    ),
    cure=Cure(whose=Whose.YOU, takes=BY_ITSELF),
)
TOO_OFTEN = Advice(
    means=Words(
        en="This recipient has been sent more mails than its mailbox takes within an hour.",
        ja="この宛先が1時間に受け取れる数を超えました。",
    ),
    act=Words(
        en="It is tried again by itself; put more of them together (one_by_one of the contact).",
        ja="自動でもう一度試します。まとめて送る (通知先の one_by_one) と減らせます。",
    ),
    cure=Cure(whose=Whose.YOU, lines=("one_by_one = 3",), takes=AN_HOUR),
)
NO_SUCH_RECIPIENT = Advice(
    means=Words(en="There is no such recipient.", ja="その宛先は存在しません。"),
    act=Words(
        en="Mend the address in the contact, and of what waits: noroshi queue edit.",
        ja="通知先のアドレスを直してください。待っているものは noroshi queue edit で直せます。",
    ),
    cure=Cure(whose=Whose.YOU, takes=WITH_NEXT),
)
BAD_SENDER = Advice(
    means=Words(
        en="To the server {envelope}, the envelope's sender, is not a mail address.",
        ja="エンベロープの送信者 {envelope} が、メールアドレスとして認められませんでした。",
    ),
    act=Words(
        en="Mend sender, or envelope_sender, of the route.",
        ja="経路の sender または envelope_sender を直してください。",
    ),
    cure=Cure(whose=Whose.YOU, lines=('sender = "alerts@example.com"',), takes=WITH_NEXT),
)
NOT_LET_IN = Advice(
    means=Words(
        en="This recipient takes mails from certain senders alone, and {sender} is none of them.",
        ja="この宛先は特定の差出人からのメールだけを受け取る設定で、{sender} は含まれていません。",
    ),
    act=Words(
        en="Whoever looks after that mailbox or group lets {sender} in; in Exchange it is its "
        "delivery management (AcceptMessagesOnlyFrom, RequireSenderAuthenticationEnabled).",
        ja="そのメールボックスやグループの管理者が、{sender} を許可してください。Exchange では"
        "「配信管理」(AcceptMessagesOnlyFrom、RequireSenderAuthenticationEnabled) です。",
    ),
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=SOON),
)
BAD_MAIL = Advice(
    means=Words(
        en="The server found the mail itself not as the rules for mails want it (RFC 5322).",
        ja="メールの形式が規則 (RFC 5322) に合わないと判断されました。",
    ),
    act=Words(
        en="Something on the way may have changed it; if not, it is Noroshi's fault: report it "
        "with the reply.",
        ja="途中の機器が書き換えたのでなければ、Noroshi の不具合です。返事を添えて報告してください。",
    ),
    cure=Cure(whose=Whose.NETWORK),
)
TOO_LARGE = Advice(
    means=Words(
        en="The mail is larger than the server takes from this mailbox.",
        ja="メールが、このメールボックスから送れる大きさを超えています。",
    ),
    act=Words(
        en="Attach less (attach_lines), or have the limit raised: Set-Mailbox {user} -MaxSendSize.",
        ja="添付を減らす (attach_lines) か、上限を上げてください: Set-Mailbox {user} -MaxSendSize。",
    ),
    cure=Cure(
        whose=Whose.ADMINISTRATOR,
        lines=(EXCHANGE, "Set-Mailbox -Identity {user} -MaxSendSize 100MB"),
        takes=SOON,
    ),
)
BUSY_MAILBOX = Advice(
    means=Words(
        en="The server means “later”, though it says 554: a mailbox is busy.",
        ja="554 ですが一時的なものです。メールボックスが混み合っています。",
    ),
    act=Words(en="It is tried again by itself.", ja="自動でもう一度試します。"),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
NOT_NOW = Advice(
    means=Words(
        en="The server wants to be asked again later; the reply says why.",
        ja="サーバーが、あとでもう一度試すよう求めています。理由は返事にあります。",
    ),
    act=Words(en="It is tried again by itself.", ja="自動でもう一度試します。"),
    cure=Cure(whose=Whose.PROVIDER, takes=BY_ITSELF),
)
NOT_KNOWN = Advice(
    means=Words(
        en="The server refused, for a reason that Noroshi does not know; the reply says it.",
        ja="サーバーに拒否されました。Noroshi の知らない理由です。返事を確かめてください。",
    ),
    act=Words(
        en="Give the reply as it stands to whoever runs the server.",
        ja="返事をそのまま、サーバーの管理者に伝えてください。",
    ),
    cure=Cure(whose=Whose.ADMINISTRATOR, takes=AT_ONCE),
)
