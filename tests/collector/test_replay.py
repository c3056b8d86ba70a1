"""Replay: logs grow by the clock of their events, and the end is what collecting them gives."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.collector.playback import Playback
from console.collector.recording import _blocks, record
from console.intake.blocks import MAX_LINE_BYTES
from console.model import HOUR_US, MINUTE_US, SECOND_US
from console.operate import Operator
from console.settings import Notify, Source, load
from console.snapshot import take
from console.store.connect import attach

from .running import HOUR, MINUTE, NOON_US, event, good

if TYPE_CHECKING:
    from pathlib import Path

    from console.collector.recording import Recording

LATER_US = NOON_US + 1_000 * HOUR_US


def lines() -> list[bytes]:
    """Return two hours of a route that burns in the second."""
    healthy = [good(f"g{n}", n * MINUTE) for n in range(60)]
    burning = [event("run.failed", f"b{n}", HOUR + n * MINUTE) for n in range(60)]
    return healthy + burning


def tape(folder: Path, *contents: bytes, name: str = "a.jsonl") -> Recording:
    logs = folder / "past"
    logs.mkdir()
    (logs / name).write_bytes(b"".join(contents))
    return record([Source(path=logs)], folder, LATER_US)


class Steady:
    """A steady clock that a test moves by hand."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def __call__(self) -> float:
        return self.at_s


def playback(folder: Path, recording: Recording, clock: Steady, **options: object) -> Playback:
    settings = load(None)
    store, control = folder / "replay.db", folder / "control" / "control.json"
    operator = Operator(settings, store, control)
    operator.desk(NOON_US).initialise((), by="replay", now_us=NOON_US)
    operator.close()
    kept: dict[str, object] = {"speed": 60.0, **options}
    return Playback(recording, settings, store, control, steady_s=clock, **kept)  # type: ignore[arg-type]


def copy_of(recording: Recording) -> bytes:
    (reel,) = recording.reels
    return reel.copy.read_bytes() if reel.copy.exists() else b""


def test_a_line_is_not_on_the_tape_before_its_event_happened(tmp_path: Path) -> None:
    recording, clock = tape(tmp_path, *lines()), Steady()
    played = playback(tmp_path, recording, clock)
    try:
        for minute in range(1, 10):
            played.turn()
            clock.at_s += 1
            shown = copy_of(recording).count(b"\n")
            assert shown == minute
            assert played.now() == NOON_US + (minute - 1) * MINUTE_US
    finally:
        played.close()


def test_the_end_of_a_replay_is_what_collecting_the_logs_gives(tmp_path: Path) -> None:
    recording, clock = tape(tmp_path, *lines()), Steady()
    played = playback(tmp_path, recording, clock, speed=1e6)
    try:
        while not played.over:
            clock.at_s += 1
            played.turn()
        assert copy_of(recording) == b"".join(lines())
        connection = attach(tmp_path / "replay.db")
        (view,) = take(
            connection, played.settings, store=tmp_path / "replay.db", control=tmp_path / "c",
            now_us=played.now(),
        ).routes  # fmt: skip
        connection.close()
        assert (view.counts.total, view.counts.bad) == (120, 60)
        page = next(item for item in view.alerts if item.severity == "page")
        assert NOON_US + HOUR_US < page.opened_us < NOON_US + HOUR_US + 30 * MINUTE_US
    finally:
        played.close()


def test_what_came_before_the_beginning_is_there_at_once(tmp_path: Path) -> None:
    recording, clock = tape(tmp_path, *lines()), Steady()
    played = playback(tmp_path, recording, clock, start_us=NOON_US + HOUR_US)
    try:
        played.turn()
        assert copy_of(recording).count(b"\n") == 61
    finally:
        played.close()


def test_it_stops_where_it_is_told_to(tmp_path: Path) -> None:
    recording, clock = tape(tmp_path, *lines()), Steady()
    played = playback(tmp_path, recording, clock, speed=1e6, until_us=NOON_US + 3 * MINUTE_US)
    try:
        for _ in range(10):
            clock.at_s += 1
            played.turn()
        assert played.over
        assert played.now() == NOON_US + 3 * MINUTE_US
        assert copy_of(recording).count(b"\n") == 4
    finally:
        played.close()


def test_the_speed_can_be_changed_on_the_way(tmp_path: Path) -> None:
    recording, clock = tape(tmp_path, *lines()), Steady()
    played = playback(tmp_path, recording, clock, speed=1)
    try:
        played.turn()
        played.hasten(30)
        clock.at_s += 1
        played.turn()
        assert played.now() == NOON_US + 30 * SECOND_US
    finally:
        played.close()


def test_nobody_is_told_of_what_is_played(tmp_path: Path) -> None:
    recording, clock = tape(tmp_path, *lines()), Steady()
    loud = msgspec.structs.replace(load(None), notify=(Notify(command=("false",)),))
    played = Playback(
        recording, loud, tmp_path / "replay.db", tmp_path / "c" / "c.json", speed=1, steady_s=clock
    )
    played.close()
    assert played.settings.notify == ()
    assert played.settings.sources == recording.sources


def test_the_logs_themselves_are_not_touched(tmp_path: Path) -> None:
    recording = tape(tmp_path, *lines())
    (reel,) = recording.reels
    assert reel.original == tmp_path / "past" / "a.jsonl"
    assert not reel.copy.is_relative_to(tmp_path / "past")


def test_compressed_logs_are_played_too(tmp_path: Path) -> None:
    recording = tape(tmp_path, gzip.compress(b"".join(lines())), name="a.jsonl.gz")
    (reel,) = recording.reels
    assert reel.copy.name == "a.jsonl"
    assert (recording.first_us, recording.last_us) == (NOON_US, NOON_US + 119 * MINUTE_US)


def test_what_holds_no_time_is_named_and_left_out(tmp_path: Path) -> None:
    recording = tape(tmp_path, b"\x1f\x8bbroken", name="a.jsonl.gz")
    assert recording.reels == ()
    assert "a.jsonl.gz" in recording.refused[0]
    (tmp_path / "past" / "b.jsonl").write_bytes(b"nothing\n")
    other = tmp_path / "other"
    other.mkdir()
    again = record([Source(path=tmp_path / "past" / "b.jsonl")], other, LATER_US)
    assert "no event with a time in it" in again.refused[0]


def test_times_that_have_not_come_do_not_hold_the_tape_up(tmp_path: Path) -> None:
    odd = good("odd").replace(b"2026", b"2090")
    recording = tape(tmp_path, good("r1"), odd, good("r2", MINUTE))
    assert recording.last_us == NOON_US + MINUTE_US


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 2)), min_size=1, max_size=30))
def test_marks_grow_and_never_show_a_line_early(parts: list[tuple[int, int]]) -> None:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = [good(f"r{n}", at) + b"not a line\n" * junk for n, (at, junk) in enumerate(parts)]
        recording = tape(folder, *text)
        (reel,) = recording.reels
        assert list(reel.marks) == sorted(reel.marks)
        assert reel.marks[-1].end == sum(map(len, text))
        offset, latest = 0, 0
        for (at, _), piece in zip(parts, text, strict=True):
            latest = max(latest, NOON_US + at * SECOND_US)
            for mark in reel.marks:
                if mark.end > offset:
                    assert mark.at_us // SECOND_US >= latest // SECOND_US
                    break
            offset += len(piece)


@pytest.mark.parametrize("ending", [b"\n", b""])
def test_a_line_that_is_too_long_is_passed_over_whole(ending: bytes) -> None:
    long = b"x" * (2 * MAX_LINE_BYTES + 5) + b"\n"
    blocks = list(_blocks(io.BytesIO(b"a\n" + long + b"b" + ending)))
    wanted = [(b"a\n", 0, 1)]
    if ending:
        wanted.append((b"b\n", 2 + len(long), 3))
    assert blocks == wanted
