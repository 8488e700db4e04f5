"""The commands of `noroshi`, with their help in both languages; the handlers are in
handlers/."""
