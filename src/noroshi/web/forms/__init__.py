"""Draw settings as fields, read and check them, and lead problems back to their fields."""
