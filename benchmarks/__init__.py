"""Measure what Noroshi costs and how it bears a storm, from outside: `python -m benchmarks`.

The node is the real program. What it is measured by (listener, mail sink) are programs of their
own, and the scenes here are those of tests/load, in full size.
"""
