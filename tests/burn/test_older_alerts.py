"""Alerts that an older version stored, one a kind, taken over as conditions of one a severity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlite_utils import Database

from console.burn.evaluation import evaluate
from console.model import Severity
from console.store import alerts, connect, grounds, reshape, schema
from console.store.connect import StoreError, attach, create
from console.store.writer import Writer
from tests.burn.floor import NOON_US
from tests.burn.grounds import ground


def old(name: str, kind: str, **changes: Any) -> dict[str, Any]:
    """Return an alert as the first version stored it; `changes` replace any field."""
    plain = {
        "id": name, "route": "drafts", "severity": "page", "kind": kind, "state": "firing",
        "opened_us": NOON_US, "words": f"{kind} it is", "rules": ["1h/5m"], "runs": [f"r-{kind}"],
        "hold_us": 7, "quiet_since_us": None, "resolved_us": None, "acknowledged_by": "",
        "acknowledged_us": None, "note": "",
    }  # fmt: skip
    return plain | changes


OVER = {"state": "resolved", "resolved_us": NOON_US + 9}


def test_open_alerts_of_a_severity_become_conditions_of_the_first() -> None:
    found = reshape.merged([old("A1", "burn"), old("A2", "spent"), old("A3", "burn", route="b")])
    assert [(item.id, item.kinds, item.resolved_us) for item in found] == [
        ("A1", ("spent", "burn"), None),
        ("A2", ("spent",), NOON_US),
        ("A3", ("burn",), None),
    ]
    assert found[0].runs == ("r-spent", "r-burn")


def test_what_was_open_is_told_nobody_a_second_time() -> None:
    (alert,) = reshape.merged([old("A1", "overdue")])
    outcome = evaluate(ground(overdue=("d-1",)), {Severity.PAGE: alert}, (), lambda: "A9")
    assert outcome.notices == ()
    assert outcome.alerts[Severity.PAGE].id == "A1"


def older_store(path: Path, *stored: dict[str, Any]) -> None:
    """Make a store of the first schema with a route and these alerts."""
    connection = create(path)
    connection.execute(f"pragma application_id={connect.APPLICATION_ID}")
    schema.migrations().apply(Database(connection), stop_before="m002_unknown_events")
    connection.execute("pragma user_version=1")
    connection.execute("insert into route (name, first_us, last_us) values ('drafts', 0, 0)")
    for item in stored:
        connection.execute(
            "insert into alert values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                int(item["id"][1:]), item["route"], item["severity"], item["kind"], item["state"],
                item["opened_us"], item["resolved_us"], msgspec.json.encode(item).decode(),
            ),
        )  # fmt: skip
    connection.close()


def test_a_store_is_brought_up_to_date_and_signed_runs_stay_signed(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    older_store(
        path,
        old("A1", "hard_stop", runs=["signed"], **OVER),
        old("A2", "hard_stop", runs=["open"]),
        old("A3", "burn"),
    )
    writer = Writer(path)
    connection = writer.connection
    (standing,) = alerts.read(connection, open_only=True)
    assert (standing.id, standing.kinds) == ("A2", ("hard_stop", "burn"))
    for run in ("signed", "open", "new"):
        connection.execute(
            "insert into miss (route, run, class, at_us, rule, evidence) "
            "values (1, ?, 'permission', 5, 'denied', '[]')",
            (run,),
        )
    unsigned = grounds.unsigned_breaches(connection, [1], 0, ["permission"])
    assert sorted(unsigned[1]) == ["new", "open"]
    assert alerts.sign_breaches(connection, "A2", NOON_US) == 1
    assert grounds.unsigned_breaches(connection, [1], 0, ["permission"]) == {1: ("new",)}
    writer.close()


def test_a_reader_says_what_brings_an_older_store_up_to_date(tmp_path: Path) -> None:
    older_store(tmp_path / "s.db")
    with pytest.raises(StoreError, match="restart the collector, which brings it up to date"):
        attach(tmp_path / "s.db")


def test_what_was_over_stays_over_and_numbers_go_on(tmp_path: Path) -> None:
    older_store(tmp_path / "s.db", old("A1", "burn", **OVER))
    writer = Writer(tmp_path / "s.db")
    assert alerts.read(writer.connection)[0].resolved_us == NOON_US + 9
    assert alerts.last_number(writer.connection) == 1
    writer.close()
