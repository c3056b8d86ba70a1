"""Turns of Codex rollouts: what starts and ends a run, told by the runtime or inferred."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.intake.formats.codex import FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US, Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * SECOND_US
SESSION = "s1"
PATH = Path("/logs/2026/03/01/rollout-2026-03-01T12-00-00-s1.jsonl")
MINUTE = 60
PATCH_REJECTED = "patch rejected by user"


def stamp(at_s: float) -> str:
    """Return a time at seconds after noon as rollouts write it."""
    text = (NOON + timedelta(seconds=at_s)).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class Rollout:
    """Records in the order in which they are added, at seconds after 12:00:00."""

    def __init__(self, **meta: object) -> None:
        self.records: list[dict[str, object]] = []
        own = {"id": SESSION, "cwd": "/home/dev/shop", "cli_version": "0.40.0", **meta}
        self.add(0, "session_meta", **own)

    def add(self, at_s: float, kind: str, /, **payload: object) -> Rollout:
        self.records.append({"timestamp": stamp(at_s), "type": kind, "payload": payload})
        return self

    def event(self, at_s: float, what: str, /, **payload: object) -> Rollout:
        return self.add(at_s, "event_msg", type=what, **payload)

    def user(self, at_s: float, text: str = "do it") -> Rollout:
        return self.event(at_s, "user_message", message=text, kind="plain")

    def says(self, at_s: float, text: str = "Done.") -> Rollout:
        content = [{"type": "output_text", "text": text}]
        self.event(at_s, "agent_message", message=text)
        return self.add(at_s, "response_item", type="message", role="assistant", content=content)

    def calls(
        self,
        at_s: float,
        id_: str = "c1",
        name: str = "shell",
        asked: dict[str, object] | None = None,
    ) -> Rollout:
        text = json.dumps({"command": ["ls"], **(asked or {})})
        call = {"type": "function_call", "name": name, "call_id": id_, "arguments": text}
        return self.add(at_s, "response_item", **call)

    def output(self, at_s: float, output: object = "ok", id_: str = "c1") -> Rollout:
        returned = {"type": "function_call_output", "call_id": id_, "output": output}
        return self.add(at_s, "response_item", **returned)

    def refused(self, at_s: float, text: object = PATCH_REJECTED, id_: str = "c1") -> Rollout:
        return self.calls(at_s, id_).output(at_s, text, id_)

    def aborted(self, at_s: float, reason: str = "interrupted", **payload: object) -> Rollout:
        return self.event(at_s, "turn_aborted", reason=reason, **payload)

    def started(self, at_s: float, turn: str = "t1", **payload: object) -> Rollout:
        return self.event(at_s, "task_started", turn_id=turn, **payload)

    def asked(self, at_s: float, turn: str = "t1") -> Rollout:
        """Add a prompt as 0.169 writes it: inside a turn that has been started."""
        return self.event(at_s, "item_completed", turn_id=turn, item={"type": "UserMessage"})

    def complete(self, at_s: float, turn: str = "t1", **payload: object) -> Rollout:
        own = {"turn_id": turn, "last_agent_message": "done", "duration_ms": 1500, **payload}
        return self.event(at_s, "task_complete", **own)

    @property
    def lines(self) -> list[bytes]:
        return [json.dumps(record).encode() + b"\n" for record in self.records]

    @property
    def data(self) -> bytes:
        return b"".join(self.lines)


def batches(
    data: bytes, *, settled_s: float | None = None, route: str = "", path: Path = PATH
) -> list[Batch]:
    """Read a whole file, and where `settled_s` is given, let that second come."""
    reader = FORMAT.reader(Context(path=path, route=route))
    found = [reader.feed(data, 0, 1)]
    if settled_s is not None:
        found.append(reader.settle(NOON_US + int(settled_s * SECOND_US)))
    return found


def events(
    rollout: Rollout | bytes,
    *,
    settled_s: float | None = None,
    route: str = "",
    path: Path = PATH,
) -> list[Event]:
    """Return the events of a file that is read without anything being rejected."""
    data = rollout if isinstance(rollout, bytes) else rollout.data
    found = batches(data, settled_s=settled_s, route=route, path=path)
    assert not [rejected for batch in found for rejected in batch.rejected]
    return [sourced.event for batch in found for sourced in batch.events]


def told(rollout: Rollout | bytes, *, settled_s: float | None = None) -> list[str]:
    """Return the events as `kind @second`."""
    return [
        f"{event.event} @{(event.ts_us - NOON_US) / SECOND_US:g}"
        for event in events(rollout, settled_s=settled_s)
    ]


def test_a_told_turn_is_a_run_under_its_own_id_with_the_runtime_s_duration() -> None:
    started, delivered = events(Rollout().started(1).asked(1).says(2).complete(3))
    assert (started.event, started.run, started.route) == ("run.started", "t1", "shop")
    assert (delivered.event, delivered.run, delivered.elapsed_s) == ("run.delivered", "t1", 1.5)
    assert (started.id, delivered.id) == ("t1#started", "t1#delivered")


def test_turns_are_told_under_their_newer_names_too() -> None:
    rollout = Rollout().event(1, "turn_started", turn_id="t1").asked(1)
    rollout.event(3, "turn_complete", turn_id="t1", last_agent_message="x")
    assert told(rollout) == ["run.started @1", "run.delivered @3"]


def test_messages_inside_a_told_turn_begin_no_other() -> None:
    rollout = Rollout().started(1).user(1).user(2).complete(3)
    assert told(rollout) == ["run.started @1", "run.delivered @3"]


def test_a_told_turn_is_never_ended_by_silence() -> None:
    rollout = Rollout().started(1).asked(1).says(2)
    assert told(rollout, settled_s=60 * MINUTE) == ["run.started @1"]


def test_a_turn_that_completes_with_an_error_has_failed() -> None:
    rollout = Rollout().started(1).asked(1).says(2)
    (_, failed) = events(rollout.complete(3, error={"message": "usage limit"}))
    assert (failed.event, failed.reason, failed.elapsed_s) == ("run.failed", "usage limit", 1.5)


def test_a_prompt_that_completes_without_an_answer_has_failed() -> None:
    rollout = Rollout().started(1).asked(1).event(2, "stream_error", message="idle timeout")
    (_, failed) = events(rollout.complete(3, last_agent_message=None))
    assert (failed.event, failed.reason) == ("run.failed", "idle timeout")
    plain = Rollout().started(1).asked(1).complete(3, last_agent_message=None)
    assert events(plain)[1].reason == "the turn completed without an answer"


def test_an_answer_that_was_recorded_counts_although_the_end_does_not_repeat_it() -> None:
    rollout = Rollout().started(1).asked(1).says(2).complete(3, last_agent_message=None)
    assert told(rollout) == ["run.started @1", "run.delivered @3"]


def test_a_turn_in_which_nobody_asked_and_nothing_was_done_is_cancelled() -> None:
    (_, cancelled) = events(Rollout().started(1).complete(2, last_agent_message=None))
    assert (cancelled.event, cancelled.by) == ("run.cancelled", "runtime")
    assert "never asked" in cancelled.reason


def test_an_end_whose_start_lies_before_the_file_stands_for_itself() -> None:
    (delivered,) = events(Rollout().complete(3, "t9"))
    assert (delivered.event, delivered.run) == ("run.delivered", "t9")


def test_a_run_started_by_another_turn_names_it_as_its_parent() -> None:
    attribution = {"turn_id": "t2", "parent_turn_id": "t1", "root_turn_id": "t0"}
    assert events(Rollout().started(1, "t2", turn_attribution=attribution))[0].parent == "t1"
    assert events(Rollout().started(1, "t2", root_turn_id="t0"))[0].parent == "t0"
    assert events(Rollout().started(1, "t2", root_turn_id="t2"))[0].parent == ""


@pytest.mark.parametrize(
    ("meta", "parent"),
    [
        ({"source": {"subagent": {"thread_spawn": {"parent_thread_id": "s0"}}}}, "session:s0"),
        ({"thread_source": "subagent", "parent_thread_id": "s0"}, "session:s0"),
        ({"thread_source": "subagent", "session_id": "s0"}, "session:s0"),
        ({"source": {"subagent": "review"}}, f"session:{SESSION}"),
    ],
)
def test_a_sub_agent_s_run_is_part_of_the_session_that_started_it(
    meta: dict[str, object], parent: str
) -> None:
    assert events(Rollout(**meta).started(1))[0].parent == parent
    assert events(Rollout(**meta).user(1))[0].parent == parent
    assert events(Rollout(**meta).started(1, "t2", root_turn_id="t0"))[0].parent == "t0"


def test_before_turns_were_told_a_run_is_a_message_and_named_after_its_time() -> None:
    started, second = events(Rollout().user(1).user(9))
    assert started.run == "s1:2026-03-01T12:00:01.000Z"
    assert second.run == "s1:2026-03-01T12:00:09.000Z"


def test_last_words_deliver_an_untold_run_at_the_next_message_or_after_ten_minutes() -> None:
    rollout = Rollout().user(1).calls(2).output(3).says(4)
    assert told(rollout) == ["run.started @1"]
    assert told(rollout, settled_s=4 + 10 * MINUTE) == ["run.started @1"]
    delivered = ["run.started @1", "run.delivered @4"]
    assert told(rollout, settled_s=4.001 + 10 * MINUTE) == delivered
    assert told(rollout.user(5)) == [*delivered, "run.started @5"]


@pytest.mark.parametrize("kind", ["environment_context", "user_instructions"])
def test_context_that_the_runtime_sends_in_the_user_s_place_is_no_prompt(kind: str) -> None:
    sent = Rollout().event(1, "user_message", message="<cwd>", kind=kind).user(2)
    assert told(sent) == ["run.started @2"]


def test_the_inferred_end_names_no_duration() -> None:
    assert events(Rollout().user(1).says(4).user(5))[1].elapsed_s is None


def test_words_before_a_call_are_not_the_last() -> None:
    rollout = Rollout().user(1).says(2).calls(3)
    assert told(rollout, settled_s=60 * MINUTE) == ["run.started @1"]
    rollout.says(4)
    assert told(rollout, settled_s=60 * MINUTE) == ["run.started @1"], "the call is still out"
    assert told(rollout.output(5), settled_s=60 * MINUTE) == ["run.started @1"]
    answered = rollout.says(6)
    assert told(answered, settled_s=60 * MINUTE)[1] == "run.delivered @6"


def test_a_run_that_breaks_off_without_words_stays_open() -> None:
    rollout = Rollout().user(1).calls(2).output(3).user(300).says(301)
    assert told(rollout, settled_s=60 * MINUTE) == [
        "run.started @1",
        "run.started @300",
        "run.delivered @301",
    ]


def test_an_interruption_followed_by_a_message_within_ten_minutes_is_a_rescue() -> None:
    rollout = Rollout().user(1).says(2).aborted(3).user(3 + 10 * MINUTE)
    found = events(rollout)
    assert told(rollout) == ["run.started @1", "rescued @3", "run.failed @3", "run.started @603"]
    assert found[1].by == "user"
    assert {event.run for event in found[:3]} == {"s1:2026-03-01T12:00:01.000Z"}


def test_an_interruption_that_nobody_follows_up_is_a_withdrawal() -> None:
    rollout = Rollout().user(1).aborted(3)
    assert told(rollout, settled_s=3 + 10 * MINUTE) == ["run.started @1"]
    withdrawn = ["run.started @1", "run.cancelled @3"]
    assert told(rollout, settled_s=3.001 + 10 * MINUTE) == withdrawn
    assert told(rollout.user(3.001 + 10 * MINUTE))[:2] == withdrawn


def test_a_told_turn_that_is_interrupted_is_judged_by_the_prompt_of_the_next() -> None:
    rollout = Rollout().started(1).asked(1).aborted(3, turn_id="t1", duration_ms=2000)
    rollout.started(60, "t2").asked(60, "t2").complete(70, "t2")
    found = events(rollout)
    assert [event.event for event in found] == [
        "run.started",
        "run.started",
        "rescued",
        "run.failed",
        "run.delivered",
    ]
    assert [event.run for event in found] == ["t1", "t2", "t1", "t1", "t2"]
    assert found[3].elapsed_s == 2


def test_all_records_of_one_interruption_are_one() -> None:
    rollout = Rollout().user(1).aborted(3).aborted(4).user(5)
    assert told(rollout) == ["run.started @1", "rescued @3", "run.failed @3", "run.started @5"]


def test_reasons_other_than_the_human_decide_at_once() -> None:
    spent = Rollout().started(1).asked(1).aborted(3, "budget_limited", turn_id="t1")
    assert told(spent) == ["run.started @1", "run.failed @3"]
    review = Rollout().started(1).asked(1).aborted(3, "review_ended", turn_id="t1")
    assert told(review) == ["run.started @1", "run.cancelled @3"]


@pytest.mark.parametrize(
    "meta",
    [
        {"source": {"subagent": {"thread_spawn": {"parent_thread_id": "s0"}}}},
        {"source": "exec", "thread_source": "subagent"},
    ],
)
def test_an_interrupted_sub_agent_is_cancelled(meta: dict[str, object]) -> None:
    rollout = Rollout(**meta).started(1).aborted(3, turn_id="t1").started(4, "t2")
    assert told(rollout) == ["run.started @1", "run.cancelled @3", "run.started @4"]


def test_an_error_ends_its_turn_once() -> None:
    rollout = Rollout().started(1).asked(1).event(2, "error", message="context window")
    (_, failed) = events(rollout.complete(3, last_agent_message=None))
    assert (failed.event, failed.reason) == ("run.failed", "context window")


def test_an_error_about_the_human_s_command_ends_nothing() -> None:
    rollout = Rollout().started(1).asked(1)
    rollout.event(2, "error", message="no", codex_error_info="thread_rollback_failed")
    assert told(rollout.complete(3)) == ["run.started @1", "run.delivered @3"]


def test_an_error_outside_any_turn_starts_none() -> None:
    assert told(Rollout().event(2, "error", message="no")) == []


def test_trouble_that_was_the_last_of_an_untold_run_failed_it() -> None:
    rollout = Rollout().user(1).event(2, "stream_error", message="retrying 1/5")
    assert told(rollout, settled_s=60 * MINUTE) == ["run.started @1", "run.failed @2"]
    recovered = rollout.says(3)
    assert told(recovered, settled_s=60 * MINUTE) == ["run.started @1", "run.delivered @3"]


def test_a_repeated_record_tells_nothing_new() -> None:
    rollout = Rollout().started(1).asked(1).refused(2).says(3).complete(4)
    once = events(rollout)
    rollout.records += rollout.records
    assert set(events(rollout)) == set(once)
    untold = Rollout().user(1).says(2).user(9).refused(10).aborted(11).user(12)
    once = events(untold, settled_s=60 * MINUTE)
    untold.records += untold.records
    assert set(events(untold, settled_s=60 * MINUTE)) == set(once)
