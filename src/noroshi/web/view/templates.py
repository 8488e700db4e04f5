"""Load the templates of the pages, which have the English texts, once for each language.

The functions of texts (`core.template_texts`) are globals, so a macro that is imported without
context has them too. That is why each language has its own environment. The code of a template is the
same in each, so it is compiled once.
"""

from __future__ import annotations

from functools import cache
from types import CodeType

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket

from noroshi.core.template_texts import text_functions
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.page_links import links
from noroshi.web.view.timestamps import iso_text, timed


class _CodeOfTemplates(BytecodeCache):
    """Keep the code of each template for the environments of all languages."""

    def __init__(self) -> None:
        self._code_by_key: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template its code, if it was compiled before."""
        bucket.code = self._code_by_key.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template that was compiled just now."""
        if bucket.code is not None:
            self._code_by_key[bucket.key, bucket.checksum] = bucket.code


_code = _CodeOfTemplates()


@cache
def templates(language: str) -> Environment:
    """Return the templates in that language: each escapes what it shows, and knows every name
    that it uses."""
    localizer = LOCALIZERS[language]
    environment = Environment(
        loader=PackageLoader("noroshi.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_code,
    )
    environment.filters |= {"iso": iso_text, "time": timed, "links": links}
    environment.globals |= {"say": localizer.say, **text_functions(localizer.say)}
    return environment
