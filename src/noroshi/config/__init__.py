"""The settings of a process: noroshi.toml is read and checked once, when the process starts."""
