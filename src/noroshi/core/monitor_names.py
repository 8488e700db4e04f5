"""Name a monitor and its instance as mails do."""

from __future__ import annotations

from noroshi.core.definitions.self_monitoring import is_own, own_title
from noroshi.core.model import Monitor
from noroshi.core.sentences import amid_sentence
from noroshi.core.translation import Message, plain


def instance_name(monitor: Monitor) -> str:
    """Return the name of a monitor's instance, or its title if the two differ in capitals
    alone."""
    name, title = monitor.instance.name, monitor.instance.title
    return title if title.casefold() == name.casefold() else name


def monitor_title(monitor: Monitor) -> Message:
    """Return the title of a monitor; that of the node's own ones in the reader's language."""
    if is_own(monitor):
        return own_title(monitor)
    return plain(monitor.title or monitor.name)


def place(monitor: Monitor, language: str) -> str:
    """Return instance and monitor on one line, as subjects begin."""
    title = monitor_title(monitor).say(language)
    return f"{instance_name(monitor)} {amid_sentence(title) if is_own(monitor) else title}"
