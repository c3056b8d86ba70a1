"""The lines that never leave the screen: fleet totals on top, the state of the machinery below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.model import MINUTE_US, SECOND_US
from console.tui.figures import numbers, times
from console.tui.figures.spans import Line, Span, Tone, joined, line, shorten, width_of
from console.tui.figures.states import blind, standing
from console.tui.frame import Frame, routes_missed_since
from console.tui.render.fleet import burn_of

if TYPE_CHECKING:
    from console.snapshot.types import Snapshot, StoreView
    from console.tui.render.look import Look

_APART_US = MINUTE_US


class Badges(NamedTuple):
    """What the console was started as: an environment label, and whether it may act."""

    label: str
    read_only: bool


def masthead(frame: Frame, look: Look, badges: Badges, width: int) -> Line:
    """Return the top line: label, totals, what fires; on the right HOLD, RO and the clock."""
    right = _right(frame, look, badges)
    left = line(*_blocks(frame.shown, look, badges))
    room = width - width_of(right) - 1
    first = True
    for fact in _totals(frame.shown):
        lead = Span(" ") if first else look.separator
        if width_of((*left, lead, *fact)) > room:
            break
        left, first = (*left, lead, *fact), False
    gap = max(1, width - width_of(left) - width_of(right))
    return line(*left, " " * gap, *right)


def _blocks(snapshot: Snapshot | None, look: Look, badges: Badges) -> list[Span]:
    """Return what stands out on the left: where this is, and the worst state of all."""
    blocks = [Span(f" {badges.label} ", Tone.LABEL)] if badges.label else []
    if snapshot is not None and snapshot.routes:
        stand = standing(min(snapshot.routes, key=lambda view: view.rank), look.glyphs)
        blocks += [Span(" "), Span(f" {stand.glyph} {stand.word} ", stand.tone)]
    return blocks[1:] if not badges.label else blocks


def _totals(snapshot: Snapshot | None) -> list[Line]:
    """Return the facts of the top line, the most urgent first: they are dropped from the end."""
    if snapshot is None:
        return [line(("burnline", Tone.STRONG))]
    total = len(snapshot.routes)
    dark = sum(blind(view) for view in snapshot.routes)
    facts = [
        line((f"{total} route{'' if total == 1 else 's'}", Tone.STRONG)),
        _firing(snapshot),
        line((f"{dark} without live data", Tone.UNKNOWN)) if dark else (),
        line(("burnline", Tone.MUTED)),
    ]
    return [fact for fact in facts if fact]


def _firing(snapshot: Snapshot) -> Line:
    states = [alert.state for view in snapshot.routes for alert in view.alerts]
    states += [alert.state for alert in snapshot.alerts]
    firing, owned = states.count("firing"), states.count("acknowledged")
    if not firing and not owned:
        return line(("nothing firing", Tone.MUTED))
    words = [(f"{firing} firing", Tone.ALARM if firing else Tone.MUTED)]
    if owned:
        words.append((f", {owned} acknowledged", Tone.PLAIN))
    return line(*words)


def _right(frame: Frame, look: Look, badges: Badges) -> Line:
    parts: list[Span] = []
    if frame.hold is not None:
        parts.extend((Span(" HOLD ", Tone.PAGE), Span(" ")))
    if frame.experienced:
        parts.extend((Span(" EXPERIENCED ", Tone.HARD_STOP), Span(" ")))
    if badges.read_only:
        parts.extend((Span(" RO ", Tone.HARD_STOP), Span(" ")))
    return (*parts, *_clock(frame, look))


def _clock(frame: Frame, look: Look) -> Line:
    """Return the time of the picture; a date with it where that is not the machine's time."""
    if frame.shown is None:
        return line((times.clock(frame.wall_us, look.zone), Tone.PLAIN))
    at_us = frame.shown.as_of_us
    local = times.local(at_us, look.zone)
    text = f"{local:%H:%M:%S} {local.tzname() or ''}".strip()
    if frame.hold is None and abs(frame.wall_us - at_us) > _APART_US:
        return line((f"as of {local:%Y-%m-%d} {text}", Tone.TICKET))
    return line((text, Tone.STRONG))


def status(frame: Frame, look: Look, width: int, *, awaited: bool = False) -> Line:
    """Return the bottom line: what is wrong with the console first, then where it reads from.

    `awaited` says that the console has started a collector, which does not work yet.
    """
    parts = _troubles(frame)
    if frame.shown is not None:
        parts += _machinery(frame.shown.store, look, awaited=awaited)
        parts.append(_store_path(frame.shown.store, look, width, parts))
    elif not parts:
        parts.append(line(("reading the store", Tone.MUTED)))
    return joined(parts, look.separator)


def _troubles(frame: Frame) -> list[Line]:
    parts: list[Line] = []
    if frame.trouble:
        parts.append(line((frame.trouble, Tone.ALARM)))
    if frame.late:
        parts.append(line((f"picture is {times.span(frame.silent_us)} old", Tone.ALARM)))
    return parts


def _machinery(store: StoreView, look: Look, *, awaited: bool) -> list[Line]:
    """Return the state of the machinery."""
    parts: list[Line] = []
    if store.tampered:
        parts.append(line((f"TAMPERED: {store.tampered}", Tone.HARD_STOP)))
    if store.troubles:
        more = f" (+{len(store.troubles) - 1})" if len(store.troubles) > 1 else ""
        parts.append(
            line((f"{shorten(store.troubles[0], 60, look.glyphs.ellipsis)}{more}", Tone.ALARM))
        )
    untold = sum(channel.failing + channel.dead for channel in store.channels)
    if untold:
        parts.append(line((f"{numbers.count(untold)} notices not delivered", Tone.ALARM)))
    parts.append(_collector(store, awaited=awaited))
    if store.catching_up:
        parts.append(line(("catching up: numbers still move", Tone.TICKET)))
    parts.append(_lag(store, look))
    tone = Tone.TICKET if store.rejected else Tone.MUTED
    parts.append(line((f"{numbers.count(store.rejected)} rejected", tone)))
    if store.future:
        parts.append(line((f"{numbers.count(store.future)} from the future", Tone.TICKET)))
    parts.append(line((f"gen {store.generation}", Tone.MUTED)))
    return parts


def _collector(store: StoreView, *, awaited: bool) -> Line:
    """Return whether logs are read; that none runs *yet* only where one is coming, or none was."""
    if store.collector == "running":
        return line(("collector running", Tone.MUTED))
    if awaited or store.starting:
        return line(("no collector yet: one takes some seconds to start", Tone.TICKET))
    if not store.began:
        return line(("no collector yet: run burnline collect", Tone.ALARM))
    return line(("collector stopped: run burnline collect", Tone.ALARM))


def _lag(store: StoreView, look: Look) -> Line:
    if store.lag_s is None:
        return line(("nothing read yet", Tone.UNKNOWN))
    late = store.lag_s > 60
    lag = f"{store.lag_s:.1f}s" if store.lag_s < 10 else times.span(int(store.lag_s * SECOND_US))
    read = f", read {look.age(store.last_ingest_us)} ago" if store.last_ingest_us else ""
    return line((f"lag {lag}{read}", Tone.TICKET if late else Tone.MUTED))


def _store_path(store: StoreView, look: Look, width: int, before: list[Line]) -> Line:
    room = width - width_of(joined(before, look.separator)) - width_of((look.separator,))
    return line((shorten(store.path, room, look.glyphs.ellipsis), Tone.MUTED)) if room > 20 else ()


def hold_banner(frame: Frame, look: Look) -> Line:
    """Return what an operator misses while the display stands still; empty while it moves."""
    if frame.hold is None or frame.shown is None or frame.live is None:
        return ()
    events = frame.live.store.events - frame.shown.store.events
    routes = routes_missed_since(frame.shown, frame.live)
    facts = [
        line((f"held {times.stopwatch(frame.held_us)}", Tone.STRONG)),
        line(f"{numbers.count(events)} new"),
        line((f"misses on {routes} routes", Tone.ALARM if routes else Tone.PLAIN)),
        line(("space: go on", Tone.KEY)),
    ]
    return joined(facts, look.separator)


def past_banner(frame: Frame, look: Look) -> Line:
    """Return that this is not the present; empty where it is."""
    if frame.past is None:
        return ()
    words = "actions disabled" if frame.past.reached else "on the way"
    facts = [
        line(
            (f" AS OF {then(frame, look)} ", Tone.PAGE),
            (f"{look.glyphs.dash} {words}", Tone.STRONG),
        ),
        line(("end", Tone.KEY), " back to live"),
        line(("[ ] { }", Tone.KEY), " minute, hour"),
        line(("n N", Tone.KEY), " alerts"),
    ]
    return joined(facts, look.separator)


def then(frame: Frame, look: Look) -> str:
    """Return the instant of the past on show, with its date where that is not today's."""
    if frame.past is None:
        return ""
    when = times.local(frame.past.at_us, look.zone)
    if when.date() == times.local(frame.wall_us, look.zone).date():
        return when.strftime("%H:%M")
    return when.strftime("%Y-%m-%d %H:%M")


def one_line(frame: Frame, look: Look) -> Line:
    """Return the fleet in the fewest words, for a screen too small for anything else."""
    if frame.past is not None:
        return line((f"{then(frame, look)} ", Tone.PAGE), *_worst(frame.shown, look))
    if frame.late or frame.trouble:
        return line(("OLD ", Tone.ALARM), *_worst(frame.shown, look))
    return _worst(frame.shown, look)


def _worst(snapshot: Snapshot | None, look: Look) -> Line:
    if snapshot is None or not snapshot.routes:
        return line(("no routes", Tone.UNKNOWN))
    worst = min(snapshot.routes, key=lambda view: view.rank)
    stand = standing(worst, look.glyphs)
    burn = numbers.rate(burn_of(worst), look.glyphs.none)
    rest = len(snapshot.routes) - 1
    return line(
        (f"{stand.glyph} {stand.word}", stand.tone),
        f" {worst.route} {burn}",
        (f" +{rest}" if rest else "", Tone.MUTED),
    )
