"""The table in the README, between two marks that only this module knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BEGINS = "<!-- speed: begins; written by python -m tests.bench --readme -->"
ENDS = "<!-- speed: ends -->"


def rewritten(text: str, table: str) -> str:
    """Return a README with another table between its marks.

    Raises:
        ValueError: it does not have both marks, once each, in their order.
    """
    head, begins, rest = text.partition(BEGINS)
    _, ends, tail = rest.partition(ENDS)
    if not begins or not ends or BEGINS in rest or ENDS in tail:
        raise ValueError(f"the README needs one line {BEGINS!r} and after it one line {ENDS!r}")
    return f"{head}{BEGINS}\n\n{table}\n\n{ENDS}{tail}"


def rewrite(path: Path, table: str) -> None:
    """Replace the table of a README. Raises ValueError as `rewritten` does."""
    path.write_text(rewritten(path.read_text(encoding="utf-8"), table), encoding="utf-8")
