"""Explain the errors of sign-in servers: the code, the meaning, who mends it and how."""
