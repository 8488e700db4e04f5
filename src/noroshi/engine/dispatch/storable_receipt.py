"""An attempt's receipt as every store can write it: else its slot would try so for ever."""

from __future__ import annotations

from dataclasses import replace

from noroshi import schema
from noroshi.core.mail import Answer, Receipt
from noroshi.core.words import Words


def as_kept(receipt: Receipt) -> Receipt:
    """The same; half letters, that UTF-8 has none for, are shown as such. What the other side
    decided is never lost over how it said so. Raises TypeError for what is no receipt."""
    if not isinstance(receipt, Receipt):
        raise TypeError("no receipt")
    try:
        schema.text(receipt)
    except UnicodeError:
        return _whole(receipt)
    return receipt


def _whole(receipt: Receipt) -> Receipt:
    answers = receipt.answers.items()
    return replace(
        receipt,
        answers={_letters(address): _said(answer) for address, answer in answers},
        provider_id=_letters(receipt.provider_id),
        message_ids=tuple(map(_letters, receipt.message_ids)),
    )


def _said(answer: Answer) -> Answer:
    return replace(
        answer,
        text=_letters(answer.text),
        enhanced=_letters(answer.enhanced),
        words=Words(en=_letters(answer.words.en), ja=_letters(answer.words.ja)),
    )


def _letters(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
