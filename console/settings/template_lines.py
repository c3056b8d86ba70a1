"""Lines and tables of the burnline.toml that `init` writes."""

from __future__ import annotations

from collections.abc import Sequence

_COMMENT_COLUMN = 34
_LINE_LENGTH = 100


def table(heading: str, lines: Sequence[str]) -> str:
    """Return a heading with its lines below it."""
    return "\n".join((heading, *lines)) + "\n"


def line(key: str, value: str, comment: str, *, known: bool = True) -> str:
    """Return a key with its comment beside it, or above it where it is long.

    The key is itself a comment where its value is only an example.
    """
    assignment = f"{'' if known else '# '}{key} = {value}"
    beside = f"{assignment:<{_COMMENT_COLUMN}}# {comment}"
    fits = len(assignment) < _COMMENT_COLUMN and len(beside) <= _LINE_LENGTH
    return beside if fits else f"# {comment}:\n{assignment}"
