"""The shell round the core: it waits, measures, sends, and writes down what the core says.

watch:    a schedule of due times -> run the check -> reckon (pure) -> commit, if it is a change
dispatch: claim a parcel          -> send          -> fate   (pure) -> settle
"""

from noroshi.engine.engine import Engine

__all__ = ["Engine"]
