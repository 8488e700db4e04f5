"""Notices: post what happens to an instance, or to Noroshi itself, to the contacts who want it."""
