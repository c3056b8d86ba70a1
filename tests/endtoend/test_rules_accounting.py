"""Semantics 4: one minute for each closed run, corrections, rescues, and settings with history."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

import pytest

from console.burn.windows import Span
from console.model import MINUTE_US, Counts
from console.store import counting, reader
from console.store.connect import attach
from tests.collector.running import DAY, HOUR, NOON_US, event
from tests.endtoend.playing import M, Play, check, delivered, minutes, start

if TYPE_CHECKING:
    from collections.abc import Callable

    Measuring = Callable[..., Play]

LATER = 100 * M


def failed(run: str, at_s: float) -> bytes:
    return event("run.failed", run, at_s, reason="timeout")


def by_minute(play: Play) -> dict[int, Counts]:
    """Return the counts of `refunds` by minutes after noon."""
    connection = attach(play.store)
    with contextlib.closing(connection):
        (number,) = (row.id for row in reader.routes(connection) if row.name == "refunds")
        first = NOON_US // MINUTE_US
        span = Span(first - 1_440, first + 10 * 1_440)
        series = counting.series(connection, "minute", span, number)
    return {at - first: counts for at, counts in series if any(counts)}


def window(play: Play, label: str) -> tuple[int, int]:
    """Return total and bad of a window that the rules use."""
    burn = play.route()["burn"][label]
    return burn["total"], burn["bad"]


# One minute


def test_a_good_run_sits_in_the_minute_of_its_first_terminal_event(play: Play) -> None:
    play.say(start("r1", 0), delivered("r1", 5 * M + 59), delivered("r1", 7 * M))
    play.at(LATER).read()
    assert by_minute(play) == {5: Counts(total=1)}


def test_a_bad_run_sits_in_the_minute_of_its_first_miss_with_all_its_classes(play: Play) -> None:
    play.say(event("action.denied", "r1", 3 * M, action="send"), failed("r1", 9 * M))
    play.at(LATER).read()
    assert by_minute(play) == {3: Counts(total=1, bad=1, permission=1, trust=1)}


def test_a_late_miss_moves_the_run(play: Play) -> None:
    play.say(delivered("r1", 5 * M))
    play.at(10 * M).read()
    assert by_minute(play) == {5: Counts(total=1)}
    play.say(event("rescued", "r1", 2 * HOUR))
    play.at(3 * HOUR).read()
    assert by_minute(play) == {120: Counts(total=1, bad=1, trust=1)}


def test_an_earlier_miss_that_is_read_later_moves_the_run_back(play: Play) -> None:
    play.say(delivered("r1", 5 * M), event("rescued", "r1", 2 * HOUR))
    play.at(3 * HOUR).read()
    play.say(event("action.denied", "r1", 2 * M, action="send"), name="late.jsonl")
    play.read()
    assert by_minute(play) == {2: Counts(total=1, bad=1, trust=1, permission=1)}


def test_in_every_window_class_is_at_most_bad_is_at_most_total(play: Play) -> None:
    for number, at_s in enumerate((0, HOUR, 6 * HOUR, DAY, 3 * DAY)):
        play.say(delivered(f"g{number}", at_s), failed(f"b{number}", at_s))
    play.at(3 * DAY + 1).read()
    told = play.route()["burn"]
    labels = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "all")
    assert [(told[label]["total"], told[label]["bad"]) for label in labels] == [
        (2, 1), (2, 1), (2, 1), (2, 1), (2, 1), (2, 1), (8, 4), (10, 5),
    ]  # fmt: skip


def test_over_everything_a_run_without_a_verdict_counts_however_old_it_is(play: Play) -> None:
    play.say(start("old", 0), delivered("new", 3 * DAY)).at(3 * DAY + 1).read()
    assert (play.route()["unknown"], play.counted()) == (1, (1, 0))


# The set of events


def test_duplicates_and_any_order_of_arrival_change_nothing(measuring: Measuring) -> None:
    lines = [start("r1"), check("failed", "r1", 30), delivered("r1", 60), check("passed", "r1", 90)]
    play = measuring()
    for number, order in enumerate(itertools.permutations(lines)):
        play.say(*order, *order, name=f"{number}.jsonl").at(LATER).read()
        if number in {0, 23}:
            assert play.misses_at(LATER) == {"r1": {"trust": 60}}
            assert play.counted() == (1, 1)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_each_order_of_arrival_comes_to_the_same(play: Play, order: tuple[int, ...]) -> None:
    lines = [check("failed", "r1", 30), delivered("r1", 60), check("passed", "r1", 45)]
    for place in order:
        play.say(lines[place], name=f"{place}.jsonl").at(LATER).read()
    assert play.runs() == {"r1": "good"}
    assert by_minute(play) == {1: Counts(total=1)}


def test_an_event_is_the_same_however_it_is_written(play: Play) -> None:
    play.say(b'{"ts":"2026-03-02T12:01:00Z","route":"refunds","event":"rescued","run":"r1"}\n')
    play.say(b'{"run":"r1","x":1,"event":"rescued","route":"refunds","ts":1772452860}\n')
    assert play.misses_at(LATER) == {"r1": {"trust": 60}}
    assert play.route()["rescues"] == 1


# Evidence


def test_each_debit_keeps_its_rule_in_words_and_its_lines(play: Play) -> None:
    line = event("run.failed", "r1", 60, id="e-1", reason="timeout")
    log = play.say(delivered("r0"), line).logs / "a.jsonl"
    play.at(LATER).read()
    (miss,) = play.misses()
    (evidence,) = miss["evidence"]
    assert miss["events"] == ["e-1"]
    assert "failed" in miss["rule"]
    assert evidence == {
        "file": str(log), "offset": len(delivered("r0")), "line_number": 2,
        "line": line.decode().rstrip(),
    }  # fmt: skip


# Corrections


def sides(play: Play) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (total, bad) as experienced and as charged."""
    play.read()
    told = play.route()
    lived = told["experienced"]
    return (lived["total"], lived["bad"]), (told["total"], told["bad"])


def corrected(play: Play) -> Play:
    play.say(delivered("g", 60), failed("b", 2 * M), failed("later", 20 * M)).at(LATER).read()
    return play


def test_a_correction_of_runs_takes_them_out_of_what_is_charged_and_erases_nothing(
    play: Play,
) -> None:
    corrected(play).correct(by="anybody", runs=["b"])
    assert sides(play) == ((3, 2), (2, 1))
    assert set(play.misses_at(LATER)) == {"b", "later"}


def test_a_correction_of_a_period_takes_out_every_run_that_sits_in_it(play: Play) -> None:
    corrected(play).correct(by="anybody", minutes=(1, 3))
    assert sides(play) == ((3, 2), (1, 1))


def test_a_period_ends_before_its_end(play: Play) -> None:
    corrected(play).correct(by="anybody", minutes=(0, 2))
    assert sides(play) == ((3, 2), (2, 2))


def test_corrections_that_overlap_take_a_run_out_once(play: Play) -> None:
    corrected(play).correct(minutes=(1, 3))
    play.correct(runs=["b", "g"])
    assert sides(play) == ((3, 2), (1, 1))


@pytest.mark.parametrize(
    ("by", "charged"), [("dana", (0, 0)), ("eli", (0, 0)), ("anybody", (1, 1))]
)
def test_permission_misses_are_corrected_only_by_the_owner_or_the_deputy(
    play: Play, by: str, charged: tuple[int, int]
) -> None:
    play.say(event("action.denied", "r1", 60, action="send"))
    play.at(LATER).read()
    play.correct(by=by, runs=["r1"])
    assert sides(play) == ((1, 1), charged)


@pytest.mark.parametrize("category", ["outage", "maintenance", "deploy", "misclassified"])
def test_a_correction_has_one_of_four_categories(play: Play, category: str) -> None:
    corrected(play).correct(category=category, runs=["b"])
    assert sides(play) == ((3, 2), (2, 1))


def test_a_run_that_moves_out_of_a_corrected_period_is_charged_again(play: Play) -> None:
    play.say(delivered("r1", 60)).at(10 * M).read()
    play.correct(minutes=(0, 5))
    assert sides(play) == ((1, 0), (0, 0))
    play.say(event("rescued", "r1", 20 * M)).at(LATER)
    assert sides(play) == ((1, 1), (1, 1))


# Rescues


def test_a_rescue_that_an_operator_logs_burns_like_any_other(play: Play) -> None:
    play.say(delivered("r1", 60)).at(LATER).read()
    play.rescue("r1", 3 * M)
    assert play.misses_at(LATER) == {"r1": {"trust": 3 * M}}
    assert play.route()["rescues"] == 1


# Settings have history


def test_what_is_measured_judges_runs_that_start_after_the_change(measuring: Measuring) -> None:
    play = measuring(sla_us=minutes(60))
    play.say(start("before", 0), delivered("before", 30 * M)).at(HOUR).read()
    play.measure(sla_us=minutes(10))
    play.say(start("after", HOUR), delivered("after", 90 * M))
    play.say(start("late line", 59 * M), delivered("late line", 80 * M))
    assert play.misses_at(2 * HOUR) == {"after": {"latency": 70 * M}}


def test_every_deadline_and_list_has_a_history(measuring: Measuring) -> None:
    play = measuring()
    play.at(HOUR)
    play.measure(
        requires=("qa",), verdict_within_us=minutes(1), approval_required=("send",),
        escalate_within_us=minutes(1), recover_within_us=minutes(1),
    )  # fmt: skip
    for run, at_s in (("before", 59 * M), ("after", HOUR)):
        play.say(start(run, at_s), event("action.taken", run, at_s, action="send"))
        play.say(event("uncertain", run, at_s), delivered(run, at_s + 2 * M))
    assert play.misses_at(3 * HOUR) == {
        "after": {
            "permission": HOUR,
            "escalation": HOUR + M,
            "recovery": HOUR + M,
            "trust": HOUR + 3 * M,
        }
    }
