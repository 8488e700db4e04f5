"""The commands of `noroshi`, with their help in both languages; what they do is in handlers/."""
