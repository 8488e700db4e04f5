"""Routes examined: how each kind is looked at stage by stage, without anything being sent.

`obstacles` says what mends a trouble on the way, `closed_ports` what stands before a port, `way`
leads from a name to TLS.
"""
