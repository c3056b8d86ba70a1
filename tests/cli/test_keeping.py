"""What `doctor` and `misses` say of what was redacted, has expired or came too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.store import connect
from tests.collector.running import event, good

if TYPE_CHECKING:
    from tests.cli.shell import Shell

SECRET = "AKIA" + "Q7WXE4RT" * 2


def change(shell: Shell, statement: str) -> None:
    """Change the store behind the program's back."""
    connection = connect.create(shell.store)
    connection.execute(statement)
    connection.close()


def test_doctor_names_the_files_whose_events_came_too_late(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    shell("collect", "--once", "logs")
    assert "too late" not in shell("doctor").out
    change(shell, "update route set floor_us = last_us")
    change(shell, "delete from run")
    shell.write("b.jsonl", good("r1"), good("r2"))
    shell("collect", "--once", "logs")
    done = shell("doctor")
    assert done.code == 1
    (row,) = [row for row in done.out.splitlines() if row.startswith("BAD  too late")]
    assert "b.jsonl: 2 events are of runs that may have been counted and deleted" in row


def test_doctor_names_a_route_that_no_order_can_reach(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1", route=f"refunds {SECRET}"))
    shell("collect", "--once", "logs")
    (row,) = [row for row in shell("doctor").out.splitlines() if row.startswith("BAD  route")]
    assert "refunds [redacted:" in row
    assert "give it another name" in row
    assert SECRET not in shell("status").out


def test_misses_say_that_a_raw_line_has_expired(shell: Shell) -> None:
    shell.write("a.jsonl", event("run.failed", "r1", reason="no supplier"))
    shell("collect", "--once", "logs")
    (miss,) = shell("misses", "--json").document["misses"]
    assert "expired" not in miss["evidence"][0]
    change(shell, "delete from line")
    (miss,) = shell("misses", "--json").document["misses"]
    assert (miss["evidence"][0]["expired"], miss["evidence"][0]["line"]) == (True, "")
    assert "its raw line has expired" in shell("misses").out
