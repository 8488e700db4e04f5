"""A provider that is not Microsoft: OpenID Connect and SMTP as they are spoken elsewhere.

Its refresh tokens may rotate, and one that is used twice ends its whole family; or they last, as
Google's do. A service account sends for the people of its domain.
"""
