"""Lines that are odd, hostile or no JSON: read or refused, and never at the cost of another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.intake.formats.generic import FORMAT
from console.intake.reading import Batch, Context
from console.model import Event


def line(**keys: object) -> bytes:
    return json.dumps({"ts": "2026-11-24T03:00:00Z", "route": "a", "run": "r-1", **keys}).encode()


def read(*lines: bytes) -> Batch:
    return FORMAT.reader(Context(path=Path("a.log"))).feed(b"\n".join(lines) + b"\n", 0, 1)


def event(written: bytes) -> Event:
    """Return the one event of a line; nothing may have been refused."""
    batch = read(written)
    assert batch.rejected == []
    (found,) = batch.events
    return found.event


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        (b"Traceback (most recent call last):", "not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (b"\xff\xfe", "not"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"ts": 1' + b"0" * 5000 + b"}", "not JSON"),
        (b'{"run": "r', "not JSON"),
        (b'{"event": "run.started", "run": "\xff"}', "not valid UTF-8"),
    ],
)
def test_lines_that_are_no_objects_are_refused_and_cost_no_other(piece: bytes, reason: str) -> None:
    good = line(event="run.started")
    batch = read(good, piece, good)
    assert [entry.line for entry in batch.events] == [1, 3]
    (found,) = batch.rejected
    assert found.reason.startswith(reason)
    assert (found.line, found.length, found.excerpt) == (2, len(piece), piece[:200])


@pytest.mark.parametrize(
    "odd",
    [b'"x": NaN', b'"x": 1e999', b'"x": "\\ud800"', b'"x": 1, "x": 2', b'"x": ' + b"9" * 400],
)
def test_odd_values_in_other_keys_cost_nothing(odd: bytes) -> None:
    written = line(event="run.started")[:-1] + b", " + odd + b"}"
    assert event(written).event == "run.started"


def test_blank_lines_marks_and_line_ends_are_passed_over() -> None:
    good = line(event="run.started")
    batch = read(b"\xef\xbb\xbf" + good + b"\r", b"", b"\x00\x00", b"\x00" * 9 + good)
    assert [(entry.offset, entry.length, entry.line) for entry in batch.events] == [
        (3, len(good), 1),
        (len(good) + 5 + 1 + 3 + 9, len(good), 4),
    ]
    assert batch.rejected == []


def test_objects_glued_onto_one_line_are_all_read() -> None:
    one, two = (line(event=name) for name in ("run.started", "run.failed"))
    batch = read(one + b" " + two + b"{oops")
    assert [(entry.event.event, entry.offset) for entry in batch.events] == [
        ("run.started", 0),
        ("run.failed", len(one) + 1),
    ]
    assert [(piece.offset, piece.length) for piece in batch.rejected] == [
        (len(one) + 1 + len(two), 5)
    ]


def test_more_than_10_000_records_on_one_line_are_refused_as_a_whole() -> None:
    few = read(b"{}" * 10_000)
    assert (few.events, few.rejected) == ([], [])
    good = line(event="run.started")
    batch = read(b"{}" * 9_999 + good + b"{}" * 500_000, good)
    (rest,) = batch.rejected
    assert rest.reason == "the rest of a line on which 10,000 records were read"
    assert rest.length == 1_000_000
    assert len(batch.events) == 2


def test_endless_glued_values_are_refused_as_a_whole() -> None:
    batch = read(b"1 " * 1_000_000)
    assert len(batch.rejected) == 101


def test_a_line_of_ten_megabytes_is_read() -> None:
    assert event(line(event="run.started", blob="x" * 10_000_000)).run == "r-1"
