"""`notify test` and `notify retry`: try the channels out, and send again what was given up."""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING

import typer

from console.cli.session import REFUSED, Session, Stop, leave, operator_name, say

if TYPE_CHECKING:
    from console.model import Notice
    from console.notify import Channel

PATIENCE_S = 30.0
_NO_CHANNEL = "there is no channel: write a [[notify]] table into burnline.toml"


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help="The channels that alerts go to.", no_args_is_help=True)
    group.command()(test)
    group.command()(retry)
    app.add_typer(group, name="notify")


def test(context: typer.Context) -> None:
    """Send one notice, marked as a test, through every channel. Exit code 1: one failed."""
    session: Session = context.obj
    session.writable()
    from console.notify import channels_of

    channels = channels_of(session.settings.notify)
    if not channels:
        raise Stop(_NO_CHANNEL, REFUSED)
    tries = [_Try(channel, _notice()) for channel in channels]
    until_s = time.monotonic() + PATIENCE_S
    results = [one.result(until_s - time.monotonic()) for one in tries]
    for channel, trouble in zip(channels, results, strict=True):
        say(f"{channel.label}: {trouble or 'took the test notice'}")
    leave(REFUSED if any(results) else 0)


class _Try:
    """One channel being tried, beside the others: one that hangs delays no other."""

    def __init__(self, channel: Channel, notice: Notice) -> None:
        self._channel = channel
        self._notice = notice
        self._trouble = f"no answer within {PATIENCE_S:g} s"
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self) -> None:
        from console.notify import NotDelivered

        try:
            trouble = self._channel.carrier.trouble()
            if not trouble:
                self._channel.carrier.deliver(self._notice, again=False)
        except NotDelivered as reason:
            trouble = str(reason)
        except Exception as error:  # noqa: BLE001 - its words may hold the address
            trouble = f"{type(error).__name__} in the channel"
        self._trouble = trouble

    def result(self, patience_s: float) -> str:
        """Return what is wrong with the channel after at most so long, "" for nothing."""
        self._thread.join(max(0.0, patience_s))
        return self._trouble


def _notice() -> Notice:
    from console.model import Notice, Severity
    from console.notify.message import TEST

    return Notice(
        key=f"test-{uuid.uuid4()}",
        alert="none",
        route="none",
        severity=Severity.TICKET,
        what=TEST,
        at_us=time.time_ns() // 1_000,
        words=f"This is a test by {operator_name(None)}: nothing burns.",
    )


def retry(context: typer.Context) -> None:
    """Let the collector send again what was given up after a day of failures."""
    session: Session = context.obj
    session.writable()
    session.require_settings()
    from console.store import outbox
    from console.store.connect import attach
    from console.store.writer import Writer

    attach(session.store).close()  # says so where there is no store, and makes none
    writer = Writer(session.store)
    try:
        with writer.transaction():
            revived = outbox.retry_dead(writer.connection, time.time_ns() // 1_000)
    finally:
        writer.close()
    noun = "delivery waits" if revived == 1 else "deliveries wait"
    say(f"{revived} {noun} again; a running collector makes them" if revived else "nothing is dead")
