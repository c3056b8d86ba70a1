"""`accept`, `stepdown` and `accept-settings` as a script uses them."""

from __future__ import annotations

import msgspec
import pytest

from tests.cli.shell import Shell
from tests.cli.test_schemas import SETTINGS, lines


@pytest.fixture
def proposing(shell: Shell) -> Shell:
    """Return a shell whose ladder proposes a pause and a freeze."""
    shell.settings(SETTINGS)
    shell.write("a.jsonl", *lines(bad=5, good=100))
    assert shell("collect", str(shell.logs), "--once").code == 0
    return shell


def test_status_says_what_is_proposed_and_how_to_do_it(proposing: Shell) -> None:
    said = proposing("status").out
    assert "burnline accept refunds P1 carries it out" in said
    assert "burnline accept refunds P2 carries it out" in proposing("status", "refunds").out


def test_accepting_gives_the_order_in_the_operators_name(proposing: Shell) -> None:
    done = proposing("accept", "refunds", "p1", "--by", "erin", "--yes")
    assert done.code == 0
    assert "d-1: pause on refunds is durable in generation 1" in done.out
    (route,) = proposing("status", "--json").document["routes"]
    (order,) = route["directives"]
    assert (order["by"], order["kind"], order["ladder"]) == ("erin", "pause", False)
    assert [item["id"] for item in route["proposals"]] == ["P2"]


def test_what_is_not_proposed_is_refused(proposing: Shell) -> None:
    assert proposing("accept", "refunds", "--yes").code == 1
    done = proposing("accept", "refunds", "P9", "--yes")
    assert (done.code, "P9 is not proposed on refunds" in done.err) == (1, True)


def test_without_a_collector_a_pause_is_not_stepped_down(proposing: Shell) -> None:
    assert proposing("pause", "refunds", "--reason", "why", "--yes").code == 0
    done = proposing("stepdown", "refunds", "--reason", "well", "--yes")
    assert (done.code, "no collector runs" in done.err) == (1, True)


def test_stepping_down_asks_a_second_time(proposing: Shell) -> None:
    assert proposing("pause", "refunds", "--reason", "why", "--yes").code == 0
    done = proposing("stepdown", "refunds", "--reason", "well")
    assert (done.code, "second confirmation" in done.err) == (1, True)


def test_settings_loosened_under_an_order_are_shown_and_accepted(proposing: Shell) -> None:
    assert proposing("pause", "refunds", "--reason", "why", "--yes").code == 0
    proposing.settings(SETTINGS + 'objective = "90%"\n')
    (route,) = proposing("status", "--json").document["routes"]
    assert route["settings_held"] == "objective 98% -> 90%"
    assert "SETTINGS HELD" in proposing("status", "refunds").out
    done = proposing("accept-settings", "refunds", "--reason", "agreed", "--yes")
    assert (done.code, "count from now on" in done.out) == (0, True)
    (route,) = proposing("status", "--json").document["routes"]
    assert route["settings_held"] is None
    (row,) = proposing("audit", "--json", "--limit", "1").document["audit"]
    assert (row["verb"], row["detail"]["override"]) == ("settings accepted", True)


def test_the_ladder_is_in_the_json_of_status(proposing: Shell) -> None:
    (route,) = msgspec.json.decode(proposing("status", "--json").out)["routes"]
    assert [(step["kind"], step["state"]) for step in route["ladder"]] == [
        ("pause", "proposed"),
        ("freeze", "proposed"),
    ]
