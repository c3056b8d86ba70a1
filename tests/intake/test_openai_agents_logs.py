"""Real OpenAI Agents traces, against what was counted by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.intake.formats.openai_agents import DOCUMENT, FORMAT
from console.intake.reading import Batch, Context

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def real(folder: str, name: str) -> Batch:
    path = DATA / folder / name
    if not path.is_file():
        pytest.skip("the real logs are not beside the project (../shared/data)")
    entry = FORMAT if FORMAT.recognises(path.read_bytes()[: 128 * 1024]) else DOCUMENT
    assert entry.recognises(path.read_bytes()[: 128 * 1024])
    return entry.reader(Context(path=path)).feed(path.read_bytes(), 0, 1)


def test_the_real_lines_hold_a_delivered_run_and_one_stopped_by_its_guardrail() -> None:
    batch = real("openai-agents", "spans.jsonl")
    assert [(entry.event.event, entry.event.route) for entry in batch.events] == [
        ("run.started", "refunds"),
        ("run.delivered", "refunds"),
        ("run.started", "Agent workflow"),
        ("action.denied", "Agent workflow"),
        ("run.failed", "Agent workflow"),
    ]
    assert not batch.rejected
    assert batch.events[1].event.ts_us - batch.events[0].event.ts_us == 9_674


@pytest.mark.parametrize(
    ("folder", "name"), [("openai-agents", "traces.json"), ("otlp", "agento-traces.json")]
)
def test_the_real_document_holds_one_run_of_three_agents(folder: str, name: str) -> None:
    batch = real(folder, name)
    assert Counter(entry.event.event for entry in batch.events) == {
        "run.started": 1,
        "run.delivered": 1,
    }
    assert batch.events[1].event.ts_us - batch.events[0].event.ts_us == 17_965_661
    assert {entry.event.route for entry in batch.events} == {"Module 1 Trace"}
    assert not batch.rejected
