"""Ladders at work: what the collector orders by itself, what it proposes, and when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from console.agent.document import parse
from console.control.directives import ControlDesk, Refused
from console.model import HOUR_US, Directive, DirectiveKind
from console.operate import Operator
from console.settings import LadderStep, RouteSettings
from console.store import desk, episodes, reader
from tests.collector.running import HOUR, Station, event, good, route

PAUSE = LadderStep(do="pause", left_ppm=0, mode="auto")
FREEZE = LadderStep(do="freeze", left_ppm=500_000, mode="auto")
PROPOSED = PAUSE._replace(mode="propose")


def laddered(*steps: LadderStep, **fields: Any) -> RouteSettings:
    """Return a route whose 100 runs may have two misses."""
    base = msgspec.structs.replace(route(), ladder=steps, owner="dana", freeze_kinds=("model",))
    return msgspec.structs.replace(base, **fields)


class Works:
    """A station, its operator, and what agents read."""

    def __init__(self, folder: Path, *steps: LadderStep, **fields: Any) -> None:
        self.station = Station(folder, laddered(*steps, **fields))
        self.operator = Operator(self.station.settings, self.station.store, self.station.control)

    def close(self) -> None:
        self.station.close()
        self.operator.close()

    def spend(self, bad: int = 3, good_runs: int = 97) -> None:
        lines = [good(f"g-{n}", n) for n in range(good_runs)]
        lines += [event("run.failed", f"b-{n}", 100 + n, reason="no") for n in range(bad)]
        self.station.write("a.jsonl", *lines)
        self.station.at(200).read()

    def standing(self) -> list[str]:
        if not self.station.control.exists():
            return []
        found = parse(self.station.control.read_bytes()).route("refunds").directives
        return [f"{one.id} {one.kind} by {one.by}" for one in found]

    def orders(self) -> list[Directive]:
        return desk.directives_of(self.operator.writer.connection, "refunds")

    def opened(self) -> list[episodes.Episode]:
        return episodes.open_of(self.operator.writer.connection, "refunds")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def works(folder: Path) -> Iterator[Works]:
    found = Works(folder, PAUSE)
    yield found
    found.close()


@pytest.fixture
def proposing(folder: Path) -> Iterator[Works]:
    found = Works(folder, PROPOSED)
    yield found
    found.close()


def test_a_spent_budget_pauses_the_route_by_itself_with_alert_and_numbers(works: Works) -> None:
    works.spend()
    assert works.standing() == ["d-1 pause by ladder"]
    (order,) = works.orders()
    assert order.ladder
    assert order.reason.startswith("-50 % of the budget is left over 30d (3 of 100 runs missed)")
    assert order.alert.startswith("A")
    row = reader.audit_rows(works.operator.writer.connection, 1)[0]
    assert (row.actor, row.verb, row.route) == ("ladder", "pause", "refunds")


def test_it_is_ordered_once_and_not_again_after_a_human_lifts_it(works: Works) -> None:
    works.spend()
    works.operator.lift(
        "refunds", "", by="erin", reason="known", override=True, now_us=works.station.now_us
    )
    for seconds in (210, 220, 230):
        works.station.at(seconds).read()
    works.station.restart()
    works.station.at(240).read()
    assert works.standing() == []
    assert len(works.orders()) == 1


def test_several_steps_at_once_give_the_strictest_first(folder: Path) -> None:
    reduce = LadderStep(do="reduce_scope", left_ppm=100_000, max_runs=1, mode="auto")
    works = Works(folder, FREEZE, PAUSE, reduce)
    works.spend()
    assert [order.kind for order in works.orders()] == [DirectiveKind.PAUSE, DirectiveKind.FREEZE]
    covered = next(item for item in works.opened() if item.kind is DirectiveKind.REDUCE)
    assert (covered.directive, covered.covered) == ("d-1", True)
    works.close()


def test_too_few_misses_are_shown_and_not_acted_on(works: Works) -> None:
    works.spend(bad=1, good_runs=20)
    assert works.standing() == []
    (step,) = works.station.route()["ladder"]
    assert (step["state"], step["note"]) == (
        "armed",
        "not acted on: the budget is smaller than one run",
    )


def test_a_stale_route_is_not_acted_on(folder: Path) -> None:
    works = Works(folder, PAUSE, absent_after_us=HOUR_US)
    lines = [event("run.failed", f"b-{n}", n, reason="no") for n in range(60)]
    works.station.write("a.jsonl", *lines)
    works.station.at(5 * HOUR).read()
    assert works.standing() == []
    works.station.write("a.jsonl", good("g-1", 5 * HOUR))
    works.station.at(5 * HOUR + 2).read()
    assert works.standing() == ["d-1 pause by ladder"]
    works.close()


def test_a_route_that_is_catching_up_is_not_acted_on(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = SimpleNamespace(latest_us=None, routes=set())
    with monkeypatch.context() as patch:
        patch.setattr("console.collector.intake.Intake.progress", lambda _: [unread])
        patch.setattr("console.collector.loop.reading_clock", lambda _, now_us: now_us)
        works.spend()
        assert works.standing() == []
    works.station.at(300).read()
    assert works.standing() == ["d-1 pause by ladder"]


def test_a_dry_run_orders_nothing_and_shows_what_it_would_have_done(folder: Path) -> None:
    works = Works(folder, PAUSE, dry_run=True)
    works.spend()
    assert works.standing() == []
    assert [step["state"] for step in works.station.route()["ladder"]] == ["would have"]
    with pytest.raises(Refused, match="a dry run"):
        works.operator.accept("refunds", by="dana", now_us=works.station.now_us)
    works.close()


def test_a_kill_between_decision_and_order_loses_and_repeats_nothing(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ControlDesk, "give", killed)
        with pytest.raises(KeyboardInterrupt):
            works.spend()
    assert [item.pending for item in works.opened()] == [True]
    works.station.restart()
    works.station.at(210).read()
    works.station.at(220).read()
    assert works.standing() == ["d-1 pause by ladder"]


def test_a_kill_between_control_file_and_store_is_not_ordered_again_though_it_was_lifted(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ControlDesk, "_save_new", killed)
        with pytest.raises(KeyboardInterrupt):
            works.spend()
    assert (works.standing(), works.orders()) == (["d-1 pause by ladder"], [])
    works.operator.lift(
        "refunds", "", by="erin", reason="known", override=True, now_us=works.station.now_us
    )
    works.station.restart()
    works.station.at(210).read()
    assert (works.standing(), len(works.orders())) == ([], 1)
    assert [item.directive for item in works.opened()] == ["d-1"]


def test_a_proposal_is_shown_and_carried_out_by_who_accepts_it(proposing: Works) -> None:
    proposing.spend()
    assert proposing.standing() == []
    (proposal,) = proposing.station.route()["proposals"]
    assert (proposal["id"], proposal["kind"]) == ("P1", "pause")
    given = proposing.operator.accept("refunds", by="erin", now_us=proposing.station.now_us)
    assert (given.by, given.ladder, given.alert) == ("erin", False, proposal["alert"])
    assert proposing.standing() == ["d-1 pause by erin"]
    assert proposing.station.route()["proposals"] == []
    proposing.station.at(300).read()
    assert [item.directive for item in proposing.opened()] == ["d-1"]


def test_a_proposal_lapses_when_its_cause_is_over(proposing: Works) -> None:
    proposing.spend()
    proposing.station.write("a.jsonl", *(good(f"h-{n}", 210) for n in range(200)))
    proposing.station.at(220).read()
    assert proposing.station.route()["proposals"] == []
    with pytest.raises(Refused, match="P1 is not proposed on refunds"):
        proposing.operator.accept("refunds", "P1", by="erin", now_us=proposing.station.now_us)


def test_of_several_proposals_one_has_to_be_named(folder: Path) -> None:
    works = Works(folder, PROPOSED, FREEZE._replace(mode="propose"))
    works.spend()
    with pytest.raises(Refused, match=r"P1 \(pause\), P2 \(freeze\); name one"):
        works.operator.accept("refunds", by="erin", now_us=works.station.now_us)
    works.operator.accept("refunds", "P2", by="erin", now_us=works.station.now_us)
    assert works.standing() == ["d-1 freeze by erin"]
    works.close()


def test_a_control_file_that_cannot_be_written_is_said_and_tried_again(works: Works) -> None:
    works.station.control.parent.mkdir()
    works.station.control.parent.chmod(0o777)
    works.spend()
    (step,) = works.station.route()["ladder"]
    assert step["state"] == "deciding"
    assert "others may write it" in step["note"]
    works.station.control.parent.chmod(0o755)
    works.station.at(210).read()
    assert works.standing() == ["d-1 pause by ladder"]


def test_a_miss_under_an_open_hard_stop_is_a_cause_however_old(folder: Path) -> None:
    step = LadderStep(do="pause", on="permission")
    works = Works(folder, step, zero_tolerance=("permission",), absent_after_us=100 * HOUR_US)
    works.station.write("a.jsonl", event("action.taken", "r-1", 0, action="refund", scope="out"))
    works.station.at(60).read()
    assert [episode.causes for episode in works.opened()] == [("r-1",)]
    works.station.at(30 * HOUR).read()
    assert [episode.causes for episode in works.opened()] == [("r-1",)]
    works.close()


def test_a_miss_without_a_hard_stop_is_a_cause_until_the_probation_is_over(folder: Path) -> None:
    step = LadderStep(do="pause", on="permission")
    works = Works(folder, step, absent_after_us=100 * HOUR_US)
    works.station.write("a.jsonl", event("action.taken", "r-1", 0, action="refund", scope="out"))
    works.station.at(60).read()
    assert [episode.causes for episode in works.opened()] == [("r-1",)]
    works.station.at(2 * HOUR).read()
    assert works.opened() == []
    works.close()
