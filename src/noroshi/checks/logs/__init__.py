"""The parts of the log monitor: terms, encodings, matching, and following through rotation."""
