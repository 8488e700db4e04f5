"""Frame what each of our mails says: one column of 600 px, light or dark."""

from __future__ import annotations

from noroshi.actions.letter import Page, one_line
from noroshi.actions.letter_cells import safe_html, table
from noroshi.actions.letter_look import GROUNDS, LINE, STYLE

LONGEST_PREVIEW = 200
OUTLOOK = (
    "<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch>"
    "</o:OfficeDocumentSettings></xml><style>table{border-collapse:collapse}"
    'td,th,h1{font-family:"Yu Gothic UI",Meiryo,sans-serif!important}</style><![endif]-->'
)


def framed(page: Page, rows: str) -> str:
    """Return the document, with those rows in its one column."""
    preview = " ".join((page.headline, *page.lead)).strip() or page.word
    return f"""<!doctype html>
<html lang="{"ja" if page.language == "ja" else "en"}" xmlns="http://www.w3.org/1999/xhtml" \
xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>{safe_html(one_line(page.subject), LONGEST_PREVIEW)}</title>
{OUTLOOK}
<style>{STYLE}</style>
</head>
<body class="g-paper" style="margin:0;padding:0;background-color:{GROUNDS["paper"].day};">
<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;overflow:hidden;\
mso-hide:all;">{safe_html(one_line(preview), LONGEST_PREVIEW)}</div>
{table("paper")}<tr><td align="center" class="o" style="padding:16px 8px;">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0">\
<tr><td><![endif]-->
{table("panel", f"max-width:600px;table-layout:fixed;border:1px solid {LINE.day};", "l")}
{rows}
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
"""
