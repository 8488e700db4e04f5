"""What the benchmarks promise, held against what one of them measured."""

from benchmarks.promises import promises


def broken(measure, variant, row):
    """The promises of a measure that a row of figures breaks."""
    held = promises(measure, variant)
    return {one.about: one.value(row) for one in held if one.value(row) > one.most}
