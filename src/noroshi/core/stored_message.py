"""Keep texts: key and arguments, so that whoever reads them later has them in their language, and
in words for where they read."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from noroshi.core.earlier_wordings import text_of_today
from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.core.marked_names import SettingName
from noroshi.core.translation import Argument, MarkedText, Message, bilingual

KINDS = {kind.value: kind for kind in InstructionKind}


def stored(message: Message) -> dict[str, Any]:
    """Return a text as a store keeps it; `restored` reads it again."""
    if isinstance(message, SettingName):
        return {"id": message.id, "arguments": {}, "translations": {}, "setting": True}
    arguments = message.arguments
    numbers = (one for one in arguments.values() if isinstance(one, float))
    if (not arguments and message.translations is not None) or not all(map(isfinite, numbers)):
        return message.both()  # what JSON has no number for is kept as it is read
    storable = {name: _storable(one) for name, one in arguments.items()}
    optional = {
        "context": message.context,
        "several": message.several,
        "by": message.by,
        "translations": message.translations,
    }
    if isinstance(message, Instruction):
        optional["instruction"] = message.kind.value
    present = {name: one for name, one in optional.items() if one not in ("", None)}
    return {"id": message.id, "arguments": storable, **present}


def restored(value: object) -> Message:
    """Return the text that was stored, by this form or by that of before the catalogues.

    Raises TypeError if it is neither.
    """
    match value:
        case {"id": str(id), "arguments": dict(arguments), **more}:
            if more.get("setting") is True:
                return SettingName(id)
            known = {str(name): _restored_argument(one) for name, one in arguments.items()}
            today = _instruction(more, known) or text_of_today(id, known)
            return today or Message(
                id,
                arguments=known,
                context=_text(more.get("context", "")),
                several=_text(more.get("several", "")),
                by=_text(more.get("by", "")),
                translations=_translations(more.get("translations")),
            )
        case {"en": str(en), "ja": str(ja)}:
            return bilingual(en=en, ja=ja)
    raise TypeError(f"no stored text: {type(value).__name__}")


def _instruction(
    more: Mapping[Any, object], arguments: Mapping[str, Argument | Message]
) -> Message | None:
    """Return the instruction; None if it is none, or one of a newer version: that reads as the
    text that was kept with it."""
    kind = KINDS.get(str(more.get("instruction")))
    if kind is None:
        return None
    found = Instruction(kind, arguments)
    return None if found.empty_places else found


def _restored_argument(value: object) -> Argument | Message:
    if isinstance(value, dict):
        return restored(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"no argument of a text: {type(value).__name__}")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"no text: {type(value).__name__}")


def _translations(value: object) -> Mapping[str, str] | None:
    if value is None:
        return None
    if isinstance(value, dict):
        return {_text(language): _text(one) for language, one in value.items()}
    raise TypeError(f"no translations: {type(value).__name__}")


def _storable(given: Argument | Message) -> Argument | dict[str, Any]:
    if isinstance(given, MarkedText):
        return str(given)
    return stored(given) if isinstance(given, Message) else given
