"""The pages' texts, in both languages, by subject."""
