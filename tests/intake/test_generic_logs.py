"""Lines that real libraries wrote, one section a library, with figures counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.intake.formats.generic import FORMAT, check, propose
from console.intake.reading import Batch, Context
from console.intake.times import instant_us

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "generic"
FILES = sorted(DATA.glob("*.txt"))
pytestmark = pytest.mark.skipif(
    not FILES, reason="the real logs are not beside the project (../shared/data/generic)"
)
MESSAGES = {
    "run_finished": "run.delivered",
    "run finished": "run.delivered",
    "run_failed": "run.failed",
}
LIBRARIES = {
    "structlog 26.1.0": ("structlog", "/event", "2026-11-23T19:53:30.267971Z", 2),
    "logfmt:": ("logfmt", "/event", "2026-11-23T19:53:30.268267Z", 1),
    "python-json-logger 4.2.0": ("python-json-logger", "/message", "2026-11-23T18:53:30.272Z", 1),
    "loguru 0.7.3": ("loguru", "/record/message", "2026-11-23T19:53:30.320558Z", 1),
    "ecs-logging 2.3.0": ("ecs", "/message", "2026-11-23T19:53:30.328Z", 1),
    "logfmter 0.0.12": ("logfmt", "/msg", "2026-11-23T18:53:30.330Z", 1),
    "pino 10.4.0": ("pino", "/msg", "2026-11-23T19:53:30.714Z", 2),
    "bunyan 2.0.5": ("bunyan", "/msg", "2026-11-23T19:53:30.742Z", 1),
    "winston 3.19.0": ("winston", "/message", "2026-11-23T19:53:30.875Z", 1),
}
"""Preset, place of the message, time of the first event, and how many runs end.

The two that write local times are read as if from Berlin, an hour ahead.
"""
each_library = pytest.mark.parametrize("library", LIBRARIES)


def section(library: str) -> bytes:
    """Return the lines of a library; those that structlog wrote as logfmt stand below its JSON."""
    wanted = "structlog 26.1.0" if library == "logfmt:" else library
    in_json = LIBRARIES[library][0] != "logfmt"
    heading, found = "", []
    for line in b"\n".join(file.read_bytes() for file in FILES).splitlines():
        if not line.startswith(b"{") and b"=" not in line:
            heading = heading if line == b"logfmt:" else line.decode()
        elif heading == wanted and line.startswith(b"{") == in_json:
            found.append(line + b"\n")
    return b"".join(found)


def read(library: str) -> Batch:
    """Read a section with a map such as a user would write."""
    preset, place, _, _ = LIBRARIES[library]
    mapped = {
        "event": {"from": place, "values": MESSAGES, "default": ""},
        "run": ["/run_id", {"const": "r1"}],
        "route": ["/route", "/record/extra/route", {"const": "refunds"}],
        "latency": "/latency_s",
        "timezone": "Europe/Berlin",
    }
    options: dict[str, object] = {"preset": preset, "map": mapped}
    return FORMAT.reader(Context(path=Path("a.log"), options=options)).feed(section(library), 0, 1)


@each_library
def test_every_line_of_a_library_is_read(library: str) -> None:
    batch = read(library)
    ends = LIBRARIES[library][3]
    assert batch.rejected == []
    kinds = [entry.event.event for entry in batch.events]
    assert kinds == ["run.delivered", "run.failed"][:ends]
    assert {entry.event.route for entry in batch.events} == {"refunds"}


@each_library
def test_times_are_exact(library: str) -> None:
    assert read(library).events[0].event.ts_us == instant_us(LIBRARIES[library][2])


def test_the_latency_of_structlog_is_how_long_the_run_took() -> None:
    first, second = (entry.event for entry in read("structlog 26.1.0").events)
    assert (first.run, first.elapsed_s) == ("r1", 3.2)
    assert (second.run, second.elapsed_s) == ("r2", None)


@each_library
def test_the_preset_is_seen_and_the_proposal_loads(library: str) -> None:
    options = propose(section(library))
    assert options["preset"] == LIBRARIES[library][0]
    assert check(options) == []


@each_library
def test_a_log_with_other_words_than_ours_is_not_recognised(library: str) -> None:
    assert not FORMAT.recognises(section(library))
