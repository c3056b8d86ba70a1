"""`replay`: past logs at any speed, on the same screens, in a store that is thrown away."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.collecting import add_sources, check_sources
from console.cli.ending import end_as_by_key
from console.cli.session import REFUSED, USAGE, Session, Stop, warn
from console.cli.watching import console
from console.model import SECOND_US
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.collector.playback import Playback
    from console.collector.recording import Recording

_ENDING_S = 10.0
_REFUSED_SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(replay)


def replay(
    context: typer.Context,
    directories: Annotated[list[Path], typer.Argument(help="Log directories or files.")],
    speed: Annotated[
        float, typer.Option(help="How many times faster than it happened; + and - change it.")
    ] = 60.0,
    begin: Annotated[
        str | None, typer.Option("--from", help="Read what came before at once (RFC 3339).")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Stop the clock there (RFC 3339).")] = None,
    label: Annotated[str, typer.Option(help="Shown in the header.")] = "REPLAY",
    ascii_only: Annotated[bool, typer.Option("--ascii", help="No braille, no blocks.")] = False,
    theme: Annotated[str, typer.Option(help="dark, light, colour-blind or ansi.")] = "",
) -> None:
    """Play past logs as if they were being written, in a throw-away store.

    Nobody is told of its alerts, and no agent reads its control file.
    """
    session: Session = context.obj
    session.apart()
    if not speed > 0:
        raise Stop(
            f"--speed {speed:g}: a speed is more than 0; 60 plays a minute in a second", USAGE
        )
    end_as_by_key()
    add_sources(session, directories)
    check_sources(session)
    with tempfile.TemporaryDirectory(prefix="burnline-replay-") as name:
        tape = _record(session, Path(name))
        bounds = (_bound("--from", begin, tape), _bound("--until", until, tape))
        with _playing(session, tape, Path(name), speed, bounds) as playback:
            console(
                _session_of(session, playback, Path(name)),
                label=label,
                ascii_only=ascii_only,
                theme=theme,
                banner=lambda: _banner(playback, tape),
                now=playback.now,
                pace=playback.hasten,
            )


def _record(session: Session, folder: Path) -> Recording:
    from console.collector.recording import record

    tape = record(session.settings.sources, folder, time.time_ns() // 1_000)
    for sentence in tape.refused[:_REFUSED_SHOWN]:
        warn(f"burnline: not played: {clean(sentence)}")
    if len(tape.refused) > _REFUSED_SHOWN:
        warn(f"burnline: and {len(tape.refused) - _REFUSED_SHOWN} more files are not played")
    if not tape.reels:
        places = ", ".join(str(source.path) for source in session.settings.sources)
        raise Stop(f"nothing to play in {clean(places)}: no log with a time in it", REFUSED)
    return tape


def _bound(option: str, text: str | None, tape: Recording) -> int | None:
    """Return an instant of the recording that the command line names."""
    if text is None:
        return None
    from console.intake.times import instant_us

    try:
        at_us = instant_us(text)
    except ValueError as error:
        raise Stop(f"{option} {clean(text, 60)}: {error}", USAGE) from error
    if not tape.first_us <= at_us <= tape.last_us:
        span = f"{_stamp(tape.first_us)} to {_stamp(tape.last_us)}"
        raise Stop(f"{option} {clean(text, 60)}: the logs go from {span}", USAGE)
    return at_us


@contextlib.contextmanager
def _playing(
    session: Session,
    tape: Recording,
    folder: Path,
    speed: float,
    bounds: tuple[int | None, int | None],
) -> Iterator[Playback]:
    """Play beside the console, until the block is left."""
    from console.collector.playback import Playback
    from console.operate import Operator

    store, control = folder / "replay.db", folder / "control" / "control.json"
    start_us = tape.first_us if bounds[0] is None else bounds[0]
    operator = Operator(session.settings, store, control)
    operator.desk(start_us).initialise((), by="replay", now_us=start_us)
    operator.close()
    playback = Playback(
        tape, session.settings, store, control, speed=speed, start_us=start_us, until_us=bounds[1]
    )
    playback.turn()
    ended = threading.Event()
    thread = threading.Thread(target=playback.play, args=(ended,), daemon=True)
    thread.start()
    try:
        yield playback
    finally:
        ended.set()
        thread.join(_ENDING_S)
        playback.close()


def _session_of(session: Session, playback: Playback, folder: Path) -> Session:
    """Return a session on the throw-away store, under the same settings otherwise."""
    played = Session(
        settings=None,
        store=folder / "replay.db",
        control=folder / "control" / "control.json",
        as_of=None,
        no_color=session.no_color,
        read_only=session.read_only,
    )
    played.replace_settings(playback.settings)
    return played


def _banner(playback: Playback, tape: Recording) -> str:
    if playback.over:
        return f"REPLAY is over at {_stamp(playback.end_us)}; [ and {{ go back in it"
    played = playback.now() - tape.first_us
    share = played / max(1, playback.end_us - tape.first_us)
    return (
        f"REPLAY at {playback.speed:g}x, {share:.0%} of {_stamp(tape.first_us)} to "
        f"{_stamp(playback.end_us)}; + and - change the speed; throw-away store"
    )


def _stamp(at_us: int) -> str:
    return datetime.fromtimestamp(at_us // SECOND_US, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
