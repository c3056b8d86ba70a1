"""What a turn and an evaluation ask of the store and of files does not grow with what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.intake.tail import Tailer
from tests.collector.running import DAY, Station, event, good

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.intake.blocks import Block
    from console.intake.position import Position


def _asked(station: Station, act: Callable[[], object]) -> int:
    """Return how many queries the collector asks in it."""
    connection, asked = station.collector.writer.connection, list[str]()
    connection.set_trace_callback(asked.append)
    act()
    connection.set_trace_callback(None)
    return sum(text.startswith(("select", "with")) for text in asked)


def _lines(routes: int) -> bytes:
    """Return a good and a bad run for each of some routes."""
    names = [f"route-{number}" for number in range(routes)]
    fine = (good(f"g-{name}", route=name, agent="a") for name in names)
    wrong = (event("run.failed", f"b-{name}", route=name, reason="no answer") for name in names)
    return b"".join((*fine, *wrong))


@pytest.mark.parametrize("later_s", [1, 30 * DAY], ids=["heard-of", "stale"])
def test_queries_do_not_grow_with_the_routes_that_are_new(tmp_path: Path, later_s: int) -> None:
    asked = []
    for routes in (3, 60):
        folder = tmp_path / str(routes)
        folder.mkdir()
        station = Station(folder).at(later_s)
        (station.logs / "a.jsonl").write_bytes(_lines(routes))
        read = _asked(station, station.collector.step)
        judged = _asked(station, station.collector.evaluate)
        asked.append((read, judged))
        assert len(station.status()["routes"]) == routes
        station.close()
    assert asked[0] == asked[1]


def test_a_file_that_is_read_up_to_the_size_that_was_seen_is_not_asked_for_more(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        (station.logs / f"{number}.jsonl").write_bytes(good(f"r-{number}"))
    reads, read = list[int](), Tailer.read

    def counted(self: Tailer, file: Position) -> Block | None:
        reads.append(file.id)
        return read(self, file)

    monkeypatch.setattr(Tailer, "read", counted)
    station.collector.catch_up()
    assert sorted(reads) == sorted(set(reads))
    assert len(reads) == 5
