"""Keep the last samples of each agent as they came: the next ones are much alike, and take half the
bytes if both sides have these."""

from __future__ import annotations

from noroshi.link.message_body import (
    CODING,
    NO_TEXT,
    Body,
    EarlierText,
    deflated_text,
    inflated_text,
    message_in_text,
)
from noroshi.link.report_messages import SamplesRequest
from noroshi.service.agents.link_refusal import body_refusals


class EarlierSamples:
    """Hold the text of the last samples by agent, deflated: an agent whose hub has another text, or
    none, sends all."""

    def __init__(self) -> None:
        self._deflated_texts: dict[str, bytes] = {}

    def read(self, agent: str, body: Body) -> tuple[SamplesRequest, EarlierText]:
        """Return the samples in a body, and their text, to be kept once they were taken in. Raises
        LinkRefusedError."""
        with body_refusals():
            text = inflated_text(body, self._text_of(agent))
            return message_in_text(SamplesRequest, text), EarlierText.end_of(text)

    def keep(self, agent: str, text: EarlierText) -> None:
        """Keep the text of the last samples of an agent."""
        self._deflated_texts[agent] = deflated_text(text.content)

    def forget(self, agent: str) -> None:
        """Drop the text of an agent that was removed."""
        self._deflated_texts.pop(agent, None)

    def _text_of(self, agent: str) -> EarlierText:
        deflated = self._deflated_texts.get(agent)
        return (
            NO_TEXT if deflated is None else EarlierText(inflated_text(Body(deflated, CODING)))
        )
