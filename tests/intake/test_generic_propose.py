"""What `init` proposes for a log of an unknown program; it always loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.intake.formats.generic import FORMAT, check, propose
from console.intake.reading import Context
from console.model import Event


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def proposed(*records: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return preset and map proposed for some records."""
    options = propose(lines(*records))
    assert check(options) == []
    preset, mapped = options["preset"], options["map"]
    assert isinstance(preset, str)
    assert isinstance(mapped, dict)
    return preset, mapped


def told(sample: bytes) -> list[Event]:
    """Return the events of a sample under what is proposed for it."""
    context = Context(path=Path("a.log"), options=propose(sample))
    return [entry.event for entry in FORMAT.reader(context).feed(sample, 0, 1).events]


def entry(**keys: Any) -> dict[str, Any]:
    """Return a line as zerolog writes it."""
    return {"level": "info", "time": "2026-11-24T03:00:00Z", **keys}


def test_keys_are_found_by_their_names() -> None:
    record = entry(workflow="refunds", job_id="j-1", duration_ms=1500, message="order finished")
    assert proposed(record) == (
        "zerolog",
        {
            "route": "/workflow",
            "run": "/job_id",
            "event": {
                "from": "/message",
                "values": {"order finished": "run.delivered"},
                "default": "",
            },
            "latency": {"from": "/duration_ms", "unit": "ms"},
            "derive_start": True,
        },
    )
    assert [event.event for event in told(lines(record))] == ["run.delivered", "run.started"]


def test_a_start_is_not_derived_where_starts_are_told() -> None:
    records = entry(run="a", took_s=1, message="started"), entry(run="a", message="finished")
    assert "derive_start" not in proposed(*records)[1]


def test_native_events_need_no_mapped_event() -> None:
    record = entry(event="run.delivered", route="a", run="b")
    assert proposed(record)[1] == {"route": "/route", "run": "/run"}


def test_a_key_tells_of_events_where_messages_do_not() -> None:
    records = entry(run="a", ok=True, message="bye"), entry(run="b", ok=False, message="bye")
    assert proposed(*records)[1]["event"] == {
        "from": "/ok",
        "values": {"true": "run.delivered", "false": "run.failed"},
        "default": "",
    }


def test_of_several_words_in_a_message_the_worst_counts() -> None:
    found = proposed(entry(message="order failed to start"))[1]["event"]
    assert found["values"] == {"order failed to start": "run.failed"}


def test_a_time_is_proposed_where_no_preset_has_it() -> None:
    record = {"createdAt": 1_795_463_610, "status": "done", "meta": {"runId": "x"}}
    preset, mapped = proposed(record)
    assert (preset, mapped["ts"], mapped["run"]) == ("plain", "/createdAt", "/meta/runId")


def test_a_duration_may_say_its_unit_itself() -> None:
    assert proposed(entry(elapsed="1m2.5s"))[1]["latency"] == {"from": "/elapsed", "unit": "text"}
    assert "latency" not in proposed(entry(elapsed=5))[1]


def test_keys_of_loggers_themselves_are_not_taken() -> None:
    record = {
        "@timestamp": "2026-11-24T03:00:00Z",
        "ecs.version": "1.6.0",
        "message": "done",
        "process": {"name": "MainProcess", "thread": {"id": 7}},
        "log": {"logger": "a"},
    }
    assert not proposed(record)[1].keys() & {"route", "run"}


def test_logfmt_is_seen() -> None:
    sample = b'ts=2026-11-24T03:00:00Z msg="run finished" route=a run_id=7\n'
    assert propose(sample)["preset"] == "logfmt"
    (event,) = told(sample)
    assert (event.event, event.route, event.run) == ("run.delivered", "a", "7")


def test_headings_and_a_cut_end_do_not_matter() -> None:
    sample = b"\xef\xbb\xbfbanner\n" + lines(entry(run="a"), entry(run="b")) + b'{"le'
    assert propose(sample)["preset"] == "zerolog"


@pytest.mark.parametrize("sample", [b"", b"\n\n", b"some words\n", b"\x00\xff", b"[1]", b"{}"])
def test_where_nothing_is_seen_nothing_is_proposed(sample: bytes) -> None:
    assert propose(sample) == {}


@pytest.mark.parametrize("key", ["run/id", "run~id", "run id", "r.u.n", "/run", "", "run" * 90])
def test_a_proposal_loads_whatever_keys_are_called(key: str) -> None:
    assert check(propose(lines(entry(**{key: "x", "message": "done"})))) == []
