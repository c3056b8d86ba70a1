"""Lines of common loggers: which events they give, which are ignored, and which are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.intake.formats.generic import FORMAT
from console.intake.reading import Batch, Context
from console.intake.times import instant_us
from console.model import Event

AT = "2026-11-24T03:00:00Z"
AT_US = instant_us(AT)


def read(*lines: object, route: str = "", path: str = "logs/app.log", **options: object) -> Batch:
    """Read lines given as records or bytes, with these options of the source."""
    block = b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
    )
    context = Context(path=Path(path), route=route, options=options)
    return FORMAT.reader(context).feed(block, 0, 1)


def events(*lines: object, **options: object) -> list[Event]:
    """Return the events; nothing may have been refused."""
    batch = read(*lines, **options)  # type: ignore[arg-type]
    assert batch.rejected == []
    return [entry.event for entry in batch.events]


def event(line: object, **options: object) -> Event:
    (found,) = events(line, **options)
    return found


def refused(line: object, **options: object) -> str:
    """Return why a line is refused, which gives no event."""
    batch = read(line, **options)  # type: ignore[arg-type]
    assert batch.events == []
    (found,) = batch.rejected
    return found.reason


def plain(**keys: object) -> dict[str, object]:
    return {"ts": AT, "route": "refunds", "run": "r-1", **keys}


SPOKEN = {"route": "refunds", "run": "r-1"}
PRESET_LINES: dict[str, dict[str, object]] = {
    "structlog": {**SPOKEN, "event": "run.delivered", "level": "info", "timestamp": AT},
    "python-json-logger": {
        **SPOKEN,
        "asctime": "2026-11-24 03:00:00,000",
        "timestamp": AT,
        "levelname": "INFO",
        "message": "run.delivered",
    },
    "loguru": {
        "text": "run.delivered\n",
        "record": {
            "extra": SPOKEN,
            "level": {"name": "INFO", "no": 20},
            "message": "run.delivered",
            "time": {"repr": "2026-11-24 03:00:00+00:00", "timestamp": AT_US / 1e6},
        },
    },
    "pino": {"level": 30, "time": AT_US // 1000, "pid": 1, **SPOKEN, "msg": "run.delivered"},
    "bunyan": {
        "name": "a",
        "hostname": "h",
        "pid": 1,
        "level": 30,
        "time": AT,
        "v": 0,
        **SPOKEN,
        "msg": "run.delivered",
    },
    "winston": {"level": "info", "message": "run.delivered", **SPOKEN, "timestamp": AT},
    "zap": {"level": "info", "ts": AT_US / 1e6, "caller": "a.go:1", "msg": "run.delivered"}
    | SPOKEN,
    "zerolog": {"level": "info", **SPOKEN, "time": AT, "message": "run.delivered"},
    "ecs": {
        "@timestamp": AT,
        "log.level": "info",
        "ecs.version": "1.6.0",
        "message": "run.delivered",
        "log": {"logger": "agent"},
        **SPOKEN,
    },
}
each_preset = pytest.mark.parametrize("preset", PRESET_LINES)


@each_preset
def test_a_preset_needs_no_map_where_native_names_are_used(preset: str) -> None:
    found = event(PRESET_LINES[preset], preset=preset)
    assert found == Event(ts_us=AT_US, route="refunds", event="run.delivered", run="r-1")


@each_preset
def test_without_a_preset_the_shape_of_the_line_decides(preset: str) -> None:
    assert event(PRESET_LINES[preset]) == event(PRESET_LINES[preset], preset=preset)


@each_preset
def test_a_preset_with_native_names_is_recognised(preset: str) -> None:
    head = json.dumps(PRESET_LINES[preset]).encode()
    assert FORMAT.recognises(b'{"cut": \n' + head + b"\n" + head[:30])


@each_preset
@pytest.mark.parametrize("name", ["route", "run"])
def test_a_preset_without_native_names_is_not_recognised(preset: str, name: str) -> None:
    head = json.dumps(PRESET_LINES[preset]).replace(f'"{name}"', '"other"')
    assert not FORMAT.recognises(head.encode())


@each_preset
def test_a_line_without_an_event_is_read_and_ignored(preset: str) -> None:
    line = json.dumps(PRESET_LINES[preset]).replace("run.delivered", "connected").encode()
    assert read(line, preset=preset) == Batch([], [])


@pytest.mark.parametrize(
    "line",
    [
        b'{"message":"run.delivered","route":"a","run":"b","timestamp":"2026-11-24T03:00:00Z"}',
        b'{"time":"2026-11-24T03:00:00Z","level":"INFO","msg":"run.delivered","route":"a","run":"b"}',
        b'level=info ts=2026-11-24T03:00:00Z msg="run.delivered" route=a run=b',
        b"route=a run=b event=run.delivered level=info timestamp=2026-11-24T03:00:00.000001Z",
    ],
)
def test_lines_of_any_logger_that_speak_native_events_are_recognised_and_read(line: bytes) -> None:
    assert FORMAT.recognises(line + b"\n")
    batch = FORMAT.reader(Context(path=Path("a.log"))).feed(line + b"\n", 0, 1)
    assert [(entry.event.event, entry.event.run) for entry in batch.events] == [
        ("run.delivered", "b")
    ]


def test_without_a_preset_json_and_logfmt_may_stand_in_one_file() -> None:
    block = (
        b'{"ts":"2026-11-24T03:00:00Z","message":"run.started","route":"a","run":"b"}\n'
        b"ts=2026-11-24T03:00:01Z event=run.delivered route=a run=b\n"
        b"neither of them\n"
    )
    batch = FORMAT.reader(Context(path=Path("a.log"))).feed(block, 0, 1)
    assert [entry.event.event for entry in batch.events] == ["run.started", "run.delivered"]
    assert [piece.line for piece in batch.rejected] == [3]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x00\xff{",
        b'{"ts": "2026-11-24T03:00:00Z", "route": "a", "event": "run.started", "run": "r"}',
        b'{"type": "user", "uuid": "u", "sessionId": "s", "timestamp": "2026-11-24T03:00:00Z"}',
        b'{"timestamp": "2026-11-24T03:00:00Z", "type": "session_meta", "payload": {}}',
        b'{"resourceSpans": []}',
        b'level=info ts=2026-11-24T03:00:00Z msg="order done" route=a run=b',
        b"level=info msg=run.delivered route=a run=b",
        b'{"route": "a", "run": "b", "event": "run.delivered"}',
    ],
)
def test_nothing_else_is_recognised(head: bytes) -> None:
    assert not FORMAT.recognises(head)


def test_a_native_line_beside_a_loggers_is_native() -> None:
    native = b'{"ts": 1795463610, "route": "a", "event": "run.started", "run": "r"}\n'
    assert not FORMAT.recognises(json.dumps(PRESET_LINES["pino"]).encode() + b"\n" + native)


def test_keys_that_say_burnline_beat_plain_ones_and_run_beats_run_id() -> None:
    line = plain(event="run.failed", run_id="r-2", burnline_event="run.delivered")
    assert (event(line).event, event(line).run) == ("run.delivered", "r-1")
    assert event(plain(event="run.failed", run=None, run_id="r-2")).run == "r-2"
    assert event(plain(**{"event": "run.failed", "burnline.run": "r-3"})).run == "r-3"
    assert event(plain(event="run.failed", burnline={"run_id": "r-4"})).run == "r-4"
    for nested in ({"run_id": "r-4", "run": "r-5"}, {"run": "r-5", "run_id": "r-4"}):
        assert event(plain(event="run.failed", burnline=nested)).run == "r-5"
    for mark in "_.":
        marked = {f"burnline{mark}{key}": value for key, value in nested.items()}
        assert event(plain(event="run.failed", **marked)).run == "r-5"


def test_a_key_that_says_burnline_beats_a_plain_one_elsewhere_and_the_time_of_the_logger() -> None:
    line = {**PRESET_LINES["winston"], "burnline_run": "r-9", "metadata": {"run": "r-2"}}
    assert event(line).run == "r-9"
    later = "2026-11-24T03:00:01Z"
    assert event({**line, "burnline_ts": later}).ts_us == AT_US + 1_000_000
    assert event({**line, "ts": later}).ts_us == AT_US


def test_an_event_in_a_key_of_ours_that_is_none_is_refused() -> None:
    reason = refused(plain(burnline_event="run.deliverd"))
    assert reason == (
        '/burnline_event says "run.deliverd", which is no native event; '
        'the nearest is "run.delivered"'
    )


def test_objects_under_native_names_are_other_fields() -> None:
    line = {**PRESET_LINES["ecs"], "agent": {"name": "filebeat"}, "event": {"kind": "event"}}
    assert event(line).agent == ""


def test_values_that_cannot_be_are_refused_with_their_place() -> None:
    line = plain(event="run.delivered", trusted="maybe")
    reason = refused(line)
    assert reason == '`trusted` at /trusted = "maybe" is neither true nor false; map it with values'
    assert event(plain(event="run.delivered", trusted="false")).trusted is False
    assert refused(plain(event="run.started", sla_s=-1)).startswith("`sla_s` must be")
    assert "a whole number" in refused(plain(event="run.started", seq="1.5"))
    assert "too large" in refused(plain(event="run.started", seq=2**63))
    assert event(plain(event="run.started", seq=2**63 - 1)).seq == 2**63 - 1


def test_a_number_that_is_none_is_not_known() -> None:
    assert event(plain(event="run.started", sla_s=float("nan"))).sla_s is None


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_a_line_with_an_event_but_no_run_is_refused_naming_where_it_was_looked_for(
    nothing: object,
) -> None:
    mapped = {"run": "/ctx/run_id"}
    line = plain(event="run.failed", ctx={"run_id": nothing})
    reason = "`run.failed` needs a `run`, and there is none at /ctx/run_id"
    assert refused(line, map=mapped) == reason
    assert refused(plain(event="run.failed", run=nothing)).endswith("there is none at /run")
    changed = plain(event="change.deployed", change="model", run=nothing)
    assert event(changed, map=mapped).event == "change.deployed"


def test_a_line_with_an_event_but_no_time_is_refused() -> None:
    line = plain(event="run.failed", ts=None)
    assert refused(line, preset="zap") == "there is no time at /ts or /time"
    assert refused(line, map={"ts": "/at"}) == "there is no time at /at"
    assert refused(plain(event="run.failed", ts="noon")).endswith("(at /ts)")


def test_the_route_of_the_map_beats_that_of_the_source_and_that_the_key() -> None:
    line = plain(event="run.failed", team="pay")
    assert event(line).route == "refunds"
    assert event(line, route="orders").route == "orders"
    assert event(line, route="{/team}-{file}").route == "pay-app"
    assert event(line, route="/team").route == "pay"
    assert event(line, route="orders", map={"route": "/team"}).route == "pay"
    assert event(line, route="{/nothing}").route == "refunds"
    with pytest.raises(ValueError, match="has no placeholder"):
        read(line, route="{cwd}")


def test_the_route_of_an_ecs_line_without_one_is_its_service() -> None:
    line = {**PRESET_LINES["ecs"], "route": None, "service": {"name": "billing"}}
    assert event(line).route == "billing"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (AT_US // 1_000_000, AT_US),
        (AT_US // 1_000, AT_US),
        (AT_US * 1_000, AT_US),
        (str(AT_US // 1_000_000), AT_US),
        (f"{AT_US // 1_000_000}.5", AT_US + 500_000),
        ("2026-11-24T03:00:00.000000999Z", AT_US),
        ("2026-11-24T04:00:00.000+0100", AT_US),
        ("2026-11-24 04:00:00,000 +01:00", AT_US),
        ("2026-11-24 03:00:00 UTC", AT_US),
        ("2026-11-24t03:00:00z", AT_US),
    ],
)
def test_times_with_a_zone_or_a_magnitude_need_no_time_zone(written: object, meant: int) -> None:
    assert event(plain(event="run.started", ts=written)).ts_us == meant


@pytest.mark.parametrize(
    ("written", "zone", "meant"),
    [
        ("2026-11-23 19:45:50,312", "UTC", "2026-11-23T19:45:50.312Z"),
        ("2026-11-23 19:45:50,312", "Europe/Berlin", "2026-11-23T18:45:50.312Z"),
        ("2026-07-01T19:45:50", "Europe/Berlin", "2026-07-01T17:45:50Z"),
        ("2026-10-25 02:30:00,000", "Europe/Berlin", "2026-10-25T00:30:00Z"),
        ("2026-11-23T19:45:50Z", "Europe/Berlin", "2026-11-23T19:45:50Z"),
    ],
)
def test_local_times_are_read_in_the_zone_of_the_map(written: str, zone: str, meant: str) -> None:
    line = plain(event="run.started", ts=written)
    assert event(line, map={"timezone": zone}).ts_us == instant_us(meant)


def test_a_local_time_without_a_zone_in_the_map_is_refused_with_what_to_write() -> None:
    reason = refused(plain(event="run.started", ts="2026-11-23 19:45:50,312"))
    assert reason == (
        "the time has no zone; say which one the program logs in: "
        'timezone = "Europe/Berlin" (an IANA name, or "UTC") in [source.map] (at /ts)'
    )


@pytest.mark.parametrize(
    "written", ["2026-11-23", "0001-01-01 00:00:00", True, {}, 1e300, "9" * 50]
)
def test_what_is_no_time_is_refused(written: object) -> None:
    line = plain(event="run.started", ts=written)
    assert "time" in refused(line, map={"timezone": "Asia/Tokyo", "ts": "/ts"})


@pytest.mark.parametrize(
    ("latency", "value", "elapsed_s"),
    [
        ("/latency_s", 3.2, 3.2),
        ("/latency_ms", 3200, 3.2),
        ({"from": "/took", "unit": "us"}, "1500000", 1.5),
        ({"from": "/took", "unit": "m"}, 2, 120.0),
        ({"from": "/took", "unit": "text"}, "3.2s", 3.2),
        ({"from": "/took", "unit": "text"}, "1m2.5s", 62.5),
        ({"from": "/took", "unit": "text"}, "250ms", 0.25),
        ({"from": "/took", "unit": "text"}, "0:01:02.5", 62.5),
    ],
)
def test_a_latency_is_how_long_the_run_took(
    latency: object, value: object, elapsed_s: float
) -> None:
    at = latency if isinstance(latency, str) else latency["from"]  # type: ignore[index]
    line = plain(event="run.delivered", **{at[1:]: value})
    assert event(line, map={"latency": latency}).elapsed_s == elapsed_s


def test_a_latency_belongs_to_ends_only() -> None:
    line = plain(event="check.passed", check="qa", latency_s=3)
    assert event(line, map={"latency": "/latency_s"}).elapsed_s is None


def test_a_latency_that_is_none_is_refused_and_an_absent_one_is_not_known() -> None:
    mapped = {"latency": {"from": "/took", "unit": "text"}}
    reason = refused(plain(event="run.failed", took="long"), map=mapped)
    assert reason == 'the latency at /took is "long", not a duration with its unit, like "3.2s"'
    assert event(plain(event="run.failed", took=None), map=mapped).elapsed_s is None
    assert "not negative" in refused(
        plain(event="run.failed", took=-1), map={"latency": {"from": "/took", "unit": "s"}}
    )


def test_a_start_is_derived_from_the_end_and_the_latency() -> None:
    mapped = {"latency": "/latency_s", "derive_start": True}
    end, start = events(plain(event="run.delivered", latency_s=3.5, id="x", seq=4), map=mapped)
    assert (end.event, end.id, end.ts_us, end.seq) == ("run.delivered", "x", AT_US, 4)
    assert (start.event, start.id, start.seq) == ("run.started", "x#started", None)
    assert start.ts_us == AT_US - 3_500_000
    assert len(events(plain(event="run.delivered"), map=mapped)) == 1


def test_a_failure_without_a_reason_has_the_message() -> None:
    line = {**PRESET_LINES["pino"], "event": "run.failed", "msg": "card declined"}
    assert event(line).reason == "card declined"
    assert event({**line, "reason": "declined"}).reason == "declined"
    assert event({**line, "msg": "run.failed"}).reason == ""
    assert event({**line, "event": "run.delivered"}).reason == ""


def test_the_mark_of_our_directive_is_found_anywhere_in_a_denial() -> None:
    deep = {"stack": "x" * 50_000 + " [burnline:d-7] "}
    assert event(plain(event="action.denied", action="pay", err=deep)).directive == "d-7"
    assert event(plain(event="action.taken", action="pay", err=deep)).directive == ""
    denied = plain(event="action.denied", action="pay", err=deep, directive="d-1")
    assert event(denied).directive == "d-1"


def test_texts_are_made_safe() -> None:
    found = event(plain(event="run.failed", run="\x1b[31mr", reason="a\u202eb"))
    assert (found.run, found.reason) == ("␛[31mr", "a<U+202E>b")


def test_numbers_and_booleans_are_texts_where_texts_are_wanted() -> None:
    assert event(plain(event="run.failed", run=17, reason=True)).run == "17"


def test_the_same_record_read_twice_gives_equal_events() -> None:
    line = plain(event="run.delivered", id="e-1")
    first, second = events(line, line)
    assert first == second
    assert first.id == "e-1"
