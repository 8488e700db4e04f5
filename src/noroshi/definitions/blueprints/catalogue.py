"""List the blueprints: those that come with Noroshi, and blueprints/ of the definitions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.translation import LANGUAGES, Message, bilingual
from noroshi.definitions.document_content import content, split


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """Hold a set of groups with their monitors, in which ${name} stands for an input.

    `inputs` maps the name of each input to its default; "": somebody must give the value.
    """

    name: str
    title: Message
    help: Message
    inputs: Mapping[str, str]
    groups: tuple[Mapping[str, Any], ...]


def blueprints(documents: Iterable[Document]) -> dict[str, Blueprint]:
    """Return all blueprints by name; one of the definitions stands in the place of ours of that
    name."""
    custom = {
        split(one.key)[1]: content(one)
        for one in documents
        if one.key.startswith("blueprints/")
    }
    return built_in() | {
        name: _blueprint(name, definition) for name, definition in custom.items()
    }


@cache
def built_in() -> dict[str, Blueprint]:
    """Return the blueprints that come with Noroshi."""
    folder = files("noroshi.definitions.blueprints")
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".toml"))
    texts = {name: folder.joinpath(name).read_text("utf-8") for name in names}
    return {
        name.removesuffix(".toml"): _blueprint(
            name.removesuffix(".toml"), _translated(tomllib.loads(text))
        )
        for name, text in texts.items()
    }


def _translated(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a built-in blueprint with the texts that a person writes into one, in both
    languages."""
    titles = {
        f"{key}_{language}": Message(definition[key]).say(language)
        for key in ("title", "help")
        if key in definition
        for language in LANGUAGES[1:]
    }
    translated_parts = {
        key: [_translated(one) for one in definition[key]]
        for key in ("group", "monitor")
        if key in definition
    }
    return {**definition, **titles, **translated_parts}


def _blueprint(name: str, definition: Mapping[str, Any]) -> Blueprint:
    return Blueprint(
        name=name,
        title=words_of(definition, "title", name),
        help=words_of(definition, "help"),
        inputs=definition.get("asks", {}),
        groups=tuple(definition.get("group", ())),
    )


def words_of(definition: Mapping[str, Any], key: str, default: str = "") -> Message:
    """Return words in both languages; what is said in one only stands for both."""
    english = definition.get(key) or definition.get(f"{key}_ja") or default
    return bilingual(en=english, ja=definition.get(f"{key}_ja") or english)
