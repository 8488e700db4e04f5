"""The store for tests and trials: all of it in memory."""
