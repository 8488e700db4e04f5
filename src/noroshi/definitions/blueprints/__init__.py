"""Blueprints: sets of monitors to add to an instance, ours and those of the definitions."""

from __future__ import annotations

from noroshi.definitions.blueprints.catalogue import Blueprint, blueprints
from noroshi.definitions.blueprints.instantiation import add, localize

__all__ = ["Blueprint", "add", "blueprints", "localize"]
