"""Run `python -m noroshi_lab.lab`: the lab without the rest of Noroshi."""

from __future__ import annotations

import sys

from noroshi_lab.lab.main import main

sys.exit(main(sys.argv[1:]))
