"""How far an order got: durable, seen, enforced; and who has not seen it, or should have."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from console.control.receipts import SILENT_US, Reach, reach
from console.ledger.orders import Orders
from console.model import HOUR_US, SECOND_US, Directive, DirectiveKind, Event
from tests.control.stage import NOON_US, ROUTE

WITHIN_US = 30 * SECOND_US
PAUSE = Directive(
    id="d-5",
    route=ROUTE,
    kind=DirectiveKind.PAUSE,
    by="dana",
    reason="budget spent",
    issued_us=NOON_US,
    generation=5,
)


def seen(agent: str, after_s: float, generation: int = 5) -> Event:
    """Return a receipt so many seconds after the order."""
    return heard(agent, after_s, "control.seen", generation)


def heard(
    agent: str, after_s: float, kind: str = "run.started", number: int | None = None
) -> Event:
    """Return a line of an agent so many seconds after the order."""
    at_us = NOON_US + round(after_s * SECOND_US)
    return Event(ts_us=at_us, route=ROUTE, event=kind, agent=agent, generation=number)


def reached(events: Iterable[Event], violations: int = 0, read_s: float = 120) -> Reach:
    """Say how far the pause got, by what the agents logged and what is read after so many s."""
    orders, last = Orders([PAUSE]), dict[str, int]()
    for event in events:
        orders.note(event, lambda _issued_us: WITHIN_US)
        last[event.agent] = max(event.ts_us, last.get(event.agent, 0))
    return reach(PAUSE, orders, last.items(), violations, NOON_US + round(read_s * SECOND_US))


def test_an_order_on_a_route_without_agents_is_durable_and_no_more() -> None:
    assert reached([]) == Reach("durable", (), (), (), None)


def test_before_any_receipt_it_is_durable() -> None:
    found = reached([heard("w1", -60), heard("w2", 5)])
    assert (found.stage, found.seen_by, found.not_seen) == ("durable", (), ("w1", "w2"))


def test_with_some_receipts_it_is_seen_by_those() -> None:
    found = reached([heard("w1", -60), heard("w2", -60), seen("w1", 2)])
    assert (found.stage, found.seen_by, found.not_seen) == ("seen", ("w1",), ("w2",))


def test_with_all_receipts_and_nothing_against_it_it_is_enforced() -> None:
    found = reached([seen("w2", 3), seen("w1", 2)])
    assert found == Reach("enforced", ("w1", "w2"), (), (), 3 * SECOND_US)


def test_a_run_or_action_against_it_leaves_it_seen() -> None:
    found = reached([seen("w1", 2)], violations=1)
    assert (found.stage, found.seen_by) == ("seen", ("w1",))


def test_a_receipt_of_a_later_generation_counts() -> None:
    assert reached([seen("w1", 2, generation=6)]).stage == "enforced"


def test_a_receipt_of_an_earlier_generation_does_not() -> None:
    assert reached([seen("w1", 2, generation=4)]).stage == "durable"


def test_an_agent_silent_since_is_not_seen_and_not_overdue() -> None:
    found = reached([heard("w1", -60), heard("w1", 30)])
    assert (found.not_seen, found.overdue) == (("w1",), ())


def test_an_agent_that_logs_on_without_a_receipt_is_overdue() -> None:
    found = reached([heard("w1", 30.000001), seen("w2", 2)])
    assert (found.stage, found.overdue, found.not_seen) == ("seen", ("w1",), ())


def test_a_receipt_in_time_makes_later_work_no_fault() -> None:
    found = reached([seen("w1", 29), heard("w1", 60)])
    assert (found.stage, found.overdue) == ("enforced", ())


def test_a_late_receipt_counts_as_seen_and_ends_being_overdue() -> None:
    found = reached([heard("w1", 31), seen("w1", 40)])
    assert (found.seen_by, found.overdue) == (("w1",), ())


def test_a_receipt_that_is_itself_late_is_its_agents_first_line_and_no_fault() -> None:
    found = reached([seen("w1", 40)])
    assert (found.stage, found.overdue) == ("enforced", ())


def test_an_agent_gone_for_an_hour_before_the_order_does_not_count() -> None:
    gone = heard("w1", -HOUR_US / SECOND_US - 1)
    assert reached([gone, seen("w2", 2)]).stage == "enforced"
    still_there = heard("w1", -HOUR_US / SECOND_US)
    assert reached([still_there, seen("w2", 2)]).not_seen == ("w1",)


ENDED_S = SILENT_US / SECOND_US


def test_an_agent_that_ended_before_it_confirmed_is_not_waited_for_for_ever() -> None:
    ended = [heard("w1", -540), seen("w2", 2)]
    assert reached(ended, read_s=ENDED_S - 1).stage == "seen"
    found = reached(ended, read_s=ENDED_S)
    assert (found.stage, found.not_seen, found.awaited) == ("enforced", ("w1",), ())
    assert found.ended == (("w1", NOON_US - 540 * SECOND_US),)


def test_its_silence_counts_from_the_last_line_after_the_order() -> None:
    ended = [heard("w1", 20), seen("w2", 2)]
    assert reached(ended, read_s=ENDED_S + 19).ended == ()
    assert reached(ended, read_s=ENDED_S + 20).awaited == ()


def test_silence_that_nobody_has_read_yet_is_none() -> None:
    assert reached([heard("w1", -60), seen("w2", 2)], read_s=-NOON_US / SECOND_US).stage == "seen"


def test_agents_that_all_ended_without_a_receipt_leave_it_durable() -> None:
    assert reached([heard("w1", -60)], read_s=ENDED_S).stage == "durable"


def test_an_agent_that_comes_back_without_a_receipt_is_overdue() -> None:
    back = [heard("w1", -60), seen("w2", 2), heard("w1", ENDED_S + 60)]
    found = reached(back, read_s=ENDED_S + 61)
    assert (found.stage, found.overdue, found.ended) == ("seen", ("w1",), ())


def test_it_says_when_the_last_agent_had_seen_it_and_never_before_it_was_given() -> None:
    assert reached([seen("w1", 2), seen("w2", 7)]).seen_after_us == 7 * SECOND_US
    assert reached([seen("w1", -1)]).seen_after_us == 0


EVENTS = st.builds(
    lambda agent, after_s, receipt: seen(agent, after_s) if receipt else heard(agent, after_s),
    st.sampled_from(["w1", "w2", "w3"]),
    st.integers(-100, 100),
    st.booleans(),
)


@given(events=st.lists(EVENTS, max_size=12), order=st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(events: list[Event], order: object) -> None:
    shuffled = list(events)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = reached(events), reached(shuffled)
    assert first == second
    assert set(first.not_seen) == set(second.not_seen)


@given(events=st.lists(EVENTS, max_size=12))
def test_every_live_agent_is_seen_not_seen_or_overdue(events: list[Event]) -> None:
    found = reached(events)
    assert {*found.seen_by, *found.not_seen, *found.overdue} == {one.agent for one in events}
    assert not {*found.not_seen} & {*found.seen_by, *found.overdue}
