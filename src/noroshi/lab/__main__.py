"""`python -m noroshi.lab`: the lab without the rest of Noroshi."""

from __future__ import annotations

import sys

from noroshi.lab.main import main

sys.exit(main(sys.argv[1:]))
