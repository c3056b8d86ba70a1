"""A review as one self-contained HTML file: no script, no request, charts as inline SVG.

The content security policy lets nothing in but the page's own style; every text is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from console.review import words
from console.review.page import Bullets, Chart, Command, Grid, Heading, Prose
from console.review.svg import drawn, marks_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.review.page import Block
    from console.review.types import Mark

_FEW = 3
"""A table of more columns is stacked on a narrow screen."""
_STYLE = """
:root { color-scheme: light dark; --line: #8886; --strong: #b3261e; --curve: #1f6feb; }
@media (prefers-color-scheme: dark) { :root { --strong: #ff9d94; --curve: #79b8ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem;
  overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; }
h2 { border-top: 2px solid var(--line); padding-top: 1rem; margin-top: 2.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left;
  vertical-align: top; overflow-wrap: normal; }
a { color: inherit; }
pre { background: #8882; padding: .5rem; white-space: pre-wrap; }
strong { color: var(--strong); }
figure { margin: 1rem 0; }
svg { width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
figcaption ol { margin: .3rem 0; padding-left: 1.5rem; font-size: .9rem; }
.curve { fill: none; stroke: var(--curve); stroke-width: 2; }
.axis { stroke: var(--line); }
.mark { stroke: currentColor; stroke-dasharray: 3 3; opacity: .6; }
@media print { body { max-width: none; } h2 { break-before: page; } .wide { overflow: visible; }
  figure, tr { break-inside: avoid; } a { text-decoration: none; } }
@media (max-width: 40rem) {
  body { font-size: 15px; padding: .6rem; }
  svg text { font-size: 22px; }
  .many tr:first-child { display: none; }
  .many, .many tbody, .many tr, .many td { display: block; }
  .many tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  .many td { border: 0; padding: .1rem 0; overflow-wrap: anywhere; }
  .many td:first-child { font-weight: 600; }
  .many td:not(:first-child) { display: inline-block; margin-right: 1rem; }
  .many td[data-name]::before { content: attr(data-name) ": "; opacity: .7; }
}
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
    named = [block.name for block in blocks if isinstance(block, Heading) and block.name]
    places = {name: f"r{number}" for number, name in enumerate(named, 1)}
    body = "\n".join(_block(block, places) for block in blocks)
    return f"{head}{body}\n</body>\n</html>\n"


def _block(block: Block, places: Mapping[str, str]) -> str:
    match block:
        case Heading(level, text, name):
            place = f' id="{places[name]}"' if name else ""
            return f"<h{level}{place}>{escape(text)}</h{level}>"
        case Prose(text, strong):
            inner = f"<strong>{escape(text)}</strong>" if strong else escape(text)
            return f"<p>{inner}</p>"
        case Command(text):
            return f"<pre><code>{escape(text)}</code></pre>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"
        case Grid(header, rows, refers):
            inner = _header(header) + "".join(
                _row(header, row, places if refers else {}) for row in rows
            )
            kind = ' class="many"' if len(header) > _FEW else ""
            return f'<div class="wide"><table{kind}>{inner}</table></div>'
        case Chart():
            caption = f"{escape(block.title)}{_listed(marks_of(block))}"
            return f"<figure>{drawn(block)}<figcaption>{caption}</figcaption></figure>"


def _header(header: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in header) + "</tr>"


def _row(header: Sequence[str], row: Sequence[str], places: Mapping[str, str]) -> str:
    """Return a row; each cell says its column, which is all that a narrow screen shows of it."""
    cells = [
        f'<td data-name="{escape(name)}">{escape(cell)}</td>'
        for name, cell in zip(header[1:], row[1:], strict=True)
    ]
    first, place = escape(row[0]), places.get(row[0])
    if place is not None:
        first = f'<td><a href="#{place}">{first}</a></td>'
    else:
        first = f'<td data-name="{escape(header[0])}">{first}</td>'
    return f"<tr>{first}{''.join(cells)}</tr>"


def _listed(marks: Sequence[Mark]) -> str:
    """Return the marks of a chart in the order of their numbers."""
    if not marks:
        return ""
    said = "".join(
        f"<li>{words.instant(mark.at_us)} {escape(f'{mark.kind}: {mark.words}')}</li>"
        for mark in marks
    )
    return f"<ol>{said}</ol>"
