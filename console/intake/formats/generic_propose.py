"""A guess at preset and mapping from a sample of a log: for `init` to write, and people to edit.

What is proposed always loads. A key is proposed by its name, the events by the words in its values
(see `generic_meaning`). A time zone is never guessed. What a sample leaves open, and what could be
chosen there, is in `generic_choices`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from console.intake.formats.generic_lines import pieces, stripped
from console.intake.formats.generic_map import check
from console.intake.formats.generic_meaning import meaning
from console.intake.formats.generic_pointer import number_of, text_of
from console.intake.formats.generic_presets import LOGFMT, PRESETS, Preset, preset_of
from console.intake.formats.generic_times import TEXT_UNIT, moment_us, seconds, unit_in_name
from console.intake.formats.generic_values import View
from console.model import EVENTS

_LINES, _SAMPLE_BYTES = 2_000, 1 << 20
_DEEPEST, _KEYS, _MOST_VALUES = 3, 200, 30
_RUN = (
    *("run", "runid", "jobid", "taskid", "orderid", "requestid", "conversationid"),
    *("sessionid", "correlationid", "traceid", "id"),
)
_ROUTE = (
    *("route", "workflow", "workflowname", "flow", "pipeline", "agentname", "agent"),
    *("servicename", "service", "job", "logger", "name"),
)
_EVENT = ("event", "outcome", "status", "result", "state", "ok", "success")
_LATENCY = ("latency", "duration", "elapsed", "took", "runtime", "responsetime")
_TIME = (
    *("ts", "time", "timestamp", "datetime", "date", "when", "asctime", "createdat", "eventtime"),
    *("logtime", "at", "t"),
)
_LOGGERS_OWN = frozenset({"process", "thread", "log", "ecs", "host", "hostname", "pid", "level"})


class Key(NamedTuple):
    """A key of the sample: its pointer, its name without marks, and its plain values."""

    pointer: str
    name: str
    values: Counter[str]


def propose(sample: bytes) -> dict[str, object]:
    """Return options (`preset`, `map`) for a log that begins with `sample`; {} if it shows none."""
    views = views_of(sample)
    if not views:
        return {}
    preset, keys = views[0].preset, list(keys_of(views))
    found: dict[str, object] = {}
    _propose_time(found, views, keys)
    for field, names in (("route", _ROUTE), ("run", _RUN)):
        key = _named(keys, names)
        if key:
            found[field] = key.pointer
    told = _propose_event(found, views, keys)
    _propose_latency(found, keys, started="run.started" in told)
    options: dict[str, object] = {"preset": preset.name, "map": found}
    return options if not check(options) else {"preset": preset.name}


def views_of(sample: bytes) -> list[View]:
    """Return the records of a sample, each as the preset that fits most of them sees it."""
    records, preset = _records(sample)
    return [View(record, preset, Path()) for record in records]


def _records(sample: bytes) -> tuple[list[dict[str, Any]], Preset]:
    lines = [stripped(raw) for raw in sample[:_SAMPLE_BYTES].split(b"\n")[:_LINES]]
    lines = [line for line in lines if line]
    as_json = list(_read(lines, as_logfmt=False))
    if len(as_json) * 2 < len(lines):
        as_logfmt = [record for record in _read(lines, as_logfmt=True) if len(record) > 1]
        if len(as_logfmt) > len(as_json):
            return as_logfmt, PRESETS[LOGFMT]
    shapes = Counter(preset_of(record).name for record in as_json)
    name = max(shapes, key=lambda name: shapes[name], default=LOGFMT)
    return as_json, PRESETS[name]


def _read(lines: Iterable[bytes], *, as_logfmt: bool) -> Iterator[dict[str, Any]]:
    for line in lines:
        for piece in islice(pieces(line, as_logfmt=as_logfmt), _LINES):
            if piece.record and _can_be_written(piece.record):
                yield piece.record


def _can_be_written(record: dict[str, Any]) -> bool:
    """Say whether a settings file could hold the texts of a record: no half surrogate pairs."""
    try:
        msgspec.json.encode(record)
    except ValueError:
        return False
    return True


def keys_of(views: list[View]) -> Iterator[Key]:
    """Yield the keys of the caller in all records, with what is common first."""
    found: dict[str, Key] = {}
    for view in views:
        for prefix, pointer in view.preset.extras:
            inner = view.record if pointer is None else pointer.find(view.record)
            for at, name, value in _leaves(inner, prefix, 1):
                if at not in found and len(found) < _KEYS:
                    found[at] = Key(at, name, Counter())
                if at in found:
                    found[at].values[value] += 1
    yield from sorted(found.values(), key=lambda key: -key.values.total())


def _leaves(inner: object, prefix: str, depth: int) -> Iterator[tuple[str, str, str]]:
    if not isinstance(inner, dict) or depth > _DEEPEST:
        return
    for key, value in inner.items():
        at = f"{prefix}/{key.replace('~', '~0').replace('/', '~1')}"
        text = text_of(value)
        if text:
            yield at, re.sub(r"[^a-z]", "", key.lower()), text[:200]
        elif key not in _LOGGERS_OWN:
            yield from _leaves(value, at, depth + 1)


def _named(keys: list[Key], names: tuple[str, ...]) -> Key | None:
    """Return the key that has the first of these names; the shallowest, then the most common."""
    for name in names:
        found = [key for key in keys if key.name == name]
        if found:
            return min(found, key=lambda key: key.pointer.count("/"))
    return None


def _propose_time(found: dict[str, object], views: list[View], keys: list[Key]) -> None:
    """Propose a time only where the preset's own place mostly holds none."""
    timed = sum(view.first(view.preset.ts) is not None for view in views)
    if timed * 2 >= len(views):
        return
    dated = [key for key in keys if all(_is_time(value) for value in list(key.values)[:5])]
    key = _named(dated, _TIME)
    if key:
        found["ts"] = key.pointer


def _is_time(text: str) -> bool:
    try:
        moment_us(text, ZoneInfo("UTC"))
    except ValueError:
        return False
    return True


def _propose_event(found: dict[str, object], views: list[View], keys: list[Key]) -> set[str]:
    """Propose how events are told; return those that there are."""
    spoken = {text for key in keys for text in key.values if key.name in _EVENT and text in EVENTS}
    spoken |= {text for view in views if (text := text_of(view.word("message"))) in EVENTS}
    if spoken:
        return spoken
    best: dict[str, str] = {}
    place = ""
    for pointer, texts in _candidates(views, keys):
        values = {text: event for text in texts if (event := meaning(text))}
        if len(set(values.values())) > len(set(best.values())):
            best, place = dict(islice(values.items(), _MOST_VALUES)), pointer
    if best:
        found["event"] = {"from": place, "values": best, "default": ""}
    return set(best.values())


def _candidates(views: list[View], keys: list[Key]) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the places that may tell of events: the message first, then keys by name."""
    for pointer in views[0].preset.message:
        said = (text_of(pointer.find(view.record)) for view in views)
        yield pointer.text, Counter(text for text in said if text and len(text) <= 200)
    for name in _EVENT:
        yield from ((key.pointer, key.values) for key in keys if key.name == name)


def _propose_latency(found: dict[str, object], keys: list[Key], *, started: bool) -> None:
    for key in keys:
        last = key.pointer.rpartition("/")[2].lower()
        unit = unit_in_name(last)
        stem = re.sub(r"[^a-z]", "", last.removesuffix(unit) if unit else last)
        if not any(stem.startswith(name) for name in _LATENCY):
            continue
        values = list(key.values)
        if not unit and all(_is_span(value) for value in values):
            unit = TEXT_UNIT
        if unit == TEXT_UNIT or (unit and all(number_of(value) is not None for value in values)):
            found["latency"] = {"from": key.pointer, "unit": unit}
            if not started:
                found["derive_start"] = True
            return


def _is_span(text: str) -> bool:
    try:
        seconds(text, TEXT_UNIT)
    except ValueError:
        return False
    return True
