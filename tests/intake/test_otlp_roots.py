"""Which span is a run, whatever the order in which spans come, and if its root never comes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.otlp import DOCUMENT, FORMAT
from console.intake.reading import Context
from console.model import SECOND_US, Event
from tests.intake.otlp_requests import (
    FOREVER_US,
    MINUTE,
    NOON_US,
    OTHER,
    PATH,
    TRACE,
    agent,
    document,
    happening,
    kinds,
    lines,
    only,
    read,
    request,
    span,
    tool,
)


def reader() -> Any:
    return FORMAT.reader(Context(path=PATH))


def test_work_under_a_root_that_never_came_is_a_run_that_only_started() -> None:
    found = read(request(tool(3, 1, "lookup", at=(2, 3)), tool(2, 1, "find", at=(1, 2))))
    (start,) = found
    assert (start.event, start.run, start.ts_us) == ("run.started", TRACE, NOON_US + SECOND_US)


def test_a_root_is_waited_for_an_hour_where_nothing_else_shows_a_run() -> None:
    reading = reader()
    reading.feed(lines(request(tool(2, 1, "find", at=(0, 1)))), 0, 1)
    assert reading.settle(NOON_US + 59 * MINUTE * SECOND_US).events == []
    late = reading.feed(lines(request(agent(1, at=(0, 50 * MINUTE)))), 0, 2)
    assert [entry.event.event for entry in late.events] == ["run.started", "run.delivered"]


def test_spans_that_are_no_agents_work_make_no_run_without_their_root() -> None:
    assert read(request(span(2, 1, name="SELECT"))) == []


def test_a_parentless_span_waits_a_minute_for_the_agent_that_may_come_behind_it() -> None:
    reading = reader()
    assert reading.feed(lines(request(span(1, name="POST /chat", at=(0, 5)))), 0, 1).events == []
    late = reading.feed(lines(request(agent(2, 1, at=(1, 4)))), 0, 2)
    assert {entry.event.route for entry in late.events} == {"refunds"}


def test_after_that_minute_it_is_the_run_itself() -> None:
    reading = reader()
    reading.feed(lines(request(span(1, name="job", at=(0, 5)), service="")), 0, 1)
    told = reading.settle(NOON_US + 66 * SECOND_US).events
    assert [(entry.event.event, entry.event.route) for entry in told] == [
        ("run.started", "job"),
        ("run.delivered", "job"),
    ]


@pytest.mark.parametrize("lines_between", [False, True])
def test_a_root_exported_while_under_way_ends_when_it_comes_again(lines_between: bool) -> None:
    begun, ended = agent(1, at=(0, None)), agent(1, at=(0, 9), error="out of tokens")
    requests = (request(begun), request(ended)) if lines_between else (request(begun, ended),)
    found = read(*requests)
    assert kinds(found) == ["run.started", "run.failed"]
    assert len({event.run for event in found}) == 1


def test_a_root_that_ended_is_not_ended_again() -> None:
    found = read(request(agent(1, at=(0, 9))), request(agent(1, at=(0, 9), error="x")))
    assert kinds(found) == ["run.started", "run.delivered"]


def test_an_answer_of_jaegers_newer_interface_is_read() -> None:
    batch = document({"result": request(agent(1))})
    assert [entry.event.event for entry in batch.events] == ["run.started", "run.delivered"]
    assert DOCUMENT.recognises(b'{"result":{"resourceSpans":[{"resource":{}}]}}')


def evaluated(at_s: float, label: str) -> dict[str, Any]:
    fields = {"gen_ai__evaluation__name": "tone", "gen_ai__evaluation__score__label": label}
    return happening("gen_ai.evaluation.result", at_s, **fields)


SPANS = [
    agent(1, at=(0, 60), events=[evaluated(50, "fail")]),
    agent(2, 1, at=(1, 20), agent="helper", error="survived"),
    tool(3, 2, "send", at=(2, 3), error="no", error__type="permission_denied"),
    tool(4, 1, "transfer_to_human", at=(30, 31)),
    span(5, at=(5, 70), trace=OTHER, name="POST /chat"),
    agent(6, 5, at=(6, 69), trace=OTHER, agent="sales", error="too long"),
    tool(7, 6, "rollback_order", at=(8, 9), trace=OTHER),
    span(8, at=(10, 15), trace="cc" * 16, name="nightly", error="failed"),
    tool(9, 99, "lookup", at=(3, 4), trace="dd" * 16),
]


def meant(found: list[Event]) -> set[tuple[Any, ...]]:
    return {(event.ts_us, event.route, event.event, event.run, event.action) for event in found}


@given(st.permutations(SPANS), st.lists(st.integers(1, 4), min_size=9, max_size=9))
def test_the_order_and_the_grouping_of_spans_do_not_matter(
    spans: list[Any], sizes: list[int]
) -> None:
    requests, rest = [], list(spans)
    for size in sizes:
        requests += [request(*rest[:size])] if rest[:size] else []
        rest = rest[size:]
    whole = meant(read(request(*SPANS)))
    assert meant(read(*requests)) == whole
    together = [entry.event for entry in document(request(*spans)).events]
    assert {fact for fact in meant(together) if fact[3] != "dd" * 16} == {
        fact for fact in whole if fact[3] != "dd" * 16
    }


def test_silence_is_judged_once_all_that_there_is_was_read() -> None:
    reading = reader()
    reading.feed(lines(request(*SPANS)), 0, 1)
    told = [entry.event for entry in reading.settle(FOREVER_US).events]
    assert only(told, "run.failed").route == "shop"
    assert reading.settle(FOREVER_US).events == []
