"""What `doctor` looks at, each finding with what to do about it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, NamedTuple

from console import __version__
from console.cli.session import Session, say
from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from console.store.connect import Connection

_LIBRARIES = ("textual", "sqlite-utils", "typer", "watchfiles", "msgspec")
_SHOWN = 10
_TOO_LATE = (
    "are of runs that may have been counted and deleted already (store.retention); "
    "they were not applied"
)
_LOW_BYTES = 100_000_000


class Finding(NamedTuple):
    """One thing that was looked at: whether it is good, and in words what was found.

    One that `warns` is good, and may be a mistake all the same.
    """

    good: bool
    subject: str
    words: str
    warns: bool = False


def examine(session: Session, now_s: float) -> list[Finding]:
    """Return all findings."""
    found = [_versions(), _scanner(), _sqlite(), _settings(session)]
    store = session.store
    if store.exists():
        from console.store.connect import StoreError, Unusable, attach

        found += [_mode(store), _collector(store, now_s), _disk(store)]
        try:
            connection = attach(store)
        except (StoreError, Unusable) as error:
            found += [*_troubles(store, None, now_s), Finding(False, "store", str(error))]
            return [*found, _control(session)]
        try:
            found += _contents(session, connection, now_s)
        except Unusable as error:
            words = f"{store}: {error}; a collector that starts sets it aside and rebuilds it"
            found.append(Finding(False, "store", words))
        finally:
            connection.close()
    else:
        found.append(Finding(False, "store", f"{store}: there is none yet; burnline collect DIR"))
    found.append(_control(session))
    return found


def _contents(session: Session, connection: Connection, now_s: float) -> list[Finding]:
    """Return what the store says. Raises `Unusable` where it is damaged."""
    store = session.store
    return [
        _damage(connection, store),
        *_troubles(store, connection, now_s),
        *_missing(session),
        *_sources(connection),
        *_refused(connection),
        *_unknown(connection),
        *_notifications(session, connection),
        *_redacted(connection),
        _audit(connection, store),
    ]


def _damage(connection: Connection, store: Path) -> Finding:
    """See that the store's pages are whole; rows that were changed are the audit's to tell."""
    found = str(connection.execute("pragma quick_check(1)").fetchone()[0])
    if found == "ok":
        return Finding(True, "store", "its pages are whole")
    words = f"{store}: damaged: {clean(found, 200)}; a collector that starts rebuilds it"
    return Finding(False, "store", words)


def show(findings: list[Finding]) -> None:
    """Print the findings, what is wrong marked."""
    for finding in findings:
        mark = "WARN" if finding.warns else "ok  " if finding.good else "BAD "
        say(f"{mark} {finding.subject}: {finding.words}")


def _versions() -> Finding:
    libraries = ", ".join(f"{name} {installed(name)}" for name in _LIBRARIES)
    python = ".".join(str(part) for part in sys.version_info[:3])
    return Finding(True, "versions", f"burnline {__version__}, Python {python}, {libraries}")


def _scanner() -> Finding:
    from console.collector.scanning import available

    if available():
        return Finding(True, "native lines", "read by the scanner in C")
    words = "read in Python, more slowly; with a C compiler, installing again builds the scanner"
    return Finding(True, "native lines", words)


def _sqlite() -> Finding:
    from console.store.connect import SAFE_VERSION, version

    found = version()
    words = ".".join(str(part) for part in found)
    if found >= SAFE_VERSION:
        return Finding(True, "SQLite", words)
    wanted = ".".join(str(part) for part in SAFE_VERSION)
    return Finding(
        False,
        "SQLite",
        f"{words} can corrupt a WAL store; {wanted} or newer: pip install pysqlite3",
    )


def _settings(session: Session) -> Finding:
    path = session.settings.path
    return Finding(True, "settings", str(path) if path else "none; built-in ones hold")


def _mode(store: Path) -> Finding:
    mode = stat.S_IMODE(store.stat().st_mode)
    if mode & 0o077:
        return Finding(False, "store", f"{store}: mode {mode:04o} lets others read; chmod 600 it")
    return Finding(True, "store", f"{store}: mode {mode:04o}")


def _collector(store: Path, now_s: float) -> Finding:
    from console.store.holder import alive

    life = alive(store, now_s)
    if life is None:
        return Finding(True, "collector", "none runs; burnline watch or collect starts one")
    if not life.beats:
        return Finding(
            False, "collector", f"process {life.pid} holds the store but gives no heartbeat"
        )
    return Finding(True, "collector", f"process {life.pid}, heartbeat {life.heartbeat_s:.0f} s ago")


def _troubles(store: Path, connection: Connection | None, now_s: float) -> list[Finding]:
    """Return what is wrong with store, disk, clock and file events, each as it is shown."""
    from console.model import SECOND_US
    from console.snapshot.troubles import troubles
    from console.store.holder import alive

    life = alive(store, now_s)
    said: tuple[str, ...] = ()
    if connection is not None:
        said = troubles(connection, store, life, int(now_s * SECOND_US))
    elif life is not None and life.trouble:
        said = (life.trouble,)
    return [Finding(False, "trouble", sentence) for sentence in said]


def _disk(store: Path) -> Finding:
    free = shutil.disk_usage(store.parent).free
    return Finding(free > _LOW_BYTES, "disk", f"{free / 1e9:.1f} GB free at {store.parent}")


def _audit(connection: Connection, store: Path) -> Finding:
    """Return whether the audit is what was written, and how well its mirror is guarded."""
    from console.store import mirror, reader, verify

    path = mirror.mirror_path(store)
    found = verify.verify(reader.audit_since(connection, 0), mirror.read(path))
    guarded = "sealed" if mirror.sealed(path) else "not sealed: burnline audit --seal as root"
    good = found.kind == verify.WHOLE
    words = f"{found.words}; mirror {path.name}, {guarded}" if good else found.words
    return Finding(good, "audit", words)


def _missing(session: Session) -> list[Finding]:
    """Return the sources of the settings in which there is nothing: quiet is not the same."""
    from console.intake.places import walk
    from console.settings import SettingsError

    try:
        sources = session.settings.sources
    except SettingsError:
        return []
    return [
        Finding(False, "source", f"{clean(str(source.path))}: no log is there; is the path right?")
        for source in sources
        if next(walk(source, []), None) is None
    ]


def _sources(connection: Connection) -> list[Finding]:
    from console.intake.places import CLOSED
    from console.store import intake, reader

    files = reader.files(connection)
    waits = [row for row in files if row.state == "reading" and row.note and row.offset < row.size]
    troubled = waits + [row for row in files if row.state in {"unreadable", "unrecognised"}]
    found = [
        Finding(True, "sources", f"{len(files)} files, {sum(row.lines for row in files)} lines")
    ]
    found += [
        Finding(row.state == "unrecognised", "source", f"{_path(row.path)}: {clean(row.note)}")
        for row in troubled[:_SHOWN]
    ]
    found += [
        Finding(False, "too late", f"{_path(row.path)}: {row.late:,} events {_TOO_LATE}")
        for row in [row for row in files if row.late][:_SHOWN]
    ]
    found += [
        Finding(item.why != CLOSED, "source", f"{_path(item.path)}: {clean(item.words)}")
        for item in intake.passed_over(connection)[:_SHOWN]
    ]
    return found


def _redacted(connection: Connection) -> list[Finding]:
    """Name the routes whose name held a secret: no order reaches an agent of theirs."""
    from console.store import reader

    words = "its name holds a secret, so that no order reaches its agents; give it another name"
    names = [row.name for row in reader.routes(connection) if "[redacted:" in row.name]
    return [Finding(False, "route", f"{clean(name)}: {words}") for name in names[:_SHOWN]]


def _refused(connection: Connection) -> list[Finding]:
    from console.store import reader

    _, rejected, future = reader.totals(connection)
    found = []
    for path, number, offset, reason, excerpt in reader.quarantined(connection, _SHOWN):
        words = f"{_path(path)}:{number} (byte {offset}): {reason}"
        begins = clean(excerpt.decode("utf-8", "replace"), 60)
        found.append(Finding(False, "refused", f"{words}; it begins {begins}"))
    shown = len(found)
    found += [Finding(False, "refused", words) for words in _foreign(connection)]
    if rejected > shown:
        found.append(Finding(False, "refused", f"{rejected:,} pieces in all"))
    if future:
        found.append(Finding(False, "future", f"{future:,} events lie ahead of the clock"))
    return found


def _foreign(connection: Connection) -> list[str]:
    """Return the files that gave no event at all: logs of programs that know nothing of us."""
    from console.store import reader

    hint = "if another program writes it, `burnline init DIR` guesses a mapping for its lines"
    return [
        f"{_path(row.path)}: {row.rejected:,} of {row.lines:,} lines; {hint}"
        for row in reader.files(connection)
        if row.rejected and row.latest_us is None
    ][:_SHOWN]


def _unknown(connection: Connection) -> list[Finding]:
    """Return the events of no known name; one that is nearly a known one is a mistake."""
    from console.snapshot.unknown import by_path

    found = [(path, view) for path, views in by_path(connection).items() for view in views]
    found.sort(key=lambda item: (not item[1].meant, -item[1].lines))
    told = [Finding(not v.meant, "events", f"{_path(path)}: {v.words}") for path, v in found]
    if len(told) > _SHOWN:
        told[_SHOWN:] = [Finding(True, "events", f"{len(told) - _SHOWN} more unknown names")]
    return told + _ignored(connection)


def _ignored(connection: Connection) -> list[Finding]:
    """Return what mappings take for nothing: a warning, since much in a log may be just that."""
    from console.snapshot.unknown import ignored

    found = ignored(connection)
    hint = 'say in its [source.map] what it means, "" for nothing'
    told = [
        Finding(True, "mapping", f"{_path(path)}: {words}; {hint}", True) for path, words in found
    ]
    if len(told) > _SHOWN:
        told[_SHOWN:] = [Finding(True, "mapping", f"{len(told) - _SHOWN} more such values", True)]
    return told


def _notifications(session: Session, connection: Connection) -> list[Finding]:
    """See that every channel can be used, and whom it has left untold."""
    from console.cli.tables import untold_words
    from console.notify import channels_of
    from console.snapshot.build import channel_views

    channels = channels_of(session.settings.notify)
    if not channels:
        return [Finding(True, "notifications", "no [[notify]] channel; alerts are only shown")]
    found = [
        Finding(False, "notifications", f"{channel.label}: {trouble}")
        for channel in channels
        if (trouble := channel.carrier.trouble())
    ]
    for view in channel_views(connection):
        if view.failing or view.dead:
            found.append(Finding(False, "notifications", untold_words(view)))
        elif view.dropped:
            words = f"{view.label}: removed from the settings; never sent: {view.dropped}"
            found.append(Finding(True, "notifications", words))
    labels = ", ".join(channel.label for channel in channels)
    return found or [Finding(True, "notifications", f"{labels}; nothing fails")]


def _control(session: Session) -> Finding:
    """See that what agents read is whole, the newest, and what was written last."""
    from console.control.file import ControlError
    from console.control.signing import control_file

    path = session.control
    if not path.parent.exists():
        return Finding(True, "control", f"{path}: none yet; burnline init writes generation 1")
    try:
        file = control_file(path, session.settings)
        generation = file.newest_generation()
        if not generation and not path.exists():
            return Finding(True, "control", f"{path}: none yet; burnline init writes generation 1")
        wrong = file.tampering(_digest(session, generation))
    except ControlError as error:
        return Finding(False, "control", str(error))
    if wrong:
        words = f"{path.parent}: {wrong}; agents are closed or ask; give an order to write it anew"
        return Finding(False, "control", words)
    if generation and not file.derived():
        words = f"{file.flags_path}: is not what {path.name} says; a collector writes it anew"
        return Finding(False, "control", words)
    if generation and not file.signed():
        words = f"{path}: is not signed by the key of the settings; a collector signs it anew"
        return Finding(False, "control", words)
    owner = path.parent.stat().st_uid
    who = "you" if owner == os.geteuid() else f"uid {owner}"
    return Finding(True, "control", f"{path}: generation {generation}; only {who} may write it")


def _digest(session: Session, generation: int) -> str:
    """Return the kept digest of the newest generation; "" where the store does not know it."""
    if not session.store.exists():
        return ""
    from console.store import desk
    from console.store.connect import StoreError, Unusable, attach

    try:
        connection = attach(session.store)
    except (StoreError, Unusable):
        return ""
    try:
        known = desk.fact(connection, "control_generation") == str(generation)
        return desk.fact(connection, "control_digest") if known else ""
    finally:
        connection.close()


def _path(path: bytes) -> str:
    return clean(os.fsdecode(path))
