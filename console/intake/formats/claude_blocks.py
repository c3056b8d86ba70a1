"""Blocks of a transcript in which each line is one record: read at once, which most can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.intake.formats.claude_records import DECODER
from console.intake.reading import UNDECODABLE

if TYPE_CHECKING:
    from console.intake.formats.claude_records import Record

_OPEN, _CLOSE = b"{}"


def records(block: bytes) -> tuple[list[Record], list[int]] | None:
    """Read a block of which each line is one record in good order, without anything around it.

    Returns:
        The records, and where the line of each ends; None for any other block.
    """
    if block[:1] != b"{" or block[-2:] != b"}\n":
        return None
    try:
        found = DECODER.decode_lines(block)
    except UNDECODABLE:
        return None
    ends, last = [], len(block) - 1
    end = block.find(b"\n")
    while end < last:
        # An object that a line break parts and two on one line would make up for each other.
        if block[end - 1] != _CLOSE or block[end + 1] != _OPEN:
            return None
        ends.append(end)
        end = block.find(b"\n", end + 1)
    ends.append(last)
    return (found, ends) if len(found) == len(ends) else None
