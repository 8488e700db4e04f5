"""Routes examined: how each kind is looked at stage by stage, without anything being sent.

`connection_remedies` says what mends a trouble on the way, `closed_ports` what stands before a
port, `connection_steps` leads from a name to TLS.
"""
