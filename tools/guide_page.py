"""Write into docs/use/microsoft365.md what comes from the administrator's steps.

PYTHONPATH=src .venv/bin/python tools/guide_page.py
"""

from __future__ import annotations

from pathlib import Path

from noroshi.guides.page import fill_page

PAGE = Path(__file__).parent.parent / "docs" / "use" / "microsoft365.md"

if __name__ == "__main__":
    PAGE.write_text(fill_page(PAGE.read_text("utf-8")), encoding="utf-8")
