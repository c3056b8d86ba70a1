"""`status`: its exit codes and their precedence, and the document that scripts read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.collector.running import DAY, HOUR, NOON, Station, event, good, route

if TYPE_CHECKING:
    from tests.cli.shell import Shell

T = NOON.replace(hour=13).isoformat()
"""One hour after noon: when the stations below look, and as of when the status is asked for."""


def runs(name: str, good_ones: int, bad_ones: int = 0, at_s: float = HOUR - 60) -> bytes:
    """Return runs of a route that closed at one time, so many of them badly."""
    lines = [good(f"g{number}", at_s, route=name) for number in range(good_ones)]
    lines += [event("run.failed", f"b{number}", at_s, route=name) for number in range(bad_ones)]
    return b"".join(lines)


HEALTHY = runs("healthy", 40)
AT_RISK = runs("at-risk", 39, 1)
SPENT = runs("spent", 90, 10)
STALE = runs("stale", 40, at_s=-DAY)
NO_DATA = event("run.started", "r1", HOUR - 60, route="no-data")
DOOMED = event("action.denied", "r1", HOUR - 60, route="doomed", action="send") + runs(
    "doomed", 500
)


def told(shell: Shell, *lines: bytes) -> None:
    """Let a collector that looks at T read these lines."""
    strict = msgspec.structs.replace(route("doomed"), zero_tolerance=("permission",))
    station = Station(shell.folder, route("healthy"), strict)
    station.write("a.jsonl", *lines)
    station.at(HOUR).read()
    station.close()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([HEALTHY], 0),
        ([AT_RISK], 1),
        ([SPENT], 2),
        ([STALE], 3),
        ([NO_DATA], 3),
        ([HEALTHY, AT_RISK], 1),
        ([AT_RISK, STALE], 3),
        ([HEALTHY, NO_DATA, AT_RISK], 3),
        ([STALE, SPENT], 2),
        ([HEALTHY, AT_RISK, SPENT, NO_DATA], 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst_route(
    shell: Shell, lines: list[bytes], code: int
) -> None:
    told(shell, *lines)
    for arguments in (["status"], ["status", "--json"]):
        assert shell("--as-of", T, *arguments).code == code


def test_the_exit_code_of_one_route_is_its_own(shell: Shell) -> None:
    told(shell, HEALTHY, AT_RISK, SPENT, STALE)
    codes = {"healthy": 0, "at-risk": 1, "spent": 2, "stale": 3, "never-seen": 3}
    assert {name: shell("--as-of", T, "status", name).code for name in codes} == codes


def test_a_hard_stop_is_2_however_much_budget_is_left(shell: Shell) -> None:
    told(shell, DOOMED, HEALTHY)
    done = shell("--as-of", T, "status", "doomed", "--json")
    assert done.document["routes"][0]["health"] == "hard stop"
    assert done.code == 2


def test_a_route_that_does_not_exist_is_named_with_those_that_do(shell: Shell) -> None:
    told(shell, HEALTHY, SPENT)
    done = shell("--as-of", T, "status", "helthy")
    assert (done.code, done.out) == (3, "")
    assert "helthy is not known; there are: " in done.err
    assert "healthy" in done.err.split("there are: ")[1]


def test_without_a_store_there_is_no_data(shell: Shell) -> None:
    done = shell("status", "--json")
    assert (done.code, done.out) == (3, "")
    assert "burnline collect" in done.err


def test_the_document_has_what_the_contract_names(shell: Shell) -> None:
    told(shell, SPENT)
    document = shell("--as-of", T, "status", "--json").document
    assert document["as_of"] == "2026-03-02T13:00:00.000000Z"
    assert set(document["store"]) >= {"events", "rejected", "lag_s", "collector", "catching_up"}
    assert (document["store"]["events"], document["store"]["collector"]) == (100, "stopped")
    spent = next(item for item in document["routes"] if item["route"] == "spent")
    expected = {
        "route": "spent", "tier": "medium", "owner": "", "ready": False, "state": "open",
        "budget_ppm": 20_000, "window": "30d", "total": 100, "bad": 10,
        "experienced": {"total": 100, "bad": 10}, "open": 0, "unknown": 0, "excluded": 0,
        "handoffs": 0, "rescues": 0, "lost_lines": 0, "remaining": "-4", "remaining_runs": -8,
        "exhausts_at": None, "data": "live",
        "classes": {"latency": 0, "trust": 10, "escalation": 0, "permission": 0, "recovery": 0},
    }  # fmt: skip
    assert {key: spent[key] for key in expected} == expected
    assert spent["burn"]["1h"] == {"total": 100, "bad": 10, "rate": "5.00"}
    assert {rule["severity"] for rule in spent["rules"]} == {"page", "ticket"}
    wanted = {"severity", "long", "short", "k", "lowered", "basis", "state"}
    assert all(set(rule) >= wanted for rule in spent["rules"])
    kinds = {alert["kind"]: alert for alert in spent["alerts"]}
    assert kinds["spent"]["state"] == "firing"
    assert set(kinds["spent"]) >= {"id", "severity", "kind", "state", "rules", "runs"}


def test_a_window_may_be_asked_for_beside_those_of_the_rules(shell: Shell) -> None:
    told(shell, HEALTHY, runs("healthy", 7, at_s=-3 * HOUR).replace(b'"g', b'"early-'))
    healthy = shell("--as-of", T, "status", "healthy", "--window", "2h", "--json").document
    assert healthy["routes"][0]["burn"]["2h"]["total"] == 40
    everything = shell("status", "healthy", "--window", "all", "--json").document
    assert everything["routes"][0]["total"] == 47
    assert everything["routes"][0]["window"] == "all"


def test_as_of_is_the_state_as_it_was_then(shell: Shell) -> None:
    told(shell, HEALTHY, runs("healthy", 5, at_s=-DAY).replace(b'"g', b'"early-'))
    before = shell("--as-of", "2026-03-02T00:00:00Z", "status", "healthy", "--json").document
    assert before["routes"][0]["total"] == 5
    assert before["routes"][0]["alerts"] == []


def test_the_table_says_what_the_document_says(shell: Shell) -> None:
    told(shell, HEALTHY, SPENT, STALE)
    lines = shell("--as-of", T, "status").out.splitlines()
    document = shell("--as-of", T, "status", "--json").document
    for item in document["routes"]:
        (row,) = [line for line in lines if f" {item['route']} " in line]
        words = {"frozen": "stale"}
        assert row.startswith(words.get(item["health"], item["health"]))
        assert f" {item['total']} " in row
        assert item["state"] in row


def test_logs_that_go_on_while_no_collector_reads_them_are_named(shell: Shell) -> None:
    told(shell, HEALTHY)
    assert "UNREAD" not in shell("status").out
    for log in shell.logs.glob("*.jsonl"):
        log.write_bytes(log.read_bytes() + good("g99", HOUR, route="healthy"))
    said = "UNREAD: the logs of healthy go on and no collector reads them"
    assert said in shell("status").out
    assert said in shell("status", "healthy").out
    assert shell("status", "--json").document["routes"][0]["unread"] is True
