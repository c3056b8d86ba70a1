"""Lines of text with a tone each: what every renderer returns and every widget draws.

A span is never markup. Text of agents goes through here as it is, so brackets in it stay brackets.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Tone(enum.StrEnum):
    """What a piece of text means; `console.tui.theme` says how each looks."""

    PLAIN = "plain"
    MUTED = "muted"
    STRONG = "strong"
    HEADING = "heading"
    OK = "ok"
    WATCH = "watch"
    TICKET = "ticket"
    ALARM = "alarm"
    PAGE = "page"
    HARD_STOP = "hard-stop"
    UNKNOWN = "unknown"
    KEY = "key"
    LABEL = "label"


class Span(NamedTuple):
    """A piece of text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]
Align = Literal["left", "right"]


def line(*parts: Span | str | tuple[str, Tone]) -> Line:
    """Return a line of the parts that are not empty; a bare `str` is plain."""
    return tuple([_span(part) for part in parts if (part if isinstance(part, str) else part[0])])


def _span(part: Span | str | tuple[str, Tone]) -> Span:
    if isinstance(part, Span):
        return part
    return Span(part) if isinstance(part, str) else Span(*part)


def width_of(spans: Line) -> int:
    """Return the width of a line in terminal cells."""
    return sum([len(text) if text.isascii() else cell_len(text) for text, _ in spans])


def rows_of(lines: Sequence[Line], width: int) -> int:
    """Return about how many rows lines take where they wrap at `width` cells."""
    return sum(max(1, -(-width_of(each) // max(1, width))) for each in lines)


def plain(spans: Line) -> str:
    """Return the text of a line without its tones."""
    return "".join(span.text for span in spans)


def fit(spans: Line, width: int, ellipsis: str, align: Align = "left") -> Line:
    """Return the line cut or padded to exactly `width` cells; a cut is marked with `ellipsis`."""
    room = width - width_of(spans)
    if room > 0:
        pad = Span(" " * room)
        return (pad, *spans) if align == "right" else (*spans, pad)
    return spans if room == 0 else _cut(spans, width, ellipsis)


def _cut(spans: Line, width: int, ellipsis: str) -> Line:
    kept: list[Span] = []
    left = width - cell_len(ellipsis)
    if left < 0:
        return line(" " * width)
    for span in spans:
        size = cell_len(span.text)
        if size > left:
            kept.append(Span(set_cell_size(span.text, left) + ellipsis, span.tone))
            break
        kept.append(span)
        left -= size
    return tuple(kept)


def cropped(spans: Line, width: int, ellipsis: str) -> Line:
    """Return a line in at most `width` cells."""
    return spans if width_of(spans) <= width else _cut(spans, width, ellipsis)


def shorten(text: str, width: int, ellipsis: str) -> str:
    """Return a name in at most `width` cells, cut in the middle: ends tell names apart."""
    if cell_len(text) <= width:
        return text
    if width < 8:
        return set_cell_size(text, max(0, width - cell_len(ellipsis))) + ellipsis
    return _middle(text, (width - 1) // 3, width, ellipsis)


def shorten_path(path: str, width: int, ellipsis: str) -> str:
    """Return a path in at most `width` cells, cut in the middle: the name of its file stays.

    A name that is too long itself is cut in its own middle, and the folders before it are left out.
    """
    if cell_len(path) <= width or width < 8:
        return shorten(path, width, ellipsis)
    room = width - cell_len(ellipsis)
    name = path[path.rfind("/") + 1 :]
    if cell_len(name) + 2 > room:
        return name if cell_len(name) <= width else _middle(name, width // 2, width, ellipsis)
    return _middle(path, max(cell_len(name) + 1, room // 2), width, ellipsis)


def _middle(text: str, tail: int, width: int, ellipsis: str) -> str:
    """Return `text` in `width` cells, the last `tail` of which are its end."""
    end = text[-tail:]
    while cell_len(end) > tail:
        end = end[1:]
    return set_cell_size(text, width - tail - cell_len(ellipsis)) + ellipsis + end


def joined(lines: Iterable[Line], separator: Span) -> Line:
    """Return lines as one, `separator` between those that are not empty."""
    spans: list[Span] = []
    for each in lines:
        if each:
            spans.extend((separator, *each) if spans else each)
    return tuple(spans)
