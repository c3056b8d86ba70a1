"""Real OTLP files, against numbers counted by hand from their spans and records."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.intake.formats.otlp import DOCUMENT, FORMAT
from console.intake.reading import Context
from console.model import Event

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = DATA / "otlp"
FOREVER_US = 2**60
pytestmark = pytest.mark.skipif(
    not FILES.is_dir(), reason="the real files are not beside the project (../shared/data/otlp)"
)
NOT_OURS = ("agento-manual_traces_a.json", "agento-manual_traces_b.json", "agento-traces.json")
RUN = "bf386626acbcb551618d51dc42d956ec"
EXPECTED = {
    "agento-otel_traces_2025-06-29_00-23-24.json": {"run.started": 1, "run.delivered": 1},
    "agento-otel_traces_2025-06-29_00-23-24_by_trace.json": {"run.started": 1, "run.delivered": 1},
    "agento-test-traces_a.json": {"run.started": 2, "run.delivered": 2},
    "agento-test-traces_b.json": {"run.started": 1, "run.delivered": 1},
    "claude-code-logs.jsonl": {
        "run.started": 3,
        "run.delivered": 3,
        "action.denied": 2,
        "usage": 6,
    },
    "claude-code-metrics.jsonl": {},
    "claude-code-traces.jsonl": {"run.started": 3, "run.delivered": 3, "action.denied": 2},
    "pydantic-ai-traces.jsonl": {
        "run.started": 2,
        "run.delivered": 1,
        "run.failed": 1,
        "usage": 3,
    },
}


def events(file: str) -> list[Event]:
    data = (FILES / file).read_bytes()
    entry = next(known for known in (FORMAT, DOCUMENT) if known.recognises(data[:131072]))
    reader = entry.reader(Context(path=FILES / file))
    batch = reader.feed(data, 0, 1)
    assert batch.rejected == []
    return [found.event for found in (*batch.events, *reader.settle(FOREVER_US).events)]


@pytest.mark.parametrize("file", sorted(EXPECTED))
def test_every_file_gives_the_events_counted_by_hand(file: str) -> None:
    assert Counter(event.event for event in events(file)) == EXPECTED[file]


def test_no_file_of_another_format_is_claimed() -> None:
    others = [path for path in DATA.rglob("*") if path.is_file() and path.parent != FILES]
    for path in [*others, *(FILES / file for file in NOT_OURS)]:
        head = path.read_bytes()[:131072]
        assert not FORMAT.recognises(head), path
        assert not DOCUMENT.recognises(head), path


def test_the_failed_agent_failed_for_its_own_error_and_on_its_own_route() -> None:
    failed = next(e for e in events("pydantic-ai-traces.jsonl") if e.event == "run.failed")
    assert failed.run == "69ea957d7655ca609328b8cf931d614d"
    assert (failed.route, failed.reason) == ("refunds", "RuntimeError: boom")
    assert failed.elapsed_s == 0.06684


def test_two_exports_of_one_trace_give_equal_events() -> None:
    first, second = (events(f"agento-otel_traces_2025-06-29_00-23-24{end}") for end in END)
    assert first == second
    assert {event.run for event in first} == {RUN}
    assert first[1].elapsed_s == 31.592498


END = (".json", "_by_trace.json")


def test_the_logs_and_the_spans_of_three_prompts_are_the_same_runs() -> None:
    spans, logs = events("claude-code-traces.jsonl"), events("claude-code-logs.jsonl")
    assert {event.run for event in spans} == {event.run for event in logs}
    assert {event.route for event in (*spans, *logs)} == {"claude-code"}


@pytest.mark.parametrize("file", ["claude-code-traces.jsonl", "claude-code-logs.jsonl"])
def test_one_tool_was_denied_by_a_hook_and_one_by_the_settings(file: str) -> None:
    denials = [event for event in events(file) if event.event == "action.denied"]
    assert [(event.action, event.rule) for event in denials] == [
        ("Bash", "hook"),
        ("Bash", "config"),
    ]
    assert [event.run[:6] for event in denials] == ["088513", "0b0cf2"]


def test_the_decision_about_a_tool_is_taken_out_of_the_run_time() -> None:
    ends = [e.elapsed_s for e in events("claude-code-traces.jsonl") if e.event == "run.delivered"]
    # 1.106429 s less 0.040532 s, 0.687864 s less 0.003708 s, 0.748604 s less 0.041087 s
    assert ends == [1.065897, 0.684156, 0.707517]
