"""Make answers of operations into values for templates."""
