"""Compile the catalogues of texts when Noroshi is built or a checkout is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling leaves it open
    """Writes each catalogue's compiled form beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile all of them, and put them into what is built."""
        for source in sorted(Path(self.root, "src").glob("*/locale/*/LC_MESSAGES/*.po")):
            compiled, beside = source.with_suffix(".mo"), source.with_suffix(".new")
            with source.open("rb") as file:
                texts = read_po(file, locale=source.parent.parent.name)
            with beside.open("wb") as out:
                write_mo(out, texts)
            beside.replace(compiled)  # whoever reads meanwhile has the old one or the new one
            build_data["artifacts"].append(compiled.relative_to(self.root).as_posix())
