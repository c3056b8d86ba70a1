"""The whole line over real transcripts, against figures that were counted without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from console.collector.intake import EVIDENCE_BYTES
from tests.cli.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "claude-code"
pytestmark = pytest.mark.skipif(
    not LOGS.is_dir(),
    reason="the real agent logs are not beside the project (../shared/data/claude-code)",
)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("real"))
    done = shell("collect", "--once", LOGS)
    assert (done.code, done.err) == (0, "")
    return shell


def misses(shell: Shell, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shell("misses", *arguments, "--json").document["misses"]
    return found


def pieces(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (piece for miss in found for piece in miss["evidence"])


def rejected_by_user(record: dict[str, Any]) -> bool:
    told = record.get("toolDenialKind")
    return told == "user-rejected" or (not told and "doesn't want to" in json.dumps(record))


def test_permission_misses_are_the_fifteen_actions_that_were_denied(collected: Shell) -> None:
    found = misses(collected, "--class", "permission")
    lines = {(piece["file"], piece["offset"]): piece["line"] for piece in pieces(found)}
    records = [json.loads(line) for line in lines.values()]
    assert len({record["uuid"] for record in records}) == len(records) == 15
    assert sum(map(rejected_by_user, records)) == 12


def test_no_run_has_two_misses_of_a_class(collected: Shell) -> None:
    keys = [(miss["route"], miss["run"], miss["class"]) for miss in misses(collected)]
    assert len(set(keys)) == len(keys) > 15


def test_every_line_of_evidence_stands_in_its_file_at_its_offset(collected: Shell) -> None:
    found = list(pieces(misses(collected)))
    assert found
    for piece in found:
        data = Path(piece["file"]).read_bytes()
        line = data[piece["offset"] :].split(b"\n", 1)[0]
        assert piece["line"] == line[:EVIDENCE_BYTES].decode("utf-8", "replace")
        assert piece["line_number"] == 1 + data.count(b"\n", 0, piece["offset"])


def test_each_miss_names_the_record_that_caused_it(collected: Shell) -> None:
    for miss in misses(collected):
        lines = [piece["line"] for piece in miss["evidence"]]
        for event in miss["events"]:
            assert any(event.partition("#")[0] in line for line in lines)


def test_reading_twice_changes_nothing(collected: Shell) -> None:
    def known() -> list[Any]:
        as_of = ("--as-of", "2026-11-24T00:00:00Z")
        return [collected(*as_of, *what, "--json").document for what in (["status"], ["misses"])]

    before = known()
    assert collected("collect", "--once", LOGS).code == 0
    assert known() == before


def is_broken(line: bytes) -> bool:
    """Say whether a line is neither JSON nor several JSON values glued together."""
    try:
        json.loads(line)
    except ValueError as error:
        return "Extra data" not in str(error)
    return False


def test_only_broken_lines_are_refused_and_nothing_is_left_unread(collected: Shell) -> None:
    lines = [line for log in LOGS.iterdir() for line in log.read_bytes().split(b"\n") if line]
    document = collected("status", "--window", "all", "--json").document
    store = document["store"]
    assert (store["rejected"], store["future"]) == (sum(map(is_broken, lines)), 0)
    assert store["catching_up"] is False
    assert sum(route["total"] for route in document["routes"]) > 50
