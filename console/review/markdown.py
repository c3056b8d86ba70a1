"""A review as Markdown. Text from logs is escaped, so that it can make no markup of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from console.review import words
from console.review.page import Bullets, Chart, Command, Grid, Heading, Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.page import Block

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")


def render(blocks: Sequence[Block]) -> str:
    """Return the blocks as Markdown (GitHub's tables)."""
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", text)


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escaped(text)}"
        case Prose(text, strong):
            return f"**{escaped(text)}**" if strong else escaped(text)
        case Command(text):
            return "\n".join(f"    {line}" for line in text.splitlines())
        case Bullets(items):
            return "\n".join(f"- {escaped(item)}" for item in items)
        case Grid(header, rows):
            rule = ["---"] * len(header)
            table = [list(map(escaped, header)), rule, *(list(map(escaped, row)) for row in rows)]
            return "\n".join(f"| {' | '.join(cells)} |" for cells in table)
        case Chart(title, points, marks):
            days = [f"{words.day(day)}: {words.share(left)}" for day, left in points]
            shown = [f"{words.instant(one.at_us)} {one.kind}: {one.words}" for one in marks]
            listed = "\n".join(f"- {escaped(text)}" for text in (*days[-1:], *shown))
            return f"{escaped(title)}\n\n{listed}"
