"""Writes the golden mails anew, after their words or their look was changed on purpose.

    .venv/bin/python tools/goldens.py && git diff tests/data/mails

Then look at each with tools/mail_pictures.py before it is committed.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from tests.actions.mails import GOLDEN, goldens

    for name, text in goldens():
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="")


main()
