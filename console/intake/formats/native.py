"""Native events: one JSON object per line (semantics 2).

Two objects glued onto one line are both read. What cannot be read is rejected with its reason;
the rest of the block is not affected.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec

from console.intake.reading import UNDECODABLE, Batch, Context, Rejected, Sourced, Stateless
from console.intake.times import instant_us
from console.model import LONGEST, MOST_TOKENS, RUNLESS, Event, Whole
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXCERPT = 200
_BOM = b"\xef\xbb\xbf"
_BLANK = b"\x00\r\t "
_REFUSALS = 100
"""After so many refusals on one line the rest of it is refused as a whole."""


class Line(msgspec.Struct, gc=False):
    """A native line as it is written; unknown keys are ignored here and kept with the evidence."""

    ts: str | int | float
    route: str
    event: str
    run: str | None = None
    id: str | int | None = None
    agent: str | None = None
    boot: str | int | None = None
    seq: Whole | None = None
    parent: str | None = None
    sla_s: float | None = None
    trusted: bool | None = None
    reason: str | None = None
    by: str | None = None
    check: str | None = None
    minutes: float | None = None
    discarded: bool | None = None
    confidence: float | None = None
    to: str | None = None
    preventable: bool | None = None
    action: str | None = None
    scope: str | None = None
    grant: str | None = None
    rule: str | None = None
    directive: str | None = None
    kind: str | None = None
    change: str | None = None
    version: str | None = None
    generation: Whole | None = None
    elapsed_s: float | None = None
    cost_usd: Any = None
    tokens: Any = None
    meter: Any = None


class NativeReader(Stateless):
    """Reads native lines. It keeps no state: every line stands for itself."""

    name = "native"

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(Line)

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        batch = Batch([], [])
        for raw in block.split(b"\n"):
            text = raw.strip(_BLANK)
            if text:
                self._line(text, offset + raw.index(text), line, batch)
            offset += len(raw) + 1
            line += 1
        return batch

    def _line(self, text: bytes, offset: int, line: int, batch: Batch) -> None:
        if text.startswith(_BOM):
            whole, text = text, text.removeprefix(_BOM).lstrip(_BLANK)
            offset += len(whole) - len(text)
            if not text:
                return
        try:
            event = to_event(self._decoder.decode(text))
        except UNDECODABLE as error:
            self._pieces(text, offset, line, batch, reason_of(error))
        else:
            batch.events.append(Sourced(event, offset, len(text), line))

    def _pieces(self, text: bytes, offset: int, line: int, batch: Batch, reason: str) -> None:
        """Read a line that is not one good object: perhaps it is several."""
        pieces = glued(text)
        first, second = next(pieces), next(pieces, None)
        if second is None:
            batch.rejected.append(Rejected(offset, len(text), line, reason, text[:_EXCERPT]))
            return
        refused = 0
        for start, piece in chain((first, second), pieces):
            if refused == _REFUSALS:
                rest, reason = text[start:], "the rest of a line on which too much was refused"
                batch.rejected.append(
                    Rejected(offset + start, len(rest), line, reason, rest[:_EXCERPT])
                )
                return
            try:
                event = to_event(self._decoder.decode(piece))
            except UNDECODABLE as error:
                refused += 1
                batch.rejected.append(
                    Rejected(offset + start, len(piece), line, reason_of(error), piece[:_EXCERPT])
                )
            else:
                batch.events.append(Sourced(event, offset + start, len(piece), line))


class NativeFormat:
    """Recognises objects that have `ts`, `route` and `event`."""

    name = "native"
    whole = False
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether any line of the head is a native object."""
        if b'"event"' not in head or b'"route"' not in head:
            return False
        for raw in head.split(b"\n"):
            if b'"event"' not in raw or b'"route"' not in raw:
                continue
            try:
                msgspec.json.decode(raw.strip(_BLANK).removeprefix(_BOM), type=Line)
            except UNDECODABLE:
                continue
            return True
        return False

    def reader(self, context: Context, state: bytes = b"") -> NativeReader:
        """Return a reader; the context does not matter to it."""
        del context, state
        return NativeReader()


FORMAT = NativeFormat()


def to_event(line: Line) -> Event:
    """Return the clean event of a decoded line.

    Raises:
        ValueError: a required field is empty or a value cannot be; the message says which.
    """
    if not line.route.strip() or not line.event.strip():
        raise ValueError("`route` and `event` must not be empty")
    if not (line.run or "").strip() and line.event not in RUNLESS:
        raise ValueError(f"`{clean(line.event, 40)}` needs a `run`")
    if line.sla_s is not None and not 0 < line.sla_s < LONGEST:
        raise ValueError("`sla_s` must be a positive number of seconds")
    if line.elapsed_s is not None and not 0 <= line.elapsed_s < LONGEST:
        raise ValueError("`elapsed_s` must be a number of seconds, not negative")
    if line.minutes is not None and not 0 <= line.minutes < LONGEST:
        raise ValueError("`minutes` must be a number of minutes, not negative")
    return Event(
        ts_us=instant_us(line.ts),
        route=name(line.route),
        event=name(line.event),
        run=name(line.run) if line.run else "",
        id=name("" if line.id is None else str(line.id)),
        agent=name(line.agent) if line.agent else "",
        boot=name("" if line.boot is None else str(line.boot)),
        seq=line.seq,
        parent=name(line.parent) if line.parent else "",
        sla_s=line.sla_s,
        trusted=line.trusted,
        reason=clean(line.reason) if line.reason else "",
        by=name(line.by) if line.by else "",
        check=name(line.check) if line.check else "",
        minutes=line.minutes,
        discarded=line.discarded,
        confidence=line.confidence,
        to=name(line.to) if line.to else "",
        preventable=line.preventable,
        action=name(line.action) if line.action else "",
        scope=name(line.scope) if line.scope else "",
        grant=name(line.grant) if line.grant else "",
        rule=clean(line.rule) if line.rule else "",
        directive=name(line.directive) if line.directive else "",
        kind=name(line.kind) if line.kind else "",
        change=name(line.change) if line.change else "",
        version=name(line.version) if line.version else "",
        generation=line.generation,
        elapsed_s=line.elapsed_s,
        cost_usd=None if line.cost_usd is None else _cost(line.cost_usd),
        tokens=None if line.tokens is None else _tokens(line.tokens),
        meter=name(line.meter) if isinstance(line.meter, str) else "",
    )


def _cost(value: object) -> float | None:
    """Return a price, None for what is none: what models cost judges nothing, and refuses nothing.

    Agents wrote such keys before they meant anything here, and in shapes of their own.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < LONGEST else None


def _tokens(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < MOST_TOKENS else None


def glued(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the JSON values that stand one after another in `text`, with their byte offsets.

    What is left at the first place that is not JSON is yielded as it is.
    """
    decoder = json.JSONDecoder()
    whole = text.decode("utf-8", "surrogateescape")
    place = start = 0
    while place < len(whole):
        try:
            _, end = decoder.raw_decode(whole, place)
        except UNDECODABLE:
            end = len(whole)
        piece = whole[place:end].encode("utf-8", "surrogateescape")
        yield start, piece
        place = end
        while place < len(whole) and whole[place].isspace():
            place += 1
        start += len(piece) + len(whole[end:place].encode("utf-8", "surrogateescape"))


def first_object(line: bytes) -> bytes:
    """Return the first JSON value on a line (several may be glued together)."""
    try:
        msgspec.json.decode(line)
    except UNDECODABLE:
        return next((piece for _, piece in glued(line)), line)
    return line


def reason_of(error: Exception) -> str:
    """Return why a line was refused, as one clean sentence."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, msgspec.ValidationError):
        return clean(f"not a native event: {error}")
    if isinstance(error, msgspec.DecodeError):
        return clean(f"not JSON: {error}")
    if isinstance(error, UnicodeDecodeError):
        return "not valid UTF-8"
    return clean(str(error))
