"""Inspect AI zips: every way in which their entries are compressed, cut up, or only summed up."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from console.intake.formats.inspect_ai import FORMAT
from console.intake.reading import Batch, Context
from console.model import SECOND_US, Event

NOON_US = 1_772_366_400 * SECOND_US


def at(second: int) -> str:
    return f"2026-03-01T12:00:{second:02}+00:00"


def sample(identity: object = 1, epoch: int = 1, **fields: Any) -> dict[str, Any]:
    times = {"started_at": at(1), "completed_at": at(9)}
    return {"id": identity, "epoch": epoch, "scores": {"m": {"value": "C"}}, **times, **fields}


def started() -> dict[str, Any]:
    return {"version": 2, "eval": {"run_id": "r", "task": "refunds", "created": at(0)}}


def deflated(entries: dict[str, Any]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in entries.items():
            archive.writestr(name, value if isinstance(value, bytes) else json.dumps(value))
    return data.getvalue()


def zstandard_zip(entries: dict[str, Any], extra: bytes = b"") -> bytes:
    """Return a zip whose entries are compressed by method 93, byte for byte."""
    body, directory = b"", b""
    for name, value in entries.items():
        content, path = json.dumps(value).encode(), name.encode()
        packed = zstandard.ZstdCompressor().compress(content)
        sizes = (zlib.crc32(content), len(packed), len(content), len(path))
        fixed = struct.pack("<HHHHHIIIH", 63, 0, 93, 0, 33, *sizes[:3], sizes[3])
        directory += b"PK\x01\x02" + struct.pack("<H", 63) + fixed
        directory += struct.pack("<HHHHII", 0, 0, 0, 0, 0, len(body)) + path
        body += b"PK\x03\x04" + fixed + struct.pack("<H", len(extra)) + path + extra + packed
    counts = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + counts


def read(data: bytes, **options: Any) -> Batch:
    context = Context(path=Path("/logs/x.eval"), options=options)
    return FORMAT.reader(context).feed(data, 0, 1)


def told(data: bytes, **options: Any) -> list[Event]:
    batch = read(data, **options)
    assert batch.rejected == []
    return [entry.event for entry in batch.events]


WHOLE = {"_journal/start.json": started(), "samples/1_epoch_1.json": sample()}


@pytest.mark.parametrize("extra", [b"", b"\x01\x00\x04\x00abcd"])
def test_zstandard_entries_are_read_like_deflated_ones(extra: bytes) -> None:
    assert FORMAT.recognises(zstandard_zip(WHOLE, extra))
    assert told(zstandard_zip(WHOLE, extra)) == told(deflated(WHOLE))


def test_a_zstandard_entry_that_would_become_too_large_is_refused() -> None:
    bomb = sample(2, input="a" * (3 << 20))
    batch = read(zstandard_zip({**WHOLE, "samples/2_epoch_1.json": bomb}))
    assert {entry.event.run for entry in batch.events} == {"r/1/1"}
    assert batch.rejected[0].reason.endswith("it becomes too large when it is decompressed")


def test_a_zstandard_entry_with_other_bytes_than_were_written_is_refused() -> None:
    data = zstandard_zip(WHOLE)
    wrong = data.replace(struct.pack("<I", zlib.crc32(json.dumps(sample()).encode())), b"\0" * 4)
    (piece,) = read(wrong).rejected
    assert piece.reason.endswith(
        "samples/1_epoch_1.json of this zip file cannot be read: it is broken"
    )


@given(st.integers(0, 2000), st.integers(0, 255))
def test_no_damage_to_a_zstandard_zip_raises(place: int, byte: int) -> None:
    data = bytearray(zstandard_zip(WHOLE))
    data[place % len(data)] = byte
    read(bytes(data))


def test_a_sample_that_cannot_be_read_keeps_the_verdict_of_its_summary() -> None:
    bomb = b'{"id":2,"x":"' + b"a" * (3 << 20) + b'"}'
    summary = sample(2, scores={"m": {"value": "I"}})
    entries = {**WHOLE, "samples/2_epoch_1.json": bomb, "summaries.json": [sample(), summary]}
    batch = read(deflated(entries))
    found = [(entry.event.run, entry.event.event) for entry in batch.events]
    assert found == [
        ("r/1/1", "run.started"),
        ("r/1/1", "check.passed"),
        ("r/1/1", "run.delivered"),
        ("r/2/1", "run.started"),
        ("r/2/1", "check.failed"),
        ("r/2/1", "run.delivered"),
    ]
    assert len(batch.rejected) == 1


def test_where_no_samples_were_logged_their_summaries_are_the_runs() -> None:
    summaries = [sample("a"), sample("b", error="out of memory"), sample("c", limit="token")]
    entries = {"_journal/start.json": started(), "_journal/summaries/1.json": summaries}
    ends = [event for event in told(deflated(entries)) if event.id.endswith("#ended")]
    assert [(end.event, end.reason) for end in ends] == [
        ("run.delivered", ""),
        ("run.failed", "out of memory"),
        ("run.failed", "limit: token"),
    ]


def test_summaries_of_samples_that_were_read_say_nothing_more() -> None:
    entries = {**WHOLE, "summaries.json": [sample(scores={"m": {"value": "I"}})]}
    assert told(deflated(entries)) == told(deflated(WHOLE))


def test_a_sample_in_a_folder_is_put_together_from_its_pieces() -> None:
    asked = {"event": "approval", "decision": "reject", "timestamp": at(4)}
    folder = "samples/1_epoch_1"
    entries = {
        "header.json": {**started(), "status": "success"},
        f"{folder}/sample.json": sample(),
        f"{folder}/metadata.json": {"origin": "run-7"},
        f"{folder}/events/1000.json": [{**asked, "uuid": "b", "timestamp": at(5)}],
        f"{folder}/events/0.json": [{**asked, "uuid": "a"}],
        f"{folder}/events/stats.json": {"x": 1},
        f"{folder}/messages/0.json": [{"role": "user"}],
        f"{folder}/attachments/0.json": ["text"],
    }
    denied = [event for event in told(deflated(entries)) if event.event == "action.denied"]
    assert [event.ts_us - NOON_US for event in denied] == [4 * SECOND_US, 5 * SECOND_US]
    assert {event.run for event in told(deflated(entries), run="origin")} == {"run-7"}


def test_ids_with_slashes_are_samples_too() -> None:
    entries = {"_journal/start.json": started(), "samples/a/b_epoch_2.json": sample("a/b", 2)}
    assert {event.run for event in told(deflated(entries))} == {"r/a/b/2"}


def test_only_a_header_tells_of_no_run() -> None:
    assert told(deflated({"header.json": {**started(), "status": "error"}})) == []
