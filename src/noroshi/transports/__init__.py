"""One file for each way out. Adding one: write it, and name it here."""
