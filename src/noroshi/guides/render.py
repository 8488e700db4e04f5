"""Steps as text to read: in Markdown, for the documentation and for a file to hand on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from noroshi.core.words import NOTHING, Words
from noroshi.guides.guide import Failure, Step
from noroshi.guides.places import Value, filled, line

TITLES: Mapping[str, Words] = {
    "entra": Words(en="Microsoft Entra admin center", ja="Microsoft Entra 管理センター"),
    "exchange": Words(en="Exchange Online PowerShell", ja="Exchange Online PowerShell"),
    "after": Words(en="Once mails leave", ja="送れるようになったら"),
}
CHECK = Words(en="To see whether it is so:", ja="確かめるには:")
TAKES = Words(en="Acts after {time}.", ja="反映までの時間: {time}。")
SOURCE = Words(en="Microsoft:", ja="Microsoft の説明:")
SHOWN = Words(en="what is shown", ja="表示")
MEANS = Words(en="what it means", ja="意味")
ACT = Words(en="what to do", ja="対処")
STEP = Words(en="step", ja="手順")


def markdown(step: Step, values: Mapping[str, Value], language: str, head: str) -> str:
    """One step under a heading of that depth."""
    return "\n".join(_markdown(step, values, language, head)) + "\n"


def _markdown(
    step: Step, values: Mapping[str, Value], language: str, head: str
) -> Iterator[str]:
    def say(words: Words) -> str:
        return filled(words, values).say(language)

    yield f"{head} {say(step.title)}"
    yield ""
    yield from (f"- {say(words)}" for words in step.how)
    yield from _code([line(one, values) for one in step.lines])
    if step.check:
        yield from ("", CHECK.say(language))
        yield from _code([line(one, values) for one in step.check])
    remarks = [say(words) for words in (step.shows, step.note) if words != NOTHING]
    if step.takes != NOTHING:
        remarks.append(TAKES.fill(time=step.takes).say(language))
    yield from (part for remark in remarks for part in ("", remark))
    yield from ("", f"{SOURCE.say(language)} <{step.source}>")


def _code(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", "```powershell", *lines, "```")


def table(failures: Sequence[Failure], steps: Mapping[str, str], language: str) -> str:
    """What one sees, what it means and what to do; `steps` are links by id."""
    heads = [words.say(language) for words in (SHOWN, MEANS, ACT, STEP)]
    rows = [f"| {' | '.join(heads)} |", "| --- | --- | --- | --- |"]
    for one in failures:
        links = ", ".join(dict.fromkeys(steps[id] for id in one.steps))
        told = [f"`{one.reply or one.shows}`", one.means.say(language), one.act.say(language)]
        rows.append(f"| {' | '.join([*told, links])} |")
    return "\n".join(rows) + "\n"
