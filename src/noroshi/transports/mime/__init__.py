"""Mails composed: headers, bodies and character sets."""
