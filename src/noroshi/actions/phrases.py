"""Put levels, reasons, values, times and spans into the words of a mail, in both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from noroshi.core.levels import Level, Reason
from noroshi.core.model import Limits
from noroshi.core.words import Words

WORDS: Mapping[Level, Words] = {
    Level.OK: Words(en="OK", ja="正常"),
    Level.WARNING: Words(en="WARNING", ja="注意"),
    Level.CRITICAL: Words(en="CRITICAL", ja="危険"),
    Level.UNKNOWN: Words(en="UNKNOWN", ja="失敗"),
}
MARKS: Mapping[Level, str] = {
    Level.OK: "○",
    Level.WARNING: "▲",
    Level.CRITICAL: "◆",
    Level.UNKNOWN: "▨",
}
RECOVERED = Words(en="RECOVERED", ja="回復")
ENDED = Words(en="ENDED", ja="監視終了")
STOPPED = Words(en="STOPPED", ja="監視停止")

REASONS: Mapping[Reason, Words] = {
    Reason.NEW_LEVEL: Words(en="the level changed", ja="レベルが変わったため"),
    Reason.NEW_CAUSE: Words(
        en="another reading is behind it now", ja="原因となる測定値が変わったため"
    ),
    Reason.RECOVERED: Words(en="it recovered", ja="回復したため"),
    Reason.ENDED: Words(
        en="its watch ended; whether it recovered is not known",
        ja="監視を終えたため (回復したかどうかは分かりません)",
    ),
    Reason.REPEAT: Words(
        en="it is still so, and the repeat interval has passed",
        ja="この状態が続いており、再通知の間隔がたったため",
    ),
    Reason.FOUND_AGAIN: Words(en="more was found", ja="新たに見つかったため"),
    Reason.EACH_TIME: Words(
        en="it is so again, and the rule asks for each time",
        ja="またこの状態で、実行条件が「毎回」のため",
    ),
    Reason.NTH_TIME: Words(
        en="it has been so as many times in a row as the rule asks for",
        ja="実行条件で決めた回数だけ続いたため",
    ),
    Reason.OVERDUE: Words(
        en="it is so, and nobody has been told of it yet",
        ja="この状態を、まだ誰にもお知らせしていなかったため",
    ),
    Reason.AFTER_SILENCE: Words(
        en="nothing was told of it for a while (silence or maintenance), and it is still so",
        ja="通知停止またはメンテナンスが終わり、まだこの状態が続いているため",
    ),
    Reason.RECOVERED_MEANWHILE: Words(
        en="it recovered while nothing was told of it (silence or maintenance)",
        ja="通知停止またはメンテナンスの間に回復したため",
    ),
    Reason.NOT_ASKED: Words(
        en="the rule does not ask for this level", ja="このレベルは実行条件に含まれないため"
    ),
    Reason.NOT_YET: Words(
        en="it has not been so as many times in a row as the rule asks for",
        ja="実行条件で決めた回数にまだ達していないため",
    ),
    Reason.NEVER_TOLD: Words(
        en="it is over, but nobody had been told of it",
        ja="終わったものの、もとの状態を誰にもお知らせしていなかったため",
    ),
    Reason.PASSED: Words(
        en="nothing more was found; what was found has no recovery to tell of",
        ja="新たに見つかったものはなく、見つかったことのお知らせに「回復」はないため",
    ),
    Reason.TOO_SOON: Words(
        en="it is still so, and it is not yet time to repeat it",
        ja="この状態が続いているものの、再通知の間隔がまだたっていないため",
    ),
    Reason.ENOUGH: Words(
        en="it was told as many times as the rule allows",
        ja="実行条件で決めた回数だけ、すでにお知らせしたため",
    ),
    Reason.SILENCED: Words(en="a person silenced it", ja="担当者が通知を停止しているため"),
    Reason.MAINTENANCE: Words(en="maintenance is under way", ja="メンテナンス中のため"),
    Reason.ACKNOWLEDGED: Words(
        en="a person has acknowledged it", ja="担当者が確認済みにしているため"
    ),
    Reason.SETTING_UP: Words(
        en="it is still being set up; a mail follows if nothing changes within 15 minutes",
        ja="設定の途中のため (15分たってもこの状態ならお知らせします)",
    ),
    Reason.HOST_DOWN: Words(
        en="what it depends on is down, and speaks for it",
        ja="上位の監視項目が止まっており、そちらでお知らせするため",
    ),
}
DAYS = Words(en="Mon Tue Wed Thu Fri Sat Sun", ja="月 火 水 木 金 土 日")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SIZES = ("B", "KB", "MB", "GB", "TB", "PB")


JAPANESE_UNITS = {"s": "秒", "min": "分", "h": "時間", "d": "日"}


def quantity(value: float, unit: str = "", language: str = "en") -> str:
    """Return a number with its unit, as short as it can be told: 95.2%, 1,234 ms, 96 GB, 5分."""
    unit = unit.strip()
    if language == "ja" and unit in JAPANESE_UNITS:
        return f"{_number(value)}{JAPANESE_UNITS[unit]}"
    if unit == "B":
        return _size(value)
    if not unit:
        return _number(value)
    return f"{_number(value)}{unit}" if unit == "%" else f"{_number(value)} {unit}"


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if abs(value) < 1:
        return f"{value:.3g}"
    places = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _size(value: float) -> str:
    """Bytes by powers of 1024, as Windows and df -h tell them."""
    power = 0
    while abs(value) >= 1024 and power < len(SIZES) - 1:
        value, power = value / 1024, power + 1
    return f"{_number(value)} {SIZES[power]}"


def threshold(limits: Limits, level: Level, unit: str, language: str) -> str:
    """Return the limit that stands for a level: "95% 以上", "95%"; "" if there is none."""
    value = {Level.WARNING: limits.warning, Level.CRITICAL: limits.critical}.get(level)
    if value is None:
        return ""
    side = Words(en="", ja=" 以上" if limits.rising else " 以下").say(language)
    return quantity(value, unit, language) + side


def moment(at: datetime, zone: tzinfo, language: str) -> str:
    """Date, weekday, time of day and offset: no time is told without its offset."""
    at = at.astimezone(zone)
    day = DAYS.say(language).split()[at.weekday()]
    if language == "ja":
        return f"{at.year}年{at.month}月{at.day}日({day}) {clock(at, zone)}"
    return f"{day} {at.day} {MONTHS[at.month - 1]} {at.year} {clock(at, zone)}"


def clock(at: datetime, zone: tzinfo) -> str:
    at = at.astimezone(zone)
    return f"{at:%H:%M:%S} {at.isoformat()[-6:]}"


def span(length: timedelta) -> Words:
    """Return a length of time in its two largest units."""
    seconds = max(0, round(length.total_seconds()))
    parts: list[tuple[int, str, str]] = [
        (seconds // 86400, " d", "日"),
        (seconds // 3600 % 24, " h", "時間"),
        (seconds // 60 % 60, " min", "分"),
        (seconds % 60, " s", "秒"),
    ]
    first = next((n for n, (count, _, _) in enumerate(parts) if count), len(parts) - 1)
    told = [part for part in parts[first : first + 2] if part[0]] or parts[-1:]
    return Words(
        en=" ".join(f"{count}{en}" for count, en, _ in told),
        ja="".join(f"{count}{ja}" for count, _, ja in told),
    )


def padded(label: str, width: int) -> str:
    """Filled up with blanks; a Japanese character is two wide."""
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in label)
    return label + " " * (width - wide)
