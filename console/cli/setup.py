"""`init` and `simulate`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from console.cli.collecting import Directories, absent, add_sources
from console.cli.session import REFUSED, USAGE, Session, Stop, confirmed, operator_name, say, warn
from console.text import clean


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(init)
    app.command()(simulate)


def init(
    context: typer.Context,
    directories: Directories = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
) -> None:
    """Propose routes and tiers from logs; write burnline.toml and the first control file.

    A directory that is not there is refused (64), unless --yes says that it will be.
    """
    session: Session = context.obj
    session.apart()
    session.writable()
    missing = absent(directories)
    if missing and not yes:
        words = "; ".join(missing)
        raise Stop(f"{words}; nothing was written, --yes makes it a source all the same", USAGE)
    for words in missing:
        warn(f"burnline: {words} yet; it is a source, but nothing could be guessed from its logs")
    add_sources(session, directories)
    from console.cli.proposing import propose
    from console.cli.sourcing import as_source, propose_sources, relative
    from console.settings import load
    from console.settings.template import render

    target = Path.cwd() / "burnline.toml"
    if session.settings.path is None and not target.exists():
        found = propose_sources(session.settings.sources)
        routes = propose(map(as_source, found.sources), ask=not yes)
        text = render(routes, [relative(source, target.parent) for source in found.sources])
        for note in found.notes:
            say(clean(note))
        written = _write(target, text, yes)
        session.replace_settings(load(target))
    else:
        written = False
    if written:
        say(f"wrote {target}: {len(routes)} routes; `burnline check` names what is still blank")
    else:
        say(f"{session.settings.path or target} is there already and was left as it is")
    _first_generation(session)


def _write(target: Path, text: str, yes: bool) -> bool:
    """Write the settings, whole or not at all; False where another `init` was first."""
    if not yes and not confirmed(f"write {target}?"):
        raise Stop("nothing was written; say --yes where nobody can be asked", 1)
    beside = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        os.link(beside, target)
    except FileExistsError:
        return False
    except OSError as error:
        raise Stop(f"{target}: {error.strerror}; nothing was written", REFUSED) from error
    finally:
        beside.unlink(missing_ok=True)
    return True


def _first_generation(session: Session) -> None:
    from console.operate import Operator

    operator = Operator(session.settings, session.store, session.control)
    try:
        now_us = time.time_ns() // 1_000
        generation = operator.desk(now_us).initialise((), by=operator_name(None), now_us=now_us)
    finally:
        operator.close()
    say(f"control file {session.control}: generation {generation}")


def simulate(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="Directory to write the logs into.")],
    routes: Annotated[int, typer.Option(min=1, help="How many routes.")] = 8,
    days: Annotated[int, typer.Option(min=1, help="How many days.")] = 30,
    lines: Annotated[int | None, typer.Option(min=1, help="About how many lines.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same logs.")] = 1,
    end: Annotated[str | None, typer.Option(help="When they end (RFC 3339); default: now.")] = None,
    live: Annotated[
        bool,
        typer.Option("--live", help="Let sample agents that obey --control go on."),
    ] = False,
) -> None:
    """Write realistic native logs with incidents; their truth is written beside OUT."""
    session: Session = context.obj
    session.apart()
    session.writable()
    from console.intake.times import instant_us
    from console.simulate import simulate as generate
    from console.simulate import truth_path

    if live and end is not None:
        raise Stop("--end goes with logs that end, not with --live", USAGE)
    try:
        end_us = time.time_ns() // 1_000 if end is None else instant_us(end)
    except ValueError as error:
        raise Stop(f"--end {clean(end or '', 60)}: {error}", USAGE) from error
    _say_replaced(out)
    try:
        generate(out, routes=routes, days=days, lines=lines, seed=seed, end_us=end_us)
    except OSError as error:
        raise Stop(f"{out}: {error.strerror}" if error.strerror else str(error), REFUSED) from error
    say(f"wrote {out}; what was put in stands in {truth_path(out)}")
    if live:
        _go_on(session.control, out, routes, seed)


def _say_replaced(out: Path) -> None:
    """Say that an earlier simulation gives way; anything else is refused by the simulation."""
    from console.simulate.truth import read_truth, truth_path

    beside = truth_path(out)
    if not beside.exists() or not out.is_dir():
        return
    there = {entry.name for entry in out.iterdir()}
    known = there & set(read_truth(beside).routes)
    if known and known == there:
        warn(f"burnline: {out}: an earlier simulation of {len(known)} routes is replaced")


def _go_on(control: Path, logs: Path, routes: int, seed: int) -> None:
    """Let sample agents go on in the logs, at the recorded pace, until ctrl+c or SIGTERM."""
    from console.demo import agents
    from console.simulate.fleet import fleet

    if not control.exists():
        warn(f"burnline: there is no {control} to obey (burnline init): some routes will not start")
    ending = agents.ending_on_signals()
    say(f"sample agents go on in it and obey {control}; end with ctrl+c")
    sys.stdout.flush()
    place = agents.Place(control, logs)
    hired = agents.hire(
        place,
        fleet(routes, seed),
        speed=1.0,
        seed=seed,
        wait=ending.wait,
        started_s=int(time.time()),
    )
    agents.play(hired, ending, os.getppid())
