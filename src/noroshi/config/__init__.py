"""The settings of a process: noroshi.toml, read and checked once at its start."""
