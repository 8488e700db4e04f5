"""The language of agents and their hub: codes, keys, signatures, stamps and messages.

Both sides import it. Nothing here opens a socket or a file.
"""
