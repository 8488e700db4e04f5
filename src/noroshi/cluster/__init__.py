"""The link between the nodes on one database: questions, and connections that are passed on.

Each node shows a certificate that was issued under the key that all of them share, and takes nobody
without one, before a byte of either side is read (decision 53).
"""
