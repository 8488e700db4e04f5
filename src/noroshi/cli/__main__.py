"""`python -m noroshi.cli` is `noroshi`."""

import sys

from noroshi.cli import main

sys.exit(main())
