"""Definitions: a folder of TOML files or documents in the store, and the plan made of them."""
