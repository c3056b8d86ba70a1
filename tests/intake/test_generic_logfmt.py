"""logfmt lines: quoting, bare keys, typed values, and what is no logfmt."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.intake.formats.generic import FORMAT
from console.intake.formats.logfmt import parse
from console.intake.reading import Batch, Context


def read(block: bytes, **mapped: object) -> Batch:
    options: dict[str, object] = {"preset": "logfmt", "map": mapped}
    return FORMAT.reader(Context(path=Path("a.log"), options=options)).feed(block, 0, 1)


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("a=b c=d", {"a": "b", "c": "d"}),
        ("  a=b \t c=d  ", {"a": "b", "c": "d"}),
        ('a="b c" d=e', {"a": "b c", "d": "e"}),
        (r'a="say \"hi\" to C:\\x"', {"a": r'say "hi" to C:\x'}),
        (r'a="l1\nl2\t\u00e9\/"', {"a": "l1\nl2\té/"}),
        ("a=b ok", {"a": "b", "ok": True}),
        ("ok a=b", {"a": "b", "ok": True}),
        ('a= b=""', {"a": "", "b": ""}),
        ("a=true b=false c=null", {"a": True, "b": False, "c": None}),
        ("a=12 b=-3 c=1.5", {"a": 12, "b": -3, "c": 1.5}),
        ("a=007 b=1.10 c=1e5 d=-0", {"a": "007", "b": "1.10", "c": "1e5", "d": "-0"}),
        ("a=1795463610.26 b=1234567890123456789", {"a": 1795463610.26, "b": "1234567890123456789"}),
        ('a="12" b="true"', {"a": "12", "b": "true"}),
        ("a=x=y u=http://h/?q=1&r", {"a": "x=y", "u": "http://h/?q=1&r"}),
        ("a=1 a=2", {"a": 2}),
        ("log.level=info", {"log.level": "info"}),
        ("ü=é", {"ü": "é"}),
    ],
)  # fmt: skip
def test_pairs(line: str, pairs: dict[str, object]) -> None:
    assert parse(line) == pairs


@pytest.mark.parametrize("line", ['a="b', 'a="b"c', "=b", 'a=b "c"', 'a="x\\"', "some words", "a"])
def test_what_is_no_logfmt(line: str) -> None:
    with pytest.raises(ValueError, match="not logfmt"):
        parse(line)


def test_a_line_of_logfmt_gives_events_like_any_other() -> None:
    line = b'timestamp=2026-11-24T03:00:00Z event=run.failed route=a run=007 reason="a \\"q\\""'
    (found,) = read(line).events
    assert (found.event.run, found.event.reason) == ("007", 'a "q"')


def test_a_bare_key_is_true() -> None:
    rules = [{"when": {"/ok": True}, "event": "run.delivered"}]
    line = b"ts=2026-11-24T03:00:00Z route=a run=r ok"
    (found,) = read(line, rules=rules).events
    assert found.event.event == "run.delivered"


def test_a_line_that_is_no_logfmt_is_refused_and_costs_no_other() -> None:
    good = b"ts=2026-11-24T03:00:00Z route=a run=r event=run.started"
    batch = read(b"\n".join([good, b"Traceback:", b'{"a": "b"}', b"\xff=1", good]))
    assert [entry.line for entry in batch.events] == [1, 5]
    assert [piece.line for piece in batch.rejected] == [2, 3, 4]
    assert batch.rejected[2].reason == "not valid UTF-8"


def test_long_hostile_lines_are_answered_at_once() -> None:
    for line in (
        b"a" * 4_000_000,
        b'a="' + b"\\" * 4_000_000,
        b"= " * 2_000_000,
        b" " * 10**6 + b"=",
    ):
        assert len(read(line).rejected) == 1
