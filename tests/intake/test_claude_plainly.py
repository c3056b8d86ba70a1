"""Plain records, and blocks of nothing else, are read in few steps: what is read is the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats import claude_reader
from console.intake.formats.claude_blocks import records
from console.intake.formats.claude_code import FORMAT
from console.intake.formats.claude_work import Work
from console.intake.reading import Context
from tests.intake.claude_lines import INTERRUPTED, PATH, REJECTED, Transcript

if TYPE_CHECKING:
    from pathlib import Path

    from console.intake.reading import Batch

_TOOLS = st.sampled_from(["Bash", "ExitPlanMode", "Skill", "mcp__x", "\x1b[1m", "n" * 300])
_IDS = st.sampled_from(["t1", "t2", " t3", "", "ü\x07", "x" * 250])
_TEXTS = st.sampled_from(["ok", REJECTED, INTERRUPTED, "Exit code 1"])
_STOPS = st.sampled_from(["tool_use", "end_turn", "stop_sequence", None])
_USAGES = st.sampled_from([{}, {"input_tokens": 5, "output_tokens": 7}, {"input_tokens": 10**16}])
_ODD = st.sampled_from(
    [
        {"isSidechain": True},
        {"uuid": "u1"},
        {"uuid": ""},
        {"timestamp": "yesterday"},
        {"timestamp": None},
        {"timestamp": 1_772_366_400},
        {"timestamp": "2026-03-01T13:00:00Z"},
        {"costUSD": 0.25},
        {"isApiErrorMessage": True},
        {"toolUseResult": {"agentId": "a1"}},
        {"toolUseResult": {"agentId": ""}},
        {"toolUseResult": "Error: no"},
        {"data": {"agentId": "a2"}},
        {"message": None},
        {"cwd": "", "sessionId": ""},
        {"type": "progress"},
        {},
    ]
)
_USES = st.tuples(st.just("use"), _TOOLS, _IDS, _STOPS, _USAGES, _IDS, st.just({}) | _ODD)
_RESULTS = st.tuples(st.just("result"), _TEXTS, _IDS, st.just({}) | _ODD, st.booleans())
_WORDS = st.tuples(st.just("words"), _STOPS, st.sampled_from(["m", "<synthetic>"]), _ODD)
_PROMPTS = st.tuples(
    st.just("prompt"),
    st.sampled_from(["go on", "<command-name>/x</command-name>", INTERRUPTED]),
    _ODD,
)
_STEPS = st.lists(_USES | _RESULTS | _WORDS | _PROMPTS, max_size=30)


_LATER = {"timestamp": "2026-03-01T13:00:00Z"}
_AGENT = {"agentId": "a1"}
_TELLING: list[list[tuple[object, ...]]] = [
    [("use", "Bash", "t1", "tool_use", {}, "m", {"costUSD": 0.5})],
    [("words", None, "m", {}), ("result", "ok", "t1", {}, False)],
    [("words", None, "m", {}), ("use", "Bash", "t1", "tool_use", {}, "m", _LATER)],
    [("result", "ok", "t1", {"data": _AGENT}, False)],
    [("result", "ok", "t1", {"toolUseResult": _AGENT}, False)],
    [("result", "ok", "t1", {}, True)],
    [("result", "ok", "t1", {"uuid": ""}, False)],
]
"""What shows how a plain record differs from one that nearly is."""


def written(steps: list[tuple[object, ...]], first: dict[str, object] | None = None) -> bytes:
    """Return a transcript that begins with a prompt, which says also what `first` says."""
    transcript = Transcript().user(0, "look into it")
    transcript.records[0].update(first or {})
    for second, (kind, *said) in enumerate(steps, start=1):
        if kind == "use":
            tool, own, stop, usage, message, odd = said
            block = {"type": "tool_use", "id": own, "name": tool, "input": {}}
            body = {"id": message, "content": [block], "stop_reason": stop, "usage": usage}
            transcript.add("assistant", second, message=body)
        elif kind == "result":
            text, own, odd, more = said
            block = {"type": "tool_result", "tool_use_id": own, "content": text}
            words = [{"type": "text", "text": INTERRUPTED}] if more else []
            transcript.user(second, [{**block, "is_error": text != "ok"}, *words])
        elif kind == "words":
            stop, model, odd = said
            words = [{"type": "text", "text": "Done."}]
            body = {"id": "m9", "model": model, "content": words, "stop_reason": stop}
            transcript.add("assistant", second, message=body)
        else:
            text, odd = said
            transcript.user(second, text)
        transcript.records[-1].update(odd)  # type: ignore[call-overload]
    return transcript.data


def read(data: bytes, path: Path = PATH) -> tuple[list[Batch], bytes]:
    """Return what a reader tells of a transcript in the end, and its state before."""
    reader = FORMAT.reader(Context(path=path))
    batch = reader.feed(data, 0, 1)
    state = reader.dump()
    return [batch, reader.settle(2_000_000_000_000_000)], state


@given(
    steps=_STEPS,
    first=_ODD,
    path=st.sampled_from([PATH, PATH.with_name("agent-a7.jsonl")]),
)
def test_plain_records_leave_what_any_record_leaves(
    steps: list[tuple[object, ...]], first: dict[str, object], path: Path
) -> None:
    require_same(written(steps, first), path)


@pytest.mark.parametrize("steps", _TELLING)
@pytest.mark.parametrize("first", [{}, {"cwd": ""}])
def test_a_record_that_is_nearly_plain_is_none(
    steps: list[tuple[object, ...]], first: dict[str, object]
) -> None:
    require_same(written(steps, first), PATH)


def require_same(data: bytes, path: Path) -> None:
    """Require that no record is read otherwise for being plain."""
    found = read(data, path)
    with patch.object(Work, "takes", return_value=False):
        assert read(data, path) == found


@given(steps=_STEPS)
def test_a_block_read_at_once_says_what_its_lines_say_one_by_one(
    steps: list[tuple[object, ...]],
) -> None:
    data = written(steps)
    found = read(data)
    with patch.object(claude_reader, "records", return_value=None):
        assert read(data) == found


def test_most_records_of_a_transcript_are_plain() -> None:
    words = {"type": "text", "text": "Well."}
    told = Transcript().user(0, "x").answer(1, words).uses(2).result(3).answer(4, words)
    data = told.uses(5).result(6).answer(7, words, stop_reason="end_turn").data
    taken = []
    takes = Work.takes

    def noted(self: Work, *record: object) -> bool:
        taken.append(takes(self, *record))  # type: ignore[arg-type]
        return taken[-1]

    with patch.object(Work, "takes", noted):
        read(data)
    assert taken == [False, *[True] * 7]


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"\n",
        b"{}",
        b" {}\n",
        b"{}\r\n",
        b"{}\n\n{}\n",
        b"{}{}\n",
        b"{}{}\n\n",
        b'{}{}\n{"data":\n{}}\n',
        b'{}{}\n{"data":{\n}}\n',
        b'{}{}\n{"data":{}\n}\n',
        b'{}{}\n{"data":{}\n,"type":""}\n',
        b'{}\n{"type":3}\n',
        b'{}\n{"type":"\xff"}\n',
        b"{}\n{\n",
    ],
)
def test_a_block_with_anything_else_than_a_record_on_each_line_is_not_read_at_once(
    block: bytes,
) -> None:
    assert records(block) is None


def test_a_block_read_at_once_tells_where_each_line_ends() -> None:
    lines = [json.dumps({"type": kind}).encode() for kind in ("user", "assistant", "x" * 9)]
    found = records(b"\n".join(lines) + b"\n")
    assert found is not None
    read_records, ends = found
    assert [record.type for record in read_records] == ["user", "assistant", "x" * 9]
    assert ends == [len(b"\n".join(lines[: count + 1])) for count in range(3)]
