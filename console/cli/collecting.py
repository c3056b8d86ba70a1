"""`watch`, `demo`, `collect` and `stop`."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from console.cli.session import SETTINGS, USAGE, Session, Stop, operator_name, say, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.collector import Collector, Lease

TELLING_S = 15.0
"""How long `collect --once` waits for channels to take what is due."""
_BAR_WIDTH = 30
_NO_SOURCES = (
    "no logs to read: name a directory (burnline collect DIR), or write [[source]] tables into "
    "burnline.toml (burnline init DIR proposes them)"
)

Directories = Annotated[
    list[Path] | None, typer.Argument(help="Log directories or files; default: the settings'.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(watch)
    app.command()(demo)
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
        raise Stop(_NO_SOURCES, 1)
    check_sources(session)
    from console.collector import Collector, Lease

    lease = Lease(session.store)
    try:
        collector = Collector(session.settings, session.store, session.control)
        try:
            if once:
                _read_all(collector)
                for sentence in collector.see_off(TELLING_S, start=True):
                    warn(f"burnline: {sentence}")
                _report(session, collector)
            else:
                from console.cli.metering import pushed, served

                with served(session, metrics), pushed(session, otlp):
                    _collect_until_stopped(session, collector, lease)
        finally:
            collector.close()
    finally:
        lease.release()


def add_sources(session: Session, directories: list[Path] | None) -> None:
    """Read the named directories instead of the settings' sources."""
    if not directories:
        return
    from console.settings import Source

    sources = tuple(Source(path=path.absolute()) for path in directories)
    session.replace_settings(msgspec.structs.replace(session.settings, sources=sources))


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
    store = session.snapshot().store
    say(
        f"{store.events:,} events read into {session.store}"
        + (f", {store.rejected:,} pieces refused (burnline doctor)" if store.rejected else "")
        + (f", {store.future:,} held back: they lie in the future" if store.future else "")
    )
    waiting = [channel for channel in store.channels if channel.waiting]
    for channel in waiting:
        many = "notice waits" if channel.waiting == 1 else "notices wait"
        why = f": {channel.note}" if channel.note else ""
        warn(
            f"burnline: {channel.waiting} {many} for {channel.label}{why}; told by the next collect"
        )


def _collect_until_stopped(session: Session, collector: Collector, lease: Lease) -> None:
    from console.collector.loop import run

    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    warn(f"burnline: collecting into {session.store}; end with ctrl+c or `burnline stop`")
    run(collector, lease.beat, ending.is_set, lambda sentence: warn(f"burnline: {sentence}"))


def stop(context: typer.Context) -> None:
    """End a collector that runs in the background."""
    session: Session = context.obj
    session.writable()
    from console.collector.detached import end

    say(end(session.store))


def watch(
    context: typer.Context,
    directories: Directories = None,
    label: Annotated[str, typer.Option(help="Shown in the header, such as PROD.")] = "",
    ascii_only: Annotated[bool, typer.Option("--ascii", help="No braille, no blocks.")] = False,
    theme: Annotated[str, typer.Option(help="dark, light, colour-blind or ansi.")] = "",
    web: Annotated[
        bool, typer.Option("--web", help="In a browser on this machine; read-only always.")
    ] = False,
    served: Annotated[bool, typer.Option("--served", hidden=True)] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Of --web; 0: any.")] = 0,
) -> None:
    """Open the console; starts a collector if none runs, says so, and leaves it running."""
    session: Session = context.obj
    add_sources(session, directories)
    banner = ""
    if not session.read_only and session.settings.sources:
        check_sources(session)
        from console.collector.detached import ensure

        banner = ensure(session.store, _collector_options(session, directories))
    if web:
        from console.cli.serving import serve

        serve(session, port, label=label, ascii_only=ascii_only, theme=theme)
    else:
        console(
            session,
            label=label,
            ascii_only=ascii_only,
            theme=theme,
            banner=banner,
            files=not served,
        )


def _collector_options(session: Session, directories: list[Path] | None) -> list[str]:
    options = ["--store", str(session.store), "--control", str(session.control)]
    if session.settings.path is not None:
        options = ["--settings", str(session.settings.path), *options]
    return [*options, "collect", *(str(path.absolute()) for path in directories or ())]


def console(
    session: Session,
    *,
    label: str,
    ascii_only: bool,
    banner: str | Callable[[], str],
    theme: str = "",
    now: Callable[[], int] = lambda: time.time_ns() // 1_000,
    pace: Callable[[float], None] | None = None,
    files: bool = True,
    remembers: bool = True,
) -> None:
    """Show the console until the operator quits.

    `now` is the clock of the store, `pace` speeds it up where that can be done; `files` says
    whether it may write what it `remembers`, and exports.
    """
    from console import tui
    from console.cli.feed import LiveFeed
    from console.cli.files import ConsoleFiles

    settings = session.settings
    feed = LiveFeed(settings, session.store, session.control, now, read_only=session.read_only)
    tui.run(
        feed,
        operator=operator_name(None),
        read_only=session.read_only,
        label=label,
        ascii_only=ascii_only,
        banner=banner,
        bell=settings.console.bell,
        pace=pace,
        theme=theme or settings.console.theme,
        keys=settings.console.keys,
        animations=settings.console.animations,
        files=ConsoleFiles(session.memory if remembers else None, Path.cwd()) if files else None,
    )


def demo(
    context: typer.Context,
    speed: Annotated[float, typer.Option(help="How many times faster than recorded.")] = 60.0,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="No braille, no blocks.")] = False,
    theme: Annotated[str, typer.Option(help="dark, light, colour-blind or ansi.")] = "",
) -> None:
    """Open the console on sample logs, replayed as if live, with sample agents that obey it."""
    session: Session = context.obj
    end_as_by_key()
    from console.collector import detached
    from console.demo import locate_sample_logs, prepare

    with tempfile.TemporaryDirectory(prefix="burnline-demo-") as name:
        folder = Path(name)
        plan = prepare(locate_sample_logs(), folder, time.time_ns() // 1_000)
        session = demo_session(session, plan.settings, folder)
        store, control = session.store, session.control
        _initialise(session)
        with contextlib.ExitStack() as stack:
            stack.callback(detached.end, store)
            detached.ensure(store, _collector_options(session, None))
            command = plan.agents_command(control, speed)
            agents = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(_end_process, agents)
            banner = "DEMO: sample logs, throw-away store; pause a route (a, p) and see it obey"
            # It opens as it is described, whatever a session on real agents ended on.
            console(
                session,
                label="DEMO",
                ascii_only=ascii_only,
                theme=theme,
                banner=banner,
                remembers=False,
            )
    leave_message()


def demo_session(session: Session, settings: Path, folder: Path) -> Session:
    """Return a session on the demo's own settings, store and control file."""
    return Session(
        settings=settings,
        store=folder / "demo.db",
        control=folder / "control" / "control.json",
        as_of=None,
        no_color=session.no_color,
        read_only=session.read_only,
    )


def _initialise(session: Session) -> None:
    from console.operate import Operator

    operator = Operator(session.settings, session.store, session.control)
    now_us = time.time_ns() // 1_000
    operator.desk(now_us).initialise((), by="demo", now_us=now_us)
    operator.close()


def end_as_by_key() -> None:
    """When the terminal goes away, end as ctrl+q does: what is throw-away is thrown away."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, _leave)


def _leave(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _end_process(process: subprocess.Popen[bytes]) -> None:
    """End the sample agents; they finish the line that they are writing."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()


def leave_message() -> None:
    """Say where to go on after the demo."""
    say("The demo's files are gone. For your own logs: burnline init DIR, then burnline watch.")
