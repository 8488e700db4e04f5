"""Hold one file for each kind of reaction. To add one, write it, and name it here."""

from noroshi.actions import mail
from noroshi.actions.template import Renderer
from noroshi.ports import Action


def built_in(renderer: Renderer) -> tuple[Action, ...]:
    """Return all kinds; `renderer` is where users' templates are rendered."""
    return (mail.action(renderer),)
