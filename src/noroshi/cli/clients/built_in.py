"""Find the kinds that need no installing, without a node."""

from __future__ import annotations

from noroshi import actions, checks, transports
from noroshi.actions.template import TemplateRenderer
from noroshi.plugins import Plugins


def built_in(renderer: TemplateRenderer) -> Plugins:
    """Return the kinds that need no installing."""
    return Plugins(checks.BUILT_IN, actions.built_in(renderer), transports.BUILT_IN)
