"""Ids of records are known again by few bytes, over restarts and over versions."""

from __future__ import annotations

from hashlib import blake2b

from console.intake.formats.marks import Marks


def test_an_id_is_fresh_once() -> None:
    marks = Marks(b"", 3)
    assert [marks.fresh(own) for own in ("a", "b", "a", "\ud800")] == [True, True, False, True]
    assert "a" in marks
    assert "c" not in marks


def test_the_oldest_id_makes_room_for_a_further_one() -> None:
    marks = Marks(b"", 2)
    assert all(marks.fresh(own) for own in "abc")
    assert [own in marks for own in "abc"] == [False, True, True]


def test_what_was_packed_is_known_again_in_its_order() -> None:
    before = Marks(b"", 2)
    assert all(before.fresh(own) for own in "ab")
    marks = Marks(before.pack(), 2)
    assert not marks.fresh("b")
    assert marks.fresh("c")
    assert [own in marks for own in "abc"] == [False, True, True]


def test_marks_that_earlier_versions_kept_are_honoured() -> None:
    kept = b"".join(blake2b(own, digest_size=8).digest() for own in (b"first", "ü".encode()))
    marks = Marks(kept, 3)
    assert not marks.fresh("first")
    assert not marks.fresh("ü")
    assert marks.pack() == kept
