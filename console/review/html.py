"""A review as one self-contained HTML file: no script, no request, charts as inline SVG.

The content security policy lets nothing in but the page's own style; every text is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from console.review.page import Bullets, Chart, Command, Grid, Heading, Prose
from console.review.svg import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.page import Block

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --strong: #b3261e; --curve: #1f6feb; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem;
  overflow-wrap: anywhere; }
h2 { border-top: 2px solid var(--line); padding-top: 1rem; margin-top: 2.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left;
  vertical-align: top; overflow-wrap: normal; }
pre { background: #8882; padding: .5rem; overflow-x: auto; }
strong { color: var(--strong); }
figure { margin: 1rem 0; }
svg { width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
.curve { fill: none; stroke: var(--curve); stroke-width: 2; }
.axis { stroke: var(--line); }
.mark { stroke: currentColor; stroke-dasharray: 3 3; opacity: .6; }
@media print { body { max-width: none; } h2 { break-before: page; } .wide { overflow: visible; }
  pre { white-space: pre-wrap; } figure, tr { break-inside: avoid; } }
@media (max-width: 40rem) { body { font-size: 15px; padding: .6rem; } }
""".strip()
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
"""


def render(blocks: Sequence[Block]) -> str:
    """Return the blocks as an HTML document; the first heading is its title."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "Review")
    head = _HEAD.format(title=escape(title), style=_STYLE)
    return head + "\n".join(_block(block) for block in blocks) + "\n</body>\n</html>\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Prose(text, strong):
            inner = f"<strong>{escape(text)}</strong>" if strong else escape(text)
            return f"<p>{inner}</p>"
        case Command(text):
            return f"<pre><code>{escape(text)}</code></pre>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Grid(header, rows):
            return f'<div class="wide"><table>{_row(header, "th")}{_rows(rows)}</table></div>'
        case Chart():
            return f"<figure>{drawn(block)}<figcaption>{escape(block.title)}</figcaption></figure>"


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "".join(_row(row, "td") for row in rows)


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
