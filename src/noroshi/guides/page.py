"""Write the guide as a page of the documentation: the steps fill all that stands between the
marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from noroshi.core.definitions.schema_mail import REDIRECT
from noroshi.core.translation import COMMA, NOTHING, Message, _, pgettext
from noroshi.guides.guide import PARTS, Case, Guide, Step
from noroshi.guides.microsoft365 import MICROSOFT365, WAYS, values_of
from noroshi.guides.render import TITLES, markdown, table

MARKS = re.compile(r"(<!-- (ways|steps|failures) (en|ja) -->\n).*?(<!-- end -->)", re.DOTALL)
EXAMPLE = values_of(
    "microsoft365",
    account="m365",
    mailbox="alerts@contoso.com",
    person="aki@contoso.com",
    redirect=REDIRECT,
    certificate="noroshi-m365.cer",
)
APPS = frozenset(way for way in WAYS if way.startswith("app-"))
WAY = _("who signs in, and how")
ANY_APP = _("app-only")
ANY_PERSON = _("a user")
KINDS: Mapping[str, Message] = {"smtp": _("SMTP"), "graph": _("Microsoft Graph")}
PATHS: Mapping[str, Message] = {
    "": NOTHING,
    "exchange": _("worldwide cloud"),
    "entra": _("GCC High, DoD, 21Vianet"),
}
SHARED = _("if a user other than the mailbox signs in")
FOR = _("*For: {whom}*")
BETWEEN_GROUPS = pgettext("between groups of people", "; ")


def fill_page(page: str) -> str:
    """Return the page with all that comes from the guide as the guide has it now."""

    def part(match: re.Match[str]) -> str:
        text = MAKERS[match[2]](MICROSOFT365, match[3])
        return f"{match[1]}\n{text.rstrip()}\n\n{match[4]}"

    return MARKS.sub(part, page)


def _way_table(guide: Guide, language: str) -> str:
    """Return, by way and kind of route, the numbers of the steps, in the worldwide cloud."""
    links, heads = _links(guide, language), [WAY, *KINDS.values()]
    comma = COMMA.say(language)
    rows = [f"| {' | '.join(head.say(language) for head in heads)} |", "| --- | --- | --- |"]
    for way, words in WAYS.items():
        cases = [Case(way=way, kind=kind) for kind in KINDS]
        cells = [
            comma.join(links[step.id] for step in _steps_needed(guide, one)) for one in cases
        ]
        rows.append(f"| {words.say(language)} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _steps_needed(guide: Guide, case: Case) -> Sequence[Step]:
    """Return the steps of a case; nobody connects to Exchange for nothing."""
    exchange_steps = guide.steps_for(case, "exchange")
    return (
        *guide.steps_for(case, "entra"),
        *(exchange_steps if len(exchange_steps) > 1 else ()),
    )


def _steps(guide: Guide, language: str) -> str:
    return "\n".join(chain.from_iterable(_part(guide, part, language) for part in PARTS))


def _part(guide: Guide, part: str, language: str) -> Iterator[str]:
    yield f"### {TITLES[part].say(language)}\n"
    for number, step in enumerate(guide.steps, 1):
        if step.part == part:
            head, _, body = markdown(step, EXAMPLE, language, f"#### {number}.").partition("\n")
            audience = _audience(step, language)
            yield f'<a id="{_anchor(step.id, language)}"></a>\n\n{head}'
            yield f"\n{FOR.say(language).format(whom=audience)}\n{body}" if audience else body


def _audience(step: Step, language: str) -> str:
    """Return for whom a step is; "" for all."""
    groups = [KINDS[kind] for kind in sorted(step.kinds)]
    if step.ways == APPS:
        groups.insert(0, ANY_APP)
    elif step.ways == WAYS.keys() - APPS:
        groups.insert(0, ANY_PERSON)
    else:
        groups[:0] = [words for way, words in WAYS.items() if way in step.ways]
    groups += [PATHS[step.path]] if step.path else []
    groups += [SHARED] if step.for_shared else []
    return BETWEEN_GROUPS.say(language).join(words.say(language) for words in groups)


def _failures(guide: Guide, language: str) -> str:
    return table(guide.failures, _links(guide, language), language)


def _links(guide: Guide, language: str) -> Mapping[str, str]:
    numbered = enumerate(guide.steps, 1)
    return {step.id: f"[{n}](#{_anchor(step.id, language)})" for n, step in numbered}


def _anchor(id: str, language: str) -> str:
    return f"{language}-{id}"


MAKERS: Mapping[str, Callable[[Guide, str], str]] = {
    "ways": _way_table,
    "steps": _steps,
    "failures": _failures,
}
