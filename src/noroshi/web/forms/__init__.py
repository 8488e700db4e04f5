"""Forms: settings drawn as fields, read back, checked, and led back to their fields."""
