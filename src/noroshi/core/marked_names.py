"""Name a setting or a definition in a text, so that a page recognizes the name: a form finds
the field of a setting by it, and shows the label; a definition is shown by its title."""

from __future__ import annotations

from noroshi.core.translation import Mark, Medium, Message, ReadAt, marked_text, marks_of


class MarkedName(Message):
    """Hold a name that is the same in every language."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__(name, translations={})

    def say(self, language: str, medium: ReadAt = Medium.TERMINAL) -> str:
        """Return the name; on a page it is known for one."""
        name = super().say(language, medium)
        return marked_text(name, self) if medium is Medium.PAGE else name


class SettingName(MarkedName):
    """Name a setting as definitions have it."""

    __slots__ = ()


class DefinitionKey(MarkedName):
    """Name a definition by its type and name, as instances/web1."""

    __slots__ = ()


def key_at(mark: Mark) -> str:
    """Return the definition that a part of a text names; "" if it stands for something else."""
    return mark.meaning.id if isinstance(mark.meaning, DefinitionKey) else ""


def setting_at(mark: Mark) -> str:
    """Return the setting that a part of a text names; "" if it stands for something else."""
    return mark.meaning.id if isinstance(mark.meaning, SettingName) else ""


def settings_in(text: str) -> tuple[str, ...]:
    """Return the settings that a text of a page names, in order."""
    return tuple(filter(None, map(setting_at, marks_of(text))))


def with_settings(text: Message, *settings: str) -> Message:
    """Return a text with the names of settings in the places of the same names."""
    names = {name: SettingName(name) for name in settings}
    return text.with_arguments({**text.arguments, **names})
