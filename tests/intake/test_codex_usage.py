"""What Codex says that models took: counters of a session, and of a thread that may be resumed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from console.intake.formats.codex import EXEC, FORMAT
from console.intake.reading import Context
from console.model import Event
from tests.intake import test_codex
from tests.intake.spent import lines, read, spent
from tests.intake.test_codex_lines import made_at


def tokens(count: int) -> dict[str, int]:
    return {"input_tokens": count - 1, "cached_input_tokens": 1, "output_tokens": 1}


def counter(whole: int, last: int) -> dict[str, Any]:
    said = {"total_token_usage": tokens(whole), "last_token_usage": tokens(last)}
    return {"info": {name: {**one, "total_tokens": 0} for name, one in said.items()}}


def codex(*counts: tuple[int, int]) -> list[Event]:
    log = test_codex.Rollout().user(0)
    for second, (whole, last) in enumerate(counts, 1):
        log.event(second, "token_count", **counter(whole, last))
    log.event(60, "token_count", info=None).says(61).user(90)
    return read(FORMAT, test_codex.PATH, lines(log.records))


def test_a_codex_counter_counts_by_its_differences() -> None:
    events = codex((100, 100), (100, 100), (250, 150), (250, 150))
    assert list(spent(events).values()) == [(250, 0)]
    assert [event.tokens for event in events[:2]] == [None, 250]


def test_a_codex_counter_that_begins_anew_counts_its_last_call() -> None:
    assert list(spent(codex((100, 100), (40, 30), (90, 50))).values()) == [(180, 0)]


def resumed(*counts: dict[str, Any]) -> list[tuple[int, int]]:
    """Return what a file took that begins with a counter under way; the agent answers at once."""
    log = test_codex.Rollout().user(0).calls(1).output(2)
    for second, count in enumerate(counts, 3):
        log.event(second, "token_count", **count)
    return list(spent(read(FORMAT, test_codex.PATH, lines(log.says(61).user(90).records))).values())


def test_a_codex_session_that_was_resumed_counts_no_history() -> None:
    assert resumed(counter(9_000, 50), counter(9_100, 100)) == [(150, 0)]


def test_a_resumed_codex_session_that_names_no_call_counts_from_its_second_total() -> None:
    whole = [{"info": {"total_token_usage": tokens(total)}} for total in (9_000, 9_100)]
    assert resumed(*whole) == [(100, 0)]


def test_what_a_resumed_codex_session_repeats_before_the_model_answers_counts_nothing() -> None:
    log = test_codex.Rollout().user(0).event(1, "token_count", **counter(9_000, 50))
    log.calls(2).event(3, "token_count", **counter(9_100, 100)).output(4).says(5).user(90)
    events = read(FORMAT, test_codex.PATH, lines(log.records))
    assert list(spent(events).values()) == [(100, 0)]


def test_both_records_of_one_codex_call_are_one() -> None:
    log = test_codex.Rollout().event(0, "task_started", turn_id="t1")
    usage = {"thread_token_usage": tokens(70), "usage": tokens(70), "turn_id": "t1"}
    log.add(1, "token_usage_record", **usage)
    log.event(2, "token_count", **counter(70, 70))
    log.event(3, "task_complete", turn_id="t1", last_agent_message="done")
    events = read(FORMAT, test_codex.PATH, lines(log.records))
    assert spent(events) == {"t1": (70, 0)}


def printed(path: Path, thread: str, *totals: int, written_s: float = 0.0) -> list[int]:
    """Return what each turn took that `codex exec --json` printed so long after noon."""
    records: list[Any] = [{"type": "thread.started", "thread_id": thread}]
    for total in totals:
        usage = tokens(total) if total else {}
        records += [{"type": "turn.started"}, {"type": "turn.completed", "usage": usage}]
    path.write_bytes(path.read_bytes() + lines(records) if path.exists() else lines(records))
    at_s = test_codex.NOON.timestamp() + written_s
    os.utime(path, (at_s, at_s))
    return [took for took, _ in spent(read(EXEC, path, path.read_bytes())).values()]


def test_codex_exec_says_what_the_thread_took_so_far(tmp_path: Path) -> None:
    path = tmp_path / "nightly.jsonl"
    assert printed(path, made_at(0), 100, 250) == [100, 150]
    assert printed(path, made_at(1), 300) == [100, 150, 300]


@pytest.mark.parametrize("thread", [made_at(-60), "th"])
def test_a_codex_thread_that_may_have_been_resumed_counts_no_history(
    tmp_path: Path, thread: str
) -> None:
    assert printed(tmp_path / "nightly.jsonl", thread, 9_000, 9_150) == [150]


def test_a_codex_thread_is_known_to_have_begun_in_a_file_that_is_followed(tmp_path: Path) -> None:
    path, noon_s = tmp_path / "nightly.jsonl", test_codex.NOON.timestamp()
    first = lines([{"type": "thread.started", "thread_id": made_at(-1)}])
    path.write_bytes(first)
    os.utime(path, (noon_s, noon_s))
    reader = EXEC.reader(Context(path=path))
    reader.feed(first, 0, 1)
    os.utime(path, (noon_s + 600, noon_s + 600))
    ended = lines([{"type": "turn.started"}, {"type": "turn.completed", "usage": tokens(100)}])
    batch = EXEC.reader(Context(path=path), reader.dump()).feed(ended, len(first), 2)
    assert [event.event.tokens for event in batch.events] == [None, 100]


def test_a_codex_turn_that_says_no_usage_is_no_new_beginning(tmp_path: Path) -> None:
    assert printed(tmp_path / "nightly.jsonl", made_at(0), 100, 0, 250) == [100, 150]
