"""Draft mails: from the alarms of a turn to the built-in mail, and to that of a user's template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from noroshi.actions.alarm_batch import batch_of
from noroshi.actions.digest_rows import rows
from noroshi.actions.digest_text import digest_of as digest_of
from noroshi.actions.letter import as_text
from noroshi.actions.letter_html import as_html, with_note
from noroshi.actions.log_lines import attachments
from noroshi.actions.mail import Options
from noroshi.actions.mail_facts import facts
from noroshi.actions.mail_text import page
from noroshi.actions.notice import notice as notice
from noroshi.actions.sample_alarms import made_up_alarms
from noroshi.actions.template import Renderer, TemplateFailed
from noroshi.core.digest import ALARM_ROWS
from noroshi.core.levels import Level
from noroshi.core.model import Alarm, Contact
from noroshi.core.stored_message import stored_form
from noroshi.core.translation import Message, _
from noroshi.ports import Topic

IMPORTANCE = {Level.CRITICAL: "high", Level.OK: "low"}
BUILT_IN_INSTEAD = _("This message uses the built-in text because the template failed: {why}.")
NOT_USABLE = _("the template cannot be used for contacts whose language is {language}: {why}")
LANGUAGES = {"en": _("English"), "ja": _("Japanese")}


def draft(
    options: Options | None, contact: Contact, topic: Topic, alarms: tuple[Alarm, ...]
) -> Mapping[str, Any]:
    """Return the built-in mail; with a template also what `finish` needs to render it."""
    batch, chosen_options = batch_of(contact, topic, alarms), options or Options()
    instance = topic.monitor.instance
    mail_page = page(batch, is_attached=chosen_options.attach_lines)
    payload: dict[str, Any] = {
        "subject": mail_page.subject,
        "text": as_text(mail_page),
        "language": batch.language,
        "importance": IMPORTANCE.get(batch.level, "normal"),
        "list": instance.name,
        "list_title": instance.title,
        "zone": contact.zone,
        "level": batch.level.value,
        ALARM_ROWS: rows(batch),
    }
    if chosen_options.has_html:
        payload["html"] = as_html(mail_page)
    if chosen_options.attach_lines and (files := attachments(batch)):
        payload["attachments"] = files
    if chosen_options.parts:
        payload |= {"template": chosen_options.parts, "facts": facts(batch)}
    return payload


async def finish(renderer: Renderer, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload with its template rendered; if rendering fails, with the built-in mail
    and a note that says so."""
    if "template" not in payload:
        return payload
    finished = {k: v for k, v in payload.items() if k not in ("template", "facts")}
    built_in = {part: payload[part] for part in ("subject", "text")}
    try:
        parts = await renderer.render(payload["template"], payload["facts"] | built_in)
    except TemplateFailed as failed:
        return _with_failure_mark(finished, failed.words)
    return {**finished, **parts}


def _with_failure_mark(payload: Mapping[str, Any], reason: Message) -> Mapping[str, Any]:
    note = BUILT_IN_INSTEAD.fill(why=reason).say(payload["language"])
    failed = stored_form(reason)
    marked_payload = {
        **payload,
        "text": f"{payload['text']}\n{note}\n",
        "template_failed": failed,
    }
    if "html" in payload:
        marked_payload["html"] = with_note(payload["html"], note)
    return marked_payload


async def try_templates(renderer: Renderer, options: Options) -> Sequence[Message]:
    """Return what is wrong with the templates of a rule, one of which there must be."""
    faults_found: dict[str, Message] = {}
    for contact, topic, alarms in made_up_alarms():
        payload = draft(options, contact, topic, alarms)
        built_in = {part: payload[part] for part in ("subject", "text")}
        try:
            await renderer.render(options.parts, payload["facts"] | built_in)
        except TemplateFailed as failed:
            language = LANGUAGES[contact.language]
            faults_found.setdefault(
                contact.language, NOT_USABLE.fill(language=language, why=failed.words)
            )
    return tuple(faults_found.values())
