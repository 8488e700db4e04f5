"""The texts of the audit log: what was changed, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.words import Words

FIELDS: Mapping[str, tuple[str, str]] = {
    "account": ("Account", "アカウント"),
    "ahead": ("Before the account names it", "アカウントに指定する前に登録"),
    "alarms": ("Alarms", "アラーム"),
    "api_tokens": ("API tokens", "API トークン"),
    "base": ("Based on version", "もとにした版"),
    "blueprint": ("Blueprint", "ひな形"),
    "by": ("By", "作った人"),
    "comment": ("Words", "ひとこと"),
    "contact": ("Contact", "通知先"),
    "changed": ("Change", "変更"),
    "days": ("Days that it holds", "有効な日数"),
    "documents": ("Definitions", "定義"),
    "dry": ("Only tried", "試すだけ"),
    "empty": ("May end all watching", "すべての監視の終了を認める"),
    "ended_by": ("Ended by", "終えた人"),
    "ends": ("Valid until", "有効期限"),
    "entries": ("Entries of the vault", "保管庫の項目数"),
    "entry": ("Entry of the vault", "保管庫の項目"),
    "etags": ("Seen before", "変更前の識別子"),
    "fate": ("What became of it", "扱い"),
    "faulty": ("Shown though faulty", "誤りがあっても表示"),
    "first": ("The first one", "最初の利用者"),
    "force": ("Though it is named", "使っていても削除"),
    "group": ("Group", "グループ"),
    "id": ("ID", "ID"),
    "ids": ("Mails", "メール"),
    "instance": ("Instance", "監視インスタンス"),
    "item": ("Item", "対象"),
    "kept": ("In the vault", "保管庫にある"),
    "key": ("Key", "鍵"),
    "length": ("For", "長さ"),
    "level": ("Level", "レベル"),
    "mail": ("Mail", "メール"),
    "monitor": ("Monitor", "監視項目"),
    "named_by": ("Named by", "使っている定義"),
    "next": ("As the next one", "次のものとして登録"),
    "note": ("Note", "メモ"),
    "number": ("Version", "版"),
    "ok": ("Succeeded", "成功"),
    "options": ("Options", "オプション"),
    "path": ("File", "ファイル"),
    "place": ("Place", "場所"),
    "programs": ("May run programs", "プログラムの実行"),
    "proved": ("Only once it was proved", "確かめてから登録"),
    "put": ("Definitions", "定義"),
    "read": ("Reads the mailbox too", "メールボックスの読み取りも"),
    "reason": ("Reason", "理由"),
    "remove": ("Removed", "削除"),
    "rename": ("New names", "新しい名前"),
    "replace": ("Replaces what was there", "既存のものを置き換え"),
    "result": ("Result", "結果"),
    "role": ("Role", "役割"),
    "seen": ("Seen at", "届いた時刻"),
    "sha1": ("Fingerprint", "拇印"),
    "silence": ("Silence", "通知停止"),
    "sort": ("What was done", "操作"),
    "state": ("State", "状態"),
    "stopped": ("Begins stopped", "監視を停止した状態で作成"),
    "to": ("To", "宛先"),
    "two_steps": ("Two steps", "2段階認証"),
    "until": ("Until", "期限"),
    "user": ("User", "利用者"),
    "version": ("Version", "版"),
    "wanted": ("What is watched", "監視するもの"),
    "words": ("Words", "ひとこと"),
}
"""What the values of an operation are called, beside the settings of definitions."""
SORTS: Mapping[str, tuple[str, str]] = {
    "instances": ("Instance", "監視インスタンス"),
    "contacts": ("Contact", "通知先"),
    "rules": ("Rule", "実行条件"),
    "notifications": ("Notification", "通知項目"),
    "routes": ("Route", "送信経路"),
    "networks": ("Network", "ネットワーク"),
    "accounts": ("Account", "アカウント"),
    "clouds": ("Cloud", "クラウド"),
    "blueprints": ("Blueprint", "ひな形"),
}


def _named(before: str, given: Mapping[str, tuple[str, str]]) -> Mapping[str, Words]:
    return {f"{before}.{name}": Words(en=en, ja=ja) for name, (en, ja) in given.items()}


NAMED: Mapping[str, Words] = {**_named("audit.field", FIELDS), **_named("audit.sort", SORTS)}
AUDIT: Mapping[str, Words] = {
    **NAMED,
    "audit.value.none": Words(en="nothing", ja="なし"),
    "audit.value.yes": Words(en="yes", ja="はい"),
    "audit.value.no": Words(en="no", ja="いいえ"),
    "audit.change": Words(en="Change", ja="変更内容"),
    "audit.added": Words(en="added", ja="追加"),
    "audit.removed": Words(en="removed", ja="削除"),
    "audit.raw": Words(en="As written down (JSON)", ja="記録のまま (JSON)"),
}
