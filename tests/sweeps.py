"""Sweeps: one test looks at all cases of a table, and names each that failed at its end.

As tests of their own, thousands of small cases are collected by each worker and reported one by one,
which takes far longer than to look at them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, wraps
from traceback import extract_tb
from typing import Any

import pytest

PARAM = type(pytest.param())
FAILED = (Exception, pytest.fail.Exception)
"""A skip is none, and goes through."""


def sweep(names, cases, ids=None):
    """Give the test each case in turn, as `pytest.mark.parametrize` does to as many tests.

    A case that fails holds up no other. What is no name of the table remains a fixture, and is
    the same for all cases. Cases that are dear to make are given as the function that makes them:
    each worker collects the test, and only the one that runs it makes them.
    """
    split = [name.strip() for name in names.split(",")] if isinstance(names, str) else [*names]
    alone = isinstance(names, str) and len(split) == 1
    table = partial(_table, split, cases, ids, alone)
    if not callable(cases):
        table = partial(list, table())

    def of(test):
        return _swept(test, split, table)

    return of


def _table(
    names: Sequence[str], cases: Any, ids: Any, alone: bool
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    table = [*_named(names, [*(cases() if callable(cases) else cases)], ids, alone)]
    if not table:
        raise ValueError(f"a sweep of no case: {names}")
    return table


def _named(
    names: Sequence[str], cases: Sequence[Any], ids: Any, alone: bool
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    given = None if ids is None or callable(ids) else [*ids]
    if given is not None and len(given) != len(cases):
        raise ValueError(f"{len(given)} ids for {len(cases)} cases")
    for number, case in enumerate(cases):
        values, id = ((case,) if alone else tuple(case)), None
        if isinstance(case, PARAM):
            if case.marks:
                raise ValueError(f"a case of a sweep has no marks: {case}")
            values, id = case.values, case.id
        named = given[number] if given is not None else _words(values, ids)
        yield str(id or named or number), dict(zip(names, values, strict=True))


def _words(values: Sequence[Any], said: Callable[[Any], object] | None) -> str:
    return "-".join(str((said and said(value)) or value)[:60] for value in values)


def _swept(test, names, table):
    given = inspect.signature(test)
    missing = set(names) - set(given.parameters)
    if missing:
        raise ValueError(f"{test.__name__} has no {', '.join(sorted(missing))}")

    if inspect.iscoroutinefunction(test):

        @wraps(test)
        async def swept(**fixtures):
            failed, cases = [], table()
            for id, values in cases:
                try:
                    await test(**fixtures, **values)
                except FAILED as error:
                    failed.append((id, error))
            _tell(failed, len(cases))

    else:

        @wraps(test)
        def swept(**fixtures):
            failed, cases = [], table()
            for id, values in cases:
                try:
                    test(**fixtures, **values)
                except FAILED as error:
                    failed.append((id, error))
            _tell(failed, len(cases))

    others = [one for name, one in given.parameters.items() if name not in names]
    swept.__signature__ = given.replace(parameters=others)
    return swept


def _tell(failed: Sequence[tuple[str, BaseException]], count: int) -> None:
    """All that failed, by name; the trace is that of the first."""
    if failed:
        lines = [f"[{id}] {_place(error)}: {_said(error)}" for id, error in failed]
        text = "\n".join((f"{len(failed)} of {count} cases failed", *lines))
        raise AssertionError(text) from failed[0][1]


def _place(error: BaseException) -> str:
    last = extract_tb(error.__traceback__)[-1]
    return f"{last.filename.rpartition('/')[2]}:{last.lineno}"


def _said(error: BaseException) -> str:
    return str(error) if isinstance(error, AssertionError) else repr(error)
