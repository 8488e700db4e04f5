"""The refusal of a request of the link, which carries what the answer tells."""

from __future__ import annotations

from noroshi.link.link_messages import LinkFault


class LinkRefusedError(Exception):
    """Report that a request is refused. `text` is English, for the agent's log; `retry_after` are
    the seconds after which it may be tried again, 0: nothing is said of it."""

    def __init__(self, fault: LinkFault, text: str = "", retry_after: float = 0.0) -> None:
        super().__init__(f"{fault.value}: {text}")
        self.fault, self.text, self.retry_after = fault, text, retry_after
