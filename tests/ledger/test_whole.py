"""Runs that are judged at once are judged as any other, and stored as any other."""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.ledger import facts as run_facts
from console.ledger import runs
from console.ledger.approvals import waiting
from console.ledger.effort import agent_of, deployments, efforts, spending
from console.ledger.facts import Facts
from console.ledger.orders import Orders
from console.ledger.parts import events_of, in_order, part, pieces_of
from console.ledger.whole import began_us, ended_usually, ended_well, usually, whole
from console.model import (
    EVENTS,
    RUNLESS,
    SECOND_US,
    Directive,
    DirectiveKind,
    Event,
    Origin,
    Piece,
    RunState,
    Told,
)
from console.settings import Measured
from tests.ledger.playing import Player, piece_of, sound
from tests.ledger.strategies import BASE_US, END_US, FIELDS, happenings, measured, stories

_OWN = sorted(set(FIELDS) & EVENTS - RUNLESS)


def _runs() -> st.SearchStrategy[list[Event]]:
    """Return the events of one run: a story, and sometimes something besides."""
    more = st.lists(st.sampled_from(_OWN).flatmap(happenings), max_size=2)
    return st.tuples(stories(), st.one_of(st.just([]), more)).map(
        lambda parts: [
            msgspec.structs.replace(event, route="a", run="r", parent="")
            for event in (*parts[0], *parts[1])
        ]
    )


def test_what_is_told_has_the_fields_of_an_event_in_their_order() -> None:
    told = [("ts_us" if name == "ts" else name) for name in Told.__struct_fields__]
    assert tuple(told) == Event.__struct_fields__
    assert Told.__struct_defaults__ == Event.__struct_defaults__


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(
    events=_runs(),
    measured=measured(),
    clock_us=st.sampled_from((BASE_US, BASE_US + 3_600_000_000, END_US)),
)
def test_a_run_that_ended_well_is_good_whatever_the_clock_says(
    events: list[Event], measured: Measured, clock_us: int
) -> None:
    pieces = _pieces(events)
    if not in_order(pieces):
        return
    end = ended_well(pieces, measured)
    if end is None:
        assert ended_usually(part(pieces), measured) is None
        return
    facts = Facts()
    read = part(pieces)
    for event, origin in events_of("a", "r", [read]):
        facts.add(event, origin)
    assert pieces_of([read]) == pieces
    if (usual := ended_usually(read, measured)) is not None:
        assert usual == end
        assert usually("a", "r", read, usual) == whole("a", "r", pieces, end)
    outcome = runs.evaluate("r", facts, [], measured=measured, orders=Orders(), clock_us=clock_us)
    found = whole("a", "r", pieces, end)
    assert outcome == runs.Outcome(
        RunState.GOOD, found.minute, (), None, handoff=found.handoff, rescues=0
    )
    assert found.facts == run_facts.encode(facts)
    assert (found.first_us, found.last_us) == (facts.first_us, facts.last_us)
    assert began_us(pieces) == facts.began_us
    assert found.agent == agent_of(facts)
    assert list(found.efforts) == efforts(facts, None)
    assert waiting(facts) == []
    assert deployments(facts) == []


@given(count=st.sampled_from((1, 15, 16, 17, 300)))
def test_many_events_are_packed_as_the_store_reads_them(count: int) -> None:
    pieces = [piece_of(_taken(number)) for number in range(count)]
    packed = run_facts.packed([piece[1] for piece in pieces], [piece[2] for piece in pieces])
    facts = run_facts.decode(packed, "")
    assert len(facts.marks) == count
    assert run_facts.encode(facts) == packed


def test_where_an_order_stands_no_run_is_judged_at_once() -> None:
    order = Directive(
        id="d1", route="a", kind=DirectiveKind.PAUSE, by="x", reason="", issued_us=BASE_US,
        generation=2,
    )  # fmt: skip
    player = Player({"a": Measured(receipt_within_us=0)}, [order])
    told = [
        Event(ts_us=BASE_US + number, route="a", run="r", event=kind, agent="w")
        for number, kind in enumerate(("run.started", "run.delivered"), 1)
    ]
    player.play(told, END_US, END_US, gathered=True)
    assert player.result().runs["a", "r"].state is RunState.BAD


@given(
    told=st.lists(
        st.tuples(
            st.sampled_from(("run.started", "action.taken", "usage", "certain", "run.delivered")),
            st.sampled_from((None, 0.5, 2.25)),
            st.sampled_from((None, 3, 10**14)),
            st.sampled_from(("", "", "m1", "m2")),
        ),
        min_size=1,
        max_size=5,
    ),
    cut=st.integers(1, 4),
)
def test_what_models_took_of_a_run_that_is_judged_at_once_is_what_its_events_say(
    told: list[tuple[str, float | None, int | None, str]], cut: int
) -> None:
    pieces: list[Piece] = []
    facts = Facts()
    for number, (kind, cost, count, meter) in enumerate(told):
        event = Event(
            ts_us=BASE_US + number, route="", event=kind, cost_usd=cost, tokens=count, meter=meter
        )
        pieces.append((event.ts_us, event, Origin(1, number, number)))
        facts.keep(event, Origin(1, number, number))
    read = part(pieces)
    if read.usual is not None:
        assert read.usual.spending == spending(facts)
    parts = [part(some) for some in (pieces[:cut], pieces[cut:]) if some]
    again = pieces_of(parts)
    assert [piece[1].tokens for piece in again] == [count for _, _, count, _ in told]
    end = ended_well(again, Measured())
    if end is None:
        return
    found = whole("a", "r", again, end)
    assert found.spending == spending(facts)
    assert found.facts == run_facts.encode(facts)
    if (usual := ended_usually(read, Measured())) is not None:
        assert usually("a", "r", read, usual).spending == found.spending


def test_an_end_that_says_how_long_it_took_is_not_usual_where_that_counts() -> None:
    kinds = ("run.started", "run.delivered")
    told = [
        Event(ts_us=BASE_US + number, route="a", run="r", event=kind, elapsed_s=number * 99.0)
        for number, kind in enumerate(kinds)
    ]
    assert ended_usually(part(_pieces(told)), Measured()) is not None
    assert ended_usually(part(_pieces(told)), Measured(sla_us=60 * SECOND_US)) is None


def test_only_a_verdict_counts_as_one() -> None:
    kinds = ("run.started", "action.taken", "run.delivered")
    told = [
        Event(ts_us=BASE_US + number, route="a", run="r", event=kind, check="qa")
        for number, kind in enumerate(kinds)
    ]
    required = Measured(requires=("qa",))
    assert ended_usually(part(_pieces(told)), required) is None
    assert ended_usually(part(_pieces(told)), Measured()) is not None


def test_a_doubt_is_as_long_as_the_time_to_its_answer() -> None:
    kinds = ("run.started", "uncertain", "certain", "uncertain", "uncertain", "handoff")
    told = [
        Event(ts_us=BASE_US + number * SECOND_US, route="a", run="r", event=kind)
        for number, kind in enumerate(kinds)
    ]
    read = part(_pieces(told))
    assert ended_usually(read, Measured(escalate_within_us=2 * SECOND_US)) is not None
    assert ended_usually(read, Measured(escalate_within_us=2 * SECOND_US - 1)) is None


def test_a_check_that_stands_failed_is_not_usual() -> None:
    kinds = ("run.started", "check.failed", "check.passed", "run.delivered")
    told = [
        Event(ts_us=BASE_US + number, route="a", run="r", event=kind, check="qa")
        for number, kind in enumerate(kinds)
    ]
    assert ended_usually(part(_pieces(told)), Measured()) is not None
    told[2] = msgspec.structs.replace(told[2], check="policy")
    assert ended_usually(part(_pieces(told)), Measured()) is None


def test_a_run_that_goes_on_after_it_ended_is_judged_anew() -> None:
    player = Player({}, [])
    for number, kind in enumerate(("run.delivered", "rescued"), 1):
        happened = Event(ts_us=BASE_US + number, route="a", run="r", event=kind)
        player.play([happened], END_US, END_US, gathered=True)
    assert player.result().runs["a", "r"].state is RunState.BAD
    assert sound(player.shelf.cells)


def _taken(number: int) -> Event:
    return Event(ts_us=BASE_US + number, route="a", run="r", event="action.taken", action="pay")


def _pieces(events: list[Event]) -> list[Piece]:
    return [
        (*piece_of(event)[:2], Origin(1, number, number))
        for number, event in enumerate(dict.fromkeys(events))
    ]
