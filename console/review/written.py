"""A review as the documents that the command line prints and the console exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.review import documents, html, markdown, terminal
from console.review.layout import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from console.review.types import Review


def writers(review: Review) -> Mapping[str, Callable[[], str]]:
    """Return what writes a review, by the name of the format; nothing is written yet."""
    return {
        "terminal": lambda: terminal.render(layout(review)),
        "markdown": lambda: markdown.render(layout(review)),
        "html": lambda: html.render(layout(review)),
        "json": lambda: _json(review),
    }


def _json(review: Review) -> str:
    body = msgspec.json.encode(documents.document(review))
    return msgspec.json.format(body, indent=2).decode() + "\n"
