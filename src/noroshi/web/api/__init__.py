"""Serve the operations by HTTP, with an OpenAPI description."""
