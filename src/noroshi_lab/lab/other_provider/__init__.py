"""Simulate a provider that is not Microsoft: OpenID Connect and SMTP as spoken elsewhere.

The refresh tokens may rotate, and the second use of one revokes the whole family; or they last,
as Google's do. A service account sends for the people of its domain.
"""
