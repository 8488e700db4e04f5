"""What a mail says of an instance or of Noroshi itself: one page for each thing that happens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from noroshi.actions.letter import Page, Part, Quote, Row, cut, one_line
from noroshi.actions.phrases import MARKS, WORDS, moment, span
from noroshi.core.cadence import zone_of
from noroshi.core.model import Contact, Level
from noroshi.core.notices import (
    Aside,
    Bad,
    Changed,
    Failed,
    Failure,
    Missed,
    Notice,
    Started,
    Stopped,
    Unwatched,
    Watched,
    Well,
)
from noroshi.core.words import Words, plain

MOST_LISTED = 50
LONGEST_LINE = 300

NOTICE = Words(en="NOTICE", ja="お知らせ")
MORE = Words(en="and {count} more", ja="ほか{count}件")
AND_MORE = Words(en="{first} and {count} more", ja="{first} ほか{count}台")
MONITORS = Words(en="{name}: {count} monitors", ja="{name}: {count}項目")
AT = Words(en="At", ja="時刻")
NODE = Words(en="Node", ja="ノード")
VERSION = Words(en="Version", ja="版")
WHO = Words(en="Applied by", ja="取り込んだ人")
NOTE = Words(en="Note", ja="メモ")
MAIL = Words(en="Mail", ja="メール")
SUBJECT = Words(en="Subject", ja="件名")
CONTACT = Words(en="Contact", ja="通知先")
ROUTE = Words(en="Route", ja="送信経路")
ANSWER = Words(en="It said", ja="返答")
CAUSE = Words(en="Because", ja="理由")
SINCE = Words(en="From", ja="開始")
UNTIL = Words(en="Until", ja="終了")
TO_DO = Words(en="What to do", ja="対処")

STARTED = Words(en="{where}: monitoring started", ja="{where}: 監視を開始しました")
STARTED_SO = {
    False: Words(
        en="The node {node} has started, and watches what is listed here.",
        ja="ノード {node} が起動し、次の監視を始めました。",
    ),
    True: Words(
        en="Version {version} of the definitions names what is listed here for the first time.",
        ja="定義の版 {version} で加わったため、次の監視を始めました。",
    ),
}
STOPPED = Words(en="{where}: monitoring stopped", ja="{where}: 監視を停止しました")
STOPPED_SO = {
    False: Words(
        en="The node {node} was told to stop. Until it starts again nobody watches, and no "
        "alarm will be raised.",
        ja="ノード {node} が停止の指示を受けました。次に起動するまで監視は行われず、"
        "アラームも出ません。",
    ),
    True: Words(
        en="Version {version} of the definitions no longer names what is listed here.",
        ja="定義の版 {version} で対象から外れたため、次の監視を終わりました。",
    ),
}
CHANGED = Words(
    en="settings changed (version {version})", ja="設定が変わりました (版 {version})"
)
CHANGED_SO = Words(
    en="Version {version} of the definitions is in force.",
    ja="定義の版 {version} が有効になりました。",
)
UNSEEN = Words(
    en="It was applied while no node was running.",
    ja="ノードが動いていない間に取り込まれたものです。",
)
DIFFERENCES = Words(en="What differs ({count})", ja="変わった点 ({count}件)")
NOBODY_KNOWN = Words(en="not known", ja="不明")
FAILED = {
    Failure.TEXT: Words(
        en="the text of rule {name} failed", ja="実行条件 {name} の文面が使えません"
    ),
    Failure.ROUTE: Words(
        en="route {name} refused a mail", ja="送信経路 {name} がメールを拒否しました"
    ),
    Failure.ADDRESS: Words(
        en="an address of {name} was refused", ja="通知先 {name} の宛先が拒否されました"
    ),
}
INSTEAD = {
    Failure.TEXT: Words(
        en="The mail was sent with the built-in text. Mend the rule's subject or text; until "
        "then its mails have the built-in one.",
        ja="標準の文面で送っています。実行条件の件名か本文を直すまで、標準の文面になります。",
    ),
    Failure.ROUTE: Words(
        en="The mail goes on by its next route.", ja="メールは次の送信経路で送ります。"
    ),
    Failure.ADDRESS: Words(
        en="The contact's other addresses have the mail. Mend or remove the address.",
        ja="通知先のほかの宛先には届けています。この宛先を直すか、外してください。",
    ),
}
ONCE_A_DAY = Words(
    en="The same failure is not told again before tomorrow (UTC).",
    ja="同じ失敗は、明日 (UTC) まであらためてお知らせしません。",
)
ASIDE = Words(en="a mail to {contact} was set aside", ja="{contact} 宛てのメールを送れません")
ASIDE_SO = Words(
    en="Every route refused it. It is kept in the queue until somebody acts.",
    ja="すべての送信経路に拒否されました。どなたかが対処するまで、送信キューに保留します。",
)
ASIDE_DO = Words(
    en="mend the address, then: noroshi queue edit {mail}",
    ja="宛先を直してください: noroshi queue edit {mail}",
)
ALL_WELL = Words(en="all is well: {count} monitors OK", ja="異常はありません: 正常 {count}項目")
NOT_WELL = Words(
    en="{bad} of {count} monitors are not OK",
    ja="{count}項目のうち {bad}項目が正常ではありません",
)
NONE_WATCHED = Words(en="nothing is watched", ja="監視しているものがありません")
REPORT_ON = Words(en="Report on", ja="対象")
COUNTS = Words(en="Monitors", ja="監視項目")
COUNTED = Words(
    en="{well} OK, {bad} not OK, {unseen} not measured yet",
    ja="正常 {well}、正常以外 {bad}、未測定 {unseen}",
)
ALARMS = Words(en="Alarms", ja="アラーム")
TALLIED = Words(
    en="{all} since {since}: {accepted} accepted, {waiting} waiting, {aside} set aside, "
    "{dropped} given up by a person, {lost} lost",
    ja="{since} から {all}件: 受領 {accepted}、待機 {waiting}、保留 {aside}、"
    "取りやめ {dropped}、失われたもの {lost}",
)
QUEUE = Words(en="Queue now", ja="送信キュー")
QUEUED = Words(
    en="{waiting} mails wait, {held} held, {aside} set aside",
    ja="待機 {waiting}通、停止中 {held}通、保留 {aside}通",
)
LATE = Words(
    en="It was due at {due}, when nobody watched.",
    ja="本来は {due} の分ですが、監視が止まっていました。",
)
UNWATCHED = Words(en="nobody watched for {span}", ja="{span}の間、監視していませんでした")
UNWATCHED_SO = {
    False: Words(
        en="Noroshi was not running. What happened in that time is not known; what is bad now "
        "is told as usual.",
        ja="Noroshi が動いていませんでした。その間のことは分かりません。"
        "いま異常があれば、通常どおりお知らせします。",
    ),
    True: Words(
        en="The process of Noroshi stood still, or its computer slept. What happened in that "
        "time is not known; what is bad now is told as usual.",
        ja="Noroshi のプロセスかコンピューターが止まっていました。その間のことは分かりません。"
        "いま異常があれば、通常どおりお知らせします。",
    ),
}
MISSED = Words(
    en="Fixed times that were missed ({count}); each is measured now",
    ja="過ぎてしまった決まった時刻の測定 ({count}件)。いま測定しています",
)
SINCE_THEN = Words(en="since {at}", ja="{at} から")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: in which language, and by which clock."""

    contact: Contact

    @property
    def language(self) -> str:
        return "ja" if self.contact.language == "ja" else "en"

    def say(self, words: Words, **given: object) -> str:
        return (words.fill(**given) if given else words).say(self.language)

    def when(self, at: datetime) -> str:
        return moment(at, zone_of(self.contact.zone), self.language)

    def row(self, label: Words, value: str) -> Row:
        return Row(self.say(label), cut(one_line(value), LONGEST_LINE))


@singledispatch
def page(notice: Notice, reader: Reader) -> Page:
    """What a mail shows of it."""
    raise TypeError(f"no page for {type(notice).__name__}")


@page.register
def _(notice: Started, reader: Reader) -> Page:
    so = reader.say(STARTED_SO[notice.by_version], node=notice.node, version=notice.version)
    return _about_instances(notice, STARTED, so, reader)


@page.register
def _(notice: Stopped, reader: Reader) -> Page:
    so = reader.say(STOPPED_SO[notice.by_version], node=notice.node, version=notice.version)
    return _about_instances(notice, STOPPED, so, reader)


def _about_instances(
    notice: Started | Stopped, headline: Words, so: str, reader: Reader
) -> Page:
    line = reader.say(headline, where=_together(notice.instances, reader))
    lines = [
        reader.say(MONITORS, name=_named(one.name, one.title), count=one.monitors)
        for one in notice.instances
    ]
    return _page(
        reader,
        line,
        lead=(so, *_listed(lines, reader)),
        rows=(
            reader.row(AT, reader.when(notice.at)),
            reader.row(NODE, notice.node),
            reader.row(VERSION, str(notice.version)),
        ),
    )


@page.register
def _(notice: Changed, reader: Reader) -> Page:
    lines = [reader.say(words) for _, words in notice.differences]
    unseen = (reader.say(UNSEEN),) if notice.unseen else ()
    count = len(lines) + notice.more
    rows = [
        reader.row(AT, reader.when(notice.at)),
        reader.row(WHO, notice.who or reader.say(NOBODY_KNOWN)),
    ]
    return _page(
        reader,
        reader.say(CHANGED, version=notice.version),
        lead=(reader.say(CHANGED_SO, version=notice.version), *unseen),
        rows=(*rows, *([reader.row(NOTE, notice.note)] if notice.note else ())),
        quote=_quote(reader.say(DIFFERENCES, count=count), lines, notice.more, reader),
    )


@page.register
def _(notice: Failed, reader: Reader) -> Page:
    return _page(
        reader,
        reader.say(FAILED[notice.failure], name=notice.name),
        lead=(reader.say(INSTEAD[notice.failure]), reader.say(ONCE_A_DAY)),
        rows=(
            reader.row(CAUSE, notice.why),
            reader.row(SUBJECT, notice.subject),
            reader.row(CONTACT, notice.contact),
            reader.row(MAIL, notice.mail),
            reader.row(AT, reader.when(notice.at)),
        ),
        level=Level.WARNING,
    )


@page.register
def _(notice: Aside, reader: Reader) -> Page:
    return _page(
        reader,
        reader.say(ASIDE, contact=notice.contact),
        lead=(reader.say(ASIDE_SO),),
        rows=(
            reader.row(SUBJECT, notice.subject),
            reader.row(CONTACT, f"{notice.contact} ({', '.join(notice.to)})"),
            reader.row(ROUTE, notice.route),
            reader.row(ANSWER, notice.why),
            reader.row(AT, reader.when(notice.at)),
            reader.row(MAIL, notice.mail),
            reader.row(TO_DO, reader.say(ASIDE_DO, mail=notice.mail)),
        ),
        level=Level.CRITICAL,
    )


@page.register
def _(notice: Well, reader: Reader) -> Page:
    count, bad = notice.well + notice.unseen + len(notice.bad), len(notice.bad)
    headline = reader.say(NOT_WELL if bad else ALL_WELL, count=count, bad=bad)
    if not count:
        headline = reader.say(NONE_WATCHED)
    late = (notice.at - notice.due).total_seconds() >= 60
    counted = reader.say(COUNTED, well=notice.well, bad=bad, unseen=notice.unseen)
    worst_first = sorted(notice.bad, key=lambda one: -one.level.severity)
    return _page(
        reader,
        headline,
        lead=(reader.say(LATE, due=reader.when(notice.due)),) if late else (),
        rows=(
            reader.row(AT, reader.when(notice.at)),
            reader.row(REPORT_ON, ", ".join(notice.instances)),
            reader.row(COUNTS, counted),
            reader.row(ALARMS, _tallied(notice, reader)),
            reader.row(QUEUE, _queued(notice, reader)),
        ),
        parts=tuple(_bad(one, reader) for one in worst_first[:MOST_LISTED]),
        later=_more(len(notice.bad) - MOST_LISTED, reader),
        level=Level.worst(one.level for one in notice.bad),
    )


def _tallied(notice: Well, reader: Reader) -> str:
    """Lost is what is in none of the states in which an alarm can be; it must be none."""
    tally = notice.tally
    known = ("accepted", "", "held", "set aside", "dropped")
    return reader.say(
        TALLIED,
        all=sum(tally.values()),
        since=reader.when(notice.since),
        accepted=tally.get("accepted", 0),
        waiting=tally.get("", 0) + tally.get("held", 0),
        aside=tally.get("set aside", 0),
        dropped=tally.get("dropped", 0),
        lost=sum(count for fate, count in tally.items() if fate not in known),
    )


def _queued(notice: Well, reader: Reader) -> str:
    return reader.say(QUEUED, waiting=notice.waiting, held=notice.held, aside=notice.aside)


def _bad(one: Bad, reader: Reader) -> Part:
    since = () if one.since is None else (reader.say(SINCE_THEN, at=reader.when(one.since)),)
    return Part(
        head=f"{one.path} {one.title}".strip(),
        level=one.level,
        mark=MARKS[one.level],
        word=reader.say(WORDS[one.level]),
        notes=since,
    )


@page.register
def _(notice: Unwatched, reader: Reader) -> Page:
    lines = [_missed(one, reader) for one in notice.missed]
    title = reader.say(MISSED, count=len(lines) + notice.more)
    return _page(
        reader,
        reader.say(UNWATCHED, span=span(notice.until - notice.at)),
        lead=(reader.say(UNWATCHED_SO[notice.slept]),),
        rows=(
            reader.row(SINCE, reader.when(notice.at)),
            reader.row(UNTIL, reader.when(notice.until)),
        ),
        quote=_quote(title, lines, notice.more, reader),
        level=Level.WARNING,
    )


def _missed(one: Missed, reader: Reader) -> str:
    return f"{reader.when(one.at)}  {one.path} {one.title}".rstrip()


# What they have in common


def _page(
    reader: Reader,
    headline: str,
    *,
    lead: tuple[str, ...],
    rows: tuple[Row, ...],
    quote: Quote | None = None,
    parts: tuple[Part, ...] = (),
    later: tuple[Row, ...] = (),
    level: Level | None = None,
) -> Page:
    return Page(
        language=reader.language,
        subject=f"[Noroshi] {cut(one_line(headline), LONGEST_LINE)}",
        word=reader.say(NOTICE),
        level=level,
        mark="" if level is None else MARKS[level],
        where=("Noroshi",),
        headline=headline,
        lead=lead,
        rows=rows,
        quote=quote,
        parts=parts,
        later=later,
    )


def _together(instances: Sequence[Watched], reader: Reader) -> str:
    """For a subject: the first by name, and how many more."""
    first, *others = (one.name for one in instances)
    return reader.say(AND_MORE, first=first, count=len(others)) if others else first


def _named(name: str, title: str) -> str:
    return f"{name} ({title})" if title not in ("", name) else name


def _listed(lines: Sequence[str], reader: Reader) -> Iterable[str]:
    yield from (f"  {cut(one_line(line), LONGEST_LINE)}" for line in lines[:MOST_LISTED])
    if len(lines) > MOST_LISTED:
        yield "  " + reader.say(MORE, count=len(lines) - MOST_LISTED)


def _more(count: int, reader: Reader) -> tuple[Row, ...]:
    return (Row("", reader.say(MORE, count=count)),) if count > 0 else ()


def _quote(title: str, lines: Sequence[str], more: int, reader: Reader) -> Quote | None:
    if not lines:
        return None
    ending = (reader.say(MORE, count=more),) if more else ()
    return Quote(title, (*lines, *ending))
