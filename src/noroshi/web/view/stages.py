"""Show the stages of a diagnosis on a page, each with what was found, whose it is and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi.core.translation import Message, _
from noroshi.ports.examination import Remedy, Stage
from noroshi.service.diagnostics.examinations import DiagnosticOperations
from noroshi.web.view.form_operations import clock, number_in, query_value, run
from noroshi.web.view.page_context import Visit

NEVER = "never_signed_in"
"""The finding of a stage where nobody has signed in yet, for programs."""


async def wait_for_stage(visit: Visit) -> str:
    """Wait a few seconds for a stage that the page has not; return the id of the diagnosis."""
    id, known_stages = query_value(visit, "id"), query_value(visit, "seen", 4)
    count = number_in(known_stages) or 0
    await run(visit, DiagnosticOperations.look, id=id, seen=count)
    return id


async def stages_of(visit: Visit, id: str, fragment: str) -> Mapping[str, Any]:
    """Return all stages of a diagnosis, those that have come and those that will. `fragment` is the
    address that shows them again."""
    outcome = await run(visit, DiagnosticOperations.look, id=id, seen=-1)
    if outcome.reasons:
        return {"why": outcome.reasons, "over": True}
    examination = outcome.ok
    stages = [_stage(visit, one) for one in examination.stages]
    coming = examination.names[len(stages) :]
    first_failed = next((n for n, one in enumerate(stages, 1) if one.state == "failed"), 0)
    return {
        "why": (),
        "stages": stages,
        "rest": [visit.say(one.title) for one in coming],
        "over": examination.over,
        "failed": first_failed,
        "at": clock(visit, examination.at),
        "next": f"{fragment}&seen={len(stages)}",
    }


def _finding_text(visit: Visit, one: Stage) -> str:
    """Return a finding: our own code in words; a provider's as it is, for an administrator to
    look up."""
    text = visit.say(one.found)
    return visit.say(_("not signed in")) if text == NEVER else text


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyOnPage:
    """Hold the remedy of a failed stage, in words. `link` is "" unless a page may lead
    there."""

    meaning: str
    party: str
    steps: Sequence[str]
    lines: str
    delay: str
    link: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOnPage:
    """Hold one stage of a diagnosis, in words. `ms` is the duration, "" if the stage was not
    reached."""

    state: str
    title: str
    finding: str
    remarks: Sequence[str]
    ms: str
    remedy: RemedyOnPage | None


def _stage(visit: Visit, one: Stage) -> StageOnPage:
    return StageOnPage(
        state=one.state,
        title=visit.say(one.title),
        finding=_finding_text(visit, one),
        remarks=[visit.say(words) for words in one.remarks],
        ms="" if one.milliseconds is None else f"{one.milliseconds:,.0f} ms",
        remedy=_remedy(visit, one.remedy) if one.remedy else None,
    )


def steps_of(say: Callable[[Message], str], instructions: Sequence[Message]) -> list[str]:
    """Return the steps of a remedy as a page has them. Two vault entries have one page, which
    is named once."""
    return list(dict.fromkeys(map(say, instructions)))


def _remedy(visit: Visit, one: Remedy) -> RemedyOnPage:
    return RemedyOnPage(
        meaning=visit.say(one.meaning),
        party=visit.say(one.who),
        steps=steps_of(visit.say, one.how),
        lines="\n".join(one.lines),
        delay=visit.say(one.takes),
        link=one.link if one.link.startswith("https://") else "",
        reply=one.reply,
    )
