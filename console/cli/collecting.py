"""`collect` and `stop`."""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from console.cli.ending import listened
from console.cli.session import REFUSED, SETTINGS, USAGE, Session, Stop, say, warn
from console.text import clean

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from console.collector import Collector, Lease
    from console.store.outbox import Tally

TELLING_S = 15.0
"""How long `collect --once` waits for channels to take what is due."""
_BAR_WIDTH = 30
_STORES_AT_MOST = 10
"""So often a store is replaced within the life of one collector."""
NO_SOURCES = (
    "no logs to read: name a directory (burnline collect DIR), or write [[source]] tables into "
    "burnline.toml (burnline init DIR proposes them)"
)

Directories = Annotated[
    list[Path] | None, typer.Argument(help="Log directories or files; default: the settings'.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(collect)
    app.command()(stop)


def collect(
    context: typer.Context,
    directories: Directories = None,
    once: Annotated[
        bool, typer.Option("--once", help="Read everything to its end, evaluate, exit.")
    ] = False,
    metrics: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, help="Serve Prometheus metrics on this local port."),
    ] = None,
    otlp: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Push metrics by OTLP, to http://localhost:4318."),
    ] = None,
) -> None:
    """Read logs into the store, headless. Exit code 4: another collector holds the store."""
    session: Session = context.obj
    if once and (metrics is not None or otlp is not None):
        raise Stop("--metrics and --otlp go with a collector that stays, not with --once", USAGE)
    session.writable()
    add_sources(session, directories)
    if not session.settings.sources:
        raise Stop(NO_SOURCES, 1)
    check_sources(session)
    from console.collector import Lease

    # Before the lease is taken: whoever holds one is found, and may be stopped.
    ending = None if once else listened()
    lease = Lease(session.store)
    gc.freeze()
    try:
        from console.cli.metering import pushed, served

        with served(session, metrics), pushed(session, otlp):
            _collect(session, lease, ending)
    finally:
        lease.release()


def _collect(session: Session, lease: Lease, ending: threading.Event | None) -> None:
    """Collect into the store until `ending`, by default once.

    A store that is damaged or gone is replaced by a new one, and that is said.
    """
    from console.collector import Collector
    from console.collector.salvage import salvage
    from console.store.connect import Displaced, StoreError, Unusable, is_damage

    wrong = ""
    for _ in range(_STORES_AT_MOST):
        said = salvage(session.store, time.time_ns() // 1_000, wrong)
        if said:
            warn(f"burnline: {said}")
        try:
            collector = Collector(
                session.settings,
                session.store,
                session.control,
                newest_first=ending is not None,
            )
            try:
                if ending is None:
                    _once(session, collector)
                else:
                    _collect_until(ending, session, collector, lease)
            finally:
                collector.close()
        except Displaced as error:
            wrong = ""
            warn(f"burnline: {error}")
        except (StoreError, Unusable) as error:
            if not is_damage(error):
                raise
            wrong = str(error)
        else:
            return
    raise Stop(f"{session.store}: every new store is damaged or deleted at once: {wrong}", REFUSED)


def _once(session: Session, collector: Collector) -> None:
    _read_all(collector)
    for sentence in collector.see_off(TELLING_S, start=True):
        warn(f"burnline: {sentence}")
    _report(session, collector)


def add_sources(session: Session, directories: list[Path] | None) -> None:
    """Read the named directories instead of the settings' sources."""
    if not directories:
        return
    from console.settings import Source

    sources = tuple(Source(path=path.absolute()) for path in directories)
    session.replace_settings(msgspec.structs.replace(session.settings, sources=sources))


def absent(directories: list[Path] | None) -> list[str]:
    """Return which of the named places are not there, a sentence each."""
    from console.intake.places import exists
    from console.settings import Source

    return [
        f"{clean(str(path))}: no such file or directory"
        for path in directories or ()
        if not exists(Source(path=path.absolute()))
    ]


def check_sources(session: Session) -> None:
    """Refuse sources whose own keys make no sense to their format, before anything is read."""
    from console.intake.formats import wrong_with

    wrong = [
        f"{session.settings.path}: source {source.path}: {sentence}"
        for source in session.settings.sources
        if (sentence := wrong_with(source))
    ]
    if wrong:
        raise Stop("; ".join(wrong), SETTINGS)


def _read_all(collector: Collector) -> None:
    shows = sys.stderr.isatty()
    if shows:
        collector.progress = _progress_bar()
    collector.catch_up()
    collector.evaluate()
    if shows:
        sys.stderr.write("\r\x1b[K")


def _progress_bar() -> Callable[[int, int], None]:
    """Return a function that draws how much of all bytes is read, and how fast."""
    begun = time.monotonic()

    def draw(done: int, total: int) -> None:
        share = done / total if total else 1.0
        filled = int(share * _BAR_WIDTH)
        rate = done / max(0.001, time.monotonic() - begun) / 1e6
        bar = "█" * filled + "·" * (_BAR_WIDTH - filled)
        sys.stderr.write(f"\r\x1b[K{bar} {share:4.0%}  {rate:.1f} MB/s")
        sys.stderr.flush()

    return draw


def _report(session: Session, collector: Collector) -> None:
    for sentence in collector.troubles():
        warn(f"burnline: {sentence}")
    events, rejected, future, channels = _tallied(session.store)
    say(
        f"{events:,} events read into {session.store}"
        + (f", {rejected:,} pieces refused (burnline doctor)" if rejected else "")
        + (f", {future:,} held back: they lie in the future" if future else "")
    )
    for channel in channels:
        if not channel.waiting:
            continue
        many = "notice waits" if channel.waiting == 1 else "notices wait"
        why = f": {clean(channel.note)}" if channel.note else ""
        warn(
            f"burnline: {channel.waiting} {many} for {channel.label}{why}; told by the next collect"
        )


def _tallied(store: Path) -> tuple[int, int, int, list[Tally]]:
    """Return (events, pieces refused, events held back, channels) of a store, in one look.

    Not by a snapshot: that would work out every route for four numbers.
    """
    from console.store import outbox, reader
    from console.store.connect import attach

    connection = attach(store)
    try:
        connection.execute("begin")
        return (*reader.totals(connection), outbox.tally(connection))
    finally:
        connection.close()


def _collect_until(
    ending: threading.Event, session: Session, collector: Collector, lease: Lease
) -> None:
    from console.collector.runloop import run

    warn(f"burnline: collecting into {session.store}; end with ctrl+c or `burnline stop`")
    run(
        collector,
        lease.beat,
        ending.is_set,
        lambda sentence: warn(f"burnline: {sentence}"),
        lease.trouble,
    )


def stop(context: typer.Context) -> None:
    """End a collector that runs in the background."""
    session: Session = context.obj
    session.writable()
    from console.collector.detached import end

    say(end(session.store))


def collector_options(session: Session, directories: list[Path] | None) -> list[str]:
    """Return the options and the command of a collector for the same settings and store."""
    options = ["--store", str(session.store), "--control", str(session.control)]
    if session.settings.path is not None:
        options = ["--settings", str(session.settings.path), *options]
    return [*options, "collect", *(str(path.absolute()) for path in directories or ())]
