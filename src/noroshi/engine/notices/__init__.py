"""Notices: what happens to an instance or to Noroshi itself is posted to its contacts."""
