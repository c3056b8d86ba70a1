"""The scanner in C takes no line for another event than the reader does, and no run for another."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.collector import scanning
from console.collector.gathering import Gathering
from console.collector.scanning import Scanning
from console.intake.blocks import Block
from console.intake.formats import native_block
from console.intake.redaction import Redactor
from console.intake.times import instant_us
from console.ledger.parts import Part
from console.model import EVENTS, Told
from console.settings import Redact
from tests.collector.scanned import (
    FAR_US,
    FILE,
    LINE,
    OFFSET,
    Key,
    all_events,
    all_parents,
    all_refused,
    bared,
    one_by_one,
    parents_in,
    refused,
    scan,
)

pytestmark = pytest.mark.skipif(not scanning.available(), reason="the scanner is not built")
_TS = "2026-03-02T12:00:00Z"
_PLAIN: dict[str, Any] = {"ts": _TS, "route": "refunds", "event": "action.taken", "run": "r1"}
_STRINGS = (
    "", "a", "refunds", "run.started", "control.seen", " ", "x" * 200, "x" * 201, "y" * 2_001, "é",
    "é" * 200, "é" * 201, "\u0301" * 9, "\xa0", "\u200b", "ไม่มี", "\x7f", "\x1b[2J", "a\nb",
    'quote"', "back\\slash", "\ud83d\ude00", "pass", "out", _TS,
)  # fmt: skip
_NUMBERS = (
    "0", "-0", "-0.0", "0.0", "00", "01", "1", "-1", "1.", ".5", "0.9", "1e3", "1E+3", "1e-3", "1e",
    "1e999", "900", "900.0", "0.1", "123456789012345678", "1234567890123456789",
    "9223372036854775808", "12345678901234567890", "1000000000", "999999999.9999999999", "+1",
    "NaN", "Infinity", "1772452800", "1772452800123", "1772452800123456", "1772452800123456789",
    "1772452800.25", "1772452800.1234567", "1772452800.12345678", "1772452800123.4567",
    "17724528e2", "999999999999999", "1000000000000000", "7.0", "1e22", "1e23", "8.5e-7",
    "0.30000000000000004", "4.35",
    "2.2250738585072011e-308", "9" * 250 + "e99", "-" + "9" * 250 + "e99", "9" * 250, "9" * 301,
)  # fmt: skip
_RAW = (
    "null", "true", "false", "nul", "tru", "{}", "[]", "[1,]", "{,}", '{"a":1,"a":[2,{"b":null}]}',
    "[" * 70 + "]" * 70, "[" * 20 + "]" * 20, '"\\u0041"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\x"',
    '"\\u00e"', '"é😀"', '"\t"', '"', "",
)  # fmt: skip
_numbers = st.one_of(
    st.sampled_from(_NUMBERS),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers().map(str),
)
_words = st.one_of(
    st.sampled_from(_STRINGS).map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from(_STRINGS).map(json.dumps),
)
_told = [field.encode_name for field in msgspec.structs.fields(Told)]
_known = st.sampled_from([f'"{name}"' for name in _told])
_numeric = st.sampled_from(
    [f'"{name}"' for name in _told if scanning.TYPES.get(name) in {*"ilpfc"}]
)
_unknown = st.sampled_from(('"detail"', '"d\u00e9tail"', '"\\u0072oute"', '""', "route", '"tsx"'))
_fields = st.one_of(
    st.tuples(_known, _words),
    st.tuples(_numeric, _numbers),
    st.tuples(_unknown, st.one_of(_words, _numbers, st.sampled_from(_RAW))),
    st.tuples(_known, st.one_of(_numbers, st.sampled_from(_RAW))),
)
_blanks = st.sampled_from(("", "", "", " ", "\t", "\r", "  "))


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Return a line, nearly always of a whole event, with some fields that are odd."""
    fields = [(f'"{name}"', json.dumps(value)) for name, value in _PLAIN.items()]
    kind = draw(st.sampled_from((*sorted(EVENTS), "heartbeat")))
    fields[2] = ('"event"', f'"{kind}"')
    fields += draw(st.lists(_fields, max_size=4))
    fields += draw(st.sampled_from(([], [], [('"parent"', '"p1"')], [('"parent"', '"p2"')])))
    if draw(st.integers(0, 5)) == 0:
        fields.pop(draw(st.integers(0, len(fields) - 1)))
    comma, colon = "," + draw(_blanks), draw(_blanks) + ":" + draw(_blanks)
    body = comma.join(key + colon + value for key, value in draw(st.permutations(fields)))
    behind = draw(st.sampled_from(("", "", "", " ", "\r", "x", "}", ' {"a":1}')))
    line = (draw(_blanks) + "{" + body + "}" + behind).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        place = draw(st.integers(0, len(line) - 1))
        line = line[:place] + draw(st.binary(max_size=2)) + line[place + draw(st.integers(0, 2)) :]
    return line.replace(b"\n", b" ")


def line_of(**more: object) -> bytes:
    """Return a plain line with some more in it."""
    return json.dumps({**_PLAIN, **more}).encode()


@settings(max_examples=400)
@given(lines=st.lists(texts(), max_size=12), ended=st.booleans())
@example(lines=[line_of(agent="x" * 201), line_of(reason="y" * 2_001)], ended=False)
@example(lines=[line_of(run="r1", parent=parent) for parent in ("p1", "p2")], ended=False)
@example(lines=[line_of(run=" "), line_of(sla_s=0)], ended=True)
def test_every_line_is_the_event_that_it_is_when_read_by_itself(
    lines: list[bytes], ended: bool
) -> None:
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    scanned = scan(data)
    found = all_events(scanned)
    assert set(found) == {bared(*item) for item in one_by_one(data)}
    assert len(found) == len(set(found))
    assert all_parents(scanned) == parents_in(one_by_one(data))
    assert all_refused(scanned) == refused(data)


@settings(max_examples=300)
@given(lines=st.lists(texts(), min_size=1, max_size=12))
def test_numbers_of_agents_are_those_that_lines_tell(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    found = scan(data).said
    told = [event for event, _ in one_by_one(data) if event.agent and event.seq is not None]
    others = [event for other in found.others for event, _ in one_by_one(*other)]
    numbered = {(one.route, one.agent, one.boot, one.seq) for one in others if one.seq is not None}
    expected = {(one.route, one.agent, one.boot, one.seq) for one in told}
    assert set(found.numbered) <= expected <= set(found.numbered) | numbered


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"detail": 'a "quote", a \\ and a line\nend'},
        {"détail".encode().decode("ascii", "ignore"): "é😀", "nested": {"a": [1, {"b": None}]}},
        {"ts": "2026-03-02T12:00:00.123456+01:00"},
        {"ts": "2026-03-02 12:00:00.5Z"},
        {"ts": 1_772_452_800},
        {"ts": 1_772_452_800.25},
        {"ts": 1_772_452_800_123_456_789},
        {"agent": None, "reason": None, "sla_s": None, "trusted": None, "cost_usd": None},
        {"sla_s": 900, "confidence": 0.30000000000000004, "minutes": 0, "generation": -7},
        {"seq": 12, "boot": "b1", "agent": "w1", "trusted": False, "scope": "out"},
        {"event": "heartbeat", "agent": "w1"},
        {"action": "x" * 200, "reason": "y" * 2_000},
        {"cost_usd": 0.0123, "tokens": 1_234},
        {"reason": 'zwei "Quellen" – widersprüchlich \\ 退款 ✓', "agent": "Zoë", "run": "é" * 200},
    ],
)
def test_a_line_as_agents_write_it_is_plain(more: dict[str, object]) -> None:
    for ascii_only in (True, False):
        line = json.dumps({**_PLAIN, **more}, ensure_ascii=ascii_only).encode()
        found = scan(line)
        assert (found.plain, found.said.others) == (1, [])


@given(
    text=st.from_regex(
        r"\A(19|20|21|22)\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,9})?"
        r"(Z|z|[+-][0-2]\d:[0-6]\d)?\Z"
    )
)
@example(text="2000-02-29T23:59:59.999999999-23:59")
@example(text="2100-02-29T00:00:00Z")
@example(text="1999-12-31T23:59:59Z")
@example(text="1999-12-31T23:59:59-01:00")
def test_an_instant_is_the_one_that_the_reader_finds(text: str) -> None:
    found = scan(json.dumps({**_PLAIN, "ts": text}).encode())
    try:
        expected: int | None = instant_us(text)
    except ValueError:
        expected = None
    if found.plain:
        assert found.said.latest_us == expected
    odd = text.endswith("z") or ":60" in text
    assert bool(found.plain) == (expected is not None and not odd)


@given(number=st.one_of(st.sampled_from(_NUMBERS), st.floats(0, 1e19).map(repr)))
def test_an_epoch_number_is_the_instant_that_the_reader_finds(number: str) -> None:
    line = json.dumps({**_PLAIN, "ts": 0}).replace('"ts": 0', f'"ts": {number}').encode()
    expected = {event.ts_us for event, _ in one_by_one(line)}
    assert {event.ts_us for event, _ in all_events(scan(line))} == expected


_digits = st.text("0123456789", min_size=1, max_size=20)


@given(
    number=st.one_of(
        st.sampled_from(_NUMBERS),
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        st.builds("{}.{}e{}".format, _digits, _digits, st.integers(-30, 30)),
        st.builds("{}e{}".format, st.integers(1, 10**15), st.integers(-30, 30)),
    )
)
def test_a_number_is_the_double_that_the_reader_finds(number: str) -> None:
    line = json.dumps({**_PLAIN, "confidence": 0}).replace('e": 0', f'e": {number}').encode()
    expected = {event.confidence for event, _ in one_by_one(line)}
    assert {event.confidence for event, _ in all_events(scan(line))} == expected


_NAMES = ("", "w1", "w2")
_kinds = (
    *("check.passed", "action.taken", "uncertain", "certain", "approval.requested") * 3,
    *("approval.granted", "approval.denied", "recovery.started", "recovery.succeeded") * 2,
    *("check.failed", "run.started", "run.delivered", "handoff", "rescued", "run.failed", "usage"),
)
_optional = st.fixed_dictionaries(
    {},
    optional={
        "check": st.sampled_from(("qa", "policy")),
        "action": st.sampled_from(("pay", "look")),
        "by": st.sampled_from(("dana", "kim")),
        "kind": st.sampled_from(("rollback", "pause")),
        "scope": st.sampled_from(("in", "in", "in", "out")),
        "sla_s": st.sampled_from((60, 0.5)),
        "trusted": st.sampled_from((True, True, False)),
        "preventable": st.sampled_from((False, False, True)),
        "elapsed_s": st.just(3),
        "reason": st.sampled_from(("y" * 300, "late", "zu spät – “wirklich”", 'a "quote"')),
        "cost_usd": st.sampled_from((0, 0.0123, 2.5e-6, 3.5e-6, 1e-7, 999_999_999.9999999)),
        "tokens": st.sampled_from((0, 7, 10**15 - 1)),
    },
)


@st.composite
def runs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return the events of a few runs: mostly begun, ended, and in the order of time."""
    events = []
    for run in ("r1", "r2")[: draw(st.integers(1, 2))]:
        kinds = draw(st.lists(st.sampled_from(_kinds), max_size=20))
        if draw(st.integers(0, 4)):
            kinds = ["run.started", *kinds, draw(st.sampled_from(("run.delivered", "handoff")))]
        times = list(range(len(kinds)))
        if draw(st.integers(0, 4)) == 0:
            times = draw(st.lists(st.integers(0, 30), min_size=len(kinds), max_size=len(kinds)))
        agents = draw(st.sampled_from((("w1",), ("w1",), _NAMES)))
        parent = draw(st.sampled_from(({}, {}, {"parent": "r0"})))
        for kind, second in zip(kinds, times, strict=True):
            told = {"ts": f"2026-03-02T12:00:{second:02}Z", "route": "refunds", "event": kind}
            told |= draw(st.sampled_from((parent, {})))
            agent = draw(st.sampled_from(agents))
            events.append({**told, "run": run, "agent": agent, **draw(_optional)})
    return events


def in_python(data: bytes) -> dict[Key, Part]:
    """Return the runs of a block of plain lines as they are made small in Python."""
    gathering = Gathering()
    found = native_block.read(Block(data, OFFSET, LINE), FILE, FAR_US, lambda _: False)
    assert not found.others
    gathering.add(found.keys, found.pieces)
    gathering.close()
    return {key: part for key, (part,) in gathering.deliver().items()}


@settings(max_examples=500)
@given(events=runs())
def test_a_run_is_made_as_small_and_judged_by_the_same(events: list[dict[str, Any]]) -> None:
    data = b"".join(json.dumps(event).encode() + b"\n" for event in events)
    made, expected = scan(data).parts, in_python(data)
    assert list(made) == list(expected)
    for key, part in expected.items():
        assert made[key].facts == part.facts
        assert tuple(made[key].instants) == tuple(part.instants)
        assert (made[key].agent, made[key].usual) == (part.agent, _listed(part))
        assert made[key].parent == part.parent


def _listed(part: Part) -> Any:
    """Return what judges a part, with a list of efforts, as the scanner has it."""
    usual = part.usual
    return usual and msgspec.structs.replace(usual, efforts=list(usual.efforts))


def test_only_runs_that_ended_are_handed_over_while_a_stretch_is_read() -> None:
    scanner = Scanning(lambda _: False)
    ended = {**_PLAIN, "event": "run.delivered", "run": "r2"}
    data = b"\n".join(json.dumps(event).encode() for event in (_PLAIN, ended))
    scanner.read(Block(data, OFFSET, LINE), FILE, FAR_US, None)
    assert [key for key, _ in scanner.close(ended=True)] == [("refunds", "r2")]
    assert scanner.holds(("refunds", "r1"))
    assert not scanner.holds(("refunds", "r2"))
    assert [key for key, _ in scanner.close(ended=False)] == [("refunds", "r1")]


def test_a_line_in_which_there_may_be_a_secret_is_handed_back_and_no_other() -> None:
    redactor = Redactor(b"k" * 32, Redact())
    scanner = Scanning(redactor.suspects)
    events = [
        _PLAIN,
        {**_PLAIN, "reason": "password=hunter2"},
        {**_PLAIN, "run": "sk-ant-0123456789abcdef"},
        {**_PLAIN, "route": "secret-route"},
        {**_PLAIN, "agent": "w1", "boot": "api_key=1", "seq": 1},
        {**_PLAIN, "event": "heartbeat", "run": "token-1"},
        {**_PLAIN, "parent": "password=hunter2"},
        {**_PLAIN, "event": "check.passed", "check": "qa"},
        {**_PLAIN, "detail": "password=hunter2"},
    ]
    lines = [json.dumps(event).encode() for event in events]
    for _ in range(2):  # what was looked at once is remembered
        found = scan(b"\n".join(lines), scanner)
        handed_back = b"\n".join(other[0] for other in found.said.others).split(b"\n")
        assert handed_back == lines[1:7]
        assert found.plain == 3


def test_what_was_looked_at_for_secrets_is_not_looked_at_again() -> None:
    asked: list[bytes] = []

    def suspected(data: bytes) -> bool:
        asked.append(data)
        return False

    scanner = Scanning(suspected)
    for second in range(3):
        line = {
            **_PLAIN,
            "ts": f"2026-03-02T12:00:0{second}Z",
            "run": f"r{second}",
            "reason": "why",
        }
        scan(json.dumps(line).encode(), scanner)
    assert [b"why" in data for data in asked] == [True, False, False]
    assert [re.findall(rb"r\d", data) for data in asked] == [[b"r0"], [b"r1"], [b"r2"]]


def test_nothing_is_taken_in_where_a_line_may_be_of_a_run_that_was_deleted() -> None:
    scanner = Scanning(lambda _: False)
    at_us = instant_us(_TS)
    plain = json.dumps(_PLAIN).encode()
    for data, floor_us in ((plain, at_us), (plain + b"\n{", at_us - 1)):
        assert scanner.read(Block(data, 0, 1), FILE, FAR_US, floor_us) is None
        assert not scanner.holds(("refunds", "r1"))
        assert not list(scanner.close(ended=False))
    assert scanner.read(Block(plain, 0, 1), FILE, FAR_US, at_us - 1) is not None


def test_what_lies_in_the_future_is_handed_back() -> None:
    scanner = Scanning(lambda _: False)
    said = scanner.read(Block(json.dumps(_PLAIN).encode(), 0, 1), FILE, instant_us(_TS) - 1, None)
    assert said is not None
    assert len(said.others) == 1


def test_a_scanner_that_reads_a_block_cannot_be_used_meanwhile() -> None:
    refused: list[object] = []

    def suspected(_: bytes) -> bool:
        for use in (lambda: scan(b"{}", scanner), lambda: list(scanner.close(ended=True))):
            with pytest.raises(RuntimeError, match="the scanner is reading a block"):
                use()
            refused.append(use)
        return False

    scanner = Scanning(suspected)
    assert scan(json.dumps(_PLAIN).encode(), scanner).plain == 1
    assert len(refused) == 2


def test_a_search_for_secrets_that_fails_fails_the_reading() -> None:
    def broken(data: bytes) -> bool:
        raise OSError(len(data))

    with pytest.raises(OSError, match=r"^[0-9]+$"):
        scan(json.dumps(_PLAIN).encode(), Scanning(broken))


def test_the_scanner_knows_every_field_that_an_event_has() -> None:
    told = msgspec.inspect.type_info(Told)
    assert isinstance(told, msgspec.inspect.StructType)
    found = {field.encode_name: _letter(field.type) for field in told.fields}
    assert found == {name: scanning.TYPES.get(name, "n") for name in found}
    assert set(scanning.TYPES) <= set(found)


def _letter(told: msgspec.inspect.Type) -> str:
    """Return the letter of a field's type, by its limits."""
    if isinstance(told, msgspec.inspect.UnionType):
        known = [one for one in told.types if not isinstance(one, msgspec.inspect.NoneType)]
        if len(known) == 2:
            return "t"
        told = known[0]
    if isinstance(told, msgspec.inspect.StrType):
        return {200: "n", 2_000: "w", 0: "e"}[told.max_length or 0]
    if isinstance(told, msgspec.inspect.FloatType):
        return "p" if told.gt is not None else "l" if told.ge is not None else "f"
    if isinstance(told, msgspec.inspect.IntType):
        return "c" if told.ge == 0 else "i"
    assert isinstance(told, msgspec.inspect.BoolType)
    return "b"
