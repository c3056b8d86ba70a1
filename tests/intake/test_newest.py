"""The newest part of a log is found by time, and whatever stands in the log breaks nothing."""

from __future__ import annotations

import json
import random

import pytest

from console.intake.newest import newest_from
from console.intake.times import rfc3339

SECOND_US = 1_000_000
FIRST_US = 1_772_452_800 * SECOND_US


def log(seconds: list[int], filler: int = 200) -> bytes:
    """Return lines that tell of these seconds."""
    stamps = (rfc3339(FIRST_US + second * SECOND_US) for second in seconds)
    return b"".join(json.dumps({"ts": at, "x": "y" * filler}).encode() + b"\n" for at in stamps)


def search(data: bytes, second: int, first: int = 0) -> int:
    return newest_from(
        lambda at, length: data[at : at + length], first, len(data), FIRST_US + second * SECOND_US
    )


@pytest.mark.parametrize("second", [0, 1, 1_000, 4_999, 5_000, 9_990, 9_999])
def test_a_log_in_order_is_read_from_a_little_before_the_instant(second: int) -> None:
    data = log(list(range(10_000)))
    found = search(data, second)
    begins = data.index(log([second]))
    assert begins - 80_000 < found <= begins
    assert found == 0 or data[found - 1 : found] == b"\n"


def test_of_a_log_that_ended_before_nothing_is_read() -> None:
    data = log(list(range(5_000)))
    assert search(data, 5_000) == len(data)


def test_a_log_that_begins_after_is_read_from_where_it_was_read_to() -> None:
    data = log(list(range(5_000)))
    first = data.index(log([100]))
    assert search(data, 50, first) == first


def test_lines_that_cannot_be_read_are_passed_over() -> None:
    lines = log(list(range(5_000))).splitlines(keepends=True)
    broken = [b"{", b"\xff\xfe", b"[" * 2_000, b'{"ts":"never"}', b"", b'{"ts":[]}']
    data = b"".join(line + broken[place % 6] + b"\n" for place, line in enumerate(lines))
    assert 0 <= data.index(log([4_000])) - search(data, 4_000) < 80_000


def test_a_log_in_no_order_is_begun_at_some_line() -> None:
    seconds = list(range(5_000))
    random.Random(1).shuffle(seconds)
    data = log(seconds)
    found = search(data, 2_500)
    assert found == 0 or data[found - 1 : found] == b"\n"


@pytest.mark.parametrize("data", [b"", b"{", b"x" * 400_000, b"\n" * 400_000, b"\x00" * 400_000])
def test_what_is_no_log_is_begun_somewhere(data: bytes) -> None:
    assert 0 <= search(data, 0) <= len(data)
