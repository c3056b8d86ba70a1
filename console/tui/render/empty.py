"""What a screen says while it has nothing to show: what was looked for, where, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures.spans import Line, Tone, line

if TYPE_CHECKING:
    from console.snapshot.types import Snapshot, SourceView
    from console.tui.frame import Frame
    from console.tui.render.look import Look

_SOURCES_SHOWN = 8


def waiting(frame: Frame) -> list[Line]:
    """Return what stands there before the first snapshot."""
    if frame.trouble:
        return [
            line(("The store cannot be read.", Tone.ALARM)),
            line(frame.trouble),
            line("burnline doctor names paths, versions and permissions. Trying again."),
        ]
    return [line(("Reading the store.", Tone.MUTED))]


def no_routes(snapshot: Snapshot, look: Look) -> list[Line]:
    """Return the first-run text: which logs were looked at, and how to get a first route."""
    lines = [line(("No route yet.", Tone.STRONG)), line("A route appears with its first event.")]
    if snapshot.sources:
        lines += [(), line(("Looked at", Tone.HEADING))]
        lines += [_source(each, look) for each in snapshot.sources[:_SOURCES_SHOWN]]
        more = len(snapshot.sources) - _SOURCES_SHOWN
        lines += [line((f"and {more} more", Tone.MUTED))] if more > 0 else []
    else:
        lines += [(), line(("No log file was found to look at.", Tone.TICKET))]
    return lines + _next(snapshot)


def no_sources(snapshot: Snapshot) -> list[Line]:
    """Return what it means that no log file is known, and how to get one."""
    text = "Nothing is read, so nothing that any other screen shows can be taken for health."
    return [line(("No log file was found.", Tone.STRONG)), line(text), *_next(snapshot)]


def _next(snapshot: Snapshot) -> list[Line]:
    """Return where settings and store are, and the commands that lead on."""
    settings = snapshot.settings_path or "none found: everything is built in"
    return [
        line(("settings ", Tone.MUTED), settings),
        line(("store ", Tone.MUTED), snapshot.store.path),
        (),
        line(("Next", Tone.HEADING)),
        line(("burnline watch DIR", Tone.KEY), "   read the logs in DIR"),
        line(("burnline init DIR", Tone.KEY), "    propose sources, routes and tiers for DIR"),
        line(("burnline demo", Tone.KEY), "        see the console at work on sample logs"),
        line(("burnline doctor", Tone.KEY), "      say why logs are not read"),
    ]


def _source(source: SourceView, look: Look) -> Line:
    sick = source.state in ("unreadable", "gone")
    facts = f"{source.lines} lines, {source.rejected} rejected, {source.format}"
    note = f" {look.glyphs.dot} {source.note}" if source.note else ""
    return line(
        (f"  {source.state:<11}", Tone.ALARM if sick else Tone.PLAIN),
        source.path,
        (f"  {facts}{note}", Tone.TICKET if source.rejected else Tone.MUTED),
    )


def no_match(text: str, total: int, what: str) -> list[Line]:
    """Return what a filter without a match says."""
    return [
        line(f"None of {total} {what} matches ", (text, Tone.STRONG)),
        line(("esc clears the filter", Tone.KEY)),
    ]


def no_alerts(snapshot: Snapshot, look: Look) -> list[Line]:
    """Return what an empty alert list means, which is less than that all is well."""
    lines = [line(("No alert has fired.", Tone.STRONG)), _judged(snapshot, look)]
    return lines + _blind(snapshot)


def route_gone(route: str) -> list[Line]:
    """Return what the route screen says when its route is no longer in the store."""
    return [
        line(("This route is not in the store: ", Tone.UNKNOWN), route),
        line("Its events may be older than the retention, or it has never logged. q goes back."),
    ]


def no_misses(waiting_for: bool, trouble: str) -> list[Line]:
    """Return what an empty list of misses means."""
    if trouble:
        return [line(("The misses cannot be read: ", Tone.ALARM), trouble)]
    if waiting_for:
        return [line(("Reading the misses.", Tone.MUTED))]
    return [line(("No miss is kept for this route.", Tone.MUTED))]


def no_misses_at_all(snapshot: Snapshot, look: Look) -> list[Line]:
    """Return what it means that no route has missed, which is less than that all is well."""
    lines = [line(("No miss is kept.", Tone.STRONG)), _judged(snapshot, look)]
    return lines + _blind(snapshot)


def no_moments(*, waiting: bool, trouble: str) -> list[Line]:
    """Return why nothing is shown of what a run logged."""
    if trouble:
        return [line(("The run cannot be read: ", Tone.ALARM), trouble)]
    if waiting:
        return [line(("Reading the run.", Tone.MUTED))]
    text = "Nothing of this run is kept: it is older than the retention, or no run of an agent."
    return [line((text, Tone.MUTED))]


def no_orders(look: Look) -> list[Line]:
    """Return what it means that no order was ever given."""
    return [
        line(("No order was given yet.", Tone.STRONG)),
        line("Changes and runs are free on every route."),
        line(("1", Tone.KEY), f" fleet {look.glyphs.arrow} ", ("a", Tone.KEY), " gives the first."),
        line(("u", Tone.KEY), " shows the audit."),
    ]


def no_trail(*, waiting: bool, trouble: str) -> list[Line]:
    """Return why no row of the audit is on show."""
    if trouble:
        return [
            line(("The audit cannot be read: ", Tone.ALARM), trouble),
            line(("burnline audit --verify", Tone.KEY), " names the first row at fault."),
        ]
    if waiting:
        return [line(("Reading the audit, and verifying its chain.", Tone.MUTED))]
    return [line(("Nothing was done yet that an audit would keep.", Tone.STRONG))]


def no_approvals(snapshot: Snapshot) -> list[Line]:
    """Return what it means that no run waits for a grant."""
    asking = sorted(view.route for view in snapshot.routes if view.approval_required)
    text = (
        f"Actions need a grant on {', '.join(asking)}."
        if asking
        else ("No settings ask for a grant; an order tighten does until it is lifted.")
    )
    lines = [line(("No run waits for a grant.", Tone.STRONG)), line(text)]
    return lines + _blind(snapshot)


def _judged(snapshot: Snapshot, look: Look) -> Line:
    judged = sum(view.data == "live" for view in snapshot.routes)
    at = look.stamp(snapshot.as_of_us)
    return line(f"{judged} route{'' if judged == 1 else 's'} judged on live data at {at}.")


def _blind(snapshot: Snapshot) -> list[Line]:
    """Return what keeps an empty list from meaning that all is well."""
    lines: list[Line] = []
    blind = sum(view.data != "live" for view in snapshot.routes)
    if blind:
        text = f"{blind} cannot be judged: their data is missing, stale or without verdicts."
        lines.append(line((text, Tone.UNKNOWN)))
        lines.append(line(("5", Tone.KEY), " sources, and burnline doctor, say why."))
    if snapshot.store.collector != "running":
        text = "The collector is stopped, so nothing new can fire or come in: burnline collect."
        lines.append(line((text, Tone.ALARM)))
    return lines
