"""`misses`, `alerts`, `ack`, `close` and `check`: what is asked and answered about trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.collector.running import DAY, HOUR, NOON, Station, event, good, route

if TYPE_CHECKING:
    from tests.cli.shell import Shell

T = NOON.replace(hour=13).isoformat()
READY = """
[route.refunds]
tier = "medium"
outcome = "refund settled and confirmed"
owner = "payments on-call"
freeze_kinds = ["prompt", "model"]
"""


@pytest.fixture
def troubled(shell: Shell) -> Shell:
    """A shell over misses of three kinds and days, a firing page and a hard stop."""
    strict = msgspec.structs.replace(route("strict"), zero_tolerance=("permission",))
    station = Station(shell.folder, strict)
    station.write("a.jsonl", *(good(f"g{number}", number) for number in range(90)))
    station.write("a.jsonl", *(event("run.failed", f"b{number}", 100) for number in range(10)))
    station.write("a.jsonl", event("rescued", "old", -2 * DAY, by="dana", minutes=12))
    station.write("b.jsonl", event("action.denied", "r1", 60, route="strict", action="send"))
    station.at(HOUR).read()
    station.close()
    return shell


def listed(shell: Shell, *arguments: str) -> list[str]:
    """Return the runs that `misses` lists."""
    done = shell("--as-of", T, "misses", *arguments, "--json")
    assert done.code == 0
    return [miss["run"] for miss in done.document["misses"]]


def test_misses_are_listed_newest_first_with_their_evidence(troubled: Shell) -> None:
    misses = troubled("misses", "--json").document["misses"]
    assert [miss["at"] for miss in misses] == sorted((miss["at"] for miss in misses), reverse=True)
    (old,) = [miss for miss in misses if miss["run"] == "old"]
    assert (old["route"], old["class"], old["rule"]) == (
        "refunds",
        "trust",
        "rescued by dana, 12 min",
    )
    assert old["correction"] is None
    (piece,) = old["evidence"]
    assert piece["file"] == str(troubled.logs / "a.jsonl")
    assert '"run": "old"' in piece["line"]
    assert old["events"] == [f"{piece['file']}:{piece['offset']}"]


def test_misses_are_narrowed_by_route_class_time_and_number(troubled: Shell) -> None:
    assert len(listed(troubled)) == 12
    assert listed(troubled, "strict") == ["r1"]
    assert listed(troubled, "--class", "permission") == ["r1"]
    assert len(listed(troubled, "--since", "1d")) == 11
    assert len(listed(troubled, "--since", "2026-03-02T12:01:30Z")) == 10
    assert len(listed(troubled, "--limit", "3")) == 3
    assert troubled("misses", "no-such-route").code == 1


def test_misses_that_are_not_shown_are_said(troubled: Shell) -> None:
    assert "the newest 3; --limit 0 shows all" in troubled("misses", "--limit", "3").out
    for shown in (["--limit", "0"], ["--limit", "12"], []):
        assert "the newest" not in troubled("misses", *shown).out


def test_the_past_knows_no_later_misses(troubled: Shell) -> None:
    done = troubled("--as-of", "2026-03-01T00:00:00Z", "misses", "--json")
    assert [miss["run"] for miss in done.document["misses"]] == ["old"]


def alerts(shell: Shell) -> dict[str, dict[str, object]]:
    """Return the alerts by kind."""
    done = shell("alerts", "--json")
    assert done.code == 0
    return {str(alert["kind"]): alert for alert in done.document["alerts"]}


def test_alerts_are_listed_with_what_fired_them(troubled: Shell) -> None:
    spent = alerts(troubled)["spent"]
    assert (spent["route"], spent["severity"], spent["state"]) == ("refunds", "page", "firing")
    assert alerts(troubled)["hard_stop"]["runs"] == ["r1"]
    shown = troubled("alerts").out
    assert str(spent["id"]) in shown
    assert "refunds" in shown


def test_to_acknowledge_is_to_own_with_a_name(troubled: Shell) -> None:
    number = str(alerts(troubled)["spent"]["id"])
    done = troubled("ack", number, "--by", "dana", "--note", "looking")
    assert (done.code, done.err) == (0, "")
    assert f"{number} on refunds is now owned by dana" in done.out
    spent = alerts(troubled)["spent"]
    assert (spent["state"], spent["acknowledged_by"], spent["note"]) == (
        "acknowledged",
        "dana",
        "looking",
    )
    assert troubled("ack", number.lower(), "--by", "erin").code == 0


@pytest.mark.parametrize("name", ["A99", "99", "spent", "A-1", "A1x", "'; drop table alert; --"])
@pytest.mark.parametrize("command", [["ack"], ["close", "--note", "x"]], ids=lambda each: each[0])
def test_an_alert_that_does_not_exist_is_1(troubled: Shell, command: list[str], name: str) -> None:
    done = troubled(*command, name)
    assert (done.code, done.out) == (1, "")
    assert "there is no alert" in done.err


def test_only_a_hard_stop_is_closed_by_hand_and_only_with_a_reason(troubled: Shell) -> None:
    known = alerts(troubled)
    assert troubled("close", str(known["spent"]["id"]), "--note", "enough").code == 1
    number = str(known["hard_stop"]["id"])
    assert troubled("close", number, "--note", " ").code == 1
    done = troubled("close", number, "--note", "the tool was withdrawn", "--by", "dana")
    assert done.code == 0
    assert "is closed, signed by dana" in done.out
    assert alerts(troubled)["hard_stop"]["state"] == "resolved"
    assert troubled("close", number, "--note", "again").code == 1
    assert troubled("ack", number).code == 1


def test_a_hard_stop_that_was_closed_stays_closed(troubled: Shell) -> None:
    number = str(alerts(troubled)["hard_stop"]["id"])
    assert troubled("close", number, "--note", "withdrawn").code == 0
    strict = msgspec.structs.replace(route("strict"), zero_tolerance=("permission",))
    station = Station(troubled.folder, strict)
    station.at(2 * HOUR).read()
    station.write("b.jsonl", event("action.denied", "r2", HOUR, route="strict", action="send"))
    station.at(3 * HOUR).read()
    station.close()
    stops = [
        (alert["state"], stop["runs"])
        for alert in troubled("alerts", "--json").document["alerts"]
        for stop in alert["conditions"]
        if stop["kind"] == "hard_stop"
    ]
    assert sorted(stops) == [("firing", ["r2"]), ("resolved", ["r1"])]


def test_check_is_0_when_no_question_is_blank(shell: Shell) -> None:
    shell.settings(READY)
    done = shell("check")
    assert (done.code, done.err) == (0, "")
    assert "refunds (medium): ready" in done.out
    assert "BLANK" not in done.out


@pytest.mark.parametrize("missing", ["outcome", "owner", "freeze_kinds"])
def test_check_is_1_and_names_the_blank_question(shell: Shell, missing: str) -> None:
    lines = [line for line in READY.splitlines() if not line.startswith(missing)]
    shell.settings("\n".join(lines))
    done = shell("check", "--json")
    assert done.code == 1
    (found,) = done.document["routes"]
    assert found["ready"] is False
    assert len(found["blank"]) == 1
    assert "NOT READY" in shell("check").out


def test_check_knows_the_routes_that_logs_have_shown(troubled: Shell) -> None:
    troubled.settings(READY)
    document = troubled("check", "--json").document
    assert [item["route"] for item in document["routes"]] == ["refunds", "strict"]
    assert troubled("check").code == 1


def test_check_says_what_each_rule_fires_on(shell: Shell) -> None:
    shell.settings(READY.replace("medium", "critical"))
    (found,) = shell("check", "--json").document["routes"]
    assert found["highest_burn"] == "200"
    assert {rule["severity"] for rule in found["rules"]} == {"page", "ticket"}
    assert all("%" in rule["fires_at"] for rule in found["rules"])
    shell.settings(READY.replace('"medium"', '"low"\nobjective = "80%"'))
    (found,) = shell("check", "--json").document["routes"]
    assert any(rule["lowered"] for rule in found["rules"])
    assert "(lowered: the objective cannot burn faster)" in shell("check").out
