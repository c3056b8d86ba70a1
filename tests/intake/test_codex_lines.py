"""Reading rollouts as bytes: broken lines, odd types, copied histories, routes, kept state."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.codex import EXEC, FORMAT
from console.intake.reading import Context, Format
from tests.intake.test_codex import (
    MINUTE,
    NOON_US,
    PATCH_REJECTED,
    PATH,
    Rollout,
    batches,
    events,
    stamp,
    told,
)

TURN = Rollout().started(0).asked(0).refused(1).says(2).complete(3)
TOLD = ["run.started @0", "action.denied @1", "run.delivered @3"]
CUT = TURN.lines[3][:90]
BOM = b"\xef\xbb\xbf"


def rejections(data: bytes) -> list[tuple[int, str]]:
    """Return (line, reason) of what is rejected."""
    (batch,) = batches(data)
    return [(rejected.line, rejected.reason) for rejected in batch.rejected]


def made_at(at_s: float, number: int = 0) -> str:
    """Return a time-ordered UUID, as turns and sessions are named."""
    milliseconds = NOON_US // 1000 + round(at_s * 1000)
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number))


@pytest.mark.parametrize(
    "data",
    [
        BOM + TURN.data,
        TURN.data.replace(b"\n", b"\r\n"),
        b"\n\n" + TURN.data.replace(b"\n", b"\n  \n"),
        b"\x00" * 500 + TURN.data,
        TURN.data.replace(b"\n", b"\n" + b"\x00" * 9),
        TURN.data.replace(b"\n", b""),
        TURN.data.replace(b"\n", b" "),
        TURN.data.rstrip(),
    ],
    ids=["bom", "crlf", "blank", "nul-run", "nuls", "glued", "glued-with-gaps", "no-last-newline"],
)
def test_what_surrounds_and_joins_the_records_does_not_matter(data: bytes) -> None:
    assert told(data) == TOLD


def test_glued_records_are_found_each_at_its_own_bytes() -> None:
    data = b"\n" + TURN.data.replace(b"\n", b" ")
    (batch,) = batches(data)
    for sourced, what in zip(
        batch.events, ("task_started", "function_call_output", "task_complete"), strict=True
    ):
        record = json.loads(data[sourced.offset : sourced.offset + sourced.length])
        assert record["payload"]["type"] == what
        assert sourced.line == 2


def test_a_record_cut_off_by_a_crash_costs_only_itself() -> None:
    lines = TURN.lines
    data = b"".join(lines[:3]) + CUT + b"".join(lines[3:])
    assert [sourced.event.event for sourced in batches(data)[0].events] == [
        "run.started",
        "action.denied",
        "run.delivered",
    ]
    (rejected,) = batches(data)[0].rejected
    assert (rejected.offset, rejected.length) == (sum(map(len, lines[:3])), len(CUT))
    assert (rejected.line, rejected.excerpt) == (4, CUT)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"timestamp":"2026-03-01T12:00:00Z","type":', "cut off"),
        (b"[" * 100_000, "not a JSON object"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
        (b"null", "not a JSON object"),
        (b"garbage \xff\xfe", "not a JSON object"),
        (b'{"timestamp":"2026-03-01T12:00:00Z","payload":{}}', "no record type"),
        (b'{"type":"event_msg","payload":{"type":"user_message"}}', "no timestamp"),
    ],
)
def test_what_cannot_be_read_is_rejected_once_with_its_reason(line: bytes, reason: str) -> None:
    ((number, found),) = rejections(line + b"\n" + TURN.data)
    assert number == 1
    assert reason in found
    assert len(batches(line + b"\n" + TURN.data)[0].events) == len(TOLD)


def test_one_line_cannot_refuse_without_end() -> None:
    assert len(rejections(b'{"timestamp":' * 100_000)) < 10
    (crowded,) = rejections(TURN.lines[1].rstrip() * 1500)
    assert "more than 1000 objects" in crowded[1]


@pytest.mark.parametrize("time", ["", "yesterday", "2026-03-01T12:00:00", "0001-01-01T00:00:00Z"])
def test_a_time_that_is_none_rejects_its_record(time: str) -> None:
    rollout = Rollout().user(1)
    rollout.records[1]["timestamp"] = time
    ((_, reason),) = rejections(rollout.data)
    assert "time" in reason


def test_a_record_without_a_time_takes_the_last_one_seen() -> None:
    rollout = Rollout().user(1).started(9, "t1")
    del rollout.records[2]["timestamp"]
    assert told(rollout)[1] == "run.started @1"


def test_records_of_unknown_types_are_passed_over() -> None:
    rollout = Rollout().add(1, "tomorrow", type="user_message").event(2, "tomorrow")
    assert told(rollout.add(3, "response_item", type="tomorrow").add(4, "event_msg")) == []


@pytest.mark.parametrize("odd", [7, None, [], {"a": 1}, True, 10**400, "\ud83d", -0.0])
def test_fields_of_an_odd_type_count_as_absent(odd: object) -> None:
    rollout = Rollout(id=odd, cwd=odd, git=odd, source=odd).started(0, "t1", turn_attribution=odd)
    rollout.event(1, "turn_aborted", turn_id="t1", reason=odd, duration_ms=odd)
    rollout.add(1, "response_item", type="function_call", name=odd, call_id="c", arguments=odd)
    rollout.add(2, "response_item", type="function_call_output", call_id=odd, output=odd)
    rollout.add(2, "response_item", type=odd).add(2, "event_msg", type="item_completed", item=odd)
    data = rollout.data + b'{"timestamp":"2026-03-01T12:00:09Z","type":"event_msg","payload":7}\n'
    assert [sourced.event.event for sourced in batches(data)[0].events] == ["run.started"]


def test_a_duration_that_cannot_be_is_left_out() -> None:
    for wrong in (-1, 1e300, "long", None):
        rollout = Rollout().started(0).complete(1, duration_ms=wrong)
        assert events(rollout)[1].elapsed_s is None


def test_untrusted_text_comes_out_clean() -> None:
    hostile = "\x1b]52;c;x\x07[red]\u202e\ud83d"
    rollout = Rollout(cwd=f"/home/{hostile}").started(0, hostile).asked(0, hostile)
    rollout.calls(1, hostile, hostile).output(2, f"{PATCH_REJECTED} {hostile}", hostile)
    (started, denied) = events(rollout)
    shown = "␛]52;c;x␇[red]<U+202E>"
    for text in (started.route, started.run, denied.action, denied.id, denied.reason):
        assert shown in text
        assert text.isprintable()


def test_text_that_is_not_utf_8_throughout_is_read() -> None:
    data = Rollout().started(0, "caf?").data.replace(b"?", b"\xe9")
    assert events(data)[0].run == "caf\ufffd"


def test_a_fork_does_not_tell_again_what_its_parent_did() -> None:
    parent, own = made_at(-3600), made_at(0)
    rollout = Rollout(id=own, forked_from_id=parent)
    rollout.add(0, "session_meta", id=parent, cwd="/elsewhere")
    rollout.started(0.01, made_at(-60)).asked(0.01).refused(0.01).complete(0.02, made_at(-60))
    rollout.started(0.02, made_at(-30)).aborted(0.03, turn_id=made_at(-30))
    rollout.started(0.04, made_at(0.04)).asked(0.05).complete(1, made_at(0.04))
    found = events(rollout, settled_s=60 * MINUTE)
    assert [event.event for event in found] == ["run.started", "run.delivered"]
    assert {event.route for event in found} == {"shop"}
    assert {event.run for event in found} == {made_at(0.04)}


def test_turns_whose_ids_carry_no_time_are_dated_by_the_second_of_their_start() -> None:
    rollout = Rollout(id="s2", forked_from_id="s1").started(
        0, "t1", started_at=NOON_US // 10**6 - 9
    )
    rollout.complete(0, "t1").started(0.1, "t2", started_at=NOON_US // 10**6).complete(2, "t2")
    assert [event.run for event in events(rollout)] == ["t2", "t2"]


def test_a_fork_that_names_no_turns_begins_after_the_pause_behind_the_copy() -> None:
    rollout = Rollout(id="s2").add(0, "session_meta", id="s1").user(0.01).says(0.02)
    rollout.user(0.03).says(0.04).user(7).says(8)
    assert told(rollout, settled_s=60 * MINUTE) == ["run.started @7", "run.delivered @8"]


def test_a_sub_agent_that_names_its_parent_s_session_copies_nothing() -> None:
    rollout = Rollout(source={"subagent": "review"}).add(0, "session_meta", id="s0")
    assert told(rollout.user(0.01).says(0.02).user(9))[0] == "run.started @0.01"


def test_the_same_session_told_again_is_no_copy() -> None:
    rollout = Rollout().user(1).says(2).add(3, "session_meta", id="s1", cwd="/other").user(4)
    assert [event.route for event in events(rollout)] == ["shop"] * 3


def test_the_template_of_the_route_is_filled_from_the_session() -> None:
    git = {"branch": "main", "repository_url": "git@example.com:acme/shop-api.git"}
    rollout = Rollout(git=git, source="exec").user(1)
    template = "{repository}/{branch} {source} {session} {cwd} {cwd_name}"
    assert events(rollout, route=template)[0].route == "shop-api/main exec s1 /home/dev/shop shop"
    assert events(rollout, route="checkout")[0].route == "checkout"
    agent = Rollout(source={"subagent": {"thread_spawn": {}}}).user(1)
    assert events(agent, route="{source}")[0].route == "subagent"
    windows = Rollout(cwd="C:\\work\\shop\\").user(1)
    assert events(windows)[0].route == "shop"


def test_what_the_session_does_not_say_comes_from_the_file_or_the_format() -> None:
    rollout = Rollout().user(1)
    del rollout.records[0]
    (started,) = events(rollout)
    assert (started.run, started.route) == ("s1:2026-03-01T12:00:01.000Z", "codex")
    (elsewhere,) = events(rollout, path=Path("/tmp/other.jsonl"))
    assert elsewhere.run.startswith("other:")


@pytest.mark.parametrize("form", [FORMAT, EXEC])
def test_a_template_with_an_unknown_placeholder_is_refused_in_a_sentence(
    form: Format,
) -> None:
    with pytest.raises(ValueError, match=r"no placeholder \{model\}; there are \{"):
        form.reader(Context(path=PATH, route="{model}"))
    with pytest.raises(ValueError, match="brace without its other half"):
        form.reader(Context(path=PATH, route="{cwd"))
    with pytest.raises(ValueError, match="kept reading state is not"):
        form.reader(Context(path=PATH), b"\xc1")


STORY = (
    Rollout()
    .user(0)
    .refused(1)
    .aborted(2)
    .user(3)
    .says(4)
    .user(5)
    .aborted(6)
    .user(7)
    .event(8, "stream_error", message="retrying")
    .user(9)
    .says(10)
    .started(2 * MINUTE, "t1")
    .asked(2 * MINUTE)
    .refused(2 * MINUTE, "failed in sandbox", "c2")
    .aborted(3 * MINUTE, turn_id="t1", duration_ms=60_000)
    .started(30 * MINUTE, "t2")
    .asked(30 * MINUTE)
    .complete(31 * MINUTE, "t2")
)


@given(st.lists(st.integers(0, len(STORY.lines)), max_size=8), st.booleans())
def test_kept_state_goes_on_where_it_was_at_any_line(cuts: list[int], settled: bool) -> None:
    lines, state, found = STORY.lines, b"", []
    offset = line = 0
    for end in [*sorted(cuts), len(lines)]:
        reader = FORMAT.reader(Context(path=PATH), state)
        block = b"".join(lines[line:end])
        found += reader.feed(block, offset, line + 1).events
        if settled:
            found += reader.settle(NOON_US).events
        offset, line, state = offset + len(block), max(line, end), reader.dump()
    assert found == batches(STORY.data)[0].events
    assert len(found) == 17


def test_the_state_stays_small_however_long_the_session() -> None:
    rollout = Rollout()
    for number in range(2000):
        rollout.started(number, f"t{number}").calls(number, f"c{number}").complete(
            number, f"t{number}"
        )
    reader = FORMAT.reader(Context(path=PATH))
    reader.feed(rollout.data, 0, 1)
    assert len(reader.dump()) < 32_000


def test_rollouts_are_known_by_their_records_wherever_the_head_is_cut() -> None:
    assert FORMAT.recognises(TURN.data)
    assert FORMAT.recognises(BOM + TURN.data[:-40])
    meta = json.dumps({"id": "s", "instructions": "x" * 200_000}, separators=(",", ":"))
    long = f'{{"timestamp":"{stamp(0)}","ordinal":0,"type":"session_meta","payload":{meta}}}'
    assert FORMAT.recognises(long.encode()[: 128 * 1024])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{}",
        b'{"ts":1,"route":"r","event":"run.started","run":"x"}\n' + TURN.data,
        b'{"timestamp":"2026-03-01T12:00:00Z","level":"info","event":"x"}\n',
        b'{"timestamp":"2026-03-01T12:00:00Z","type":"event_msg","payload":"text"}\n',
        b'{"type":"user","uuid":"u","sessionId":"s","timestamp":"2026-03-01T12:00:00Z"}\n',
        b'{"resourceSpans":[]}\n',
    ],
)
def test_other_files_are_not_claimed(head: bytes) -> None:
    assert not FORMAT.recognises(head)
    assert not EXEC.recognises(head)


@given(st.binary(max_size=300) | st.sampled_from(STORY.lines).map(lambda line: line[3:90]))
def test_no_bytes_whatever_make_a_reader_fail(noise: bytes) -> None:
    for form in (FORMAT, EXEC):
        form.recognises(noise)
        reader = form.reader(Context(path=PATH))
        reader.feed(noise + b"\n" + STORY.data[:700] + noise, 0, 1)
        form.reader(Context(path=PATH), reader.dump()).settle(2 * 10**15)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "output", "metadata"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["type", "turn_id", "reason", "call_id", "output", "item", "error", "source", "id", "name"]
)
TYPES = st.sampled_from(
    [
        "task_started",
        "task_complete",
        "turn_aborted",
        "user_message",
        "error",
        "function_call_output",
    ]
)


@given(st.lists(st.tuples(TYPES, st.dictionaries(KEYS, VALUES)), max_size=6))
def test_no_values_whatever_make_a_reader_fail(made: list[tuple[str, dict[str, object]]]) -> None:
    rollout = Rollout()
    for what, payload in made:
        for kind in ("event_msg", "response_item", "session_meta", "turn_context"):
            rollout.add(1, kind, **{"type": what, **payload})
    reader = FORMAT.reader(Context(path=PATH))
    assert not reader.feed(rollout.data, 0, 1).rejected
    FORMAT.reader(Context(path=PATH), reader.dump()).settle(2 * 10**15)
