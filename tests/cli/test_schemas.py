"""The published schemas: generated from types that real documents decode into."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest

from console.cli.schemas import TYPES, Control, Misses, NativeEvent, Status
from console.intake.times import rfc3339
from tests.cli.shell import ROOT, Shell

SETTINGS = """
[route.refunds]
owner = "dana"
freeze_kinds = ["model"]
zero_tolerance = ["permission"]
caps = { trust = "1%" }
ladder = [ { left = "50%", do = "freeze" }, { left = "0%", do = "pause" } ]
"""


def lines(bad: int, good: int) -> list[bytes]:
    """Return runs that ended this very second."""
    now = rfc3339(time.time_ns() // 1_000)
    kinds = ["run.failed"] * bad + ["run.delivered"] * good
    return [
        msgspec.json.encode(
            {"ts": now, "route": "refunds", "event": kind, "run": f"r-{n}", "reason": "why"}
        )
        + b"\n"
        for n, kind in enumerate(kinds)
    ]


@pytest.fixture
def worked(shell: Shell) -> Shell:
    """Return a shell after logs were read, orders given and a miss counted."""
    shell.settings(SETTINGS)
    shell.write("a.jsonl", *lines(bad=5, good=100))
    assert shell("init", "--yes").code in {0, 1}
    assert shell("collect", str(shell.logs), "--once").code == 0
    assert shell("freeze", "refunds", "--change", "prompt", "--reason", "why", "--yes").code == 0
    assert shell("pause", "refunds", "--reason", "why", "--for", "2h", "--yes").code == 0
    return shell


@pytest.mark.parametrize("window", [(), ("--window", "all"), ("--window", "6h")])
def test_status_is_what_its_schema_says(worked: Shell, window: tuple[str, ...]) -> None:
    found = msgspec.json.decode(worked("status", "--json", *window).out, type=Status)
    (route,) = found.routes
    assert [order.kind for order in route.directives] == ["pause", "freeze"]
    assert {step.state for step in route.ladder} == {"proposed"}
    assert route.proposals[0].kind == "pause"


def test_misses_are_what_their_schema_says(worked: Shell) -> None:
    found = msgspec.json.decode(worked("misses", "--json").out, type=Misses)
    assert len(found.misses) == 5


def test_the_control_file_is_what_its_schema_says(worked: Shell) -> None:
    found = msgspec.json.decode(worked.control.read_bytes(), type=Control)
    assert [order.kind for order in found.routes["refunds"].directives] == ["freeze", "pause"]


def test_every_native_line_of_the_samples_is_what_the_schema_says() -> None:
    kinds = set()
    for path in sorted((ROOT / "sample_logs" / "logs").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            try:
                kinds.add(msgspec.json.decode(line, type=NativeEvent).event)
            except msgspec.ValidationError as error:
                raise AssertionError(f"{path.name}: {error}: {line[:200]!r}") from error
    assert len(kinds) > 10


@pytest.mark.parametrize("name", TYPES)
def test_a_document_with_a_wrong_value_is_not_what_a_schema_says(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"schema": 1, "ts": [], "routes": 1, "misses": 2}', type=TYPES[name])


def test_doctor_prints_a_schema_for_every_published_document(shell: Shell) -> None:
    done = shell("doctor", "--schema")
    found: dict[str, Any] = done.document
    assert (done.code, set(found)) == (0, {"control", "event", "status", "misses"})
    for schema in found.values():
        assert schema["$schema"].endswith("2020-12/schema")
        name = schema["$ref"].rpartition("/")[2]
        assert schema["$defs"][name]["type"] == "object"
    assert found["status"]["$defs"]["Route"]["additionalProperties"] is False
