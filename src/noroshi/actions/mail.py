"""Mail: tell a contact what changed, all items of a turn in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from noroshi.actions.made_up import made_up_alarms
from noroshi.actions.mail_text import facts, subject, telling, text
from noroshi.actions.template import Renderer, TemplateFailed
from noroshi.core.model import Alarm, Contact, Level
from noroshi.core.problems import Unfit
from noroshi.core.words import Words
from noroshi.ports import Action, Topic, options

LONGEST_TEMPLATE = 64 * 1024
IMPORTANCE = {Level.CRITICAL: "high", Level.OK: "low"}
TOO_LONG = Words(en="a template must be at most 64 KiB", ja="文面は64 KiB までにしてください")
BUILT_IN_INSTEAD = Words(
    en="This is the built-in text, because the template cannot be used: {why}.",
    ja="設定された文面を使えないため、標準の文面でお送りしています ({why})。",
)
NOT_USABLE = Words(
    en="the template cannot be used for a contact who reads {language}: {why}",
    ja="{language}の通知先では、この文面を使えません: {why}",
)
LANGUAGES = {"en": Words(en="English", ja="英語"), "ja": Words(en="Japanese", ja="日本語")}


@options
class Options:
    subject: str = ""
    """Template of the subject (Jinja2); empty: the built-in one. / 件名の文面です (Jinja2)。空なら標準の件名を使います。"""
    text: str = ""
    """Template of the text (Jinja2); empty: the built-in one. / 本文の文面です (Jinja2)。空なら標準の本文を使います。"""

    def __post_init__(self) -> None:
        if max(len(self.subject), len(self.text)) > LONGEST_TEMPLATE:
            raise Unfit(TOO_LONG)

    @property
    def parts(self) -> dict[str, str]:
        given = {"subject": self.subject, "text": self.text}
        return {part: source for part, source in given.items() if source}


def draft(
    wanted: Options | None, contact: Contact, topic: Topic, alarms: tuple[Alarm, ...]
) -> Mapping[str, Any]:
    """The built-in mail; with a template also what `finish` needs to render it."""
    told = telling(contact, topic, alarms)
    instance = topic.monitor.instance
    payload: dict[str, Any] = {
        "subject": subject(told),
        "text": text(told),
        "language": told.language,
        "importance": IMPORTANCE.get(told.level, "normal"),
        "list": instance.name,
        "list_title": instance.title,
        "zone": contact.zone,
        "level": told.level.value,
    }
    if wanted is not None and wanted.parts:
        payload |= {"template": wanted.parts, "facts": facts(told)}
    return payload


async def finish(renderer: Renderer, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The payload with its template rendered; the built-in text, marked, where that fails."""
    if "template" not in payload:
        return payload
    finished = {k: v for k, v in payload.items() if k not in ("template", "facts")}
    built_in = {part: payload[part] for part in ("subject", "text")}
    try:
        rendered = await renderer.render(payload["template"], payload["facts"] | built_in)
    except TemplateFailed as failed:
        note = BUILT_IN_INSTEAD.fill(why=failed.words).say(payload["language"])
        text = f"{payload['text']}\n{note}\n"
        return {**finished, "text": text, "template_failed": failed.words.en}
    return {**finished, **rendered}


async def try_out(renderer: Renderer, wanted: Options | None) -> Sequence[Words]:
    """What is wrong with the templates, found by using them on made-up alarms."""
    found: dict[str, Words] = {}
    if wanted is None or not wanted.parts:
        return ()
    for contact, topic, alarms in made_up_alarms():
        payload = draft(wanted, contact, topic, alarms)
        built_in = {part: payload[part] for part in ("subject", "text")}
        try:
            await renderer.render(wanted.parts, payload["facts"] | built_in)
        except TemplateFailed as failed:
            language = LANGUAGES[contact.language]
            found.setdefault(
                contact.language, NOT_USABLE.fill(language=language, why=failed.words)
            )
    return tuple(found.values())


def action(renderer: Renderer) -> Action:
    """The action, whose templates that renderer renders."""
    return Action(
        kind="mail",
        title=Words(en="Send mail", ja="メール送信"),
        help=Words(
            en="Tells each contact what changed, in its language; all items of one "
            "measurement in one mail.",
            ja="何が変わったかを、通知先ごとの言語でお知らせします。"
            "1回の測定で変わった対象は1通にまとめます。",
        ),
        options=Options,
        draft=draft,
        finish=partial(finish, renderer),
        try_out=partial(try_out, renderer),
    )
