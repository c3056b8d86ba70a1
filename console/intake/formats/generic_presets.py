"""Where common loggers put time, level and message, and which of their keys map by themselves."""

from __future__ import annotations

from typing import NamedTuple

from console.intake.formats.generic_pointer import Pointer, parse_pointer

JSON, LOGFMT = "json", "logfmt"
AUTO, PLAIN = "auto", "plain"
LEVELS = {10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal"}
"""The numbers that pino and bunyan write for levels."""


class Preset(NamedTuple):
    """What is fixed for one logger. Of several places the first that holds something counts.

    `extras` are the objects that hold the caller's own keys, as pointers ("" is the record).
    """

    name: str
    ts: tuple[Pointer, ...]
    level: tuple[Pointer, ...]
    message: tuple[Pointer, ...]
    extras: tuple[tuple[str, Pointer | None], ...]
    route: tuple[Pointer, ...] = ()
    syntax: str = JSON


def _preset(
    name: str,
    ts: str,
    level: str,
    message: str,
    *,
    extras: str = ".",
    route: str = "",
    syntax: str = JSON,
) -> Preset:
    inner = ((at.rstrip("."), None if at == "." else parse_pointer(at)) for at in extras.split())
    return Preset(name, _all(ts), _all(level), _all(message), tuple(inner), _all(route), syntax)


def _all(pointers: str) -> tuple[Pointer, ...]:
    return tuple(parse_pointer(pointer) for pointer in pointers.split())


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        _preset("structlog", "/timestamp /time /ts", "/level", "/event"),
        _preset(
            "python-json-logger",
            "/timestamp /created /asctime",
            "/levelname /level",
            "/message",
        ),
        _preset(
            "loguru",
            "/record/time/timestamp",
            "/record/level/name",
            "/record/message",
            extras="/record/extra",
        ),
        _preset("pino", "/time", "/level", "/msg"),
        _preset("bunyan", "/time", "/level", "/msg"),
        _preset("winston", "/timestamp", "/level", "/message", extras=". /metadata"),
        _preset("zap", "/ts /time", "/level", "/msg"),
        _preset("zerolog", "/time", "/level", "/message"),
        _preset(
            "ecs",
            "/@timestamp",
            "/log.level",
            "/message",
            extras=". /labels",
            route="/service.name",
        ),
        _preset(
            LOGFMT, "/timestamp /ts /time", "/level /lvl", "/event /msg /message", syntax=LOGFMT
        ),
        _preset(
            PLAIN, "/ts /timestamp /time /@timestamp", "/level /severity", "/message /msg /event"
        ),
    )
}
"""All presets by name: nine loggers, logfmt, and `plain` for JSON lines of no known logger."""
_ECS_VERSION = parse_pointer("/ecs.version")


def preset_of(record: dict[str, object]) -> Preset:
    """Return the preset whose shape a JSON record clearly has; else `plain`."""
    return PRESETS[_shape(record)]


def shape_of(record: dict[str, object], *, logfmt: bool) -> Preset:
    """Return the preset of a record that was read from logfmt, or from JSON."""
    return PRESETS[LOGFMT] if logfmt else preset_of(record)


def _shape(record: dict[str, object]) -> str:
    if _is_loguru(record.get("record")):
        return "loguru"
    if "@timestamp" in record and _ECS_VERSION.find(record) is not None:
        return "ecs"
    level, message = record.get("level"), record.get("message")
    if "levelname" in record or "asctime" in record:
        return "python-json-logger" if isinstance(message, str) else PLAIN
    if isinstance(level, int) and level in LEVELS and "time" in record:
        return "bunyan" if "v" in record and isinstance(record["time"], str) else "pino"
    if not isinstance(level, str):
        return PLAIN
    if isinstance(message, str) and "timestamp" in record:
        return "winston"
    if "time" in record and "msg" not in record:
        return "zerolog"
    if isinstance(record.get("msg"), str) and "ts" in record:
        return "zap"
    is_structlog = isinstance(record.get("event"), str) and "timestamp" in record
    return "structlog" if is_structlog else PLAIN


def _is_loguru(inner: object) -> bool:
    """Say whether this is the `record` of a line that loguru serialized."""
    if not isinstance(inner, dict) or not isinstance(inner.get("extra"), dict):
        return False
    return isinstance(inner.get("time"), dict) and isinstance(inner.get("level"), dict)
