"""The API by HTTP: operations, their OpenAPI description, and health."""
