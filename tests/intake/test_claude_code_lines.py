"""Reading Claude Code transcripts as bytes: broken lines, odd types, routes, kept state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.claude_code import FORMAT
from console.intake.reading import Context
from tests.intake.claude_lines import PATH, REJECTED, Transcript, batches, events, told

TURN = Transcript().user(0, "x").uses(1).result(2, REJECTED).says(3, stop_reason="end_turn")
TOLD = ["run.started u1 @0", "action.denied u1 @2", "run.delivered u1 @3"]
LINES = TURN.data.splitlines(keepends=True)
CUT = LINES[1][:150].rstrip()
BOM = b"\xef\xbb\xbf"


def rejections(data: bytes) -> list[tuple[int, str]]:
    """Return (line, reason) of what is rejected."""
    (batch,) = batches(data)
    return [(rejected.line, rejected.reason) for rejected in batch.rejected]


@pytest.mark.parametrize(
    "data",
    [
        BOM + TURN.data,
        TURN.data.replace(b"\n", b"\r\n"),
        b"\n\n" + TURN.data.replace(b"\n", b"\n  \n"),
        b"\x00" * 500 + TURN.data,
        TURN.data.replace(b"\n", b"\n" + b"\x00" * 9),
        TURN.data.replace(b"\n", b""),
        TURN.data.replace(b"\n", b" \x00"),
        TURN.data.rstrip(),
    ],
    ids=["bom", "crlf", "blank", "nul-run", "nuls", "glued", "glued-with-gaps", "no-last-newline"],
)
def test_what_surrounds_and_joins_the_records_does_not_matter(data: bytes) -> None:
    assert told(data) == TOLD


def test_glued_records_are_found_each_at_its_own_bytes() -> None:
    summary = b'{"type":"summary","summary":"a } \\" {","leafUuid":"l"}'
    data = b"\n" + summary + TURN.data.replace(b"\n", b"")
    (batch,) = batches(data)
    for sourced in batch.events:
        record = json.loads(data[sourced.offset : sourced.offset + sourced.length])
        assert record["uuid"] == sourced.event.id
        assert sourced.line == 2


def test_a_record_cut_off_by_a_crash_costs_only_itself() -> None:
    data = LINES[0] + CUT + LINES[2] + LINES[3]
    read = [sourced.event.event for sourced in batches(data)[0].events]
    assert read == ["run.started", "action.denied", "run.delivered"]
    (rejected,) = batches(data)[0].rejected
    assert (rejected.offset, rejected.length, rejected.line) == (len(LINES[0]), len(CUT), 2)
    assert rejected.excerpt == CUT


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"type":"user","uuid":', "cut off or broken"),
        (b'{"type":"user","a":"\\d"}', "cut off or broken"),
        (b'{"type":"user","a":NaN}', "cut off or broken"),
        (b"[" * 100_000, "not a JSON object"),
        (b'{"type":"user","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
        (b"null", "not a JSON object"),
        (b"garbage \xff\xfe", "not a JSON object"),
        (b'{"uuid":"u9","timestamp":"2026-03-01T12:00:00Z"}', "no record type"),
        (b'{"type":"user","uuid":"u9","sessionId":"s1"}', "no timestamp"),
    ],
)
def test_what_cannot_be_read_is_rejected_once_with_its_reason(line: bytes, reason: str) -> None:
    ((number, found),) = rejections(line + b"\n" + TURN.data)
    assert number == 1
    assert reason in found
    assert [sourced.event.event for sourced in batches(line + b"\n" + TURN.data)[0].events] == [
        "run.started",
        "action.denied",
        "run.delivered",
    ]


@pytest.mark.parametrize(
    "stamp",
    ["", "yesterday", "2026-03-01T12:00:00", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z"],
)
def test_a_time_that_is_none_rejects_its_record(stamp: str) -> None:
    ((_, reason),) = rejections(Transcript().user(0, "x", timestamp=stamp).data)
    assert "time" in reason


def test_a_record_without_a_time_takes_the_last_one_seen() -> None:
    assert told(Transcript().user(0, "x").user(9, "y", timestamp=None))[1] == "run.started u2 @0"


def test_microseconds_are_kept_exactly() -> None:
    (started,) = events(Transcript().user(0, "x", timestamp="2026-03-01T13:00:00.123456+01:00"))
    assert started.ts_us % 10**12 == 1_772_366_400_123_456 % 10**12


@pytest.mark.parametrize(
    "odd",
    [
        {"toolUseResult": 7, "cwd": ["a"], "gitBranch": None, "slug": {}},
        {"isSidechain": "no", "isMeta": 0, "toolDenialKind": False},
        {"timestamp": {"seconds": 1}, "promptId": 12, "data": "text", "hookErrors": {}},
        {"durationMs": "long", "promptSubmitEnding": [1], "version": 2.1, "agentId": 2**70},
    ],
)
def test_fields_of_an_odd_type_do_not_cost_the_record_the_others(odd: dict[str, object]) -> None:
    read = events(Transcript().user(0, "first").user(1, "x", **odd))
    assert [event.event for event in read] == ["run.started", "run.started"]


def test_odd_blocks_do_not_cost_a_message_the_others() -> None:
    use = {"type": "tool_use", "id": "t1", "name": "Bash", "input": "none"}
    result = {"type": "tool_result", "tool_use_id": "t1", "is_error": True, "content": REJECTED}
    odd: list[object] = [3, None, {"type": "text", "text": 4}, {"type": []}]
    transcript = Transcript().user(0, "x").answer(1, *odd, use).user(2, [*odd, result])
    assert told(transcript) == ["run.started u1 @0", "action.denied u1 @2"]
    assert events(transcript)[1].action == "Bash"


def test_text_that_was_cut_in_the_middle_of_a_character_is_read() -> None:
    transcript = Transcript().user(0, "half an emoji \ud83d").uses(1, "Ba\udc00sh")
    transcript.result(2, REJECTED + " proceeded \udfff")
    (_, denied) = events(transcript)
    assert (denied.action, denied.reason[-8:]) == ("Ba\ufffdsh", "ceeded \ufffd")
    whole = Transcript().user(0, "x").result(2, REJECTED + " \U0001f600 \\ud83d \ud83d")
    assert events(whole)[1].reason.endswith(" \U0001f600 \\ud83d \ufffd")
    raw = Transcript().user(0, "caf?").data.replace(b"?", b"\xe9")
    assert told(raw) == ["run.started u1 @0"]


def test_untrusted_text_comes_out_clean() -> None:
    hostile = "\x1b]52;c;x\x07[/red]\u202e"
    transcript = Transcript(cwd=f"/home/{hostile}", promptId=hostile).user(0, "x").uses(1, hostile)
    transcript.result(2, hostile, toolDenialKind="permission-rule")
    shown = "␛]52;c;x␇[/red]<U+202E>"
    (_, denied) = events(transcript, route="{cwd}")
    assert (denied.run, denied.action, denied.reason) == (shown, shown, shown)
    assert denied.route == f"/home/{shown}"


def test_a_ten_megabyte_line_is_read_and_a_broken_one_rejected() -> None:
    huge = Transcript().user(0, 'x\\" {' * 2_000_000).data
    assert told(huge) == ["run.started u1 @0"]
    assert len(rejections(huge[:-3] + b"\n")) == 1


def test_a_line_of_very_many_objects_is_read_so_far_and_no_further() -> None:
    summaries = b'{"type":"summary","leafUuid":"l"}' * 1200
    assert rejections(summaries) == [(1, "this line holds more than 1000 objects")]


def test_a_pretty_printed_document_is_rejected_line_by_line_and_starts_nothing() -> None:
    document = json.dumps(json.loads(LINES[0]), indent=2).encode()
    (batch,) = batches(document)
    assert batch.events == []
    assert batch.rejected


@pytest.mark.parametrize(
    ("template", "route"),
    [
        ("", "shop"),
        ("{cwd}", "/home/dev/shop"),
        ("{cwd_name}/{branch}", "shop/main"),
        ("{session} {version} {agent}", "s1 2.1.40 main"),
        ("agents", "agents"),
        ("{slug}", "-home-dev-shop"),
    ],
)
def test_the_route_is_made_from_the_prompts_record(template: str, route: str) -> None:
    assert events(Transcript().user(0, "x"), route=template)[0].route == route


def test_a_run_keeps_the_route_that_it_started_on() -> None:
    moved = Transcript().user(0, "x").says(1, cwd="/tmp/else", stop_reason="end_turn")
    moved.user(2, "y", cwd="C:\\work\\else\\")
    assert [event.route for event in events(moved)] == ["shop", "shop", "else"]


def test_without_a_working_directory_the_files_directory_names_the_route() -> None:
    nowhere = Transcript(cwd="").user(0, "x")
    assert events(nowhere)[0].route == "-home-dev-shop"
    assert events(nowhere, route="{cwd_name}/{branch}")[0].route == "-home-dev-shop/main"


def test_without_a_session_the_file_names_the_run_before_any_prompt() -> None:
    path = Path("/logs/p/0b7c.jsonl")
    nameless = Transcript(sessionId="").uses(0).result(1, REJECTED)
    assert events(nameless, path=path)[0].run == "0b7c"


@pytest.mark.parametrize("template", ["{host}", "{}", "{cwd!r}", "{cwd", "a}"])
def test_a_template_that_cannot_be_filled_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="the route template has"):
        FORMAT.reader(Context(path=PATH, route=template))


@pytest.mark.parametrize(
    "head",
    [
        TURN.data,
        BOM + LINES[1],
        b'{"type":"summary","summary":"a","leafUuid":"l"}\n',
        b'{"type":"file-history-snapshot","messageId":"m","snapshot":{}}\n' + LINES[0],
        b'{"type":"queue-operation","operation":"enqueue","sessionId":"s1"}\n',
        b'broken\n{"type":"summary","leafUuid":"l"}' + LINES[0],
    ],
)
def test_transcripts_are_recognised_by_their_records(head: bytes) -> None:
    assert FORMAT.recognises(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x00\xff{",
        b'{"ts":1,"route":"r","event":"run.started","run":"a"}\n' + TURN.data,
        LINES[0] + b'{"ts":1,"route":"r","event":"run.started","run":"a"}\n' + LINES[1],
        LINES[0] + b'{"ts":1,"\\u0072oute":"r","\\u0065vent":"run.started","run":"a"}\n',
        b'{"type":"user","uuid":"u","sessionId":"s","route":"r","event":"rescued"}\n',
        b'{"timestamp":"2026-03-01T12:00:00Z","type":"session_meta","payload":{}}\n',
        b'{"type":"assistant","message":{},"uuid":"u","session_id":"s"}\n',
        b'{"id":"1","type":"user","timestamp":"2026-03-01T12:00:00Z","content":"x"}\n',
        b'["type","user","uuid"]\n',
    ],
)
def test_other_logs_are_not_taken_for_transcripts(head: bytes) -> None:
    assert not FORMAT.recognises(head)


def test_a_state_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="reading state"):
        FORMAT.reader(Context(path=PATH), b"\x01nonsense")


_SCRAPS = st.sampled_from(
    [*LINES, LINES[0].rstrip(), LINES[1][:99], BOM, b"\x00", b"\n", b"{", b'"']
)


@given(st.lists(st.one_of(_SCRAPS, st.binary(max_size=40)), max_size=12))
def test_no_bytes_raise_and_the_state_always_comes_back(scraps: list[bytes]) -> None:
    data = b"".join(scraps)
    FORMAT.recognises(data)
    reader = FORMAT.reader(Context(path=Path("agent-x.jsonl")))
    batch = reader.feed(data, 0, 1)
    assert all(rejected.reason and len(rejected.excerpt) <= 200 for rejected in batch.rejected)
    again = FORMAT.reader(Context(path=Path("agent-x.jsonl")), reader.dump())
    assert again.dump() == reader.dump()
    assert again.settle(2**60) == reader.settle(2**60)


_ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 2**80, 1e300, "", "x", "\ud800", [], [[]], [{"type": 1}], {}, {"agentId": []}]
)
_FIELDS = st.sampled_from(
    [
        *("type", "message", "timestamp", "isSidechain", "toolUseResult", "data", "hookErrors"),
        *("durationMs", "subtype", "promptSubmitEnding", "content", "cwd", "promptId", "uuid"),
    ]
)
_CHANGES = st.dictionaries(_FIELDS, _ODD, max_size=4)


@given(st.lists(st.tuples(st.sampled_from(TURN.records), _CHANGES), max_size=6))
def test_no_record_raises_whatever_its_fields_hold(
    mixed: list[tuple[dict[str, object], dict[str, object]]],
) -> None:
    data = b"".join(json.dumps(record | odd).encode() + b"\n" for record, odd in mixed)
    reader = FORMAT.reader(Context(path=PATH))
    reader.feed(data, 0, 1)
    FORMAT.reader(Context(path=PATH), reader.dump()).settle(2**60)
