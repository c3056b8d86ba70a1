"""Real rollouts, read and compared with numbers that were counted by hand and by another program.

The logs are kept beside the project, not in it; where they are absent these tests are skipped.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from console.intake.formats.claude_code import FORMAT as CLAUDE_CODE
from console.intake.formats.codex import EXEC, FORMAT
from console.intake.formats.native import FORMAT as NATIVE
from console.intake.reading import Context
from console.model import Event

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not (DATA / "codex").is_dir(), reason="the real logs are not beside the project"
)
HEAD = 128 * 1024
LATER_US = 2 * 10**15

CLOSED: dict[str, dict[str, int]] = {
    "01997e76": {
        "run.started": 13,
        "run.delivered": 9,
        "run.failed": 2,
        "rescued": 2,
        "run.cancelled": 2,
        "action.denied": 4,
    },
    "01997ea4": {"run.started": 2, "run.delivered": 2},
    "0199812e": {"run.started": 2, "run.delivered": 1, "action.denied": 12, "usage": 1},
    "01998190": {"run.started": 1, "run.delivered": 1},
    "019982b8": {"run.started": 1, "run.delivered": 1},
    "01a209e5": {"run.started": 1, "run.delivered": 1},
    "01a209e6-41f7": {"run.started": 1, "run.delivered": 1, "action.denied": 1},
    "01a209e6-54e2": {"run.started": 1, "run.delivered": 1},
    "01a209e6-6c16": {"run.started": 1, "run.cancelled": 1},
    "01a209e6-7857": {"run.started": 1, "run.cancelled": 1},
}
"""By the beginning of the session's id: what each file holds once its silence is over."""


def paths() -> list[Path]:
    return sorted((DATA / "codex").glob("*.jsonl"))


def read(path: Path) -> list[Event]:
    data, reader = path.read_bytes(), FORMAT.reader(Context(path=path))
    batch, rest = reader.feed(data, 0, 1), reader.settle(LATER_US)
    assert not batch.rejected
    return [sourced.event for sourced in batch.events + rest.events]


def one(start: str) -> list[Event]:
    (path,) = (path for path in paths() if f"-{start}" in path.name)
    return read(path)


@pytest.mark.parametrize("start", CLOSED)
def test_every_file_holds_what_was_counted_by_hand(start: str) -> None:
    assert Counter(event.event for event in one(start)) == CLOSED[start]


def test_all_files_together_agree_with_the_independent_count() -> None:
    truth: dict[str, dict[str, Any]] = json.loads((DATA / "truth.json").read_text())["codex"]
    for path in paths():
        counted, found = truth[path.name], read(path)
        rules = Counter(event.rule for event in found if event.event == "action.denied")
        kinds = Counter(event.event for event in found)
        assert rules["user-rejected"] == counted.get("patch_rejected", 0)
        assert rules["sandbox"] == counted.get("sandbox_failed", 0)
        assert rules["hook"] == counted.get("blocked_by_hook", 0)
        assert rules.total() == kinds["action.denied"]
        begun = counted.get("task_started", 0) or counted.get("user_message", 0)
        assert kinds["run.started"] == begun
        stopped = kinds["run.failed"] + kinds["run.cancelled"]
        ended = counted.get("task_complete", 0)
        if ended:
            assert stopped + kinds["run.delivered"] == ended
        else:
            assert stopped == counted.get("turn_aborted", 0)


def test_told_turns_carry_the_durations_that_the_runtime_states() -> None:
    stated = [event.elapsed_s for path in paths()[5:] for event in read(path)[-1:]]
    assert stated == [0.269, 0.456, 0.609, 0.264, 0.377]


def test_prompts_that_a_hook_stopped_are_no_delivered_runs() -> None:
    (started, cancelled) = one("01a209e6-7857")
    assert started.run == cancelled.run == "01a209e6-786c-7071-837d-2062fcf7afa6"
    assert (cancelled.event, cancelled.by) == ("run.cancelled", "runtime")


def test_of_four_interruptions_two_belong_to_refused_patches_and_two_are_rescues() -> None:
    found = one("01997e76")
    ends = [event.event for event in found if event.event in {"run.cancelled", "run.failed"}]
    assert ends == ["run.cancelled", "run.cancelled", "run.failed", "run.failed"]


def test_the_route_is_the_directory_that_the_agent_works_in() -> None:
    routes = {event.route for path in paths() for event in read(path)}
    assert routes == {"spectora-labs-monorepo-v2", "proj"}


def test_only_rollouts_are_recognised_and_by_nobody_else() -> None:
    for path in DATA.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                head = stream.read(HEAD)
            assert FORMAT.recognises(head) == (path.parent.name == "codex"), path.name
            assert not EXEC.recognises(head), path.name
            if path.parent.name == "codex":
                assert not NATIVE.recognises(head)
                assert not CLAUDE_CODE.recognises(head)
