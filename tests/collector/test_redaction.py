"""No secret of any log is in any byte of the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from console.intake import blocks
from console.model import SECOND_US
from console.store import intake as kept
from console.store.connect import attach
from tests.collector.running import DAY, HOUR, Station, event, good
from tests.intake.claude_lines import REJECTED, Transcript
from tests.intake.otlp_requests import NOON_US as OTLP_NOON_US
from tests.intake.otlp_requests import agent, request, span
from tests.intake.otlp_requests import lines as otlp_lines
from tests.intake.test_gemini_telemetry import pretty, prompt, said

if TYPE_CHECKING:
    from pathlib import Path

SHAPED = "AKIA" + "Q7WXE4RT" * 2
KEYED = "correct-horse-battery-9"
PLANTED = f"export AWS={SHAPED} && login password={KEYED} ok"
PADDING = b"".join(good(f"padding-{number}", -HOUR) for number in range(12))
"""More than a file is recognised by: what stands before it is kept only where it is evidence."""


def native(station: Station) -> None:
    """Write secrets into free text, unknown keys, names, a refused line and the future."""
    station.write(
        "native.jsonl",
        event("run.failed", "r1", 0, reason=PLANTED, agent=f"w {SHAPED}", env={"password": KEYED}),
        event("action.denied", "r2", 1, action="shell", rule=f"hook: {PLANTED}", by=SHAPED),
        event("run.failed", f"r {SHAPED}", 2, reason="x"),
        event("run.failed", "r3", 900 * DAY, reason=PLANTED),
        b'{"ts": "2026-03-02T12:00:00Z", "password": "' + KEYED.encode() + b'"}\n',
        b"not JSON at all: " + PLANTED.encode() + b"\n",
        PADDING,
    )


def claude(station: Station) -> None:
    story = Transcript().user(0, f"use {PLANTED}").uses(1).result(2, f"{REJECTED} {PLANTED}")
    station.write("claude.jsonl", story.says(3).data + b'{"type": "junk"}\n' * 60)


def otlp(station: Station) -> None:
    """Write a failed root whose trace is not over, so that its failure is in the reader's state."""
    station.now_us = max(station.now_us, OTLP_NOON_US + 5 * SECOND_US)
    failed = agent(1, 7, error=PLANTED)
    filler = request(span(2, 1, name="chat " + "x" * 900))
    station.write("otlp.jsonl", otlp_lines(request(failed), filler))


def telemetry(station: Station) -> None:
    """Write an object that is not complete: the reader keeps what there is of it."""
    padding = {f"field_{number}": "x" * 20 for number in range(40)}
    held = pretty(said("tool_call", 3, error=PLANTED, **padding))
    station.write("telemetry.log", pretty(prompt(1, 0)) + held[: held.index(b"field_39")])


def logfmt(station: Station) -> None:
    line = f'time=2026-03-02T12:00:00Z route=a event=run.failed run=r1 reason="{PLANTED}"\n'
    station.write("plain.log", line.encode() + b"# and nothing else of interest here\n" * 20)


LOGS = [native, claude, otlp, telemetry, logfmt]


def bytes_of(station: Station) -> bytes:
    """Return every byte of the store's files."""
    return b"".join(path.read_bytes() for path in sorted(station.folder.glob("burnline.db*")))


def stored(station: Station, query: str) -> str:
    connection = attach(station.store)
    rows = connection.execute(query).fetchall()
    connection.close()
    return repr(rows)


@pytest.mark.parametrize("write", LOGS)
def test_no_planted_secret_is_in_any_byte_of_the_store(station: Station, write: Any) -> None:
    write(station)
    logged = b"".join(path.read_bytes() for path in station.logs.iterdir())
    assert SHAPED.encode() in logged
    station.read()
    data = bytes_of(station)
    assert b"[redacted:" in data
    assert SHAPED.encode() not in data
    assert KEYED.encode() not in data
    station.close()
    assert SHAPED.encode() not in bytes_of(station)
    station.collector = station._collector()


def test_every_place_that_keeps_agent_text_shows_the_mark_instead(station: Station) -> None:
    for write in LOGS:
        write(station)
    station.read()
    for query in (
        "select raw from line", "select excerpt from quarantine", "select event from future",
        "select rule from miss", "select events from told", "select agent from agent",
        "select reader from file where path like '%otlp%'",
        "select reader from file where path like '%telemetry%'",
    ):  # fmt: skip
        assert "[redacted:" in stored(station, query), query


def test_evidence_stays_json_and_its_offset_points_into_the_log(station: Station) -> None:
    native(station)
    data = (station.logs / "native.jsonl").read_bytes()
    for miss in station.read().misses():
        for piece in miss["evidence"]:
            original = data[piece["offset"] :].split(b"\n", 1)[0]
            assert json.loads(piece["line"]).keys() == json.loads(original).keys()


def test_two_equal_secrets_can_be_told_to_be_equal(station: Station) -> None:
    station.write("a.jsonl", *(event("run.failed", f"r{n}", n, reason=PLANTED) for n in range(2)))
    station.restart()
    station.write("b.jsonl", event("run.failed", "r9", 9, reason=f"again {PLANTED}"))
    rules = {miss["rule"].rpartition("export")[2] for miss in station.read().misses()}
    assert len(rules) == 1


def test_a_name_that_holds_a_secret_is_one_run_wherever_it_is_read(station: Station) -> None:
    line = event("run.failed", f"r {SHAPED}", 2, reason="x")
    station.write("a.jsonl", line)
    station.read()
    station.restart()
    station.write("b.jsonl", line, line)
    assert station.read().total() == 1
    assert all("[redacted:" in run for run in station.runs())


def test_a_stop_amid_a_story_tells_the_same_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 256)
    found = []
    for restarts in (False, True):
        folder = tmp_path / str(restarts)
        folder.mkdir()
        station = Station(folder)
        monkeypatch.setattr(kept, "redaction_key", lambda _: bytes(32))
        station.restart()
        otlp(station)
        station.read()
        if restarts:
            station.restart()
        station.write("otlp.jsonl", otlp_lines(request(span(9, 1, name="end"))))
        found.append(stored(station.at(300 * DAY).read(), "select run, rule from miss"))
        station.close()
    assert found[0] == found[1]
    assert "[redacted:" in found[0]


def test_a_long_line_passed_over_leaves_no_secret_either(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MAX_LINE_BYTES", 1_000)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 500)
    station.write("a.jsonl", event("run.failed", "r1", token=KEYED, pad="x" * 4_000), PADDING)
    station.read()
    assert "[redacted:" in stored(station, "select excerpt from quarantine")
    assert KEYED.encode() not in bytes_of(station)
