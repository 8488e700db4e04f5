"""Change a stored JSON object without reading all of it: a newer Noroshi's fields stay."""

from __future__ import annotations

import json


def with_fields(text: str, **fields: object) -> str:
    """Return an object's text with some fields set; a text that is no object stays as it is."""
    try:
        values = json.loads(text)
    except ValueError:
        return text
    return json.dumps(values | fields, ensure_ascii=False) if isinstance(values, dict) else text
