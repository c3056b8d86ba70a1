"""A collector over a folder of logs, with a clock that stands where the test puts it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from console.cli import documents
from console.collector import Collector
from console.model import SECOND_US
from console.settings import Measured, RouteSettings, Settings, Source, load
from console.snapshot import Snapshot, take, with_lines
from console.store import counting, reader
from console.store.connect import attach

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * SECOND_US
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def event(kind: str, run: str = "", at_s: float = 0, **fields: object) -> bytes:
    """Return a native line, `at_s` seconds after noon, on route `refunds` unless it says so."""
    stamp = (NOON + timedelta(seconds=at_s)).isoformat(timespec="microseconds")
    line = {"ts": stamp, "route": "refunds", "event": kind, "run": run, **fields}
    return json.dumps(line).encode() + b"\n"


def good(run: str, at_s: float = 0, **fields: object) -> bytes:
    """Return the one line of a run that ended well."""
    return event("run.delivered", run, at_s, **fields)


def route(name: str = "refunds", **measured: Any) -> RouteSettings:
    """Return settings of a medium route that measures what is given."""
    medium = load(None).tiers["medium"]
    return msgspec.structs.replace(medium, name=name, explicit=True, measured=Measured(**measured))


class Station:
    """A store, its control file, the logs before it, and at most one collector at work."""

    def __init__(self, folder: Path, *routes: RouteSettings, logs: Path | None = None) -> None:
        self.folder = folder
        self.logs = logs or folder / "logs"
        self.store = folder / "burnline.db"
        self.control = folder / "control" / "control.json"
        self.now_us = NOON_US
        self.settings = self._settings(routes)
        self.logs.mkdir(exist_ok=True)
        self.collector = self._collector()

    def _settings(self, routes: tuple[RouteSettings, ...]) -> Settings:
        return msgspec.structs.replace(
            load(None),
            sources=(Source(path=self.logs),),
            routes={item.name: item for item in routes},
        )

    def _collector(self) -> Collector:
        return Collector(self.settings, self.store, self.control, now=lambda: self.now_us)

    def close(self) -> None:
        self.collector.close()

    def restart(self, *routes: RouteSettings) -> None:
        """Begin again from the store, with other routes where some are given."""
        self.close()
        if routes:
            self.settings = self._settings(routes)
        self.collector = self._collector()

    def at(self, seconds: float) -> Station:
        """Put the clock so many seconds after noon."""
        self.now_us = NOON_US + int(seconds * SECOND_US)
        return self

    def write(self, name: str, *lines: bytes) -> Path:
        """Append to a log."""
        path = self.logs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(b"".join(lines))
        return path

    def read(self) -> Station:
        """Read everything to its end, and evaluate."""
        self.collector.catch_up()
        self.collector.evaluate()
        return self

    def total(self, name: str = "refunds") -> int:
        """Return how many runs of a route closed, over everything that is kept."""
        connection = attach(self.store)
        numbers = {row.name: row.id for row in reader.routes(connection)}
        counts = counting.window_counts(connection, counting.everything(connection))
        connection.close()
        return counts[numbers[name]].total if numbers.get(name) in counts else 0

    def runs(self) -> dict[str, str]:
        """Return the state of every run."""
        connection = attach(self.store)
        found = dict(connection.execute("select run, state from run").fetchall())
        connection.close()
        return found

    def snapshot(self, *, as_of: bool = False, window: str | None = None) -> Snapshot:
        """Return the state of everything, by the clock."""
        connection = attach(self.store)
        found = take(
            connection, self.settings, store=self.store, control=self.control,
            now_us=self.now_us, window=window, as_of=as_of,
        )  # fmt: skip
        connection.close()
        return found

    def status(self, *, as_of: bool = False) -> dict[str, Any]:
        """Return the document of `status --json --window all`."""
        return documents.status(self.snapshot(as_of=as_of, window="all"), None, "all")

    def route(self, name: str = "refunds") -> dict[str, Any]:
        """Return one route of the status."""
        return next(item for item in self.status()["routes"] if item["route"] == name)

    def misses(self) -> list[dict[str, Any]]:
        """Return the document of `misses --json`, oldest first."""
        connection = attach(self.store)
        views = with_lines(connection, reader.misses(connection))
        connection.close()
        found: list[dict[str, Any]] = documents.misses(views)["misses"]
        return found[::-1]
