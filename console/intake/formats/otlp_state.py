"""What is kept of traces between blocks: those whose root has not come, and those told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.model import Event

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLIMB = 256
"""No span is looked for further up than this."""


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where something was read: byte offset and length, line from 1."""

    offset: int
    length: int
    line: int


class Root(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A span that is, or may turn out to be, a run. `order` is the directive that stopped it."""

    trace: str
    span: str
    parent: str
    rank: int
    route: str
    conversation: str
    start_us: int
    end_us: int | None
    failure: str
    order: str
    place: Place


class Note(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An event of a span whose run is not known yet; its route is the record's own.

    `asked` is the span of the tool that it is about, where the event does not name it.
    """

    event: Event
    span: str
    asked: str
    place: Place


class Run(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A run that was told of: the span that is its root, its id and route, and whether it ended."""

    span: str
    id: str
    route: str
    ended: bool = True


class Trace(msgspec.Struct):
    """What is known of one trace. `links` names each span's parent, `tools` those of tools.

    `silent` says that its runs were told of without the parentless span, `counted` is its part of
    the weight of all. `first` is the earliest span of an agent's work. `spent` are the spans
    that say what models took, which is not told yet.
    """

    last_us: int = 0
    links: dict[str, str] = {}
    tools: dict[str, str] = {}
    agents: list[str] = []
    candidates: list[Root] = []
    notes: list[Note] = []
    spent: dict[str, Note] = {}
    waits: list[tuple[str, int, int]] = []
    runs: list[Run] = []
    first: Root | None = None
    silent: bool = False
    dropped: int = 0
    counted: int = 0

    @property
    def weight(self) -> int:
        """Return how much is kept, in parts."""
        large = len(self.candidates) + len(self.notes)
        return 1 + len(self.links) + len(self.tools) + 4 * len(self.spent) + 16 * large

    def before(self, start_us: int, span: str) -> bool:
        """Say whether a span began before the first that is known of an agent's work."""
        first = self.first
        return first is None or (start_us, span) < (first.start_us, first.span)

    def above(self, span: str) -> Iterator[str]:
        """Yield the spans above one, from its parent upwards, as far as they are known."""
        for _ in range(_CLIMB):
            span = self.links.get(span, "")
            if not span:
                return
            yield span


class Traces(msgspec.Struct):
    """The state of all traces: those without a root yet, and those that were told of.

    `weight` is how much is kept of the former, `held` of the latter for what their models took.
    """

    open: dict[str, Trace] = {}
    told: dict[str, Trace] = {}
    weight: int = 0
    held: int = 0
    last_us: int = 0
    swept_us: int = 0
