"""Implement one contract (tests/contracts): a store for trials, and one in a file."""
