"""Lines of any JSON or logfmt logger, read by a mapping in the settings.

    [[source]]
    path = "logs"
    format = "generic"
    preset = "structlog"                     # or leave it out: each line's shape decides
    [source.map]
    route = "{/team}-{/flow}"                # a template
    run = "/ctx/run_id"                      # a JSON pointer
    agent = {const = "billing-worker"}       # a constant
    trusted = {from = "/verdict", values = {"good" = true, "bad" = false}}
    event = {from = "message", values = {"order done" = "run.delivered"}, default = ""}
    latency = {from = "/took", unit = "ms"}
    derive_start = true
    timezone = "Europe/Berlin"
    [[source.map.rules]]
    when = {level = "error", message = {like = "order * failed"}}
    event = "run.failed"
    reason = "/err/message"

**Fields.** Every native field can be mapped: ts, route, event, run, id, agent, boot, seq, parent,
sla_s, trusted, reason, by, check, minutes, discarded, confidence, to, preventable, action, scope,
grant, rule, directive, kind, change, version, generation, elapsed_s,
cost_usd, tokens, meter. A field is one of

- a *pointer*, `"/record/extra/run_id"` (RFC 6901). Dots are levels too: `/log.level` and
  `/log/level` both find `{"log.level": ..}` and `{"log": {"level": ..}}`.
- a *constant*, `{const = "refunds"}`. (`event = "run.delivered"` needs no const.)
- a *template*, `"{/extra/team}-{/extra/flow}"`; it says nothing where a part is absent. `{{` is a
  brace. Besides pointers there are `{message}` and `{level}` (wherever the preset has them; levels
  are lower case names), `{file}` (the log's name without ending) and `{directory}`.
- a pointer with a *value map*, `{from = "/ok", values = {"true" = "run.delivered"}, default = ""}`.
  Values are compared as text. What is not listed means `default`, or nothing without one; absent
  and null always mean nothing. `from` may also be `message`, `level`, `file` or `directory`.
- a list of these: the first that finds something counts.

**Events.** A line gives the event of the map, and one more for every rule whose conditions all
hold; a rule's own fields beat the map's. A condition is a value, a list of values, or
`{exists = true}`, `{not = "x"}`, `{like = "order * done"}`, `{below = 0.7}`, `{at_least = 0.7}`.
Only the names of native events count as events, so a line whose event comes out as anything else
is read and ignored; `check` and `doctor` count such lines by what they hold, unless the value map
says `""` for it. A line with an event that lacks its route, run or time is refused, with where it
was looked for.

**Presets** (structlog, python-json-logger, loguru, pino, bunyan, winston, zap, zerolog, ecs,
logfmt, plain) fix where time, level and message are. Extra keys named like native fields then map
by themselves: `log.info("run.delivered", route="refunds", run="r-1")` needs no map. The event
is the key `burnline_event`, else the key `event`, else the message, where that is a native event.
`burnline_run`, `burnline.run` or an object `burnline` beat `run`, which beats `run_id`. Extra keys
are looked for where the logger puts them: in the record, or `/record/extra` (loguru), also
`/metadata` (winston) and `/labels` (ecs). Whatever the map says of a field replaces all this.
An unknown name in `burnline_event` is refused, because it was meant for us. Failures and denials
without a reason have the message as reason. Without a preset each line may be JSON or logfmt.

**Route.** The map's `route`; else the source's own `route = "..."`, a template in which plain words
stand for themselves; else the key `route`; else `service.name` (ecs); else the line is refused.

**Times** are RFC 3339, or epoch numbers in s, ms, us or ns by magnitude. Local times without a zone
(`2026-11-23 19:45:50,312`) are read only with `timezone`; of an hour that comes twice, the first.

**Latency** is a number with a unit (ns, us, ms, s, m, h; a key such as `/latency_ms` says its own),
or `unit = "text"` for `"3.2s"`, `"1m2.5s"`, `"0:01:02"`. It becomes `elapsed_s` of run.delivered,
run.failed, run.cancelled and handoff, so it should leave out the time spent waiting for people.
With `derive_start`, run.started is put at the end minus the latency, for logs that tell only ends.

An id `[burnline:<id>]` anywhere in a line that denies something becomes its directive. Of several
events of one line, those after the first have `#2`, `#3`, ... behind the mapped id, and a derived
start has `#started`. A line without a mapped id has none, as in native logs: lines that are equal
in all that is mapped are one event.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from console.intake.formats.generic_events import Told, own_keys, told
from console.intake.formats.generic_lines import Piece, pieces, stripped
from console.intake.formats.generic_map import OPTIONS, Mapping, check, mapping
from console.intake.formats.generic_presets import shape_of
from console.intake.formats.generic_propose import propose
from console.intake.formats.generic_values import View
from console.intake.reading import Batch, Context, Rejected, Sourced, Stateless
from console.model import EVENTS, RUNLESS
from console.text import name

__all__ = ["FORMAT", "GenericFormat", "GenericReader", "check", "propose"]

_EXCERPT = 200
_IGNORED = 50
"""So many values that mean nothing are told of a block, and the lines of all others together."""
_NOWHERE = Path()


class GenericReader(Stateless):
    """Reads lines by a mapping. It keeps no state: every line stands for itself."""

    name = "generic"

    def __init__(self, context: Context, found: Mapping) -> None:
        self._path = context.path
        self._mapping = found

    def feed(self, block: bytes, offset: int, line: int) -> Batch:
        """Read whole lines; see `Reader.feed`."""
        batch, ignored = Batch([], []), Counter[str]()
        for raw in block.split(b"\n"):
            text = stripped(raw)
            if text:
                start = offset + raw.index(text)
                for piece in pieces(text, as_logfmt=self._mapping.logfmt):
                    value = self._piece(piece, start + piece.start, line, batch)
                    if value:
                        known = value in ignored or len(ignored) < _IGNORED
                        ignored[value if known else ""] += 1
            offset += len(raw) + 1
            line += 1
        return batch._replace(ignored=ignored) if ignored else batch

    def _piece(self, piece: Piece, offset: int, line: int, batch: Batch) -> str:
        """Take in one record; return the value of it that the mapping takes for nothing."""
        length = len(piece.text)
        found = Told([], piece.reason)
        if piece.record is not None:
            preset = self._mapping.preset or shape_of(piece.record, logfmt=piece.logfmt)
            found = told(self._mapping, View(piece.record, preset, self._path), piece.text)
        batch.events.extend(Sourced(event, offset, length, line) for event in found.events)
        if found.reason:
            excerpt = piece.text[:_EXCERPT]
            batch.rejected.append(Rejected(offset, length, line, found.reason, excerpt))
        return name(found.ignored)


class GenericFormat:
    """Recognises logs, of known loggers and others, whose lines carry native fields by name."""

    name = "generic"
    whole = False
    options: tuple[str, ...] = OPTIONS

    def recognises(self, head: bytes) -> bool:
        """Say whether some line names event, run, route and time, and none is native.

        Everything else has to be named in the settings: a wrong guess would read a log as empty.
        """
        found = False
        for raw in head.split(b"\n"):
            text = stripped(raw)
            if not text.startswith(b"{") and b"=" not in text:
                continue
            for piece in pieces(text, as_logfmt=None):
                if piece.record is not None:
                    if piece.record.keys() >= {"ts", "event", "route"} and not piece.logfmt:
                        return False
                    preset = shape_of(piece.record, logfmt=piece.logfmt)
                    found = found or _speaks(View(piece.record, preset, _NOWHERE))
        return found

    def reader(self, context: Context, state: bytes = b"") -> GenericReader:
        """Return a reader for one file.

        Raises:
            ValueError: the mapping or the route template makes no sense; with one sentence.
        """
        del state
        return GenericReader(context, mapping(context.options, context.route))


FORMAT = GenericFormat()


def _speaks(view: View) -> bool:
    """Say whether a line has a time, and names an event of ours, its route and its run."""
    if view.first(view.preset.ts) is None:
        return False
    own = own_keys(view)
    named = (own["event"].value if "event" in own else None, view.word("message"))
    event = next((name for name in named if isinstance(name, str) and name in EVENTS), "")
    return bool(event) and "route" in own and ("run" in own or event in RUNLESS)
