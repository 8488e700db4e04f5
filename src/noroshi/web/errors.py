"""The base of what the manager refuses by itself, before an operation is asked."""

from __future__ import annotations


class WebError(Exception):
    """Report that the manager does not answer a request as it was asked."""
