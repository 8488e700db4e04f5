"""What several files look at and nobody changes: one `demo --once` in each language."""

import pytest

from tests.e2e.demos import Demo


@pytest.fixture(scope="session")
def told_once(tmp_path_factory):
    """`demo --once` in both languages, at the same time, to its end."""
    demos = {
        language: Demo(tmp_path_factory.mktemp("once") / language, "--once", "--lang", language)
        for language in ("en", "ja")
    }
    try:
        for demo in demos.values():
            demo.wait()
        yield demos
    finally:
        for demo in demos.values():
            demo.end()
