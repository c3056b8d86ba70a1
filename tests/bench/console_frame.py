"""`python -m tests.bench.console_frame ROUTES SECONDS KEYS console|table`: a screen kept busy.

Headless, 140x45. The console shows routes that all change four times a second; `table` is a bare
`DataTable` of as many rows and nine columns, all of whose cells change as often. Prints one JSON
document, see `Seen`.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import sys
import time
from datetime import UTC
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from console import tui
from console.cli import rarely_look_for_garbage
from console.model import SECOND_US, Counts
from console.tui.app import ConsoleApp
from console.tui.widgets.cursor_list import CursorList
from tests.tui.samples import HEALTHS, NOW, route, snapshot
from tests.tui.stage import FakeFeed

if TYPE_CHECKING:
    from textual.binding import BindingType

    from console.snapshot.types import Snapshot

SIZE = (140, 45)
EVERY_S = 0.25
COLUMNS = 9
_FIRST = "route-"
_PATIENCE_S = 60.0


class Seen(msgspec.Struct, frozen=True):
    """CPU seconds of the process until the first row was on the screen; milliseconds from each key
    to the screen that follows it; the share of a core that four changes a second take, from the CPU
    of each change that took place (a loaded machine skips some); peak memory."""

    first_cpu_s: float
    keys_ms: list[float]
    core_percent: float
    peak_mb: float


class Watched(App[None]):
    """An application that notes what it draws, and when."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.first_cpu_s = 0.0
        self._drawn = asyncio.Event()

    def changes(self) -> int:
        """Return how often everything has changed so far."""
        raise NotImplementedError

    def place(self) -> object:
        """Return what the cursor is on."""
        raise NotImplementedError

    async def next_drawing(self) -> None:
        """Wait until something is drawn. Raises TimeoutError after a minute without."""
        self._drawn.clear()
        await asyncio.wait_for(self._drawn.wait(), _PATIENCE_S)

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            # Without a terminal this is left out, and it is part of the work.
            renderable.render_segments(self.console)
        self._drawn.set()
        if not self.first_cpu_s and _FIRST in _text(self):
            self.first_cpu_s = time.process_time()


class WatchedConsole(Watched, ConsoleApp, inherit_bindings=False):
    """The console, watched."""

    # Textual looks for style sheets beside the class, and this one lives elsewhere.
    CSS_PATH: ClassVar[Any] = [Path(tui.__file__).parent / name for name in ConsoleApp.CSS_PATH]

    def __init__(self, feed: ChangingFeed, **options: Any) -> None:
        super().__init__(feed=feed, **options)
        self._changing = feed

    def changes(self) -> int:
        return self._changing.turn

    def place(self) -> object:
        return self.screen.query_one(CursorList).cursor_key


class WatchedTable(Watched):
    """A table of the toolkit, all of whose cells change."""

    BINDINGS: ClassVar[list[BindingType]] = [("j", "down", "Down")]

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows, self._turn = rows, 0
        self._table: DataTable[str] = DataTable(cursor_type="row")

    def compose(self) -> Any:
        yield self._table

    def on_mount(self) -> None:
        for number in range(COLUMNS + 1):
            self._table.add_column(f"column {number}", width=12)
        for number in range(self._rows):
            self._table.add_row(f"route-{number:05}", *["0"] * COLUMNS)
        self.set_interval(EVERY_S, self._change)

    def changes(self) -> int:
        return self._turn

    def place(self) -> object:
        return self._table.cursor_row

    def _change(self) -> None:
        self._turn += 1
        for row in range(self._rows):
            for column in range(1, COLUMNS + 1):
                text = str(self._turn * 7 + row + column)
                self._table.update_cell_at(Coordinate(row, column), text)

    def action_down(self) -> None:
        self._table.action_cursor_down()


class ChangingFeed(FakeFeed):
    """Answers with one of two fleets in turn: every number of every route differs between them."""

    def __init__(self, routes: int) -> None:
        self._fleets = [_fleet(routes, turn) for turn in (0, 1)]
        self.turn = 0
        super().__init__(self._fleets[0])

    def snapshot(self) -> Snapshot:
        self.turn += 1
        at_us = NOW + self.turn * SECOND_US // 4
        return msgspec.structs.replace(self._fleets[self.turn % 2], as_of_us=at_us)


def _fleet(routes: int, turn: int) -> Snapshot:
    views = []
    for number in range(routes):
        health = HEALTHS[number % len(HEALTHS)]
        plain = route(f"route-{number:05}", health)
        bad = number % 13 + turn
        burn = tuple(
            msgspec.structs.replace(one, burn=(number % 50 + turn * 3, 7)) for one in plain.burn
        )
        changed = {
            "counts": Counts(1_400 + turn, bad, bad),
            "remaining": Fraction(100 - bad - turn, 100),
            "remaining_runs": 14 - bad,
            "last_event_us": NOW - (number % 60 + turn) * SECOND_US,
            "burn": burn,
        }
        views.append(msgspec.structs.replace(plain, **(changed if plain.burn else {})))
    return snapshot(*views)


def _text(app: App[None]) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def watch(app: Watched, seconds: float, keys: int) -> Seen:
    """Let an application run for some seconds, then press a key so many times."""
    async with app.run_test(size=SIZE):
        while not app.first_cpu_s:
            await app.next_drawing()
        cpu_s = time.process_time()
        before = app.changes()
        while app.changes() < before + max(2, seconds / EVERY_S):
            await app.next_drawing()
        spent_s = (time.process_time() - cpu_s) / (app.changes() - before)
        percent = 100 * spent_s / EVERY_S
        keys_ms = [await _press(app) for _ in range(keys)]
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Seen(app.first_cpu_s, keys_ms, percent, peak_kib * 1024 / 1e6)


async def _press(app: Watched) -> float:
    """Return how many milliseconds it takes from a key to the drawing that shows it."""
    await asyncio.sleep(EVERY_S / 3)  # at every phase of the changes
    begun_s, before = time.perf_counter(), app.place()
    assert app._driver is not None
    app._driver.send_message(events.Key("j", "j"))
    while app.place() == before:
        await app.next_drawing()
    return (time.perf_counter() - begun_s) * 1_000


def main() -> None:
    """Run one of the two, and print what was seen."""
    routes, seconds, keys = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    app: Watched
    if sys.argv[4] == "console":
        rarely_look_for_garbage()
        fixed: dict[str, Any] = {"operator": "sam", "zone": UTC, "clock": lambda: NOW}
        app = WatchedConsole(ChangingFeed(routes), poll_s=EVERY_S, bell=False, **fixed)
        gc.freeze()
    else:
        app = WatchedTable(routes)
    found = asyncio.run(watch(app, seconds, keys))
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")


if __name__ == "__main__":
    main()
