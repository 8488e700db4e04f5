"""The mail that proves a route."""

from __future__ import annotations

from noroshi.core.words import Words

SUBJECT = Words(
    en="Noroshi: test mail by route {route}", ja="Noroshi: 経路 {route} のテストメール"
)
TEXT = Words(
    en="This mail is to try route {route}. If you read it in the inbox, and not under “Other” or "
    "in Junk Email, alarms will reach you the same way.\n",
    ja="経路 {route} を確かめるためのメールです。「その他」や迷惑メールではなく受信トレイで読めて"
    "いれば、アラームも同じように届きます。\n",
)
