"""Lines as they come to a sink, and a sink that remembers them."""

from noroshi.logs.line_format import Line


def line(text, *, at=0.0, level=20, name="noroshi.engine", place=("engine.py", 1)):
    return Line(timestamp=at, level=level, name=name, place=place, text=text)


class Kept:
    """Keeps what is written, unless `why` says why it cannot."""

    def __init__(self):
        self.texts, self.why, self.closed = [], None, False

    def write(self, *lines):
        if self.why is not None:
            raise self.why
        self.texts += [line.text for line in lines]

    def close(self):
        self.closed = True
