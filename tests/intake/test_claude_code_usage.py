"""What Claude Code transcripts say that models took: each answer once, with the most of it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from console.intake.formats.claude_code import FORMAT
from console.intake.reading import Context
from console.model import Event
from tests.intake.claude_lines import MINUTE, NOON_US, PATH, Transcript
from tests.intake.spent import spent

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "claude-code"
LATER_S = 60 * MINUTE
FOREVER_US = 2**60


def usage(output: int, **more: int) -> dict[str, int]:
    return {"input_tokens": 1, "output_tokens": output, **more}


def told(
    log: Transcript,
    at_s: float,
    id_: str,
    took: object,
    *,
    tool: str = "",
    stop: str | None = None,
    **fields: Any,
) -> Transcript:
    """Add a line of an answer: words, or the use of a tool."""
    words = {"type": "text", "text": "Done."}
    block = {"type": "tool_use", "id": tool, "name": "Bash", "input": {}} if tool else words
    message = {"role": "assistant", "id": id_, "content": [block], "stop_reason": stop}
    asked = {"requestId": f"req-{id_}", **fields}
    return log.add("assistant", at_s, message={**message, "usage": took}, **asked)


def read(log: Transcript, path: Path = PATH, clock_s: float = LATER_S) -> list[Event]:
    data = b"".join(json.dumps(record).encode() + b"\n" for record in log.records)
    reader = FORMAT.reader(Context(path=path))
    batch, rest = reader.feed(data, 0, 1), reader.settle(NOON_US + int(clock_s * 1_000_000))
    return [sourced.event for sourced in (*batch.events, *rest.events)]


def test_input_output_and_both_sides_of_the_cache_are_tokens() -> None:
    log = Transcript().user(0, "do it")
    took = usage(5, cache_creation_input_tokens=20, cache_read_input_tokens=300)
    told(log, 5, "m1", {**took, "service_tier": "standard", "cache_creation": {"a": 7}})
    assert spent(read(log)) == {"u1": (326, 0)}


def test_an_answer_of_several_lines_counts_once_with_the_most_that_is_said_of_it() -> None:
    log = Transcript().user(0, "do it")
    for at_s, output in ((1, 10), (2, 10), (3, 266)):
        told(log, at_s, "m1", usage(output), tool=f"t{at_s}")
    told(log, 4, "m2", usage(4), stop="end_turn")
    assert spent(read(log)) == {"u1": (267 + 5, 0)}


def test_it_rides_on_the_event_that_ends_the_run() -> None:
    log = Transcript().user(0, "do it")
    told(log, 1, "m1", usage(9), tool="t1").result(2)
    told(log, 3, "m2", usage(9), stop="end_turn").add("system", 4, subtype="turn_duration")
    events = read(log)
    assert [event.event for event in events] == ["run.started", "run.delivered", "run.delivered"]
    assert [event.tokens for event in events] == [None, 20, None]


def test_what_a_run_took_that_never_ended_is_told_once_it_is_silent_or_over() -> None:
    log = Transcript().user(0, "do it")
    told(log, 5, "m1", usage(9), tool="t1")
    assert [event.event for event in read(log, clock_s=6)] == ["run.started"]
    assert [event.event for event in read(log)] == ["run.started", "usage"]
    log.user(20, "something else")
    events = read(log, clock_s=21)
    assert [event.event for event in events] == ["run.started", "usage", "run.started"]
    assert spent(events) == {"u1": (10, 0)}


def test_a_record_that_is_there_twice_counts_once() -> None:
    log = Transcript().user(0, "do it")
    told(log, 1, "m1", usage(9), stop="end_turn")
    log.records.append(log.records[-1])
    assert spent(read(log)) == {"u1": (10, 0)}


def test_an_answer_that_is_repeated_under_new_record_ids_counts_once_however_much_later() -> None:
    log = Transcript().user(0, "do it")
    for number in range(40):
        told(log, number, f"m{number}", usage(9), tool=f"t{number}")
    for number in range(40):
        told(log, 50 + number, f"m{number}", usage(9), tool=f"t{number}")
    assert spent(read(log)) == {"u1": (400, 0)}


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_copy_that_was_cut_off_anywhere_adds_nothing(cut: int) -> None:
    """The whole session and a snapshot of its beginning: two files, one set of events."""
    log = Transcript().user(0, "do it")
    for number in range(3):
        told(log, 1 + 2 * number, f"m{number}", usage(9), tool=f"t{number}")
        log.result(2 + 2 * number, id=f"t{number}")
    told(log, 9, "m9", usage(9))
    whole = read(log)
    log.records = log.records[:cut]
    assert spent([*read(log), *whole]) == spent(whole) == {"u1": (40, 0)}


def test_a_side_chain_in_the_main_file_counts_for_the_prompt() -> None:
    log = Transcript().user(0, "do it")
    told(log, 1, "m1", usage(9), tool="t1", isSidechain=True)
    told(log, 2, "m2", usage(9), stop="end_turn")
    assert spent(read(log)) == {"u1": (20, 0)}


def test_a_sub_agent_s_own_file_counts_for_its_own_run() -> None:
    agent = Transcript(isSidechain=True, agentId="a7", promptId="p1").user(0, "look")
    told(agent, 1, "m1", usage(9), stop="end_turn")
    events = read(agent, PATH.parent / "s1" / "subagents" / "agent-a7.jsonl")
    assert spent(events) == {"s1/a7": (10, 0)}
    assert events[0].parent == "p1"


def test_old_versions_say_what_an_answer_cost() -> None:
    log = Transcript().user(0, "do it")
    told(log, 1, "m1", usage(9), tool="t1", costUSD=0.25)
    told(log, 2, "m1", usage(9), tool="t2", costUSD=0.25)
    told(log, 3, "m2", usage(9), stop="end_turn", costUSD=0.5)
    log.note(type="cost-state", sessionId="s1", totalCostUSD=0.75)
    assert spent(read(log)) == {"u1": (20, 750_000)}


def test_a_session_s_cost_so_far_is_charged_to_the_prompt_before_it() -> None:
    log = Transcript()
    for number, cost in enumerate((0.25, 1.0, 0.5)):
        log.user(100 * number, "do it")
        told(log, 100 * number + 1, f"m{number}", usage(9), stop="end_turn")
        log.note(type="cost-state", sessionId="s1", totalCostUSD=cost)
    # The last is lower than the one before: a process that counts anew.
    assert spent(read(log)) == {"u1": (10, 250_000), "u4": (10, 750_000), "u7": (10, 500_000)}


def test_a_cost_that_leaves_out_unknown_models_is_not_known() -> None:
    log = Transcript().user(0, "do it")
    told(log, 1, "m1", usage(9), stop="end_turn")
    log.note(type="cost-state", totalCostUSD=0.5, hasUnknownModelCost=True)
    assert spent(read(log)) == {"u1": (10, 0)}


@pytest.mark.parametrize(
    "odd",
    [None, 7, "x", [], {"input_tokens": "12"}, {"output_tokens": -5}, {"output_tokens": 1e30}],
)
def test_usage_that_is_none_costs_the_record_nothing_else(odd: object) -> None:
    log = Transcript().user(0, "do it")
    told(log, 1, "m1", odd, stop="end_turn")
    events = read(log)
    assert [event.event for event in events] == ["run.started", "run.delivered"]
    assert spent(events) == {}


def test_the_api_s_own_errors_took_nothing() -> None:
    log = Transcript().user(0, "do it")
    told(log, 1, "m1", usage(0, input_tokens=0), isApiErrorMessage=True)
    assert spent(read(log)) == {}


TOKENS = (
    "input_tokens",
    "output_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
)


def counted(path: Path) -> int:
    """Return the tokens in a transcript, of each answer the most, by the standard library alone."""
    most: dict[str, int] = {}
    for line in path.read_bytes().split(b"\n"):
        try:
            record: Any = json.loads(line)
        except ValueError:
            continue
        message = record.get("message") if isinstance(record, dict) else None
        took = message.get("usage") if isinstance(message, dict) else None
        if isinstance(message, dict) and took:
            tokens = sum(took.get(name) or 0 for name in TOKENS)
            most[message["id"]] = max(tokens, most.get(message["id"], 0))
    return sum(most.values())


@pytest.mark.skipif(not DATA.is_dir(), reason="the real transcripts are not beside the project")
def test_real_transcripts_add_up_whatever_the_restarts() -> None:
    together = 0
    for path in sorted(DATA.glob("*.jsonl")):
        lines = path.read_bytes().splitlines(keepends=True)
        ends = [0]
        for line in lines:
            ends.append(ends[-1] + len(line))
        state, events = b"", list[Event]()
        for number, (start, end) in enumerate(pairwise([*ends[::7], ends[-1]])):
            reader = FORMAT.reader(Context(path=path), state)
            batch = reader.feed(path.read_bytes()[start:end], start, 7 * number + 1)
            events += [sourced.event for sourced in batch.events]
            state = reader.dump()
        rest = FORMAT.reader(Context(path=path), state).settle(FOREVER_US)
        events += [sourced.event for sourced in rest.events]
        found = sum(tokens for tokens, _ in spent(events).values())
        assert found == counted(path), path.name
        together += found
    assert together == 24_877_150


def test_the_last_words_of_a_run_are_told_after_ten_minutes() -> None:
    log = Transcript().user(0, "do it")
    told(log, 5, "m1", usage(9))
    (_, end) = read(log, clock_s=5 + 10 * MINUTE + 1)
    assert (end.event, end.tokens, end.ts_us) == ("run.delivered", 10, NOON_US + 5_000_000)
