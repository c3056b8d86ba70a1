"""Behind every miss stands the line that caused it, as it was written, wherever its log is now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from console.collector.intake import EVIDENCE_BYTES
from tests.collector.running import HOUR, MINUTE, Station, event, good, route
from tests.collector.test_reading import SAMPLE, sampled

if TYPE_CHECKING:
    from collections.abc import Iterator

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()


def bad(run: str, at_s: float = 0, **fields: object) -> bytes:
    """Return the one line of a run that failed."""
    return event("run.failed", run, at_s, **fields)


def evidence(station: Station, run: str) -> dict[str, Any]:
    """Return the one piece of evidence of a run's only miss."""
    (miss,) = [item for item in station.read().misses() if item["run"] == run]
    (found,) = miss["evidence"]
    return dict(found)


def pieces(station: Station) -> Iterator[dict[str, Any]]:
    return (piece for miss in station.misses() for piece in miss["evidence"])


def test_evidence_is_what_stands_in_the_file_at_that_offset(station: Station) -> None:
    hidden = bad("r4", reason="a\N{LINE SEPARATOR}b").replace(b"\\u2028", "\u2028".encode())
    log = station.write(
        "a.jsonl",
        *(BOM, bad("r1"), b"\r\n", bad("r2").replace(b"\n", b"\r\n"), b"\x00" * 50, bad("r3")),
        *(hidden, bad("r5").strip(), b" ", bad("r6").strip(), b"not JSON\n"),
        *(bad("r7", reason="ü").replace(b"\\u00fc", "ü".encode()), bad("r8").strip()),
    )
    station.read()
    data = log.read_bytes()
    found = list(pieces(station))
    assert len(found) == 8
    for piece in found:
        line = piece["line"].encode()
        assert data[piece["offset"] : piece["offset"] + len(line)] == line
        assert line.startswith(b'{"ts"')
        assert line.endswith(b"}")
        assert piece["line_number"] == 1 + data.count(b"\n", 0, piece["offset"])
        assert piece["file"] == str(log)


def test_each_miss_of_the_sample_logs_shows_lines_of_its_run(tmp_path: Path) -> None:
    station = sampled(tmp_path, SAMPLE).read()
    misses = station.misses()
    assert len(misses) > 50
    for miss in misses:
        assert miss["evidence"]
        for event_id, piece in zip(miss["events"], miss["evidence"], strict=True):
            with Path(piece["file"]).open("rb") as file:
                file.seek(piece["offset"])
                assert file.readline().strip() == piece["line"].encode()
            assert f'"id":"{event_id}"' in piece["line"]
            assert miss["run"] in piece["line"]
    station.close()


def test_the_line_is_kept_when_its_log_is_deleted(station: Station) -> None:
    line = bad("r1", reason="no supplier", unknown="kept too")
    log = station.write("a.jsonl", line)
    station.read()
    log.unlink()
    station.restart()
    found = evidence(station.at(HOUR), "r1")
    assert found == {"file": str(log), "offset": 0, "line": line.decode().strip(), "line_number": 1}


def test_the_line_is_kept_over_rotations_that_use_inodes_again(station: Station) -> None:
    log = station.logs / "a.jsonl"
    for turn in range(12):
        station.write("a.jsonl", bad(f"r{turn}"))
        station.read()
        station.restart()
        log.replace(station.logs / "a.jsonl.1")
    station.read()
    for turn in range(12):
        assert evidence(station, f"r{turn}")["line"] == bad(f"r{turn}").decode().strip()
        assert evidence(station, f"r{turn}")["file"].startswith(str(log))


def test_a_line_whose_log_went_before_it_missed_is_told_as_it_was_understood(
    tmp_path: Path,
) -> None:
    station = Station(tmp_path, route(sla_us=10 * MINUTE * 1_000_000))
    log = station.write("a.jsonl", event("run.started", "r1", id="e1", agent="worker-1"))
    station.at(MINUTE).read()
    station.close()
    log.unlink()
    station.restart()
    found = evidence(station.at(HOUR), "r1")
    assert (found["file"], found["offset"]) == (str(log), 0)
    assert '"event":"run.started"' in found["line"]
    assert '"agent":"worker-1"' in found["line"]
    assert "as it was understood" in found["line"]
    station.close()


def test_a_log_truncated_since_does_not_lend_its_new_bytes_to_old_misses(tmp_path: Path) -> None:
    station = Station(tmp_path, route(sla_us=10 * MINUTE * 1_000_000))
    log = station.write("a.jsonl", event("run.started", "r1", id="e1"))
    station.at(MINUTE).read()
    log.write_bytes(good("r2", MINUTE) + good("r3", MINUTE) + good("r4", MINUTE))
    assert '"id":"e1"' in evidence(station.at(HOUR), "r1")["line"]
    station.close()


def test_the_earliest_place_of_a_line_that_stands_in_several_files_is_shown(
    station: Station,
) -> None:
    first = station.write("a.jsonl", bad("r1"))
    station.read()
    station.write("b.jsonl", bad("r1"))
    assert evidence(station, "r1")["file"] == str(first)


@pytest.mark.parametrize("length", [EVIDENCE_BYTES - 200, 2 * EVIDENCE_BYTES, 3_000_000])
def test_of_a_very_long_line_the_beginning_is_kept(station: Station, length: int) -> None:
    line = bad("r1", unknown="x" * length)
    station.write("a.jsonl", good("r0"), line, good("r2"))
    found = evidence(station, "r1")
    assert found["line"] == line.decode().strip()[:EVIDENCE_BYTES]
    assert found["offset"] == len(good("r0"))


def test_misses_of_one_run_name_each_event_once(station: Station) -> None:
    station.write(
        "a.jsonl",
        event("check.failed", "r1", 1, check="qa", id="e1"),
        event("check.failed", "r1", 2, check="evidence", id="e2"),
        event("run.delivered", "r1", 3, id="e3"),
    )
    (miss,) = station.read().misses()
    assert miss["class"] == "trust"
    assert sorted(miss["events"]) == ["e1", "e2", "e3"]
    assert len(miss["evidence"]) == 3
    assert "qa" in miss["rule"]
    assert "evidence" in miss["rule"]
