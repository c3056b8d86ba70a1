"""Real Claude Code transcripts, against counts made independently of the reader."""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from console.intake.formats.claude_code import FORMAT
from console.intake.reading import Context, Sourced
from console.model import Event

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
LOGS = sorted((DATA / "claude-code").glob("*.jsonl"))
TRUTH_FILE = DATA / "truth.json"
pytestmark = pytest.mark.skipif(
    not LOGS or not TRUTH_FILE.is_file(),
    reason="the real agent logs are not beside the project (../shared/data/claude-code)",
)
FOREVER_US = 2**60
each_log = pytest.mark.parametrize(
    "log", LOGS or [DATA / "absent"], ids=lambda log: str(log.stem)[-12:]
)


def truth(log: Path) -> Counter[str]:
    counts = json.loads(TRUTH_FILE.read_bytes())["claude_code"]["per_file"][log.name]
    return Counter(counts)


@cache
def sourced(log: Path) -> tuple[Sourced, ...]:
    reader = FORMAT.reader(Context(path=log))
    found = reader.feed(log.read_bytes(), 0, 1)
    return (*found.events, *reader.settle(FOREVER_US).events)


def of(log: Path, kind: str) -> list[Event]:
    return [entry.event for entry in sourced(log) if entry.event.event == kind]


@each_log
def test_every_log_is_recognised_and_lies_on_one_route(log: Path) -> None:
    assert FORMAT.recognises(log.read_bytes()[:65536])
    assert len({entry.event.route for entry in sourced(log)}) == 1


@each_log
def test_denials_are_those_counted_independently(log: Path) -> None:
    rules = Counter(event.rule for event in of(log, "action.denied"))
    assert rules["user-rejected"] == truth(log)["user_rejected_action"]
    assert rules["permission-rule"] == truth(log)["denied_by_rule_or_hook"]


def test_over_all_logs_fifteen_actions_were_denied_and_no_plan_or_question() -> None:
    denials = {event.id: event for log in LOGS for event in of(log, "action.denied")}
    assert Counter(event.by for event in denials.values()) == {"user": 12, "": 3}
    assert not {event.action for event in denials.values()} & {"ExitPlanMode", "AskUserQuestion"}


@each_log
def test_every_interruption_has_one_consequence(log: Path) -> None:
    ends = len(of(log, "rescued")) + len(of(log, "handoff")) + len(of(log, "run.cancelled"))
    stopped_by_hooks = truth(log)["prompt_blocked_by_hook"]
    stopped_by_hooks += log.read_bytes().count(b'"type":"hook_stopped_continuation"')
    assert ends - stopped_by_hooks == truth(log)["interruptions"]


@each_log
def test_recorded_turns_end_their_runs_with_their_durations(log: Path) -> None:
    turns = [json.loads(line) for line in log.read_bytes().split(b"\n") if b"turn_duration" in line]
    stamped = {turn["uuid"] for turn in turns if turn.get("subtype") == "turn_duration"}
    ends = [event for event in of(log, "run.delivered") if event.id in stamped]
    assert len(ends) == truth(log)["turns_with_duration"]
    assert round(1000 * sum(event.elapsed_s or 0 for event in ends)) == truth(log)["turn_ms"]


@each_log
def test_stop_hooks_passed_as_often_as_they_ran(log: Path) -> None:
    assert len(of(log, "check.passed")) == truth(log)["stop_hook_summary"]
    assert of(log, "check.failed") == []


@each_log
def test_each_event_lies_at_the_record_that_caused_it(log: Path) -> None:
    data = log.read_bytes()
    for event, offset, length, line in sourced(log):
        record = json.loads(data[offset : offset + length])
        if event.event == "usage":
            assert "totalCostUSD" in record or "usage" in record["message"]
        else:
            assert record["uuid"] == event.id.partition("#")[0]
        assert data.count(b"\n", 0, offset) == line - 1


@each_log
def test_reading_with_restarts_at_any_lines_gives_the_same_events(log: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    for seed in range(5):
        chance = random.Random(seed)
        state, offset, number = b"", 0, 1
        found: list[Sourced] = []
        while number <= len(lines):
            block = b"".join(lines[number - 1 : number - 1 + chance.randint(1, 40)])
            reader = FORMAT.reader(Context(path=log), state)
            found += reader.feed(block, offset, number).events
            state, offset, number = reader.dump(), offset + len(block), number + block.count(b"\n")
            if not block.endswith(b"\n"):
                break
        found += FORMAT.reader(Context(path=log), state).settle(FOREVER_US).events
        assert found == list(sourced(log))


@each_log
def test_every_run_has_at_most_one_start_and_says_no_end_twice_by_inference(log: Path) -> None:
    starts = Counter(event.run for event in of(log, "run.started"))
    assert set(starts.values()) <= {1}
    assert len({entry.event.id for entry in sourced(log)}) == len(sourced(log))
