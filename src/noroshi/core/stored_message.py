"""Store texts as keys and arguments, so that a later reader gets them in the reader's language,
and in words for the place where they are read."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from noroshi.core.command_text import OPERANDS, CommandText
from noroshi.core.digest_id import DigestId
from noroshi.core.earlier_wordings import text_of_today
from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.core.marked_names import SettingName
from noroshi.core.translation import NOTHING, Argument, MarkedText, Message, bilingual

KINDS = {kind.value: kind for kind in InstructionKind}


def stored_form(message: Message) -> dict[str, Any]:
    """Return a text as a store keeps it; `message_from` reads it again."""
    if isinstance(message, SettingName):
        return {"id": message.id, "arguments": {}, "translations": {}, "setting": True}
    if isinstance(message, DigestId):
        return {**message.both(), "digest": True}
    arguments = message.arguments
    numbers = (value for value in arguments.values() if isinstance(value, float))
    if (not arguments and message.translations is not None) or not all(map(isfinite, numbers)):
        return message.both()  # what JSON has no number for is kept as it is read
    storable = {name: _storable(value) for name, value in arguments.items()}
    optional = {
        "context": message.context,
        "several": message.several,
        "by": message.by,
        "translations": message.translations,
    }
    if isinstance(message, Instruction):
        optional["instruction"] = message.kind.value
    if isinstance(message, CommandText):
        optional["command"] = message.name
    set_values = {name: value for name, value in optional.items() if value not in ("", None)}
    return {"id": message.id, "arguments": storable, **set_values}


def message_from(value: object) -> Message:
    """Return the text that was stored, by this form or by that of before the catalogues.

    Raises TypeError if it is neither.
    """
    match value:
        case {"id": str(id), "arguments": dict(arguments), **details}:
            if details.get("setting") is True:
                return SettingName(id)
            arguments_by_name = {
                str(name): _restored_argument(argument) for name, argument in arguments.items()
            }
            current_message = (
                _instruction(details, arguments_by_name)
                or _command(details, arguments_by_name)
                or text_of_today(id, arguments_by_name)
            )
            return current_message or Message(
                id,
                arguments=arguments_by_name,
                context=_text(details.get("context", "")),
                several=_text(details.get("several", "")),
                by=_text(details.get("by", "")),
                translations=_translations(details.get("translations")),
            )
        case {"en": str(en), "ja": str(_), "digest": True}:
            return DigestId(en)
        case {"en": str(en), "ja": str(ja)}:
            return bilingual(en=en, ja=ja)
    raise TypeError(f"no stored text: {type(value).__name__}")


def _instruction(
    details: Mapping[Any, object], arguments: Mapping[str, Argument | Message]
) -> Message | None:
    """Return the instruction; None if it is none, or one of a newer version: that reads as the
    text that was kept with it."""
    kind = KINDS.get(str(details.get("instruction")))
    if kind is None:
        return None
    instruction = Instruction(kind, arguments)
    return None if instruction.empty_places else instruction


def _command(
    details: Mapping[Any, object], arguments: Mapping[str, Argument | Message]
) -> Message | None:
    name, operands = details.get("command"), arguments.get(OPERANDS, NOTHING)
    if isinstance(name, str) and isinstance(operands, Message):
        return CommandText(name, operands)
    return None


def _restored_argument(value: object) -> Argument | Message:
    if isinstance(value, dict):
        return message_from(value)
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
        return {_text(language): _text(text) for language, text in value.items()}
    raise TypeError(f"no translations: {type(value).__name__}")


def _storable(argument: Argument | Message) -> Argument | dict[str, Any]:
    if isinstance(argument, MarkedText):
        return str(argument)
    return stored_form(argument) if isinstance(argument, Message) else argument
