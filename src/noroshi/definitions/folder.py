"""Definitions as a folder of TOML files: read whole, written whole."""

from __future__ import annotations

from pathlib import Path

from noroshi.ports import Document


def read_folder(path: Path) -> tuple[Document, ...]:
    """The folder's documents by key; Invalid with all that is wrong with its files."""
    raise NotImplementedError


def write_folder(path: Path, documents: tuple[Document, ...]) -> None:
    """Make the folder hold just these documents, each in the same order every time.

    Invalid, and nothing written, if there are files in it that are none of ours.
    """
    raise NotImplementedError
