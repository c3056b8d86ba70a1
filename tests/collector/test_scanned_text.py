"""A text is kept as it stands only where cleaning would leave it so, in whatever script it is."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.collector import scanning
from console.intake.blocks import Block
from console.intake.formats import native_block
from console.text import clean
from tests.collector.scanned import FAR_US, FILE, LINE, OFFSET, all_events, one_by_one, scan

needs_scanner = pytest.mark.skipif(not scanning.available(), reason="the scanner is not built")
_START = '{"ts":"2026-03-02T12:00:00Z","route":"a","event":"check.failed","run":"r","reason":'
_SURROGATES = range(0xD800, 0xE000)


def told(reason: str, *, escaped: bool = False) -> bytes:
    """Return a line that gives a reason."""
    line = _START + json.dumps(reason, ensure_ascii=escaped) + "}"
    return line.encode("utf-8", "surrogatepass")


def plain_of(characters: list[str], *, escaped: bool) -> list[str]:
    """Return those of some characters whose lines the scanner takes for plain."""
    found = scan(b"\n".join(told(character, escaped=escaped) for character in characters))
    refused = {line - LINE for _, _, line in found.said.others}
    return [item for place, item in enumerate(characters) if place not in refused]


@needs_scanner
@pytest.mark.parametrize("escaped", [False, True])
def test_every_character_that_is_kept_is_one_that_cleaning_leaves(escaped: bool) -> None:
    codes = [code for code in range(1, sys.maxunicode + 1) if code not in _SURROGATES]
    kept = plain_of(list(map(chr, codes)), escaped=escaped)
    assert [item for item in kept if clean(item) != item or item.isspace()] == [" "]
    assert len(kept) > 40_000
    assert {"ß", "ж", "λ", "ع", "ก", "退", "あ", "한", "“", "–", "€", "✓", "🚀"} <= set(kept)


@needs_scanner
def test_no_more_than_eight_marks_are_kept_on_one_character() -> None:
    marks = [chr(code) for code in range(0x300, 0xE60) if unicodedata.combining(chr(code))]
    kept = plain_of(marks, escaped=False)
    assert len(kept) > 100
    assert plain_of(["a" + mark * 8 + "b" + mark * 8 for mark in kept], escaped=False)
    assert not plain_of(["a" + mark * 9 for mark in kept], escaped=False)


_texts = st.text(st.one_of(st.characters(), st.sampled_from('é–退\u0301"\\/\n\t 🚀')), max_size=40)


@needs_scanner
@given(text=_texts, escaped=st.booleans())
@example(text="\u0301" * 9, escaped=True)
@example(text="\\u0041\\", escaped=False)
def test_a_text_is_what_the_reader_makes_of_it(text: str, escaped: bool) -> None:
    line = told(text, escaped=escaped)
    assert set(all_events(scan(line))) == one_by_one(line)


@given(text=_texts, escaped=st.booleans())
def test_a_text_is_what_the_reader_makes_of_it_where_lines_are_read_in_python(
    text: str, escaped: bool
) -> None:
    line = told(text, escaped=escaped)
    found = native_block.read(Block(line, OFFSET, LINE), FILE, FAR_US, lambda _: False)
    kept = [piece[1].reason for piece in found.pieces]
    assert kept == ([text] if clean(text) == text else [])
