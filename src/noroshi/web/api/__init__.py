"""Serve the operations by HTTP, with their OpenAPI description."""
