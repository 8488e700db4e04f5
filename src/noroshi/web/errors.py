"""Refuse requests in the manager itself, before an operation is asked."""

from __future__ import annotations

from noroshi.core.translation import _

NO_SUCH_PAGE = _("There is no page at this address. Check that the address is correct.")


class WebError(Exception):
    """Report that the manager does not answer a request as it was asked."""
