"""Blueprints: sets of monitors to add to an instance, ours and those of the definitions."""

from __future__ import annotations

from noroshi.definitions.blueprints.adding import add, titled
from noroshi.definitions.blueprints.known import Blueprint, blueprints

__all__ = ["Blueprint", "add", "blueprints", "titled"]
