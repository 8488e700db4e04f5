"""Write the golden mails and notices anew, after their words or their look were changed on purpose.

    .venv/bin/python tools/goldens.py && git diff tests/data/mails tests/data/notices

Then look at each with tools/mail_pictures.py before it is committed.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from tests.actions.mails import GOLDEN, goldens
    from tests.actions.test_notice import AKI, ALL, NOTICES, SAM, notice

    for name, text in goldens():
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="")
    for name, about in ALL.items():
        for contact in (SAM, AKI):
            payload = notice(contact, about)
            text = f"{payload['subject']}\n\n{payload['text']}"
            (NOTICES / f"{name}.{contact.language}.txt").write_text(text, encoding="utf-8")


main()
