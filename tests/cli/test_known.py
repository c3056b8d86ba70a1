"""A name that is nowhere known never looks like success: it is refused, or said, with the nearest.

Only restricting goes on all the same.
"""

from __future__ import annotations

import pytest

from console.cli import acting
from tests.cli.shell import Shell
from tests.collector.running import HOUR, NOON, Station, event, good, route

T = NOON.replace(hour=13).isoformat()
DENIED = event("action.denied", "rogue-21", agent="rogue", action="send") + good("rogue-21", 1)


@pytest.fixture
def fleet(shell: Shell) -> Shell:
    """A shell whose store knows three routes: refunds with misses, and two more without."""
    shell.settings('[route.refunds]\ntier = "medium"\nowner = "dana"\n')
    station = Station(shell.folder, route())
    station.write("a.jsonl", DENIED, event("run.failed", "rogue-20"), event("run.started", "new"))
    station.write("b.jsonl", good("s1", route="support-drafts"), good("d1", route="digest"))
    station.at(HOUR).read()
    station.close()
    return shell


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status", "refund"], 3),
        (["misses", "refund"], 1),
        (["check", "--route", "refund"], 1),
        (["review", "--route", "refund"], 1),
        (["export", "csv", "--route", "refund"], 1),
        (["export", "csv", "--misses", "--route", "refund"], 1),
        (["export", "openslo", "--route", "refund"], 1),
        (["rescue", "refund", "rogue-20", "--minutes", "5"], 1),
        (["lift", "refund", "--reason", "x", "--yes"], 1),
        (["stepdown", "refund", "--reason", "x", "--yes"], 1),
        (["accept", "refund", "--yes"], 1),
        (["accept-settings", "refund", "--reason", "x", "--yes"], 1),
        (["grant", "refund", "--action", "refund.send", "--yes"], 1),
        (["correct", "refund", "--run", "r", "--category", "outage", "--reason", "x"], 1),
    ],
)
def test_an_unknown_route_is_refused_with_the_nearest_and_those_that_there_are(
    fleet: Shell, arguments: list[str], code: int
) -> None:
    done = fleet(*arguments)
    assert (done.code, done.out) == (code, "")
    assert "route refund is not known; there are: digest, refunds, support-drafts" in done.err
    assert "refunds is the nearest that is known" in done.err


def test_misses_of_a_known_route_without_any_are_none(fleet: Shell) -> None:
    done = fleet("misses", "digest")
    assert (done.code, done.out, done.err) == (0, "no misses\n", "")


def test_misses_name_the_correction_that_covers_them(fleet: Shell) -> None:
    assert "corrected" not in fleet("misses").out
    fleet("correct", "refunds", "--run", "rogue-20", "--category", "outage", "--reason", "x")
    heads = [line for line in fleet("misses").out.splitlines() if line.startswith("2026")]
    assert ["rogue-20" in line for line in heads] == [
        line.endswith("(corrected C1)") for line in heads
    ]


def corrected(fleet: Shell, *runs: str, by: str = "sam") -> tuple[int, str, str]:
    named = [word for run in runs for word in ("--run", run)]
    asked = ("--category", "outage", "--reason", "lookup down", "--by", by)
    return fleet("correct", "refunds", *named, *asked)


def test_a_correction_says_how_many_misses_it_takes_out(fleet: Shell) -> None:
    code, out, err = corrected(fleet, "rogue-20")
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "it takes 1 run with 1 miss out now"


def test_a_correction_of_a_run_that_nobody_read_is_kept_for_it_and_says_so(fleet: Shell) -> None:
    code, _, err = corrected(fleet, "rogue-2O")
    assert code == 0
    assert "it takes 0 runs with 0 misses out now" in err
    assert "no run rogue-2O of refunds was read yet: rogue-2" in err


def test_a_correction_says_what_stays_charged_and_why(fleet: Shell) -> None:
    _, out, err = corrected(fleet, "rogue-20", "rogue-21", "new")
    assert "it takes 1 run with 1 miss out now" in out
    assert "1 miss stays charged: new has no verdict yet: it is left out once it has one" in err
    assert "rogue-21 has a permission miss, which only the route's owner or deputy corrects" in err


def test_its_owner_corrects_a_permission_miss_too(fleet: Shell) -> None:
    _, out, err = corrected(fleet, "rogue-21", by="dana")
    assert ("it takes 1 run with 1 miss out now" in out, err) == (True, "")


def test_a_rescue_of_a_run_that_was_not_read_is_logged_and_said(fleet: Shell) -> None:
    done = fleet("rescue", "refunds", "rogue-2O", "--minutes", "5")
    assert done.code == 0
    assert "no run rogue-2O of refunds was read yet" in done.err


def paused(fleet: Shell, name: str) -> str:
    done = fleet("pause", name, "--reason", "wrong", "--yes")
    assert done.code == 0
    return done.err


def test_a_restriction_of_a_route_never_seen_takes_effect_and_names_the_nearest(
    fleet: Shell,
) -> None:
    err = paused(fleet, "suport-drafts")
    assert "suport-drafts was never seen: support-drafts is the nearest that was seen" in err
    assert fleet("gate", "suport-drafts", "--start").code == 1


def test_one_of_a_known_route_says_nothing_of_its_name(fleet: Shell) -> None:
    assert "never seen" not in paused(fleet, "support-drafts")


def test_a_terminal_is_asked_about_the_name_the_agents_and_the_file(
    fleet: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(acting, "on_terminal", lambda: True)
    monkeypatch.setattr(acting, "confirmed", no)
    assert fleet("pause", "suport-drafts", "--reason", "wrong").code == 1
    assert fleet("pause", "refunds", "--reason", "wrong").code == 1
    strange, known = asked
    assert "which was never seen: support-drafts is the nearest that was seen" in strange
    assert f"no agent was heard of in the last hour, writes {fleet.control}" in known


def names(fleet: Shell) -> set[str]:
    return {item["route"] for item in fleet("status", "--json").document["routes"]}


def test_a_misspelt_order_needs_no_override_and_goes_with_its_name(fleet: Shell) -> None:
    paused(fleet, "suport-drafts")
    assert "suport-drafts" in names(fleet)
    done = fleet("lift", "suport-drafts", "--reason", "misspelt", "--yes")
    assert (done.code, "overriding" in done.out) == (0, False)
    assert names(fleet) == {"refunds", "support-drafts", "digest"}


def test_an_order_on_a_route_that_was_seen_still_needs_its_exit_rule(fleet: Shell) -> None:
    paused(fleet, "support-drafts")
    assert fleet("lift", "support-drafts", "--reason", "well", "--yes").code == 1
