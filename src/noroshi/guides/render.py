"""Steps as text to read: in Markdown, for the documentation and for a file to hand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from noroshi.core.translation import COMMA, NOTHING, Message, _
from noroshi.guides.guide import Failure, Step
from noroshi.guides.places import Value, fill_places, line

TITLES: Mapping[str, Message] = {
    "entra": _("Microsoft Entra admin center"),
    "exchange": _("Exchange Online PowerShell"),
    "after": _("Once messages can be sent"),
}
CHECK = _("To check:")
TAKES = _("Takes effect after {time}.")
SOURCE = _("Microsoft:")
SHOWN = _("message")
MEANS = _("meaning")
ACT = _("how to fix it")
STEP = _("step")


def markdown(step: Step, values: Mapping[str, Value], language: str, head: str) -> str:
    """Return one step under a heading of that depth."""
    return "\n".join(_markdown(step, values, language, head)) + "\n"


def _markdown(
    step: Step, values: Mapping[str, Value], language: str, head: str
) -> Iterator[str]:
    def say(words: Message) -> str:
        return fill_places(words, values).say(language)

    yield f"{head} {say(step.title)}"
    yield ""
    yield from (f"- {say(words)}" for words in step.sentences)
    yield from _code([line(one, values) for one in step.lines])
    if step.check:
        yield from ("", CHECK.say(language))
        yield from _code([line(one, values) for one in step.check])
    remarks = [say(words) for words in (step.expected_result, step.note) if words != NOTHING]
    if step.delay != NOTHING:
        remarks.append(TAKES.fill(time=step.delay).say(language))
    yield from (part for remark in remarks for part in ("", remark))
    yield from ("", f"{SOURCE.say(language)} <{step.source}>")


def _code(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", "```powershell", *lines, "```")


def table(failures: Sequence[Failure], steps: Mapping[str, str], language: str) -> str:
    """Tell what one sees, what it means and what to do; `steps` are links by id."""
    heads = [words.say(language) for words in (SHOWN, MEANS, ACT, STEP)]
    rows = [f"| {' | '.join(heads)} |", "| --- | --- | --- | --- |"]
    for one in failures:
        links = COMMA.say(language).join(dict.fromkeys(steps[id] for id in one.steps))
        cells = [
            f"`{one.reply or one.reply_part}`",
            one.meaning.say(language),
            one.act.say(language),
        ]
        rows.append(f"| {' | '.join([*cells, links])} |")
    return "\n".join(rows) + "\n"
