"""Explain other people's error codes: the meaning, whose fault it is, and what mends it.

The rows are data, in the files `*.toml` beside this one, and `knowledge_files` reads them. Which
row applies to an answer is decided where the answer is met: in `oauth`, `transports`, `service`.
"""
