"""Act for the core: wait, measure, send, and write down what the core decides.

monitoring: a schedule of due times -> run the check -> reckon (pure) -> commit, if it is a change
dispatch:   claim a parcel          -> send          -> fate   (pure) -> settle
"""

from noroshi.engine.engine import Engine, EngineSettings, ProcessCalls

__all__ = ["Engine", "EngineSettings", "ProcessCalls"]
