"""The link between the nodes on one database: questions, and connections that are passed on.

Each node shows a certificate that was issued under the key that all nodes share. A node refuses a
caller without one before it reads a byte of the caller (decision 53).
"""
