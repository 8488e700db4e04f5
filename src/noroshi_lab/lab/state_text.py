"""Show a lab's state in words, for a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from noroshi.core.translation import _, bilingual

_NOW = _("The lab's time: {now}")
_PENDING = _("Changes not yet effective in Exchange")
_FROM = _("from {at}")
_FAULTS = _("Scripted faults")
_NONE = _("none")
_LEFT = _("{count} left")
_FOREVER = _("always")
_FOR = _("for {to}")
State = Mapping[str, Any]


def whole(state: State, language: str) -> str:
    """Return the whole state as text: time, switches under their headings, pending changes, and
    faults."""
    parts = [_NOW.fill(now=state["now"]).say(language)]
    groups = dict.fromkeys(each["group"]["en"] for each in state["switches"])
    for group in groups:
        members = [each for each in state["switches"] if each["group"]["en"] == group]
        head = bilingual(**members[0]["group"]).say(language)
        parts.append("\n".join((head, *_switches(members, language))))
    return "\n\n".join((*parts, *_pending(state, language), faults(state, language)))


def some(state: State, names: Collection[str], language: str) -> str:
    """Return these switches and the pending changes as text."""
    chosen = [each for each in state["switches"] if each["name"] in names]
    lines = "\n".join(line.strip() for line in _switches(chosen, language))
    return "\n\n".join((lines, *_pending(state, language)))


def faults(state: State, language: str) -> str:
    """Return what is scripted."""
    lines = [_fault(each, language) for each in state["faults"]]
    shown = lines or [_NONE.say(language)]
    return "\n".join((_FAULTS.say(language), *(f"  {line}" for line in shown)))


def _switches(switches: Iterable[State], language: str) -> list[str]:
    pairs = [(f"{each['name']}={each['value']}", each) for each in switches]
    width = max((len(pair) for pair, _ in pairs), default=0)
    return [f"  {pair:<{width}}  {_about(each, language)}" for pair, each in pairs]


def _about(switch: State, language: str) -> str:
    """Return what a switch is, and what it takes."""
    takes, help = (bilingual(**switch[part]).say(language) for part in ("takes", "help"))
    return f"{help} [{takes}]"


def _pending(state: State, language: str) -> list[str]:
    if not state["pending"]:
        return []
    lines = [
        f"  {each['name']}={each['value']}  {_FROM.fill(**each).say(language)}"
        for each in state["pending"]
    ]
    return ["\n".join((_PENDING.say(language), *lines))]


def _fault(fault: State, language: str) -> str:
    left = _FOREVER if fault["left"] is None else _LEFT.fill(count=fault["left"])
    parts = [fault["at"], fault["does"]]
    parts += ["--elsewhere"] if fault["side"] == "elsewhere" else []
    parts += [_FOR.fill(to=fault["to"]).say(language)] if fault["to"] else []
    return "  ".join((*parts, f"({left.say(language)})"))
