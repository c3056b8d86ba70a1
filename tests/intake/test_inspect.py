"""Inspect AI logs: every sample is a run, every scorer a check."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.inspect_ai import FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US
from tests.intake.inspect_logs import PATH, T0_US, at, events, log, read, sample

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "inspect"


def kinds(document: object, **options: Any) -> list[str]:
    return [event.event for event in events(document, **options)]


def checks(scores: object, **options: Any) -> dict[str, str]:
    found = events(log(sample(scores=scores)), **options)
    return {event.check: event.event for event in found if event.check}


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return data.getvalue()


def test_a_sample_is_a_run_from_its_first_event_to_its_last() -> None:
    start, end = events(log(sample(working_time=6.5)))
    assert (start.event, start.ts_us, start.run) == ("run.started", T0_US + SECOND_US, "r/7/1")
    assert (end.event, end.ts_us, end.elapsed_s) == ("run.delivered", T0_US + 9_000_000, 6.5)
    assert start.route == end.route == "refunds"


def test_times_that_a_sample_states_itself_count_before_those_of_its_events() -> None:
    start, end = events(log(sample(started_at=at(2), completed_at=at(20))))
    assert (start.ts_us, end.ts_us) == (T0_US + 2 * SECOND_US, T0_US + 20 * SECOND_US)


def test_a_sample_without_times_has_no_start_and_ends_with_the_evaluation() -> None:
    (end,) = events(log({"id": "a", "epoch": 3}))
    assert (end.event, end.ts_us, end.run) == ("run.delivered", T0_US + 30 * SECOND_US, "r/a/3")


def test_without_any_time_the_files_last_change_is_the_end(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(json.dumps(log({"id": 1}, stats={}, eval={"task": "t"})).encode())
    batch = FORMAT.reader(Context(path=path)).feed(path.read_bytes(), 0, 1)
    assert [e.event.ts_us for e in batch.events] == [path.stat().st_mtime_ns // 1000]
    gone = read(log({"id": 1}, stats={}, eval={"task": "t"}))
    assert [piece.reason for piece in gone.rejected] == [
        "this sample has no id, or nothing says when it was"
    ]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("C", "passed"),
        ("I", "failed"),
        ("P", "failed"),
        ("N", "failed"),
        (1, "passed"),
        (1.0, "passed"),
        (0.99, "failed"),
        (True, "passed"),
        (False, "failed"),
        ("yes", "passed"),
        ("0", "failed"),
    ],
)
def test_a_score_passes_at_the_threshold_of_one(value: object, verdict: str) -> None:
    assert checks({"match": {"value": value}}) == {"match": f"check.{verdict}"}


@pytest.mark.parametrize("value", [None, "maybe", float("nan"), {}, [], "nan", "inf", ""])
def test_an_unknown_verdict_is_no_check(value: object) -> None:
    assert checks({"match": {"value": value}}) == {}


def test_thresholds_and_words_are_options() -> None:
    assert checks({"m": {"value": "P"}}, threshold=0.5) == {"m": "check.passed"}
    graded = {"quality": {"value": 7}, "m": {"value": 0.9}}
    assert checks(graded, thresholds={"quality": 8}) == {
        "quality": "check.failed",
        "m": "check.failed",
    }
    assert checks({"m": {"value": "safe"}}, passed=["safe"]) == {"m": "check.passed"}
    assert checks({"m": {"value": "1"}}, failed=["1"]) == {"m": "check.failed"}


def test_a_score_of_several_parts_is_a_check_for_each() -> None:
    assert checks({"j": {"value": {"tone": 1, "facts": 0, "style": None}}}) == {
        "j/tone": "check.passed",
        "j/facts": "check.failed",
    }
    assert checks({"j": {"value": [1, 0]}}, thresholds={"j": 0}) == {
        "j/0": "check.passed",
        "j/1": "check.passed",
    }


def test_a_score_edited_later_is_a_verdict_of_that_time() -> None:
    score = {"value": "C", "history": [{"value": "I"}, {"provenance": {"timestamp": at(50)}}]}
    found = [event for event in events(log(sample(scores={"m": score}))) if event.check]
    assert [event.ts_us for event in found] == [T0_US + 50 * SECOND_US]


def test_an_error_or_a_limit_is_a_failure_with_its_reason() -> None:
    error = events(log(sample(error={"message": "boom", "traceback": "..."})))[-1]
    assert (error.event, error.reason) == ("run.failed", "boom")
    limit = events(log(sample(limit={"type": "time", "limit": 60})))[-1]
    assert (limit.event, limit.reason) == ("run.failed", "limit: time 60")


def test_what_an_operator_stopped_or_declared_invalid_is_cancelled() -> None:
    stopped = events(log(sample(limit={"type": "operator", "limit": 1})))[-1]
    assert (stopped.event, stopped.by) == ("run.cancelled", "operator")
    invalid = events(log(sample(invalidation={"author": "kim", "reason": "leaked"})))[-1]
    assert (invalid.event, invalid.by, invalid.reason) == ("run.cancelled", "kim", "leaked")


def approval(decision: str, call: str = "c1", **fields: object) -> dict[str, object]:
    tool = {"id": call, "function": "bash"}
    event = {"event": "approval", "timestamp": at(3), "approver": "auto", "call": tool}
    return {**event, "decision": decision, **fields}


@pytest.mark.parametrize("decision", ["reject", "terminate"])
def test_a_refused_approval_is_a_denied_action_with_our_order(decision: str) -> None:
    why = "x" * 3000 + "[burnline:d-1]"
    (denied,) = [
        event
        for event in events(log(sample(events=[approval(decision, explanation=why)])))
        if event.event == "action.denied"
    ]
    assert (denied.action, denied.by, denied.directive) == ("bash", "auto", "d-1")
    assert denied.ts_us == T0_US + 3 * SECOND_US


def test_approvals_and_modifications_are_nothing() -> None:
    found = kinds(log(sample(events=[approval("approve"), approval("modify")])))
    assert found == ["run.started", "run.delivered"]


def test_an_escalation_is_a_handoff_unless_somebody_decided_after_it() -> None:
    assert "handoff" in kinds(log(sample(events=[approval("escalate")])))
    both = kinds(log(sample(events=[approval("escalate"), approval("reject")])))
    assert both == ["run.started", "approval.requested", "action.denied", "run.delivered"]


def test_errors_of_tools_are_no_misses() -> None:
    tool = {"event": "tool", "timestamp": at(2), "error": {"type": "permission", "message": "no"}}
    assert kinds(log(sample(events=[tool]))) == ["run.started", "run.delivered"]


def test_a_sample_that_names_an_existing_run_adds_only_its_verdicts_to_it() -> None:
    judged = sample(metadata={"origin": {"run": "live-9"}}, scores={"m": {"value": "I"}})
    (check,) = events(log(judged), run="origin.run")
    assert (check.event, check.run) == ("check.failed", "live-9")
    assert kinds(log(sample(metadata={})), run="origin.run") == ["run.started", "run.delivered"]


def test_the_route_template_knows_the_header_and_the_metadata() -> None:
    found = events(log(sample(metadata={"team": "ops"})), "{metadata.team}/{model}/{task}")
    assert {event.route for event in found} == {"ops/m/x/refunds"}
    with pytest.raises(ValueError, match=r"no placeholder \{nope\}"):
        FORMAT.reader(Context(path=PATH, route="{nope}"))
    with pytest.raises(ValueError, match="brace"):
        FORMAT.reader(Context(path=PATH, route="{task"))


@pytest.mark.parametrize(
    "options", [{"threshold": "high"}, {"passed": "x"}, {"run": 3}, {"thresholds": [1]}]
)
def test_an_option_of_the_wrong_kind_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="option"):
        FORMAT.reader(Context(path=PATH, options=options))


def test_evidence_points_at_the_sample() -> None:
    data = json.dumps(log(sample(id="a"), sample(id="b")), indent=2).encode()
    for entry in read(b"\xef\xbb\xbf\n" + data).events:
        piece = (b"\xef\xbb\xbf\n" + data)[entry.offset : entry.offset + entry.length]
        assert f"r/{json.loads(piece)['id']}/1" == entry.event.run


def test_a_nan_or_half_a_surrogate_costs_the_document_nothing() -> None:
    data = json.dumps(log(sample(scores={"a": {"value": 1}, "b": {"value": float("nan")}})))
    text = data.replace('"refunds"', r'"ref\ud800"').encode()
    assert {event.route for event in events(text)} == {"ref<U+D800>"}
    assert kinds(text) == ["run.started", "check.passed", "run.delivered"]


@pytest.mark.parametrize("text", [b"{", b"[1]", b"[" * 100_000, b"9" * 5000, b"\xff\xfe", b"x"])
def test_what_is_no_log_is_refused_once(text: bytes) -> None:
    batch = read(text)
    assert (batch.events, len(batch.rejected)) == ([], 1)
    assert len(batch.rejected[0].excerpt) <= 200


def test_an_empty_file_is_nothing() -> None:
    assert read(b" \x00\r\n") == Batch([], [])


def entries(*samples: dict[str, Any]) -> dict[str, bytes]:
    named = {f"samples/{s['id']}_epoch_1.json": json.dumps(s).encode() for s in samples}
    return {"_journal/start.json": json.dumps(log()).encode(), **named}


def test_a_zip_is_read_like_a_document_also_before_its_header_is_written() -> None:
    found = events(zipped(entries(sample(scores={"m": {"value": "C"}}))))
    assert found == events(log(sample(scores={"m": {"value": "C"}})))
    header = json.dumps(log(eval={"task": "later", "run_id": "r"})).encode()
    whole = zipped({**entries(sample()), "header.json": header})
    assert {event.route for event in events(whole)} == {"later"}


def test_an_entry_that_cannot_be_read_is_refused_and_the_others_are_read() -> None:
    parts = {**entries(sample(id=1), sample(id=2)), "samples/3_epoch_1.json": b"[1]"}
    batch = read(zipped({**parts, "samples/4_epoch_1.json": b"{"}))
    assert {entry.event.run for entry in batch.events} == {"r/1/1", "r/2/1"}
    assert [piece.reason.split(": ")[1] for piece in batch.rejected] == [
        "it is not an object",
        "this is not one JSON value",
    ]


def test_a_zip_that_would_become_too_large_is_refused() -> None:
    bomb = b'{"id":1,"x":"' + b"a" * (3 << 20) + b'"}'
    batch = read(zipped({**entries(sample(id=2)), "samples/1_epoch_1.json": bomb}))
    assert {entry.event.run for entry in batch.events} == {"r/2/1"}
    assert batch.rejected[0].reason.endswith("it becomes too large when it is decompressed")


def test_an_unknown_compression_is_refused() -> None:
    batch = read(zipped(entries(sample()), zipfile.ZIP_BZIP2))
    assert len(batch.rejected) == 2
    assert not batch.events


def test_a_zip_cut_off_anywhere_is_refused() -> None:
    data = zipped(entries(sample()))
    for length in range(4, len(data), 7):
        assert read(data[:length]).rejected


def test_logs_are_recognised_by_how_they_begin() -> None:
    assert FORMAT.recognises(zipped(entries(sample())))
    assert FORMAT.recognises(json.dumps(log(sample()), indent=4).encode()[:200])
    assert FORMAT.recognises(b"\xef\xbb\xbf" + json.dumps(log(sample())).encode())
    assert not FORMAT.recognises(zipped({"word/document.xml": b"x"}))
    for other in (b'{"ts":1,"route":"r","event":"eval"}', b'{"eval":1}', b"[]", b"", b'{"eval"'):
        assert not FORMAT.recognises(other)


@given(st.binary(max_size=400))
def test_no_bytes_raise(data: bytes) -> None:
    read(data)
    read(b"PK\x03\x04" + data)
    FORMAT.recognises(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "epoch", "events", "scores", "value", "error", "limit", "call"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON, st.text(max_size=5))
def test_no_values_raise(value: object, word: str) -> None:
    batch = read({"eval": value, "stats": value, "samples": [value, {"id": word, "scores": value}]})
    assert all(entry.event.run for entry in batch.events)


@given(st.integers(0, 600), st.integers(0, 255))
def test_no_damage_to_a_zip_raises(place: int, byte: int) -> None:
    data = bytearray(zipped(entries(sample())))
    data[place % len(data)] = byte
    read(bytes(data))


REAL = [
    ("2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval", 10, 10, 0, 0),
    ("2025-05-12T20-28-13-04-00_popularity.json", 3, 3, 2, 1),
    ("log_tool_call_error.json", 0, 1, 0, 0),
]


@pytest.mark.skipif(not DATA.is_dir(), reason="the real logs are not beside the project")
@pytest.mark.parametrize(("file", "started", "delivered", "passed", "failed"), REAL)
def test_real_logs_give_what_was_counted_by_hand(
    file: str, started: int, delivered: int, passed: int, failed: int
) -> None:
    path = DATA / file
    data = path.read_bytes()
    assert FORMAT.recognises(data[: 128 * 1024])
    batch = FORMAT.reader(Context(path=path)).feed(data, 0, 1)
    wanted = Counter(
        {
            "run.started": started,
            "run.delivered": delivered,
            "check.passed": passed,
            "check.failed": failed,
        }
    )
    assert Counter(entry.event.event for entry in batch.events) == +wanted
    assert not batch.rejected


@pytest.mark.skipif(not DATA.is_dir(), reason="the real logs are not beside the project")
def test_the_real_verdicts_are_those_of_the_log() -> None:
    path = DATA / REAL[1][0]
    batch = FORMAT.reader(Context(path=path)).feed(path.read_bytes(), 0, 1)
    found = [entry.event for entry in batch.events]
    assert [event.run for event in found if event.event == "check.failed"] == [
        "7KyCuAQSqp76qKQZEKmG6M/3/1"
    ]
    assert [event.elapsed_s for event in found if event.event == "run.delivered"] == [
        0.546,
        1.659,
        0.528,
    ]
