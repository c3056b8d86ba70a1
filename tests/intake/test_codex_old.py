"""Codex before it told of turns: bare rollouts, prompts without an event, events beside an id."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from console.intake.formats.codex import EXEC, FORMAT
from console.intake.reading import Context
from console.model import Event
from tests.intake.test_codex import MINUTE, NOON_US, SESSION, Rollout, events, stamp, told

Fields = dict[str, object]
HEADER: Fields = {
    "id": SESSION,
    "timestamp": stamp(0),
    "instructions": None,
    "git": {"branch": "main"},
}
STATE: Fields = {"record_type": "state"}
PLACE = "<environment_context>\nCurrent working directory: /home/dev/shop\n</environment_context>"


def message(text: str, role: str = "user", **fields: object) -> Fields:
    part = {"type": "input_text" if role == "user" else "output_text", "text": text}
    return {"type": "message", "id": None, "role": role, "content": [part], **fields}


def lines(*records: Fields) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def item(rollout: Rollout, at_s: float, text: str, role: str = "user") -> Rollout:
    return rollout.add(at_s, "response_item", **message(text, role))


def test_bare_records_are_of_the_time_at_which_the_session_began() -> None:
    call: Fields = {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "c1"}
    returned: Fields = {
        "type": "function_call_output",
        "call_id": "c1",
        "output": "patch rejected by user",
    }
    asked = (message(PLACE), message("do it"), call, returned, STATE)
    data = lines(HEADER, STATE, *asked, message("Done.", "assistant"))
    assert told(data, settled_s=11 * MINUTE) == [
        "run.started @0",
        "action.denied @0",
        "run.delivered @0",
    ]
    started, denied, _ = events(data, settled_s=11 * MINUTE)
    assert (started.run, started.route) == (f"{SESSION}:4", "shop")
    assert (denied.action, denied.rule) == ("shell", "user-rejected")


def test_bare_records_that_bear_a_time_are_of_it() -> None:
    data = lines(HEADER, message("a", timestamp=stamp(5)), message("b", "assistant"))
    assert told(data) == ["run.started @5"]


@pytest.mark.parametrize("record", [HEADER, STATE])
def test_a_bare_rollout_is_known_by_its_header_and_by_its_marks(record: Fields) -> None:
    assert FORMAT.recognises(lines(record))
    assert not EXEC.recognises(lines(record))


def test_a_message_without_an_event_is_a_prompt_once_the_agent_goes_to_work() -> None:
    rollout = item(Rollout(), 1, "do it")
    assert told(rollout) == []
    assert told(item(rollout, 9, "Done.", "assistant")) == ["run.started @1"]


def test_a_message_whose_event_follows_is_one_prompt() -> None:
    assert told(item(Rollout(), 1, "do it").user(1.5).says(9)) == ["run.started @1.5"]


def test_where_prompts_have_events_a_message_without_one_is_none() -> None:
    assert told(item(Rollout().user(1).calls(2), 3, "a note").output(4)) == ["run.started @1"]


@pytest.mark.parametrize("text", [PLACE, "# AGENTS.md instructions for /x", "<turn_aborted>", " "])
def test_a_message_that_the_runtime_sends_in_the_user_s_place_is_no_prompt(text: str) -> None:
    assert told(item(Rollout(), 1, text).calls(2)) == []


def printed(path: Path, *records: Fields, settled_s: float = 0) -> list[Event]:
    reader = EXEC.reader(Context(path=path))
    batch = reader.feed(lines(*records), 0, 1)
    assert not batch.rejected
    after = reader.settle(NOON_US + int(settled_s * 1_000_000))
    return [sourced.event for sourced in (*batch.events, *after.events)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "nightly.jsonl"
    file.touch()
    os.utime(file, (NOON_US / 1_000_000, NOON_US / 1_000_000))
    return file


def msg(kind: str, **fields: object) -> Fields:
    return {"id": "0", "msg": {"type": kind, **fields}}


BEGUN: tuple[Fields, ...] = (
    {"workdir": "/x", "sandbox": "read-only"},
    {"prompt": "do it"},
    msg("task_started"),
)


def test_an_answer_that_was_the_last_word_delivers_a_turn_of_old(path: Path) -> None:
    count = {"total_token_usage": {"total_tokens": 90}, "last_token_usage": {"total_tokens": 70}}
    answer = msg("agent_message", message="Done.")
    ran = (*BEGUN, msg("exec_command_begin"), answer, msg("token_count", info=count))
    started, delivered = printed(path, *ran, settled_s=11 * MINUTE)
    assert (started.event, delivered.event) == ("run.started", "run.delivered")
    assert delivered.tokens == 70
    assert EXEC.recognises(lines(*ran))
    assert not FORMAT.recognises(lines(*ran))


def test_a_turn_of_old_without_an_answer_stays_open(path: Path) -> None:
    words = (msg("agent_message", message="I'll look."), msg("exec_command_begin"))
    assert len(printed(path, *BEGUN, *words, settled_s=11 * MINUTE)) == 1


def test_an_error_fails_a_turn_of_old(path: Path) -> None:
    _, failed = printed(path, *BEGUN, msg("error", message="usage limit"))
    assert (failed.event, failed.reason) == ("run.failed", "usage limit")


def test_an_interrupted_turn_of_old_is_cancelled(path: Path) -> None:
    aborted = msg("turn_aborted", reason="interrupted")
    _, cancelled = printed(path, *BEGUN, aborted, settled_s=11 * MINUTE)
    assert (cancelled.event, cancelled.by) == ("run.cancelled", "user")
