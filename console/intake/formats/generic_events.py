"""One record and a mapping -> the native events that the record tells of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from console.intake.formats.claude_runs import directive
from console.intake.formats.generic_fields import (
    DENIED,
    EXPLAINED,
    FIELDS,
    TERMINAL,
    TEXTS,
    coerced,
    no_event,
)
from console.intake.formats.generic_map import Mapping
from console.intake.formats.generic_pointer import kind_of, text_of
from console.intake.formats.generic_times import moment_us, seconds
from console.intake.formats.generic_values import Expression, View, either, untold
from console.intake.formats.native import Line, to_event
from console.model import EVENTS, RUNLESS, SECOND_US, Event
from console.text import clean

_OWN = "burnline"
_ALIAS = {"run_id": "run"}
_KNOWN = {**{field: field for field in FIELDS}, **_ALIAS}
_NAMED = frozenset(FIELDS)
_VALUES = tuple(field for field in FIELDS if field not in ("ts", "event"))
_MARKED = {f"{_OWN}{mark}{key}": field for mark in "_." for key, field in _KNOWN.items()}


class Own(NamedTuple):
    """A key of a record that is named like a native field. `marked`: with `burnline` before it."""

    prefix: str
    key: str
    value: object
    marked: bool

    @property
    def where(self) -> str:
        """Return where it stands, as a pointer."""
        return f"{self.prefix}/{self.key}"


class Told(NamedTuple):
    """What one record gave: events, and why some could not be made ("" where all could).

    `ignored` is what it holds where the mapping looks for events, and takes for none.
    """

    events: list[Event]
    reason: str
    ignored: str = ""


def told(mapping: Mapping, view: View, raw: bytes) -> Told:
    """Return the events of one record; `raw` is the record as it was written.

    A record in which no rule and no key finds an event tells of nothing, which is no fault.
    """
    record = _Record(mapping, view, raw)
    events: list[Event] = []
    reason = ""
    try:
        ways = list(record.outcomes())
    except ValueError as error:
        return Told(events, clean(str(error)))
    if not ways and "event" in mapping.fields:
        return Told([], "", untold(mapping.fields["event"], view))
    for way in ways:
        try:
            made = record.events(*way)
        except ValueError as error:
            reason = reason or clean(str(error))
        else:
            events += (event for event in made if event not in events)
    return Told(_told_apart(events), reason)


def own_keys(view: View) -> dict[str, Own]:
    """Return the native fields that a record has by name, in the places of its preset.

    `burnline_run`, `burnline.run` and `{"burnline": {"run": ...}}` beat `run`, and `run` beats
    `run_id`. What stands under a plain name but is an object or a list is some other field of that
    name (`event` of ECS) and is left alone.
    """
    found: dict[str, Own] = {}
    for prefix, pointer in view.preset.extras:
        inner = view.record if pointer is None else pointer.find(view.record)
        if isinstance(inner, dict):
            _own_keys(inner, prefix, found)
    return found


def _own_keys(inner: dict[str, Any], prefix: str, found: dict[str, Own]) -> None:
    for key, field in _ALIAS.items():
        if text_of(inner.get(key)):
            found.setdefault(field, Own(prefix, key, inner[key], marked=False))
    for key in inner.keys() & _NAMED:
        if text_of(inner[key]) and not (key in found and found[key].marked):
            found[key] = Own(prefix, key, inner[key], marked=False)
    if not _MARKED.keys().isdisjoint(inner):
        for key in sorted(inner.keys() & _MARKED.keys(), key=_spelled):
            found[_MARKED[key]] = Own(prefix, key, inner[key], marked=True)
    nested = inner.get(_OWN)
    if isinstance(nested, dict):
        for key in sorted(nested.keys() & _KNOWN.keys(), key=_spelled):
            found[_KNOWN[key]] = Own(f"{prefix}/{_OWN}", key, nested[key], marked=True)


def _spelled(key: str) -> tuple[bool, str]:
    """Return the place of a key among others: a field's own name comes after what stands for it."""
    return not key.endswith(tuple(_ALIAS)), key


class _Record:
    """One record while its events are made."""

    def __init__(self, mapping: Mapping, view: View, raw: bytes) -> None:
        self._mapping = mapping
        self._view = view
        self._raw = raw

    @cached_property
    def _own(self) -> dict[str, Own]:
        """Return the native fields that the record has by name; most lines tell of no event."""
        return own_keys(self._view)

    def outcomes(self) -> Iterator[tuple[str, dict[str, Expression]]]:
        """Yield each event that this record tells of, with the fields that its rule gives."""
        mapping = self._mapping
        event = (
            self._by_key()
            if "event" not in mapping.fields
            else _event(mapping.fields["event"], self._view)
        )
        if event:
            yield event, {}
        for rule in mapping.rules:
            if rule.holds(self._view):
                event = _event(rule.fields["event"], self._view)
                if event:
                    yield event, rule.fields

    def _by_key(self) -> str:
        """Return the event that the record names by itself: in a key of ours, or as its message.

        Raises:
            ValueError: a key that is surely meant for us names none that there is.
        """
        own = self._own.get("event")
        if own and own.marked and own.value is not None:
            reason = no_event(own.value)
            if reason:
                raise ValueError(f"{own.where} says {kind_of(own.value)}, which {reason}")
        for value in (own.value if own else None, self._view.word("message")):
            if isinstance(value, str) and value in EVENTS:
                return value
        return ""

    def events(self, event: str, extra: dict[str, Expression]) -> list[Event]:
        """Return one event, and the start before it where that is derived.

        Raises:
            ValueError: it lacks something, or has something that cannot be; with a sentence.
        """
        values = {field: value for field, value in self._values(extra) if value not in (None, "")}
        values["event"] = event
        values["route"] = self._needed("route", event, values, extra)
        if event not in RUNLESS:
            values["run"] = self._needed("run", event, values, extra)
        values["ts"] = ts_us = self._ts_us(extra)
        if event in TERMINAL and self._mapping.latency:
            elapsed_s = self._elapsed_s()
            if elapsed_s is not None:
                values["elapsed_s"] = elapsed_s
        if event in EXPLAINED and "reason" not in values:
            values["reason"] = self._message(event)
        if event in DENIED and "directive" not in values:
            values["directive"] = directive(self._raw.decode("utf-8", "replace"))
        made = to_event(Line(**values))
        elapsed_s = made.elapsed_s
        if not self._mapping.derive_start or event not in TERMINAL or elapsed_s is None:
            return [made]
        return [made, _start(made, ts_us - round(elapsed_s * SECOND_US))]

    def _values(self, extra: dict[str, Expression]) -> Iterator[tuple[str, Any]]:
        explicit = {*self._mapping.fields, *extra}
        if self._mapping.route:
            explicit.add("route")
        given = {"route", *self._own, *explicit}
        for field in _VALUES:
            if field not in given:
                continue
            own = self._own.get(field)
            if own and isinstance(own.value, str) and field in TEXTS and field not in explicit:
                yield field, own.value
                continue
            for value, where in self._found(field, extra):
                try:
                    yield field, coerced(field, value)
                except ValueError as error:
                    words = f"`{field}` at {where} = {kind_of(value)} {error}"
                    raise ValueError(words) from None
                break

    def _found(self, field: str, extra: dict[str, Expression]) -> Iterator[tuple[object, str]]:
        """Yield the value of a field and where it stands: of the rule, the map, the key."""
        explicit = extra.get(field) or self._mapping.fields.get(field)
        if explicit is not None:
            yield from ((value, explicit.where) for value in explicit.of(self._view))
            return
        implied = field == "route" and self._mapping.route
        if implied:
            yield from ((value, implied.where) for value in implied.of(self._view))
        own = self._own.get(field)
        if own and own.value is not None:
            yield own.value, own.where
        if field == "route":
            for pointer in self._view.preset.route:
                value = pointer.find(self._view.record)
                if value is not None:
                    yield value, pointer.text

    def _needed(
        self, field: str, event: str, values: dict[str, Any], extra: dict[str, Expression]
    ) -> str:
        text = str(values.get(field, "")).strip()
        if text:
            return text
        explicit = extra.get(field) or self._mapping.fields.get(field)
        if explicit is not None:
            where = explicit.where
        else:
            places = [self._mapping.route.where] if field == "route" and self._mapping.route else []
            places += [f"{prefix}/{field}" for prefix, _ in self._view.preset.extras]
            where = either(places)
        raise ValueError(f"`{event}` needs a `{field}`, and there is none at {where}")

    def _ts_us(self, extra: dict[str, Expression]) -> int:
        """Return the time of the record in microseconds.

        Raises:
            ValueError: there is none, or it cannot be read; with where it was looked for.
        """
        explicit = extra.get("ts") or self._mapping.fields.get("ts")
        for value, where in self._times(explicit):
            if value is not None and value != "":
                try:
                    return moment_us(value, self._mapping.zone)
                except ValueError as error:
                    raise ValueError(f"{error} (at {where})") from None
        preset = [pointer.text for pointer in self._view.preset.ts]
        places = preset if explicit is None else [explicit.where]
        raise ValueError(f"there is no time at {either(places)}")

    def _times(self, explicit: Expression | None) -> Iterator[tuple[object, str]]:
        """Yield what may be the time of the record, and where it stands: the map's, or by name."""
        if explicit is not None:
            yield from ((value, explicit.where) for value in explicit.of(self._view))
            return
        own = self._own.get("ts")
        if own and own.marked:
            yield own.value, own.where
        for pointer in self._view.preset.ts:
            yield pointer.find(self._view.record), pointer.text
        if own and not own.marked:
            yield own.value, own.where

    def _elapsed_s(self) -> float | None:
        latency = self._mapping.latency
        value = latency.place.of(self._view) if latency else None
        if latency is None or value is None or value == "":
            return None
        try:
            return seconds(value, latency.unit)
        except ValueError as error:
            raise ValueError(f"the latency at {latency.place.text} {error}") from None

    def _message(self, event: str) -> str:
        message = self._view.word("message")
        return message if isinstance(message, str) and message != event else ""


def _event(way: Expression, view: View) -> str:
    """Return the first of the values found that is a native event; all others mean nothing."""
    return next((value for value in way.of(view) if isinstance(value, str) and value in EVENTS), "")


def _start(end: Event, ts_us: int) -> Event:
    """Return the start of the run that ended here."""
    return Event(
        ts_us=ts_us,
        route=end.route,
        event="run.started",
        run=end.run,
        id=f"{end.id}#started" if end.id else "",
        agent=end.agent,
        boot=end.boot,
        parent=end.parent,
        sla_s=end.sla_s,
    )


def _told_apart(events: list[Event]) -> list[Event]:
    """Give the second and further events of one record ids of their own, and no running number."""
    return [
        event if not place or event.id.endswith("#started") else _numbered(event, place + 1)
        for place, event in enumerate(events)
    ]


def _numbered(event: Event, number: int) -> Event:
    known = f"{event.id}#{number}" if event.id else ""
    return msgspec.structs.replace(event, id=known, seq=None)
