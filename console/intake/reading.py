"""What a format reader is given and what it gives back.

A reader sees one file as a sequence of blocks of whole lines, in file order, each exactly once, and
may carry state from one block to the next. The state is stored in the transaction that stores what
the block caused, so that a collector killed at any moment goes on as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from console.model import Event

UNDECODABLE = (ValueError, RecursionError)
"""What decoding any bytes can raise: msgspec's errors and those of bad UTF-8 are ValueErrors."""
StateT = TypeVar("StateT")


class Sourced(NamedTuple):
    """An event with where it was read: byte offset and length in the file, line from 1."""

    event: Event
    offset: int
    length: int
    line: int


class Rejected(NamedTuple):
    """A piece of a file that could not be read as what it should be, with the reason in words."""

    offset: int
    length: int
    line: int
    reason: str
    excerpt: bytes


class Batch(NamedTuple):
    """What a block of lines held.

    `ignored` is how many lines hold each value that a mapping takes for nothing, though it tells of
    events there; "" stands for further values.
    """

    events: list[Sourced]
    rejected: list[Rejected]
    ignored: Mapping[str, int] = MappingProxyType({})


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader may know besides the bytes: the file's path, and its source's settings.

    `route` is the template for formats that name no route ("" = the format's own default).
    """

    path: Path
    route: str = ""
    options: dict[str, object] = {}


class Reader(Protocol):
    """One file of one format. `name` is what `format = "..."` says in the settings."""

    name: str

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines that begin at byte `offset`, the first of them being line `line`."""
        ...

    def settle(self, clock_us: int) -> Batch:
        """Return events that follow from silence: the file is read to its end at `clock_us`."""
        ...

    def dump(self) -> bytes:
        """Return the state to keep between blocks and over restarts."""
        ...


class Stateless:
    """The part of a reader that keeps nothing between blocks: each says all that it has to say."""

    def settle(self, clock_us: int) -> Batch:
        """Return nothing: nothing follows from silence in this format."""
        del clock_us
        return Batch([], [])

    def dump(self) -> bytes:
        """Return no state."""
        return b""


def restored(kind: type[StateT], state: bytes, what: str) -> StateT:
    """Return what a reader left by `dump`, or a new state where it left nothing.

    Raises:
        ValueError: the state is not of `what`.
    """
    try:
        return msgspec.msgpack.decode(state, type=kind) if state else kind()
    except msgspec.MsgspecError as error:
        raise ValueError(f"the kept reading state is not of {what}") from error


class Format(Protocol):
    """A way of reading: recognises its files by content and makes readers for them.

    `whole` says that a file is one document, rewritten as a whole, and not lines that are appended:
    `feed` then gets all of its bytes, once more after every change, with offset 0 and line 1.
    `options` names the keys of its own that a source may have.
    """

    name: str
    whole: bool
    options: tuple[str, ...]

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins with `head` (some whole lines) is of this format."""
        ...

    def reader(self, context: Context, state: bytes = b"") -> Reader:
        """Return a reader for one file, going on from `state` where there is any."""
        ...
