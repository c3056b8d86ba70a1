"""Native lines: each is read or refused with a reason, and never at the cost of another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.native import FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
MISSING = object()


def line(run: object = "r-1", **fields: object) -> bytes:
    """Return one native object as bytes without a newline; a field that is MISSING is left out."""
    known = {"ts": "2026-11-24T03:00:00Z", "route": "refunds", "event": "run.started", "run": run}
    values = {key: value for key, value in {**known, **fields}.items() if value is not MISSING}
    return json.dumps(values).encode()


def raw(fields: bytes) -> bytes:
    """Return a line that ends with these bytes as its last fields."""
    return line()[:-1] + b"," + fields + b"}"


def read(block: bytes, offset: int = 0, number: int = 1) -> Batch:
    return FORMAT.reader(Context(path=Path("a.jsonl"))).feed(block, offset, number)


def runs(block: bytes) -> list[str]:
    """Return the runs that were read, in order; nothing may have been refused."""
    batch = read(block)
    assert batch.rejected == []
    return [entry.event.run for entry in batch.events]


def refused(piece: bytes) -> str:
    """Return why a line is refused that stands between two good ones, which have to be read."""
    before, after = line("before"), line("after")
    batch = read(before + b"\n" + piece + b"\n" + after + b"\n", offset=1000, number=7)
    places = [(entry.event.run, entry.offset, entry.line) for entry in batch.events]
    assert places == [
        ("before", 1000, 7),
        ("after", 1000 + len(before) + len(piece) + 2, 9),
    ]
    (found,) = batch.rejected
    assert (found.offset, found.length, found.line) == (1001 + len(before), len(piece), 8)
    assert found.excerpt == piece[:200]
    return found.reason


def test_lines_are_counted_and_placed_in_bytes() -> None:
    first = line("ü-1", reason="naïve").replace(b"\\u00fc", "ü".encode())
    batch = read(first + b"\n\n" + line("r-2") + b"\n", offset=500, number=40)
    assert [(entry.offset, entry.length, entry.line) for entry in batch.events] == [
        (500, len(first), 40),
        (502 + len(first), len(line("r-2")), 42),
    ]


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("\N{LINE SEPARATOR}".encode(), "<U+2028>"),
        ("\N{PARAGRAPH SEPARATOR}".encode(), "<U+2029>"),
        ("\x85".encode(), "<U+0085>"),
        (b"\\u001c", "\N{SYMBOL FOR FILE SEPARATOR}"),
        (b"\\n", "\N{SYMBOL FOR LINE FEED}"),
        (b"\\r", "\N{SYMBOL FOR CARRIAGE RETURN}"),
        (b"\\u0000", "\N{SYMBOL FOR NULL}"),
    ],
)
def test_a_line_ends_at_a_newline_byte_only(inside: bytes, shown: str) -> None:
    batch = read(raw(b'"reason":"a' + inside + b'b"') + b"\n" + line("r-2") + b"\n")
    assert [entry.event.run for entry in batch.events] == ["r-1", "r-2"]
    assert batch.events[0].event.reason == f"a{shown}b"


def test_a_lone_carriage_return_does_not_end_a_line() -> None:
    assert "not JSON" in refused(raw(b'"reason":"a\rb"'))


def test_crlf_and_blank_lines_are_read_over() -> None:
    assert runs(line("r-1") + b"\r\n\r\n  \t\r\n" + line("r-2") + b"\r\n") == ["r-1", "r-2"]


def test_a_byte_order_mark_is_read_over() -> None:
    batch = read(BOM + line() + b"\n")
    assert [(entry.offset, entry.length) for entry in batch.events] == [(3, len(line()))]
    assert runs(BOM + b"\r\n" + line() + b"\n") == ["r-1"]


def test_runs_of_nul_bytes_are_read_over() -> None:
    batch = read(b"\x00" * 9000 + line() + b"\x00\x00\n" + b"\x00" * 50 + b"\n")
    assert [(entry.offset, entry.length) for entry in batch.events] == [(9000, len(line()))]
    assert batch.rejected == []
    assert runs(BOM + b"\x00\x00" + line() + b"\n") == ["r-1"]


def test_glued_objects_are_each_read_at_their_place() -> None:
    first, second = line("ü").replace(b"\\u00fc", "ü".encode()), line("r-2")
    batch = read(first + second + b" \t" + line("r-3") + b"\n")
    assert [(entry.event.run, entry.offset, entry.line) for entry in batch.events] == [
        ("ü", 0, 1),
        ("r-2", len(first), 1),
        ("r-3", len(first) + len(second) + 2, 1),
    ]


def test_of_glued_objects_only_the_bad_one_is_refused() -> None:
    bad = line(ts=True)
    batch = read(line("r-1") + bad + line("r-2") + b'{"ts":\n')
    assert [entry.event.run for entry in batch.events] == ["r-1", "r-2"]
    start = len(line("r-1"))
    rest = start + len(bad) + len(line("r-2"))
    assert [(piece.offset, piece.length) for piece in batch.rejected] == [
        (start, len(bad)),
        (rest, 6),
    ]


def test_a_line_of_endless_glued_values_is_given_up_as_one_piece() -> None:
    batch = read(line("r-1") + b"{}" * 500_000 + b"\n" + line("r-2") + b"\n")
    assert [entry.event.run for entry in batch.events] == ["r-1", "r-2"]
    assert len(batch.rejected) < 200
    assert sum(piece.length for piece in batch.rejected) == 1_000_000
    assert "the rest of a line" in batch.rejected[-1].reason


def test_the_last_of_duplicate_keys_counts() -> None:
    assert runs(raw(b'"run":"r-9"') + b"\n") == ["r-9"]


def test_unknown_keys_and_null_are_as_if_absent() -> None:
    absent = dict.fromkeys(["id", "agent", "boot", "seq", "parent", "reason", "minutes", "sla_s"])
    batch = read(line(**absent, future={"key": [1, 2**70]}) + b"\n" + line() + b"\n")
    assert batch.rejected == []
    assert batch.events[0].event == batch.events[1].event


@pytest.mark.parametrize("number", ["9" * 5000, str(2**63), str(2**70), str(-(2**63) - 1)])
@pytest.mark.parametrize("key", ["seq", "generation"])
def test_a_number_that_no_store_can_hold_is_refused(key: str, number: str) -> None:
    assert f"$.{key}" in refused(raw(f'"{key}":{number}'.encode()))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1e999", "1e308", "-1", '"5"'])
@pytest.mark.parametrize("key", ["sla_s", "elapsed_s", "minutes"])
def test_a_length_of_time_that_cannot_be_is_refused(key: str, number: str) -> None:
    assert refused(raw(f'"{key}":{number}'.encode()))


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        (b"Traceback (most recent call last):", "not JSON"),
        (b'{"ts":', "not JSON"),
        (raw(b'"reason":"\\ud800"'), "not JSON"),
        (raw(b'"reason":"\xff\xfe"'), "not valid UTF-8"),
        (b"[" * 200_000, "not a native event"),
        (raw(b'"x":' + b"[" * 200_000 + b"]" * 200_000), "nested too deeply"),
        (raw(b'"x":' + b'{"a":' * 200_000), "nested too deeply"),
        (b"null", "got `null`"),
        (b"[1]", "got `array`"),
        (b"{}", "missing required field `ts`"),
        (line(route=MISSING), "missing required field `route`"),
        (line(event=MISSING), "missing required field `event`"),
        (line(run=MISSING), "`run.started` needs a `run`"),
        (line(run=""), "`run.started` needs a `run`"),
        (line(run=" "), "`run.started` needs a `run`"),
        (line(run=7), "$.run"),
        (line(route=""), "must not be empty"),
        (line(route="\t"), "must not be empty"),
        (line(event=""), "must not be empty"),
        (line(route=["refunds"]), "$.route"),
        (line(trusted="yes"), "$.trusted"),
        (line(ts=True), "$.ts"),
        (line(ts=None), "$.ts"),
        (line(ts="soon"), "not RFC 3339"),
        (line(ts="2026-11-24T03:00:00"), "has no zone"),
        (line(ts=10**40), "outside the years"),
        (raw(b'"ts":1' + b"0" * 400), "outside the years"),
    ],
    ids=lambda value: value[:40].decode("utf-8", "replace") if isinstance(value, bytes) else None,
)
def test_what_is_no_native_event_is_refused_with_its_reason(piece: bytes, reason: str) -> None:
    assert reason in refused(piece)


@pytest.mark.parametrize("event", ["change.deployed", "control.seen"])
def test_changes_and_receipts_need_no_run(event: str) -> None:
    assert runs(line(run=MISSING, event=event) + b"\n" + line(run=None, event=event)) == ["", ""]


def test_text_from_agents_is_made_safe() -> None:
    hostile = "\x1b]52;c;aGk=\x07\N{RIGHT-TO-LEFT OVERRIDE}x\N{ZERO WIDTH JOINER}"
    safe = "\N{SYMBOL FOR ESCAPE}]52;c;aGk=\N{SYMBOL FOR BELL}<U+202E>x<U+200D>"
    keys = ["route", "event", "run", "id", "agent", "boot", "parent", "reason", "by", "check", "to"]
    keys += ["action", "scope", "grant", "rule", "directive", "kind", "change", "version"]
    event = read(line(**dict.fromkeys(keys, hostile)) + b"\n").events[0].event
    assert {getattr(event, key) for key in keys} == {safe}
    assert "\x1b" not in read(raw(b'"\x1b[2J":1,"seq":"\x1b"') + b"\n").rejected[0].reason


def test_long_names_and_texts_are_cut_where_it_shows() -> None:
    event = read(line(reason="x" * 10_000, agent="a" * 1_000) + b"\n").events[0].event
    assert (len(event.reason), len(event.agent)) == (2_000, 200)
    assert event.reason.endswith("…")
    assert event.agent.endswith("…")


def test_ids_may_be_numbers() -> None:
    event = read(line(id=0, boot=2**70, ts=1_795_489_200) + b"\n").events[0].event
    assert (event.id, event.boot, event.ts_us) == ("0", str(2**70), 1_795_489_200 * SECOND_US)


PIECES = st.sampled_from(
    [line(), b"{", b"}", b'"', b"\x00", BOM, b"\r", b"\n", b",", b'"ts":', b" "]
)


@given(st.lists(st.binary(max_size=20) | PIECES, max_size=30).map(b"".join))
def test_arbitrary_bytes_never_raise_and_every_piece_lies_where_it_is_said_to(data: bytes) -> None:
    batch = read(data)
    for entry in batch.events:
        assert json.loads(data[entry.offset : entry.offset + entry.length])
    for piece in batch.rejected:
        assert data[piece.offset : piece.offset + piece.length][:200] == piece.excerpt
        assert piece.reason
        assert piece.line == 1 + data.count(b"\n", 0, piece.offset)


JUNK = st.one_of(
    st.binary(max_size=60).map(lambda data: data.replace(b"\n", b"")),
    st.sampled_from([b"{", b'{"ts":"', b"\x00", BOM, b"NaN", line(ts="never"), b"[" * 5_000]),
)


@given(st.lists(JUNK, max_size=12), st.integers(0, 12))
def test_good_lines_survive_any_lines_around_them(junk: list[bytes], place: int) -> None:
    around = [*junk[:place], line("good"), *junk[place:]]
    batch = read(b"\n".join(around) + b"\n")
    assert [entry.event.run for entry in batch.events] == ["good"]
    assert batch.events[0].offset == sum(len(each) + 1 for each in junk[:place])
