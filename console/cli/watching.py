"""`watch` and `demo`: the console."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.collecting import (
    Directories,
    absent,
    add_sources,
    check_sources,
    collector_options,
)
from console.cli.ending import end, end_as_by_key, undisturbed
from console.cli.session import Session, operator_name, say
from console.cli.streams import outlive_stdin

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.collector.detached import Attended


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(watch)
    app.command()(demo)


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
    from console.collector.detached import ensure

    session: Session = context.obj
    add_sources(session, directories)
    banner: str | Callable[[], str] = ""
    collector = None
    if not session.read_only and session.settings.sources:
        check_sources(session)
        collector = ensure(session.store, collector_options(session, directories))
        banner = _standing(collector, directories)
    if web:
        from console.cli.serving import serve

        serve(session, port, label=label, ascii_only=ascii_only, theme=theme)
    else:
        end_as_by_key()
        if not served:
            outlive_stdin()
        console(
            session,
            label=label,
            ascii_only=ascii_only,
            theme=theme,
            banner=banner,
            collector=collector,
            files=not served,
        )


def _standing(collector: Attended, directories: list[Path] | None) -> Callable[[], str]:
    """Return what says how the collector stands, and what it does not find."""
    missing = [f"{words} yet; read as soon as it is there" for words in absent(directories)]
    return lambda: "; ".join([*missing, collector.stands()])


def console(
    session: Session,
    *,
    label: str,
    ascii_only: bool,
    banner: str | Callable[[], str],
    collector: Attended | None = None,
    theme: str = "",
    now: Callable[[], int] = lambda: time.time_ns() // 1_000,
    pace: Callable[[float], None] | None = None,
    files: bool = True,
    remembers: bool = True,
) -> None:
    """Show the console until the operator quits.

    `collector` is the one that reads for it. `now` is the clock of the store, `pace` speeds it up
    where that can be done; `files` says whether it may write what it `remembers`, and exports.
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
        awaited=collector.awaited if collector else lambda: False,
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
    """Open the console on sample logs, replayed as if live, with sample agents that obey it.

    Its store is thrown away with it. From another terminal (TMPDIR for /tmp, if set):

    burnline --store "$(ls -td /tmp/burnline-demo-* | head -1)/demo.db" status
    """
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
            with undisturbed():
                collector = detached.start(store, collector_options(session, None))
                stack.callback(end, collector)
                command = plan.agents_command(control, speed)
                nothing = subprocess.DEVNULL
                agents = subprocess.Popen(command, stdin=nothing, stderr=nothing)
                stack.callback(end, agents)
            banner = "DEMO: sample logs, throw-away store; pause a route (a, p) and see it obey"
            # It opens as it is described, whatever a session on real agents ended on.
            console(
                session,
                label="DEMO",
                ascii_only=ascii_only,
                theme=theme,
                banner=banner,
                collector=detached.Attended(store, collector),
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


def leave_message() -> None:
    """Say where to go on after the demo."""
    say("The demo's files are gone. For your own logs: burnline init DIR, then burnline watch.")
