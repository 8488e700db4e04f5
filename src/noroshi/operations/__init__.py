"""Declarations of what people can ask for, by whichever door; `registry` lists them all."""
