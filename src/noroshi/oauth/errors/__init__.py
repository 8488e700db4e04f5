"""Errors of sign-in servers explained: code, meaning, who mends it and how."""
