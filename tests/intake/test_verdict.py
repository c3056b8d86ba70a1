"""Results of any evaluation, by a mapping: worked examples, and a test a rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.verdict import FORMAT, VerdictReader
from console.intake.reading import Batch, Context
from console.intake.times import instant_us
from console.model import SECOND_US

PATH = Path("/logs/nightly/results.json")
TERMINAL_BENCH: dict[str, Any] = {
    "items": "results",
    "run": "{task_id}/{trial_name}",
    "verdict": "is_resolved",
    "checks": "parser_results",
    "started": "trial_started_at",
    "ended": "trial_ended_at",
    "failure": "failure_mode",
    "excluded": ["test_timeout", "parse_error", "agent_installation_failed"],
}
TAU_BENCH: dict[str, Any] = {
    "run": "{task_id}/{trial}",
    "verdict": "reward",
    "calls": "traj",
    "expected": "info.task.actions",
    "handoff": "transfer_to_human_agents",
}


def reader(route: str = "", path: Path = PATH, **options: Any) -> VerdictReader:
    return FORMAT.reader(Context(path=path, route=route, options=options))


def read(document: object, route: str = "", path: Path = PATH, **options: Any) -> Batch:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return reader(route, path, **options).feed(data, 0, 1)


def told(document: object, **options: Any) -> list[str]:
    """Read a document whose results end at a known time."""
    events = [entry.event for entry in read(document, **options).events]
    return [" ".join(filter(None, (e.event, e.run, e.check, e.reason))) for e in events]


def trial(**fields: object) -> dict[str, object]:
    return {
        "task_id": "fix-git",
        "trial_name": "fix-git.1-of-1",
        "is_resolved": True,
        "failure_mode": "unset",
        "parser_results": {"test_a": "passed", "test_b": "failed"},
        "trial_started_at": "2026-03-01T12:00:00+00:00",
        "trial_ended_at": "2026-03-01T12:05:00+00:00",
        **fields,
    }


def test_terminal_bench_results_are_read_by_their_mapping() -> None:
    run = "fix-git/fix-git.1-of-1"
    assert told({"id": "x", "results": [trial()]}, **TERMINAL_BENCH) == [
        f"run.started {run}",
        f"check.passed {run} qa",
        f"check.passed {run} test_a",
        f"check.failed {run} test_b",
        f"run.delivered {run}",
    ]


@pytest.mark.parametrize("verdict", [None, "", "pending", float("nan"), {}])
def test_a_verdict_that_is_not_known_leaves_its_run_open(verdict: object) -> None:
    unknown = trial(is_resolved=verdict, parser_results=None)
    assert told({"results": [unknown]}, **TERMINAL_BENCH) == ["run.started fix-git/fix-git.1-of-1"]


def test_an_open_run_whose_start_nobody_told_starts_with_its_result() -> None:
    mapping = {key: value for key, value in TERMINAL_BENCH.items() if key != "started"}
    (start,) = told({"results": [trial(is_resolved=None, parser_results=None)]}, **mapping)
    assert start == "run.started fix-git/fix-git.1-of-1"


def test_a_run_that_failed_failed_without_a_verdict_too() -> None:
    late = trial(is_resolved=None, parser_results=None, failure_mode="agent_timeout")
    assert told({"results": [late]}, **TERMINAL_BENCH)[-1].startswith("run.failed")


def test_where_no_verdict_is_mapped_every_result_is_delivered() -> None:
    mapping = {key: value for key, value in TERMINAL_BENCH.items() if key != "verdict"}
    found = told({"results": [trial(parser_results=None)]}, **mapping)
    assert found[-1].startswith("run.delivered")


def test_a_failure_ends_the_run_and_a_fault_of_the_harness_excludes_it() -> None:
    late = trial(failure_mode="agent_timeout")
    assert told({"results": [late]}, **TERMINAL_BENCH)[-1].startswith("run.failed")
    harness = trial(failure_mode="parse_error")
    assert told({"results": [harness]}, **TERMINAL_BENCH)[-1].startswith("run.cancelled")


def test_a_single_harbor_result_is_a_document_of_its_own() -> None:
    options: dict[str, Any] = {
        "run": "trial_name",
        "verdict": "verifier_result.rewards.reward",
        "started": "started_at",
        "ended": "finished_at",
        "failure": "exception_info.exception_type",
    }
    result: dict[str, Any] = {
        "trial_name": "t__1",
        "verifier_result": {"rewards": {"reward": 0.0}},
        "exception_info": None,
        "started_at": "2026-03-01T12:00:00Z",
        "finished_at": "2026-03-01T12:00:09Z",
    }
    assert told(result, **options) == [
        "run.started t__1",
        "check.failed t__1 qa",
        "run.delivered t__1",
    ]
    result["exception_info"] = {"exception_type": "AgentTimeoutError"}
    assert told(result, **options)[-1] == "run.failed t__1 AgentTimeoutError"


def tau(*, calls: bool, expected: bool, reward: float = 1.0) -> dict[str, object]:
    tool = "transfer_to_human_agents"
    call = {"role": "assistant", "tool_calls": [{"function": {"name": tool, "arguments": "{}"}}]}
    actions = [{"name": tool, "kwargs": {}}] if expected else [{"name": "cancel_order"}]
    return {
        "task_id": 4,
        "trial": 0,
        "reward": reward,
        "info": {"task": {"actions": actions}},
        "traj": [{"role": "user", "content": "hi"}, *([call] if calls else [])],
    }


def tau_told(tmp_path: Path, result: dict[str, object]) -> list[str]:
    path = tmp_path / "tau.json"
    path.write_text(json.dumps([result]))
    return told([result], path=path, **TAU_BENCH)


def test_tau_bench_arrays_name_no_times_and_end_with_the_files_last_change(tmp_path: Path) -> None:
    path = tmp_path / "tau.json"
    path.write_text(json.dumps([tau(calls=False, expected=False)]))
    batch = read(path.read_bytes(), path=path, **TAU_BENCH)
    assert [entry.event.event for entry in batch.events] == ["check.passed", "run.delivered"]
    assert {entry.event.ts_us for entry in batch.events} == {path.stat().st_mtime_ns // 1000}


def test_a_handoff_that_was_expected_is_proper_and_any_other_preventable(tmp_path: Path) -> None:
    path = tmp_path / "tau.json"
    path.write_text("[]")
    ends = [
        read([tau(calls=True, expected=expected)], path=path, **TAU_BENCH).events[-1].event
        for expected in (True, False)
    ]
    assert [end.event for end in ends] == ["handoff", "handoff"]
    assert [end.preventable for end in ends] == [None, True]
    (end,) = read([{"r": 1, "t": [{"name": "ask"}]}], path=path, run="r", calls="t", handoff="ask")[
        0
    ]
    assert (end.event.event, end.event.preventable) == ("handoff", None)


def test_a_missing_handoff_fails_the_check_of_that_name(tmp_path: Path) -> None:
    assert tau_told(tmp_path, tau(calls=False, expected=True, reward=0)) == [
        "check.failed 4/0 qa",
        "check.failed 4/0 handoff",
        "run.delivered 4/0",
    ]


def test_times_without_a_zone_need_the_zone_in_which_they_were_written() -> None:
    simulation = {
        "id": "s1",
        "start_time": "2026-03-01T12:00:00.5",
        "end_time": "2026-03-01T12:01:00",
        "duration": 59.5,
        "termination_reason": "user_stop",
        "reward_info": {"reward": 1.0},
    }
    options: dict[str, Any] = {
        "items": "simulations",
        "run": "id",
        "verdict": "reward_info.reward",
        "started": "start_time",
        "ended": "end_time",
        "elapsed": "duration",
        "failure": "termination_reason",
        "fine": ["user_stop", "agent_stop"],
    }
    document = {"simulations": [simulation]}
    found = read(document, timezone="Europe/Berlin", **options).events
    assert [entry.event.event for entry in found] == [
        "run.started",
        "check.passed",
        "run.delivered",
    ]
    assert found[0].event.ts_us == instant_us("2026-03-01T11:00:00.5Z")
    assert found[-1].event.elapsed_s == 59.5
    assert found[-1].event.ts_us - found[0].event.ts_us == int(59.5 * SECOND_US)
    assert [piece.reason for piece in read(document, **options).rejected] == [
        "this result names no time, and the file's own is not known"
    ]


def test_results_may_be_an_object_by_name() -> None:
    results = {"a": {"run": "a", "at": 1_772_366_400}, "b": {"run": "b", "at": 1_772_366_401}}
    assert told({"all": results}, items="all", run="run", ended="at") == [
        "run.delivered a",
        "run.delivered b",
    ]


def test_lines_of_results_are_read_one_by_one() -> None:
    block = b'{"run":"a","at":1772366400,"ok":true}\n\n{"run":"b"\n{"run":"c","at":1772366400}\n'
    batch = read(block, run="run", ended="at", verdict="ok")
    assert [(item.event.run, item.event.event, item.line) for item in batch.events] == [
        ("a", "check.passed", 1),
        ("a", "run.delivered", 1),
        ("c", "run.started", 4),
    ]
    assert [(piece.line, piece.offset) for piece in batch.rejected] == [(3, 39)]
    for item in batch.events:
        assert block[item.offset : item.offset + item.length].startswith(b'{"run"')


def test_joined_results_add_only_their_checks_to_the_runs_of_another_log() -> None:
    result = {"run": "live-1", "ok": False, "why": "wrong sum", "at": 1_772_366_400}
    options: dict[str, Any] = {
        "run": "run",
        "verdict": "ok",
        "reason": "why",
        "ended": "at",
        "check": "audit",
    }
    assert told([result], join=True, **options) == ["check.failed live-1 audit wrong sum"]


def test_the_route_is_a_template_of_any_paths() -> None:
    result = {"run": "1", "at": 1_772_366_400, "agent": {"name": "billing"}}
    options: dict[str, Any] = {"run": "run", "ended": "at"}
    routes = [
        read([result], route, **options).events[0].event.route
        for route in ("", "{folder}/{agent.name}", "{nothing}")
    ]
    assert routes == ["results", "nightly/billing", "results"]


def test_a_result_that_cannot_be_one_is_refused_and_the_others_are_read() -> None:
    results = [7, {"at": 1_772_366_400}, {"run": "a", "at": 1_772_366_400}]
    batch = read(results, run="run", ended="at")
    assert [entry.event.run for entry in batch.events] == ["a"]
    assert [(piece.offset, piece.reason) for piece in batch.rejected] == [
        (1, "this result is not an object"),
        (4, "nothing in this result names its run"),
    ]


@pytest.mark.parametrize("text", [b"{", b"[" * 10**5, b"null", b"\xff"])
def test_what_holds_no_results_is_refused_once(text: bytes) -> None:
    batch = read(text, run="run")
    assert (len(batch.events), len(batch.rejected)) == (0, 1)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"run": 3},
        {"run": "a", "items": 1},
        {"run": "a", "join": "yes"},
        {"run": "a", "timezone": "Mars/Base"},
        {"run": "a", "timezone": "../../etc/passwd"},
        {"run": "a", "threshold": "x"},
        {"run": "a", "excluded": "x"},
    ],
)
def test_a_mapping_that_is_not_right_is_refused_in_words(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="option"):
        reader(**options)
    with pytest.raises(ValueError, match="brace"):
        reader("{half", run="a")


def test_nothing_is_recognised_as_a_verdict_file() -> None:
    assert FORMAT.whole
    assert not FORMAT.recognises(json.dumps({"results": [trial()]}).encode())


def test_reading_twice_gives_equal_events() -> None:
    document = {"results": [trial()]}
    assert read(document, **TERMINAL_BENCH) == read(document, **TERMINAL_BENCH)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["task_id", "trial", "reward", "info", "traj", "name"]), inner
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_no_values_raise(value: object) -> None:
    read([value, value], **TAU_BENCH)
    read({"results": value}, **TERMINAL_BENCH)


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    read(data, **TAU_BENCH)
