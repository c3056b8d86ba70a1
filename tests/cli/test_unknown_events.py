"""Native events whose name nobody knows: taken, as signs of life, and shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from console.store import unknown_events
from console.store.connect import attach
from console.store.writer import Writer

if TYPE_CHECKING:
    from tests.cli.shell import Shell


def line(event: str, run: str = "r1", **fields: Any) -> bytes:
    record = {"ts": "2026-03-02T12:00:00Z", "route": "refunds", "event": event, "run": run}
    return json.dumps({**record, **fields}).encode() + b"\n"


def read(shell: Shell, *lines: bytes) -> None:
    shell.write("a.jsonl", *lines)
    assert shell("collect", "--once", "logs").code == 0


def unknown(shell: Shell) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shell("status", "--json").document["store"]["unknown_events"]
    return [{key: item[key] for key in ("event", "lines", "meant")} for item in found]


def test_an_unknown_event_is_kept_and_refuses_nothing(shell: Shell) -> None:
    read(shell, line("run.paused"), line("run.delivered"))
    status = shell("status", "--json").document
    assert (status["store"]["events"], status["store"]["rejected"]) == (2, 0)
    assert unknown(shell) == [{"event": "run.paused", "lines": 1, "meant": None}]


def test_a_misspelt_event_is_named_with_the_one_that_was_meant(shell: Shell) -> None:
    read(shell, *[line("run.deliverd", f"r{number}") for number in range(12)])
    assert unknown(shell) == [{"event": "run.deliverd", "lines": 12, "meant": "run.delivered"}]
    words = "12 lines with unknown event `run.deliverd`; did you mean run.delivered?"
    assert words in shell("status").out
    doctor = shell("doctor")
    assert f"BAD  events: {shell.logs / 'a.jsonl'}: {words}" in doctor.out
    assert doctor.code == 1


def test_an_event_like_no_known_one_is_no_problem(shell: Shell) -> None:
    read(shell, line("heartbeat"))
    doctor = shell("doctor")
    assert "ok   events: " in doctor.out
    assert "1 line with unknown event `heartbeat`\n" in doctor.out
    assert doctor.code == 0


def test_lines_are_counted_once_however_often_the_collector_starts(shell: Shell) -> None:
    for number in range(3):
        read(shell, line("heartbeat", f"r{number}"))
        assert shell("collect", "--once", "logs").code == 0
    assert unknown(shell) == [{"event": "heartbeat", "lines": 3, "meant": None}]


def test_a_file_of_ever_new_names_is_counted_within_bounds(shell: Shell) -> None:
    most = unknown_events.NAMES_A_FILE
    read(shell, *[line(f"zz{number}") for number in range(most + 7)])
    found = unknown(shell)
    assert len(found) == most + 1
    assert sum(item["lines"] for item in found) == most + 7
    assert {"event": "", "lines": 7, "meant": None} in found
    assert any("more unknown names" in finding["words"] for finding in findings(shell))


def findings(shell: Shell) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shell("doctor", "--json").document["findings"]
    return found


def test_a_store_of_the_first_version_gets_the_table(shell: Shell) -> None:
    writer = Writer(shell.store)
    writer.connection.execute("drop table unknown_event")
    writer.connection.execute("delete from _sqlite_migrations where name = 'm002_unknown_events'")
    writer.connection.execute("pragma user_version=1")
    writer.close()
    read(shell, line("heartbeat"))
    connection = attach(shell.store)
    assert [found.lines for found in unknown_events.found(connection)] == [1]
    connection.close()
