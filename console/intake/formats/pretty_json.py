"""Pretty-printed JSON objects appended to a file, cut into objects as whole lines come in.

Such an object begins and ends with a brace at the start of a line; within it every line is
indented, and no text spans lines. So an object can be found again after one that is broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from console.intake.formats.loose import BLANK, BOM, each_value, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.intake.reading import Rejected

LONGEST_BYTES = 4 * 1024 * 1024
"""A longer object is refused."""


class Frame(NamedTuple):
    """One object, with its byte offset, length and first line."""

    value: Any
    place: tuple[int, int, int]


class Frames(msgspec.Struct):
    """The object that is not complete yet: its bytes so far, where it began; or it is `skipped`."""

    held: bytes = b""
    offset: int = 0
    line: int = 0
    skipped: bool = False

    def feed(
        self, block: bytes, offset: int, line: int, rejected: list[Rejected]
    ) -> Iterator[Frame]:
        """Yield the objects that are complete with a block of whole lines; refuse what is none."""
        held, self.held = [self.held] if self.held else [], b""
        size = sum(map(len, held))
        for raw in block.removesuffix(b"\n").split(b"\n"):
            body = raw.strip(BLANK).removeprefix(BOM)
            outside = not raw[:1].isspace() and bool(body)
            if outside and body.startswith(b"{") and held:
                rejected.append(self._refusal(held, "this object is cut off"))
                held, size = [], 0
            if outside and body.startswith(b"{"):
                self.offset, self.line, self.skipped = offset + raw.index(body), line, False
            if self.skipped:
                self.skipped = not (outside and body.startswith(b"}"))
            elif body or held:
                held.append(raw + b"\n")
                size += len(raw) + 1
                if len(held) == 1 and not body.startswith(b"{"):
                    self.offset, self.line = offset + raw.index(body), line
                    rejected.append(self._refusal(held, "what begins here belongs to no object"))
                    held, size, self.skipped = [], 0, not body.startswith(b"}")
                elif body.endswith(b"}") and (outside or len(held) == 1):
                    yield from self._values(held, rejected)
                    held, size = [], 0
                elif size > LONGEST_BYTES:
                    reason = "this object is longer than is read; it was passed over"
                    rejected.append(self._refusal(held, reason))
                    held, size, self.skipped = [], 0, True
            offset += len(raw) + 1
            line += 1
        self.held = b"".join(held)

    def _values(self, held: list[bytes], rejected: list[Rejected]) -> Iterator[Frame]:
        body = b"".join(held).strip(BLANK).removeprefix(BOM).strip(BLANK)
        for start, piece, value, reason in each_value(body):
            if reason:
                rejected.append(refused(piece, self.offset + start, self.line, reason))
            else:
                yield Frame(value, (self.offset + start, len(piece), self.line))

    def _refusal(self, held: list[bytes], reason: str) -> Rejected:
        return refused(b"".join(held).strip(BLANK), self.offset, self.line, reason)
