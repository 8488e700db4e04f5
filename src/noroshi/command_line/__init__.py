"""Read command lines with argparse, in the reader's language: for `noroshi` and for the lab."""
