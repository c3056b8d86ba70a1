"""Runs out of spans: which span is a run, when it started and ended, and on which route."""

from __future__ import annotations

from typing import Any

import pytest

from console.intake.formats.otlp import FORMAT
from console.intake.reading import Context
from console.model import SECOND_US
from tests.intake.otlp_requests import (
    MINUTE,
    NOON_US,
    OTHER,
    PATH,
    TRACE,
    agent,
    kinds,
    lines,
    only,
    read,
    request,
    span,
    span_id,
    tool,
)


def test_a_root_span_is_a_run_from_its_start_to_its_end() -> None:
    started, delivered = read(request(agent(1, at=(5, 9.5))))
    assert (started.event, started.ts_us, started.run) == (
        "run.started",
        NOON_US + 5 * SECOND_US,
        TRACE,
    )
    assert (delivered.event, delivered.ts_us) == ("run.delivered", NOON_US + 9_500_000)
    assert delivered.elapsed_s == 4.5


def test_a_span_without_a_parent_is_a_run_whatever_it_is() -> None:
    assert kinds(read(request(span(1, name="job")))) == ["run.started", "run.delivered"]


def test_a_root_with_an_error_status_failed_for_the_reason_it_gives() -> None:
    assert only(read(request(agent(1, error="boom"))), "run.failed").reason == "boom"


def test_a_root_with_an_error_type_failed() -> None:
    assert only(read(request(agent(1, error__type="timeout"))), "run.failed").reason == "timeout"


@pytest.mark.parametrize("code", [2, "2", "STATUS_CODE_ERROR", "ERROR", "Error"])
def test_an_error_status_is_known_as_number_and_by_name(code: object) -> None:
    assert "run.failed" in kinds(read(request(agent(1) | {"status": {"code": code}})))


@pytest.mark.parametrize("code", [0, 1, "STATUS_CODE_OK", "STATUS_CODE_UNSET", None])
def test_no_other_status_is_an_error(code: object) -> None:
    assert "run.delivered" in kinds(read(request(agent(1) | {"status": {"code": code}})))


def test_a_root_that_an_order_of_ours_stopped_was_cancelled_by_it() -> None:
    failed = agent(1, error="stopped " + "x" * 3000 + " [burnline:D-7]")
    assert only(read(request(failed)), "run.cancelled").by == "D-7"


def test_an_error_of_a_child_that_the_root_survived_is_no_failure() -> None:
    found = read(request(tool(2, 1, "send", error="boom"), agent(1)))
    assert kinds(found) == ["run.started", "run.delivered"]


def test_a_root_still_under_way_has_only_started() -> None:
    assert kinds(read(request(agent(1, at=(0, None))))) == ["run.started"]


def test_children_may_come_before_and_after_their_root_in_other_requests() -> None:
    refused = tool(2, 1, "send", error="no", error__type="permission_denied")
    late = tool(3, 1, "wipe", error="no", error__type="permission_denied")
    found = read(request(refused), request(agent(1)), request(late))
    assert kinds(found) == ["run.started", "run.delivered", "action.denied", "action.denied"]
    assert {event.run for event in found} == {TRACE}
    assert {event.route for event in found} == {"refunds"}


def test_an_agent_below_an_agent_is_no_run_of_its_own() -> None:
    found = read(request(agent(3, 2), span(2, 1)), request(agent(1, at=(0, 4), agent="boss")))
    assert kinds(found) == ["run.started", "run.delivered"]
    assert {event.route for event in found} == {"boss"}


def test_the_one_agent_below_a_server_span_is_the_run() -> None:
    found = read(request(agent(2, 1, (1, 3)), span(1, at=(0, 5), name="POST /chat", error="500")))
    assert only(found, "run.delivered").ts_us == NOON_US + 3 * SECOND_US
    assert {event.route for event in found} == {"refunds"}


def test_several_agents_below_a_plain_root_are_runs_named_by_conversation_and_span() -> None:
    spoken: dict[str, Any] = {"gen_ai__conversation__id": "c1"}
    refused = tool(4, 3, "send", error="no", error__type="permission_denied")
    found = read(request(agent(2, 1, **spoken), refused, agent(3, 1, **spoken), span(1)))
    ids = {f"c1/{span_id(2)}", f"c1/{span_id(3)}"}
    assert {event.run for event in found if event.event == "run.started"} == ids
    assert only(found, "action.denied").run == f"c1/{span_id(3)}"


def test_a_second_agent_without_a_parent_in_one_trace_is_another_run() -> None:
    found = read(request(agent(1)), request(agent(2)))
    assert [event.run for event in found] == [TRACE, TRACE, *[f"{TRACE}/{span_id(2)}"] * 2]


def test_a_span_exported_twice_is_told_of_once() -> None:
    assert len(read(request(agent(1)), request(agent(1)))) == 2


@pytest.mark.parametrize("kind", ["AGENT", "CHAIN"])
def test_openinference_agents_and_chains_are_roots(kind: str) -> None:
    child = span(2, 1, (1, 2), openinference__span__kind=kind, agent__name="planner")
    found = read(request(child, span(1, at=(0, 3))))
    assert only(found, "run.started").ts_us == NOON_US + SECOND_US


def test_an_agent_whose_caller_is_in_another_file_is_a_run_after_ten_minutes_of_silence() -> None:
    reader = FORMAT.reader(Context(path=PATH))
    assert reader.feed(lines(request(agent(2, 1, (0, 1)))), 0, 1).events == []
    early = NOON_US + 10 * MINUTE * SECOND_US
    assert reader.settle(early).events == []
    told = [entry.event for entry in reader.settle(early + 2 * MINUTE * SECOND_US).events]
    assert kinds(told) == ["run.started", "run.delivered"]
    assert told[0].run == TRACE


def test_silence_is_also_seen_from_later_spans_of_other_traces() -> None:
    later = agent(1, at=(11 * MINUTE, 12 * MINUTE), trace=OTHER)
    found = read(request(agent(2, 9)), request(later), settle=False)
    assert {event.run for event in found} == {TRACE, OTHER}


def test_what_happened_in_a_trace_without_root_is_told_after_silence() -> None:
    refused = tool(2, 1, "send", error="no", error__type="permission_denied")
    denied = only(read(request(refused)), "action.denied")
    assert (denied.run, denied.route) == (TRACE, "shop")


def test_time_blocked_on_a_human_is_taken_out_once_where_it_overlaps() -> None:
    first = span(3, 2, (1, 4), name="claude_code.tool.blocked_on_user")
    second = span(4, 2, (3, 6), name="claude_code.tool.blocked_on_user")
    found = read(request(first, second, agent(1, at=(0, 10))))
    assert only(found, "run.delivered").elapsed_s == 5


@pytest.mark.parametrize(
    ("given", "route"),
    [
        ({"gen_ai__workflow__name": "flow"}, "flow"),
        ({}, "refunds"),
        ({"agent": ""}, "shop"),
    ],
)
def test_the_route_is_workflow_or_agent_or_service(given: dict[str, Any], route: str) -> None:
    assert {event.route for event in read(request(agent(1, **given)))} == {route}


def test_a_service_that_nobody_named_gives_way_to_the_span_name() -> None:
    found = read(request(span(1, name="nightly"), service="unknown_service:python"))
    assert {event.route for event in found} == {"nightly"}


def test_a_template_takes_any_attribute_of_span_or_resource() -> None:
    template = "{service}/{agent}/{span}/{tenant}/{deployment.environment}"
    entry = request(agent(1, name="go", tenant="t1"), **{"deployment.environment": "prod"})
    assert {event.route for event in read(entry, route=template)} == {"shop/refunds/go/t1/prod"}


@pytest.mark.parametrize("template", ["{}", "{a b}", "{1x}", "{service", "x}"])
def test_a_template_that_cannot_be_is_refused_in_a_sentence(template: str) -> None:
    with pytest.raises(ValueError, match="the route template has"):
        FORMAT.reader(Context(path=PATH, route=template))


@pytest.mark.parametrize(
    ("trace", "own"),
    [("qqqqqqqqqqqqqqqqqqqqqg==", "AAAAAAAAAAE="), (TRACE.upper(), "0000000000000001")],
)
def test_ids_in_base64_or_capitals_are_the_same_ids(trace: str, own: str) -> None:
    refused = tool(2, 1, "send", error="no", error__type="permission_denied")
    root = agent(1) | {"traceId": trace, "spanId": own}
    assert {event.run for event in read(request(refused), request(root))} == {TRACE}


def test_numbers_may_be_numbers_and_instants_floats() -> None:
    nanos = NOON_US * 1000
    root = agent(1) | {"startTimeUnixNano": nanos, "endTimeUnixNano": float(nanos + 10**9)}
    assert only(read(request(root)), "run.delivered").elapsed_s == pytest.approx(1, abs=1e-5)


def test_too_much_before_a_root_is_dropped_and_counted() -> None:
    refused = [
        tool(number, 1, "send", error="no", error__type="permission_denied")
        for number in range(2, 302)
    ]
    reader = FORMAT.reader(Context(path=PATH))
    batch = reader.feed(lines(request(*refused), request(agent(1))), 0, 1)
    assert len([entry for entry in batch.events if entry.event.event == "action.denied"]) == 256
    assert [entry.reason for entry in batch.rejected] == [
        f"44 parts of trace {TRACE} came before its root: too many to keep"
    ]


def test_the_state_stays_bounded_however_many_traces_have_no_root() -> None:
    reader = FORMAT.reader(Context(path=PATH))
    for number in range(1, 3000):
        trace = f"{number:032x}"
        reader.feed(lines(request(agent(2, 1, trace=trace), span(3, 2, trace=trace))), 0, 1)
    assert len(reader.dump()) < 500_000


def test_a_trace_of_endlessly_many_roots_is_read_up_to_a_bound_and_says_so() -> None:
    roots = [agent(number) for number in range(1, 1101)]
    batch = FORMAT.reader(Context(path=PATH)).feed(lines(request(*roots)), 0, 1)
    assert len(batch.events) == 2 * 1024
    assert batch.rejected[0].reason.startswith("76 parts of trace")
