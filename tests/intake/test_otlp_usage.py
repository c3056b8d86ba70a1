"""What spans say that models took does not depend on the order in which they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.otlp import FORMAT
from console.intake.reading import Context
from console.model import MINUTE_US, SECOND_US
from tests.intake.otlp_requests import (
    FOREVER_US,
    NOON_US,
    OTHER,
    PATH,
    TRACE,
    agent,
    lines,
    request,
    span,
)
from tests.intake.spent import spent

if TYPE_CHECKING:
    from console.model import Event


def says(number: int, parent: int, tokens: int, trace: str = TRACE) -> dict[str, Any]:
    """Return a span that says how many tokens it took; it is an agent's if it has no parent."""
    told: dict[str, Any] = {"gen_ai__usage__input_tokens": tokens} if tokens else {}
    if not parent:
        return agent(number, at=(0, 9), trace=trace, **told)  # type: ignore[no-any-return]
    return span(number, parent, trace=trace, gen_ai__operation__name="chat", **told)


def followed(*batches: list[dict[str, Any]], clock_us: int = FOREVER_US) -> list[Event]:
    """Return the events of batches that a collector reads one by one, restarted between them."""
    state, offset, events = b"", 0, []
    for number, batch in enumerate(batches, 1):
        reader = FORMAT.reader(Context(path=PATH), state)
        data = lines(request(*batch))
        events += [found.event for found in reader.feed(data, offset, number).events]
        state, offset = reader.dump(), offset + len(data)
    late = FORMAT.reader(Context(path=PATH), state).settle(clock_us).events
    return events + [found.event for found in late]


CLIENT, CALL, ROOT = says(3, 2, 50), says(2, 1, 60), says(1, 0, 64)


@pytest.mark.parametrize(
    "batches",
    [
        [[CLIENT], [ROOT], [CALL]],
        [[ROOT], [CLIENT], [CALL]],
        [[ROOT], [CALL], [CLIENT]],
        [[CALL], [ROOT], [CLIENT]],
        [[ROOT, CALL], [CLIENT, CALL]],
        [[CLIENT, CALL, ROOT]],
    ],
)
def test_of_nested_spans_one_level_counts_whichever_comes_first(
    batches: list[list[dict[str, Any]]],
) -> None:
    assert spent(followed(*batches)) == {TRACE: (50, 0)}


@given(st.data())
def test_any_order_of_spans_says_the_same(data: st.DataObject) -> None:
    spans, parents = [], {TRACE: [0], OTHER: [0]}
    for number in range(1, data.draw(st.integers(2, 12), "spans") + 1):
        trace = data.draw(st.sampled_from([TRACE, OTHER]), "trace")
        parent = data.draw(st.sampled_from(parents[trace][1:] or [0]), "parent")
        parents[trace].append(number)
        spans.append(says(number, parent, data.draw(st.integers(0, 99), "tokens"), trace))
    again = data.draw(st.lists(st.sampled_from(spans), max_size=3), "again")
    shuffled = data.draw(st.permutations([*spans, *again]), "order")
    cuts = sorted(data.draw(st.sets(st.integers(0, len(shuffled)), max_size=5), "cuts"))
    batches = [
        shuffled[since:until]
        for since, until in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
    ]
    assert spent(followed(*batches)) == spent(followed(spans))


def test_what_models_took_is_told_when_no_more_is_to_come() -> None:
    at_us = NOON_US + 9 * SECOND_US + 10 * MINUTE_US
    assert spent(followed([CALL, ROOT], clock_us=at_us)) == {}
    assert spent(followed([CALL, ROOT], clock_us=at_us + 1)) == {TRACE: (60, 0)}


def test_a_trace_of_more_spans_than_are_kept_tells_of_all() -> None:
    calls = [[says(number, 1, 1)] for number in range(2, 1502)]
    assert spent(followed([ROOT], *calls)) == {TRACE: (1500, 0)}


def test_more_traces_than_are_kept_tell_of_all() -> None:
    traces = [
        [says(1, 0, 0, f"{number:032x}"), says(2, 1, 7, f"{number:032x}")]
        for number in range(1, 701)
    ]
    assert sorted(spent(followed(*traces)).values()) == [(7, 0)] * 700
